// Selection with its bulk bar, unfolding rows, and the filter box that sends itself.
const rows = table => [...table.querySelectorAll('tbody input[name=selected]')];
const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
let last = null;

// The same rule as Format.Bytes.
function bytes(value) {
  let unit = 0;
  while (unit < units.length - 1 && value >= (unit ? 999.5 : 1000)) { value /= 1000; unit++; }
  const text = unit === 0 || value >= 99.95 ? value.toFixed(0) : value >= 9.995 ? value.toFixed(1) : String(Number(value.toFixed(2)));
  return `${text} ${units[unit]}`;
}

function refresh(table) {
  const boxes = rows(table), chosen = boxes.filter(box => box.checked);
  for (const box of boxes) box.closest('tr').classList.toggle('sel', box.checked);
  const all = table.querySelector('[data-select-all]');
  if (all) { all.checked = boxes.length > 0 && chosen.length === boxes.length; all.indeterminate = chosen.length > 0 && chosen.length < boxes.length; }
  const bar = boxes[0] && document.querySelector(`[data-bulk="${CSS.escape(boxes[0].getAttribute('form') ?? '')}"]`);
  if (!bar) return;
  bar.hidden = chosen.length === 0;
  for (const count of document.querySelectorAll(`[data-bulk-count], [data-slot="selected-count"]`)) count.textContent = String(chosen.length);
  const weight = chosen.reduce((sum, box) => sum + Number(box.dataset.weight || 0), 0);
  bar.querySelector('[data-bulk-weight]').textContent = weight > 0 ? bytes(weight) : '';
}

document.addEventListener('click', event => {
  const box = event.target.closest('input[name=selected]');
  if (box) {
    const table = box.closest('table'), boxes = rows(table);
    if (event.shiftKey && last && boxes.includes(last)) {
      const [from, to] = [boxes.indexOf(last), boxes.indexOf(box)].sort((a, b) => a - b);
      for (const other of boxes.slice(from, to + 1)) other.checked = box.checked;
    }
    last = box;
    refresh(table);
    return;
  }
  const all = event.target.closest('[data-select-all]');
  if (all) {
    const table = all.closest('table');
    for (const other of rows(table)) other.checked = all.checked;
    refresh(table);
    return;
  }
  const clear = event.target.closest('[data-bulk-clear]');
  if (clear) clearSelection();
  const expander = event.target.closest('[data-expands]');
  if (expander) {
    const open = expander.getAttribute('aria-expanded') !== 'true';
    expander.setAttribute('aria-expanded', String(open));
    expander.querySelector('.ic')?.classList.toggle('ic-expand_more', open);
    expander.querySelector('.ic')?.classList.toggle('ic-chevron_right', !open);
    for (const row of document.querySelectorAll(`tr[data-child-of="${CSS.escape(expander.dataset.expands)}"]`)) row.hidden = !open;
  }
});

function clearSelection() {
  for (const table of document.querySelectorAll('[data-table]')) {
    for (const box of rows(table)) box.checked = false;
    refresh(table);
  }
}
document.addEventListener('portal:clear-selection', clearSelection);
document.addEventListener('portal:refresh-selection', event => refresh(event.detail));

let timer;
document.addEventListener('input', event => {
  const form = event.target.closest('form[data-filter]');
  if (!form) return;
  clearTimeout(timer);
  timer = setTimeout(() => form.isConnected && form.requestSubmit(form.querySelector('button[type=submit]')), 300);
});

// A new page of rows begins without a selection.
function start() {
  for (const table of document.querySelectorAll('[data-table]')) refresh(table);
}
window.Blazor?.addEventListener('enhancedload', start);
start();
