// Follows the CSS classes that every version of the Blazor script sets on the dialog when a circuit is lost.
const box = document.getElementById('components-reconnect-modal');
const has = state => box.classList.contains(`components-reconnect-${state}`);
let leaving = false;

function reload() {
  if (leaving) return;
  leaving = true;
  location.reload();
}

function follow() {
  if (has('rejected')) return reload(); // the server is back, the circuit is gone
  const open = has('show') || has('failed') || has('retrying');
  if (open && !box.open) box.showModal();
  else if (!open && box.open) box.close();
}

async function retry() {
  try {
    if (!await window.Blazor.reconnect()) reload();
  } catch {
    // Still away: the dialog stays, and the next try may reach it.
  }
}

if (box) {
  new MutationObserver(follow).observe(box, { attributes: true, attributeFilter: ['class'] });
  document.getElementById('components-reconnect-button').addEventListener('click', retry);
  document.addEventListener('visibilitychange', () => { if (document.visibilityState === 'visible' && has('failed')) retry(); });
}
