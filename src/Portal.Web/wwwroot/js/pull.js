// The one pull popover: filled from the button that opens it. The tool and "by tag or digest" are remembered in this browser.
const remembered = (key, fallback) => { try { return localStorage.getItem(key) ?? fallback; } catch { return fallback; } };
const remember = (key, value) => { try { localStorage.setItem(key, value); } catch { /* private mode: this page only */ } };
let data = null;

const popover = () => document.getElementById('pull-popover');

function draw() {
  const box = popover();
  const reachable = data.tag ? remembered('portal-pull-by', 'tag') : 'digest';
  for (const radio of box.querySelectorAll('[name=pull-by]')) { radio.checked = radio.value === reachable; radio.disabled = radio.value === 'tag' && !data.tag; }
  box.querySelector('[data-pull-name]').textContent = data.repository + (data.tag ? `:${data.tag}` : '');
  for (const seg of box.querySelectorAll('[data-pull-kind]')) {
    seg.hidden = seg.dataset.pullKind !== data.kind;
    if (seg.hidden) continue;
    const buttons = [...seg.querySelectorAll('button')];
    const chosen = buttons.find(b => b.dataset.tool === remembered('portal-tool', '')) ?? buttons[0];
    for (const b of buttons) b.setAttribute('aria-pressed', String(b === chosen));
    const command = fill(chosen, reachable === 'digest');
    box.querySelector('[data-pull-command]').textContent = command;
    box.querySelector('.copy').dataset.copy = command;
  }
}

// The same as ClientCommands.Fill.
function fill(button, byDigest) {
  const set = 'insecure' in data ? ['insecureTemplate', 'insecureTemplateDigest'] : ['template', 'templateDigest'];
  const template = byDigest && button.dataset[set[1]] || button.dataset[set[0]];
  const repo = `${data.host}/${data.repository}`;
  return template.replaceAll('{ref}', byDigest ? `${repo}@${data.digest}` : `${repo}:${data.tag}`).replaceAll('{repo}', repo)
    .replaceAll('{tag}', data.tag ?? '').replaceAll('{digest}', data.digest).replaceAll('{file}', data.repository.split('/').at(-1));
}

function showTool(root, tool) {
  const buttons = [...root.querySelectorAll('[data-tool]')];
  const chosen = buttons.find(b => b.dataset.tool === tool);
  if (!chosen) return;
  for (const b of buttons) b.setAttribute('aria-pressed', String(b === chosen));
  for (const panel of root.querySelectorAll('[data-tool-panel]')) panel.hidden = panel.dataset.toolPanel !== tool;
}

document.addEventListener('click', event => {
  const opener = event.target.closest('[data-pull]');
  if (opener && popover()) { data = { ...opener.dataset }; draw(); }
  const tool = event.target.closest('[data-tool]');
  if (!tool) return;
  remember('portal-tool', tool.dataset.tool);
  const root = tool.closest('[data-tools]');
  if (root) showTool(root, tool.dataset.tool);
  else if (data) draw();
}, true);

document.addEventListener('change', event => {
  if (event.target.name !== 'pull-by' || !data) return;
  remember('portal-pull-by', event.target.value);
  draw();
});

function start() {
  for (const root of document.querySelectorAll('[data-tools]')) showTool(root, remembered('portal-tool', ''));
}
window.Blazor?.addEventListener('enhancedload', start);
start();
