// data-opens="id" opens a <dialog>; data-fill-x on the opener fills its [data-slot=x] and field x; data-closes closes.
function fill(dialog, opener) {
  for (const { name, value } of opener.attributes) {
    if (!name.startsWith('data-fill-')) continue;
    const key = name.slice('data-fill-'.length);
    for (const slot of dialog.querySelectorAll(`[data-slot="${CSS.escape(key)}"]`)) slot.textContent = value;
    for (const field of dialog.querySelectorAll(`[name="${CSS.escape(key)}"]`)) field.value = value;
    if (key === 'confirm') for (const field of dialog.querySelectorAll('[data-must-equal]')) { field.dataset.mustEqual = value; field.value = ''; }
  }
}

function check(field) {
  const submit = field.form?.querySelector('button[type=submit]');
  if (submit) submit.disabled = field.value !== field.dataset.mustEqual;
}

document.addEventListener('click', event => {
  const opener = event.target.closest('[data-opens]');
  if (opener) {
    const dialog = document.getElementById(opener.dataset.opens);
    if (dialog instanceof HTMLDialogElement && !dialog.open) {
      fill(dialog, opener);
      for (const field of dialog.querySelectorAll('[data-must-equal]')) check(field);
      dialog.showModal();
    }
    return;
  }
  if (event.target.closest('[data-closes]')) event.target.closest('dialog')?.close();
  else if (event.target instanceof HTMLDialogElement && event.target.id !== 'components-reconnect-modal') event.target.close(); // the backdrop
});

document.addEventListener('input', event => { if (event.target.matches('[data-must-equal]')) check(event.target); });

// A confirmed post closes its dialog at once; what the server answers is drawn by the enhanced navigation.
document.addEventListener('submit', event => event.target.closest('dialog')?.close());

function openNow() {
  for (const dialog of document.querySelectorAll('dialog[data-open-now]:not([open])')) { dialog.removeAttribute('data-open-now'); dialog.showModal(); }
}

// Enhanced navigation takes the open attribute away, as the server never draws it, and leaves an unseen dialog that blocks the page.
let path = location.pathname;
function settle() {
  const moved = path !== location.pathname;
  path = location.pathname;
  for (const dialog of document.querySelectorAll('dialog:modal:not([open])')) {
    dialog.setAttribute('open', '');
    if (moved) dialog.close();
  }
}

window.Blazor?.addEventListener('enhancedload', () => { settle(); openNow(); });
openNow();
