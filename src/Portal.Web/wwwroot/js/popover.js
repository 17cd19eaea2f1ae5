// Places the browser's popovers below (or above) the button that opened them; arrow keys move inside menus.
const gap = 4;

function place(popover, button) {
  if (innerWidth <= 640) { popover.style.left = popover.style.top = ''; return; } // a bottom sheet there (portal.css)
  const at = button.getBoundingClientRect(), box = popover.getBoundingClientRect();
  const left = Math.min(Math.max(8, at.right - box.width), innerWidth - box.width - 8);
  const below = at.bottom + gap + box.height <= innerHeight - 8 || at.top < box.height + gap;
  popover.style.left = `${left + scrollX}px`;
  popover.style.top = `${(below ? at.bottom + gap : at.top - gap - box.height) + scrollY}px`;
}

document.addEventListener('toggle', event => {
  const popover = event.target;
  if (!(popover instanceof HTMLElement) || !popover.matches('.pop[popover]')) return;
  const open = event.newState === 'open';
  const buttons = document.querySelectorAll(`[popovertarget="${CSS.escape(popover.id)}"]:not([popovertargetaction])`);
  const button = [...buttons].find(b => b === popover.portalOpener) ?? [...buttons].find(b => b.contains(document.activeElement)) ?? buttons[0];
  for (const b of buttons) b.setAttribute('aria-expanded', String(open && b === button));
  if (!open || !button) return;
  place(popover, button);
  if (popover.matches('[role=menu]')) popover.querySelector('[role=menuitem]')?.focus();
}, true);

document.addEventListener('click', event => {
  const opener = event.target.closest('[popovertarget]:not([popovertargetaction])');
  if (opener) {
    const popover = document.getElementById(opener.getAttribute('popovertarget'));
    if (popover) popover.portalOpener = opener;
  }
  const item = event.target.closest('.pop[role=menu] [role=menuitem]');
  if (item) item.closest('.pop').hidePopover();
}, true);

document.addEventListener('keydown', event => {
  const menu = event.target.closest?.('.pop[role=menu]');
  if (!menu || !['ArrowDown', 'ArrowUp', 'Home', 'End'].includes(event.key)) return;
  const items = [...menu.querySelectorAll('[role=menuitem]')], at = items.indexOf(document.activeElement);
  const next = { ArrowDown: (at + 1) % items.length, ArrowUp: (at - 1 + items.length) % items.length, Home: 0, End: items.length - 1 }[event.key];
  event.preventDefault();
  items[next]?.focus();
});
