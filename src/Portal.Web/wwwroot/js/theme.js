// Light or dark: the cookie lets the server draw the next page right from its first byte.
function current() {
  return document.documentElement.dataset.theme || (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light');
}

function remember(name, value) {
  document.cookie = `${name}=${value}; path=/; max-age=31536000; samesite=lax${location.protocol === 'https:' ? '; secure' : ''}`;
}

document.addEventListener('click', event => {
  const button = event.target.closest('[data-theme-switch]');
  if (!button) return;
  const theme = current() === 'dark' ? 'light' : 'dark';
  document.documentElement.dataset.theme = theme;
  remember('portal-theme', theme);
});

// A chooser (profile page): <select data-remember="portal-theme"> with light, dark or system; the same for portal-density.
document.addEventListener('change', event => {
  const name = event.target.dataset?.remember;
  if (name !== 'portal-theme' && name !== 'portal-density') return;
  const value = event.target.value;
  remember(name, value);
  const key = name.slice('portal-'.length);
  if (value === 'system' || value === 'comfortable') delete document.documentElement.dataset[key];
  else document.documentElement.dataset[key] = value;
});
