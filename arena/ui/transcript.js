// Draws both sides of a battle from one stream of server-sent events.
// A model's text is put into the page as text while it grows; finished blocks come as HTML that the server has made
// and sanitised. Python decides which buttons come on: this script only says when a turn has ended.
const turnsBox = element.querySelector('.turns');
const scroller = element.querySelector('.scroll');
const template = element.querySelector('template.turn-template');
const sides = (element.querySelector('.board').dataset.sides || 'a b').split(' ');
const words = JSON.parse(element.querySelector('.board').dataset.words);
let source = null;
let shownBattle = '';
let offlineTimer = null;
let offline = false;
let settleTimer = null;
let readySince = 0;
let writing = false;
let line = null;

const byId = (id) => document.getElementById(id);
const textarea = () => document.querySelector('#prompt textarea');
const atBottom = () => scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 48;
const toBottom = () => { scroller.scrollTop = scroller.scrollHeight; };

function say(sentence, tone) {
  const line = document.querySelector('#status .status');
  if (line) { line.textContent = sentence; line.className = 'status ' + tone; }
}

// --- drawing ---

function markNewest() {
  const all = turnsBox.querySelectorAll('.turn');
  all.forEach((turn, i) => sides.forEach((side) => {
    const cell = turn.querySelector('.answer.side-' + side + ' .text');
    if (i === all.length - 1) cell.id = 'answer-' + side; else cell.removeAttribute('id');
  }));
}

function turnAt(index) {
  let turn = turnsBox.querySelector('.turn[data-index="' + index + '"]');
  if (!turn) {
    turn = template.content.firstElementChild.cloneNode(true);
    turn.dataset.index = index;
    turnsBox.append(turn);
  }
  return turn;
}

function clear() {
  turnsBox.replaceChildren(template.content.firstElementChild.cloneNode(true));
  markNewest();
}

function drawSide(turn, side, news) {
  const cell = turn.querySelector('.answer.side-' + side);
  const done = cell.querySelector('.blocks');
  const tail = cell.querySelector('.tail');
  if (news.html) done.insertAdjacentHTML('beforeend', news.html);
  if ('tail' in news) tail.textContent = news.tail;
  if (news.add) tail.append(news.add);
  if (news.status) cell.dataset.status = news.status;
}

function drawSnapshot(data) {
  const follow = atBottom();
  turnsBox.querySelectorAll('.turn:not([data-index])').forEach((placeholder) => placeholder.remove());
  data.turns.forEach((turn) => {
    const node = turnAt(turn.index);
    node.querySelector('.said').textContent = turn.prompt;
    sides.forEach((side) => {
      node.querySelector('.answer.side-' + side + ' .blocks').replaceChildren();
      drawSide(node, side, turn[side]);
    });
  });
  markNewest();
  if (follow) toBottom();
}

function showWaiting(index) {
  // The calm placeholder, until the first event has come.
  if (turnsBox.querySelector('.turn[data-index="' + index + '"]')) return;
  turnsBox.querySelectorAll('.turn:not([data-index])').forEach((placeholder) => placeholder.remove());
  const turn = turnAt(index);
  sides.forEach((side) => drawSide(turn, side, { status: 'waiting' }));
  markNewest();
  toBottom();
}

function drawDelta(data) {
  const follow = atBottom();
  if (!writing) { writing = true; say('', ''); }
  const turn = turnsBox.lastElementChild;
  Object.entries(data).forEach(([side, news]) => drawSide(turn, side, news));
  if (follow) toBottom();
}

// --- the stream ---

function disconnect() {
  if (source) source.close();
  source = null;
  clearTimeout(offlineTimer);
  offlineTimer = null;
}

function settle() {
  trigger('submit');
  clearTimeout(settleTimer);
  settleTimer = setTimeout(() => { if (props.state === 'streaming' && !source) settle(); }, 3000);
}

function connect(fromTurn) {
  disconnect();
  const stream = new EventSource(props.base + 'arena/events/' + props.battle + '?turn=' + fromTurn);
  source = stream;
  const online = () => {
    if (offline) say(props.state === 'streaming' && !writing ? words.waiting : '', '');
    offline = false;
    clearTimeout(offlineTimer);
    offlineTimer = null;
  };
  stream.addEventListener('snapshot', (event) => { online(); drawSnapshot(JSON.parse(event.data)); });
  stream.addEventListener('delta', (event) => drawDelta(JSON.parse(event.data)));
  stream.addEventListener('end', (event) => {
    disconnect();
    element.dataset.ended = JSON.parse(event.data).state;
    if (props.state === 'streaming') settle();
  });
  stream.onerror = () => {
    if (source !== stream) return;
    if (offlineTimer === null) offlineTimer = setTimeout(() => { offline = true; say(words.offline, 'bad'); }, 1500);
    if (stream.readyState === EventSource.CLOSED) {
      // Refused, or the server is away: ask Python what is the case, a little later.
      source = null;
      setTimeout(() => { if (!source && props.state === 'streaming') connect(0); }, 2000);
    }
  };
}

function begin(fromTurn) {
  writing = false;
  showWaiting(props.turns - 1);
  connect(fromTurn);
}

// --- the line ---

const lookAgain = () => setTimeout(() => { if (props.state === 'queued' && !line) queue(); }, 3000);

function askWhetherCalled() {
  if (!line) return;
  line = null;
  trigger('called');
  lookAgain();
}

function queue() {
  if (line) return;
  const stream = new EventSource(props.base + 'arena/line?lang=' + words.lang);
  line = stream;
  stream.addEventListener('place', (event) => say(JSON.parse(event.data).says, ''));
  stream.addEventListener('end', () => { stream.close(); askWhetherCalled(); });
  stream.onerror = () => {
    if (line !== stream) return;
    say(words.offline, 'bad');
    if (stream.readyState === EventSource.CLOSED) setTimeout(askWhetherCalled, 2000);
  };
}

function leaveLine() {
  if (line) line.close();
  line = null;
}

function follow() {
  if (props.state === 'queued') queue(); else leaveLine();
  const board = element.querySelector('.board');
  // Who waits for a first battle keeps the welcome to read.
  board.dataset.state = props.state === 'queued' && !props.battle ? 'empty' : props.state;
  if (props.state === 'ready' || props.state === 'leak') { readySince = readySince || Date.now(); } else readySince = 0;
  if (props.battle !== shownBattle) {
    shownBattle = props.battle;
    clear();
    disconnect();
    if (props.state === 'streaming') begin(0);
    else if (props.battle) connect(0);
  } else if (props.state === 'streaming' && !source) {
    begin(Math.max(0, props.turns - 1));
  }
}

// --- people ---

function fill(sentence) {
  const box = textarea();
  if (!box || box.disabled) return;
  box.value = sentence;
  box.dispatchEvent(new Event('input', { bubbles: true }));
  box.focus();
}

function showSide(side) {
  element.querySelector('.board').dataset.tab = side;
  element.querySelectorAll('.tab').forEach((tab) => tab.setAttribute('aria-pressed', String(tab.dataset.side === side)));
}

element.addEventListener('click', (event) => {
  const chip = event.target.closest('.chip');
  if (chip) fill(chip.dataset.prompt);
  const tab = event.target.closest('.tab');
  if (tab) showSide(tab.dataset.side);
});

let touchX = null;
scroller.addEventListener('touchstart', (event) => { touchX = event.touches[0].clientX; }, { passive: true });
scroller.addEventListener('touchend', (event) => {
  const moved = event.changedTouches[0].clientX - touchX;
  if (Math.abs(moved) > 70) showSide(moved < 0 ? 'b' : 'a');
}, { passive: true });

document.addEventListener('click', (event) => {
  // Leaving ends the stream too, and that end is not to be asked about.
  if (props.state === 'queued' && event.target.closest('#stop')) { leaveLine(); lookAgain(); }
});

document.addEventListener('keydown', (event) => {
  const typing = event.target.closest && event.target.closest('input, textarea, select, [contenteditable]');
  if (typing || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  const button = byId({ 1: 'vote-a', 2: 'vote-b', 3: 'vote-tie', 4: 'vote-bad' }[event.key] || 'none');
  if (button && !button.disabled && readySince && Date.now() - readySince > 1000) button.click();
});

document.addEventListener('visibilitychange', () => {
  // Another tab may have gone on with the battle.
  if (document.visibilityState === 'visible' && !source) trigger('resync');
});

clear();
watch(['battle', 'state', 'turns'], follow);
follow();
