// data-copy="text": copies, shows a check for 1.5 s and says so.
function say(text) {
  const announce = document.getElementById('announce');
  if (announce) announce.textContent = text;
}

async function write(text) {
  if (navigator.clipboard && isSecureContext) return navigator.clipboard.writeText(text);
  // Served without TLS under a name other than localhost: the older way, which needs a selection.
  const area = document.createElement('textarea');
  area.value = text;
  area.style.position = 'fixed';
  area.style.opacity = '0';
  const open = document.querySelector('dialog[open], .pop:popover-open') ?? document.body;
  open.append(area);
  area.select();
  const copied = document.execCommand('copy');
  area.remove();
  if (!copied) throw new Error('refused');
}

document.addEventListener('click', async event => {
  const button = event.target.closest('[data-copy]');
  if (!button) return;
  try {
    await write(button.dataset.copy);
  } catch {
    say('Copying was refused by the browser. Select the text and copy it.');
    return;
  }
  say('Copied');
  const icon = button.querySelector('.ic-content_copy');
  if (!icon) { document.dispatchEvent(new CustomEvent('portal:toast', { detail: 'Copied' })); return; }
  icon.classList.replace('ic-content_copy', 'ic-check');
  setTimeout(() => icon.classList.replace('ic-check', 'ic-content_copy'), 1500);
});
