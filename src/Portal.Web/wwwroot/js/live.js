// [data-live="url"]: a part of a page that moves by itself. It is asked for again every second and a half while it names an address, and the page
// is loaded once more when it no longer does. What is focused stays so; [data-tail] follows its end until somebody scrolls up.
const every = 1500, patience = 15000;
let timer, wait = every;

const moving = () => [...document.querySelectorAll('[data-live]')];
const atEnd = log => log.scrollHeight - log.scrollTop - log.clientHeight < 24;

function follow(root) {
  for (const log of root.querySelectorAll('[data-tail]')) log.scrollTop = log.scrollHeight;
}

function held(part) {
  const selection = getSelection();
  return (selection && !selection.isCollapsed && part.contains(selection.anchorNode)) || part.querySelector('dialog[open], .pop:popover-open');
}

function swap(part, fresh) {
  const focused = part.contains(document.activeElement) ? document.activeElement.id : null;
  const logs = [...part.querySelectorAll('[data-tail]')].map(log => ({ end: atEnd(log), top: log.scrollTop, left: log.scrollLeft }));
  part.replaceWith(fresh);
  [...fresh.querySelectorAll('[data-tail]')].forEach((log, i) => {
    log.scrollTop = !logs[i] || logs[i].end ? log.scrollHeight : logs[i].top;
    log.scrollLeft = logs[i]?.left ?? 0;
  });
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
}

// the page once more, as following a link to it does
function again() {
  const link = document.createElement('a');
  link.href = location.pathname + location.search;
  document.body.append(link);
  link.click();
  link.remove();
}

async function ask(part) {
  if (held(part)) return;
  const answer = await fetch(part.dataset.live, { headers: { 'X-Harbor-No-Session-Renewal': '1' } });
  if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
  const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html').getElementById(part.id);
  if (!fresh || !part.isConnected) return;
  const ended = !fresh.dataset.live;
  swap(part, fresh);
  // what stands around it, such as its buttons, has changed with its end
  if (ended) again();
}

async function tick() {
  try {
    if (!document.hidden) await Promise.all(moving().map(ask));
    wait = every;
  } catch {
    // away for a moment, or signed out: asked less often until it answers again
    wait = Math.min(wait * 2, patience);
  }
  if (moving().length > 0) timer = setTimeout(tick, wait);
}

function start() {
  clearTimeout(timer);
  follow(document);
  if (moving().length > 0) timer = setTimeout(tick, every);
}
window.Blazor?.addEventListener('enhancedload', start);
start();
