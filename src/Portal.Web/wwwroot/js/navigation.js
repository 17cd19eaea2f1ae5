// After an enhanced navigation to another page: focus goes to main and the title is spoken. Also the drawer below 1024 px.
let path = location.pathname;

function openDrawer(open) {
  document.documentElement.classList.toggle('nav-open', open);
  document.querySelector('[data-nav-toggle]')?.setAttribute('aria-expanded', String(open));
  document.getElementById('main')?.toggleAttribute('inert', open);
  if (open) document.querySelector('#nav a')?.focus();
}

window.Blazor?.addEventListener('enhancedload', () => {
  if (location.pathname === path) return;
  path = location.pathname;
  openDrawer(false);
  document.getElementById('main')?.focus({ preventScroll: true });
  const announce = document.getElementById('announce');
  if (announce) announce.textContent = document.title;
});

document.addEventListener('click', event => {
  if (event.target.closest('[data-nav-toggle]')) openDrawer(!document.documentElement.classList.contains('nav-open'));
  else if (event.target.closest('[data-nav-close]') || event.target.closest('.nav a')) openDrawer(false);
});

document.addEventListener('keydown', event => {
  if (event.key !== 'Escape' || !document.documentElement.classList.contains('nav-open')) return;
  openDrawer(false);
  document.querySelector('[data-nav-toggle]')?.focus();
});
