// The command palette: a combobox over the search address. Results are built as text nodes; nothing from the server is read as HTML.
const box = () => document.getElementById('palette');
let request = null, timer = 0, options = [], chosen = -1;

const make = (tag, className, ...children) => {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...children);
  return element;
};

function marked(text, query) {
  const at = query ? text.toLowerCase().indexOf(query.toLowerCase()) : -1;
  if (at < 0) return [text];
  return [text.slice(0, at), make('mark', '', text.slice(at, at + query.length)), text.slice(at + query.length)];
}

function choose(index) {
  chosen = options.length === 0 ? -1 : (index + options.length) % options.length;
  options.forEach((option, i) => option.element.setAttribute('aria-selected', String(i === chosen)));
  const input = box().querySelector('input');
  if (chosen < 0) return input.removeAttribute('aria-activedescendant');
  input.setAttribute('aria-activedescendant', options[chosen].element.id);
  options[chosen].element.scrollIntoView({ block: 'nearest' });
}

function status(text) {
  box().querySelector('[data-palette-status]').textContent = text;
}

function draw(answer, query) {
  const list = document.getElementById('palette-list');
  list.replaceChildren();
  options = [];
  let total = 0;
  for (const group of answer.groups ?? []) {
    total += group.total ?? group.items.length;
    const part = make('div');
    part.setAttribute('role', 'group');
    part.setAttribute('aria-label', group.title);
    const count = group.total > group.items.length ? `${group.items.length} of ${group.total}` : String(group.items.length);
    const head = make('div', 'g', make('span', '', group.title), make('span', '', count));
    head.setAttribute('aria-hidden', 'true');
    part.append(head);
    for (const item of group.items) part.append(option(item, query));
    list.append(part);
  }
  box().querySelector('input').setAttribute('aria-expanded', String(options.length > 0));
  if (options.length === 0 && query) list.append(make('p', 'none muted', 'Nothing matches. Enter opens the full search.'));
  status(query ? `${total} ${total === 1 ? 'result' : 'results'}${answer.elapsedMs >= 0 ? ` in ${answer.elapsedMs} ms` : ''}` : '');
  choose(0);
}

function option(item, query) {
  const icon = make('i', `ic ic-${/^[a-z_]+$/.test(item.icon ?? '') ? item.icon : 'deployed_code'}`);
  icon.setAttribute('aria-hidden', 'true');
  const body = make('div', 'b', make('span', 'mono', ...marked(item.title, query)));
  if (item.detail) body.append(make('span', 'small muted', item.detail));
  const element = make('div', 'opt', icon, body);
  element.setAttribute('role', 'option');
  element.id = `palette-${options.length}`;
  element.addEventListener('click', () => go(item));
  options.push({ element, item });
  return element;
}

function go(item) {
  if (!item.url.startsWith('/') || item.url.startsWith('//')) return;
  box().close();
  const link = document.createElement('a'); // a link, so that enhanced navigation takes it
  link.href = item.url;
  document.body.append(link);
  link.click();
  link.remove();
}

async function search(query) {
  request?.abort();
  if (!query) return draw({ groups: [] }, '');
  request = new AbortController();
  try {
    const response = await fetch(`${box().dataset.search}?q=${encodeURIComponent(query)}`, { signal: request.signal, headers: { accept: 'application/json' } });
    if (!response.ok) return status('Search did not answer. Enter opens the full search.');
    draw(await response.json(), query);
  } catch (error) {
    if (error.name !== 'AbortError') status('Search did not answer. Enter opens the full search.');
  }
}

function open() {
  const palette = box();
  if (!palette || palette.open) return;
  palette.showModal();
  const input = palette.querySelector('input');
  input.focus();
  input.select();
  search(input.value.trim());
}

document.addEventListener('click', event => {
  const opener = event.target.closest('[data-palette]');
  if (!opener || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  event.stopPropagation(); // not a navigation
  open();
}, true);
document.addEventListener('portal:palette', open);

document.addEventListener('input', event => {
  if (!event.target.closest('#palette')) return;
  clearTimeout(timer);
  timer = setTimeout(() => search(event.target.value.trim()), 120);
});

document.addEventListener('keydown', event => {
  if (!event.target.closest?.('#palette')) return;
  if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
    event.preventDefault();
    choose(chosen + (event.key === 'ArrowDown' ? 1 : -1));
  } else if (event.key === 'Enter' && chosen >= 0) {
    event.preventDefault();
    go(options[chosen].item);
  }
});
