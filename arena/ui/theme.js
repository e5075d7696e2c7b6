// The page's language for screen readers, and the light or dark theme, kept in this browser only.
const head = element.querySelector('header');
document.documentElement.lang = head.dataset.lang;
const KEY = 'arena-theme';
const stored = () => { try { return localStorage.getItem(KEY); } catch { return null; } };
const system = matchMedia('(prefers-color-scheme: dark)');

function apply() {
  const wanted = stored() || (system.matches ? 'dark' : 'light');
  document.body.classList.toggle('dark', wanted === 'dark');
  document.documentElement.style.colorScheme = wanted;
}

head.querySelector('#theme').addEventListener('click', () => {
  const next = document.body.classList.contains('dark') ? 'light' : 'dark';
  try { localStorage.setItem(KEY, next); } catch { /* private window: the choice lasts as long as the page */ }
  document.body.classList.toggle('dark', next === 'dark');
  document.documentElement.style.colorScheme = next;
});
system.addEventListener('change', apply);
apply();
