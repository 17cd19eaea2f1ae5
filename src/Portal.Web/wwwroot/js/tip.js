// A tip shows by hover and focus (roles.css). Esc puts it away until the pointer or the focus has left.
document.addEventListener('keydown', event => {
  if (event.key !== 'Escape') return;
  for (const host of document.querySelectorAll('[data-tip-host]:is(:hover, :focus-within)')) host.dataset.tipHost = 'off';
});
for (const name of ['mouseout', 'focusout']) document.addEventListener(name, event => {
  const host = event.target.closest?.('[data-tip-host=off]');
  if (host && !host.contains(event.relatedTarget)) host.dataset.tipHost = '';
});
