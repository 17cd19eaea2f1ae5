// Shortcuts, listed in ShortcutsDialog. Off while typing; the cookie portal-keys=off turns all but Ctrl+K off.
const places = { h: '/', p: '/projects', a: '/admin/users' };
let leader = 0;

const typing = target => target.closest?.('input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable=true], dialog');
const off = () => document.cookie.split('; ').includes('portal-keys=off');

function visit(url) {
  const link = [...document.querySelectorAll(`#nav a[href="${CSS.escape(url)}"], #nav a[href="${url}"]`)][0];
  if (link) link.click(); // only what the navigation offers can be gone to
}

const list = () => [...document.querySelectorAll('[data-table] tbody > tr[data-row], [data-table] tbody > tr:not(.child)')].filter((row, i, all) => all.indexOf(row) === i);
const cursor = () => document.querySelector('[data-table] tr.cursor');

function move(step) {
  const rows = list();
  if (rows.length === 0) return;
  const at = rows.indexOf(cursor());
  const next = rows[Math.min(rows.length - 1, Math.max(0, at < 0 ? 0 : at + step))];
  cursor()?.classList.remove('cursor');
  next.classList.add('cursor');
  next.scrollIntoView({ block: 'nearest' });
  (next.querySelector('.lead-cell a') ?? next.querySelector('a'))?.focus({ preventScroll: true });
}

const press = selector => { const element = cursor()?.querySelector(selector); element?.click(); return !!element; };

const actions = {
  '/': () => document.dispatchEvent(new Event('portal:palette')),
  '?': () => { const dialog = document.getElementById('shortcuts'); if (dialog && !dialog.open) dialog.showModal(); },
  j: () => move(1),
  k: () => move(-1),
  x: () => press('input[name=selected]'),
  '.': () => press('[data-menu]'),
  c: () => press('.digest [data-copy]'),
  p: () => press('[data-pull]'),
  e: () => press('[data-expands]'),
  '[': () => document.querySelector('.pager a[rel=prev]')?.click(),
  ']': () => document.querySelector('.pager a[rel=next]')?.click(),
  Escape: () => document.querySelector('.pop:popover-open') || document.dispatchEvent(new Event('portal:clear-selection')),
};

document.addEventListener('keydown', event => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
    event.preventDefault();
    return actions['/']();
  }
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || off()) return;
  if (Date.now() - leader < 1000) {
    leader = 0;
    if (places[event.key]) { event.preventDefault(); return visit(places[event.key]); }
  }
  if (event.key === 'g') { leader = Date.now(); return; }
  const action = actions[event.key];
  if (!action) return;
  if (event.key !== 'Escape') event.preventDefault();
  action();
});
