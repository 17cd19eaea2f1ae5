// Messages drawn by the server are moved to the permanent list and leave after 10 s, unless hovered or focused.
const seconds = 10;

function start(toast) {
  if (toast.dataset.toast === 'stay') return;
  let left = Number(toast.dataset.toast || seconds), paused = false;
  for (const [type, value] of [['mouseenter', true], ['mouseleave', false], ['focusin', true], ['focusout', false]]) toast.addEventListener(type, () => { paused = value; });
  const timer = setInterval(() => {
    if (!toast.isConnected) return clearInterval(timer);
    if (paused || document.hidden) return;
    if (--left <= 0) { clearInterval(timer); toast.remove(); }
  }, 1000);
}

function collect() {
  const list = document.getElementById('toasts');
  if (!list) return;
  for (const toast of document.querySelectorAll('#new-toasts > .toast')) { list.append(toast); start(toast); }
}

document.addEventListener('click', event => { if (event.target.closest('[data-toast-close]')) event.target.closest('.toast').remove(); });
document.addEventListener('submit', event => { const toast = event.target.closest('.toast'); if (toast) setTimeout(() => toast.remove()); });

// From other scripts: document.dispatchEvent(new CustomEvent('portal:toast', { detail: 'Copied' })).
document.addEventListener('portal:toast', event => {
  const toast = document.createElement('div');
  toast.className = 'toast';
  toast.setAttribute('role', 'status');
  toast.dataset.toast = '3';
  const text = document.createElement('span');
  text.textContent = event.detail;
  toast.append(text);
  document.getElementById('toasts')?.append(toast);
  start(toast);
});

window.Blazor?.addEventListener('enhancedload', collect);
collect();
