// The panel of a study's page: sends clicks on, keeps a sign of life going, counts the shown clock down.
// What time it is, and what may be done, the server says: this script only shows it.
const root = document.documentElement;
const page = () => element.querySelector('.study-page');
const code = () => new URLSearchParams(location.search).get('code') || '';
const stage = () => (page() ? page().dataset.stage : '');
const TALK = /^period_/;
root.dataset.study = 'opening'; // the style hides the composer except in a talk
let shownPanel = '';
let clockAt = 0;
let over = false;

// --- what is clicked ---

function fields(button) {
  const form = button.closest('form, details, .sheet') || element;
  const read = (name) => form.querySelector('[name="' + name + '"]');
  const chosen = form.querySelector('input[name="value"]:checked');
  const free = form.querySelector('textarea[name="value"]');
  const told = { act: button.dataset.act };
  if (button.dataset.act === 'answer') {
    told.question = form.dataset.question;
    told.period = Number(form.dataset.period);
    told.value = chosen ? chosen.value : free ? free.value : '';
    told.phrase = read('phrase') ? read('phrase').value : '';
  }
  if (button.dataset.act === 'resume') told.resume = read('resume').value;
  if (button.dataset.act === 'withdraw') told.erase = read('erase').checked;
  return told;
}

function act(button) {
  if (button.disabled) return;
  const panel = panelKey();
  button.disabled = true; // a second click says nothing new
  // The element stays when the next panel comes, and that panel's button may have to be off.
  setTimeout(() => { if (panelKey() === panel) button.disabled = false; }, 1500);
  trigger('submit', fields(button));
}

element.addEventListener('click', (event) => {
  const button = event.target.closest('button.act');
  if (button) act(button);
  const chip = event.target.closest('.chip');
  const box = document.querySelector('#prompt textarea');
  if (chip && box) {
    box.value = chip.dataset.prompt;
    box.dispatchEvent(new Event('input', { bubbles: true }));
    box.focus();
  }
});
element.addEventListener('submit', (event) => { event.preventDefault(); });
element.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || event.target.tagName !== 'INPUT') return;
  event.preventDefault();
  const button = event.target.closest('form, .sheet').querySelector('button.act.go');
  if (button) act(button);
});
element.addEventListener('change', (event) => {
  const phrase = element.querySelector('.phrase');
  if (phrase && event.target.name === 'value') phrase.hidden = event.target.value !== 'yes';
});

// What was refused is said beside the button; the status line itself speaks it to screen readers.
function sayHere() {
  const here = element.querySelector('.refused');
  const status = document.querySelector('#status .status');
  if (!here || !status || here.textContent === status.textContent) return;
  here.textContent = status.textContent;
  if (here.textContent) here.scrollIntoView({ block: 'nearest' });
}

// --- the device ---

function mark(name, good) {
  const line = element.querySelector('[data-check="' + name + '"]');
  if (line) line.dataset.ok = good ? 'yes' : 'no';
  const all = [...element.querySelectorAll('[data-check]')];
  if (all.some((each) => !each.dataset.ok)) return;
  const fine = all.every((each) => each.dataset.ok === 'yes');
  const verdict = element.querySelector('.verdict');
  verdict.textContent = fine ? verdict.dataset.good : verdict.dataset.bad;
  verdict.classList.toggle('bad', !fine);
  element.querySelector('[data-act="check_device"]').disabled = !fine;
}

function checkDevice() {
  mark('cookies', navigator.cookieEnabled);
  mark('screen', innerWidth >= 300 && innerHeight >= 300);
  let count = 0;
  const started = performance.now();
  const stream = new EventSource(props.base + 'arena/study/try');
  const done = (good) => { stream.close(); clearTimeout(late); mark('stream', good); };
  const late = setTimeout(() => done(false), 8000);
  let first = 0;
  stream.onmessage = () => {
    count += 1;
    if (count === 1) first = performance.now() - started;
    // Events that all come at once were held back on the way.
    if (count === 3) done(performance.now() - started - first > 100);
  };
  stream.onerror = () => { if (count < 3) done(false); };
}

// --- the clock ---

function drawClock() {
  const clock = element.querySelector('.clock');
  if (!clock) return;
  const gone = clock.dataset.running === 'yes' ? (performance.now() - clockAt) / 1000 : 0;
  const left = Math.max(0, Number(clock.dataset.left) - gone);
  const total = Number(clock.dataset.total);
  const whole = Math.floor(left);
  const words = clock.dataset.words.replace('{minutes}', Math.floor(whole / 60))
    .replace('{seconds}', String(whole % 60).padStart(2, '0'));
  const shown = clock.querySelector('.left');
  if (shown.textContent !== words) shown.textContent = words;
  clock.querySelector('.bar > span').style.width = (total ? 100 * (1 - left / total) : 0) + '%';
}

function drawBreak() {
  const line = element.querySelector('.break-left');
  if (!line) return;
  const left = Number(page().dataset.break) - (performance.now() - clockAt) / 1000;
  const button = element.querySelector('[data-act="go_on"]');
  line.textContent = left > 0 ? line.dataset.words.replace('{seconds}', Math.ceil(left)) : '';
  if (left <= 0 && line.dataset.over !== 'yes') { line.dataset.over = 'yes'; button.disabled = false; }
}

function take(told) {
  const clock = element.querySelector('.clock');
  if (clock && 'left_s' in told) {
    clock.dataset.left = told.left_s;
    clock.dataset.running = told.running ? 'yes' : 'no';
    clock.classList.toggle('last', told.warning);
    clockAt = performance.now();
    drawClock();
  }
  const news = told.stage !== stage() || (TALK.test(told.stage) && told.state !== 'streaming'
    && String(told.warning) + told.time_up !== (element.dataset.told || 'falsefalse'));
  if (TALK.test(told.stage)) element.dataset.told = String(told.warning) + told.time_up;
  if (news && !over) {
    over = told.stage !== stage();
    trigger('resync');
  }
}

async function beat() {
  if (document.visibilityState !== 'visible' || !code() || !TALK.test(stage()) || over) return;
  try {
    const answer = await fetch(props.base + 'arena/study/here', {
      method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ code: code() }),
    });
    if (answer.ok) take(await answer.json());
  } catch { /* offline: the stream says so, and the server's clock stops by itself */ }
}

function beatSoon() {
  const clock = element.querySelector('.clock');
  const left = clock && clock.dataset.running === 'yes'
    ? Number(clock.dataset.left) - (performance.now() - clockAt) / 1000 : Infinity;
  setTimeout(async () => { await beat(); beatSoon(); }, Math.min(props.beat_s, Math.max(0.5, left + 0.2)) * 1000);
}

// --- a new panel ---

function panelKey() {
  const form = element.querySelector('.question');
  const title = element.querySelector('h1');
  return [stage(), form ? form.dataset.question + form.dataset.period : '', title ? title.textContent : ''].join('|');
}

// Gradio changes the old panel's elements into the new panel's, so what was chosen and typed would stay: the next
// question would come with an answer.
function forget() {
  element.querySelectorAll('input').forEach((input) => {
    input.checked = false;
    if (input.type === 'text') input.value = '';
  });
  element.querySelectorAll('textarea').forEach((area) => { area.value = ''; });
  element.querySelectorAll('details').forEach((each) => { each.open = false; });
}

function refresh() {
  if (!page()) return;
  clockAt = performance.now();
  over = false;
  root.dataset.study = stage();
  const language = document.getElementById('language');
  if (language) {
    const query = new URLSearchParams(location.search);
    query.set('lang', language.hreflang);
    language.search = query.toString();
  }
  if (stage() === 'device' && !element.querySelector('[data-checking]')) {
    element.querySelector('.checks').dataset.checking = 'yes';
    checkDevice();
  }
  const key = panelKey();
  if (shownPanel && key !== shownPanel) {
    forget();
    page().scrollTop = 0;
    const title = element.querySelector('h1');
    if (title && !document.activeElement.closest('#dock')) title.focus();
  }
  shownPanel = key;
}

document.addEventListener('visibilitychange', beat);
setInterval(() => { drawClock(); drawBreak(); sayHere(); }, 250);
watch('value', refresh);
refresh();
beatSoon();
