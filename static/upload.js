// The upload page: choose, drop, paste or take photos; scale down large ones; send each and show its progress.

const form = document.getElementById('upload');
const words = form.dataset;
const picker = document.getElementById('image');
const camera = document.getElementById('camera');
const drop = form.querySelector('.drop');
const queue = document.getElementById('queue');
const results = document.getElementById('results');
const status = document.getElementById('upload-status');
const send = document.getElementById('send');
const template = document.getElementById('queue-row');

const LONGEST_SIDE = 1280;
const MAX_PHOTOS = 16;
const AT_ONCE = 2;
const MAX_KEPT = 20;
/** Status codes that concern the photo itself: sending it again would not help. */
const ABOUT_THE_PHOTO = [413, 415, 422];
const HEIC = /\.(heic|heif)$/i;

/** Whether the page is being left for the sign-in, so that no warning about photos that were not sent is needed. */
let leaving = false;

/** The ids of the latest results, newest first. The address lists them, so that Back and reload show them again. */
let kept = location.hash.slice(1).split(',').filter((part) => /^[0-9a-f-]{36}$/.test(part)).slice(0, MAX_KEPT);

/** The chosen photos, each with its row: {file, name, row, key, body, state, request, hopeless}. */
const photos = [];

/** The verdicts since the last announcement, with the names of their photos. */
let found = [];

picker.multiple = true;
picker.required = false;

const described = picker.getAttribute('aria-describedby');

/** Marks the picker as invalid, described by the announced problem, or as valid. */
function mark(invalid) {
  drop.classList.toggle('wrong', invalid);
  if (invalid) picker.setAttribute('aria-invalid', 'true');
  else picker.removeAttribute('aria-invalid');
  picker.setAttribute('aria-describedby', invalid ? `${status.id} ${described}` : described);
}

/** Announces a text to screen readers; a problem that no row shows is also made visible. */
function announce(text, problem = false) {
  status.textContent = text;
  status.classList.toggle('visually-hidden', !problem);
}

function show(photo, state, text) {
  photo.state = state;
  photo.row.classList.toggle('failed', state === 'failed');
  photo.row.querySelector('.state').textContent = text;
  photo.row.querySelector('.again').hidden = state !== 'failed' || photo.hopeless;
}

function add(files) {
  const capacity = MAX_PHOTOS - photos.length;
  const chosen = [...files];
  if (chosen.length === 0) return;
  const added = chosen.slice(0, capacity).map(addOne);
  if (chosen.length > capacity) announce(words.many, true);
  else announce(`${words.chosen.replace('{0}', added.length)}. ${added.map((photo) => photo.name).join(', ')}`);
  mark(false);
  queue.hidden = photos.length === 0;
}

function addOne(file) {
  const row = template.content.firstElementChild.cloneNode(true);
  const name = file.name || words.pasted;
  // If a response is lost, the server recognises the retry by this key. Not randomUUID(), which plain HTTP lacks.
  const key = crypto.getRandomValues(new Uint32Array(4)).join('-');
  const photo = { file, name, row, key, body: null, state: 'ready', request: null, hopeless: false };
  const image = row.querySelector('img');
  row.querySelector('.file').textContent = name;
  row.querySelector('progress').setAttribute('aria-label', name);
  row.querySelector('.again').setAttribute('aria-label', words.againOf.replace('{0}', () => name));
  row.querySelector('.cancel').setAttribute('aria-label', words.cancelOf.replace('{0}', () => name));
  image.src = URL.createObjectURL(file);
  image.addEventListener('load', () => URL.revokeObjectURL(image.src), { once: true });
  image.addEventListener('error', () => { image.style.visibility = 'hidden'; }, { once: true });
  row.querySelector('.cancel').addEventListener('click', () => remove(photo));
  row.querySelector('.again').addEventListener('click', () => {
    photo.state = 'ready';
    // The button disappears once the photo is being sent.
    row.querySelector('.state').focus();
    start();
  });
  photos.push(photo);
  queue.append(row);
  show(photo, 'ready', words.ready);
  return photo;
}

function remove(photo) {
  const next = photo.row.nextElementSibling?.querySelector('.cancel') ?? picker;
  photo.state = 'removed';
  photo.request?.abort();
  photos.splice(photos.indexOf(photo), 1);
  photo.row.remove();
  queue.hidden = photos.length === 0;
  next.focus();
}

/** Prepares a photo for sending: upright, at most 1,280 px on the long side, as JPEG if changed. Tests measure the cost. */
export async function prepare(file) {
  const heic = HEIC.test(file.name) || /hei[cf]/.test(file.type);
  let bitmap;
  try {
    bitmap = await createImageBitmap(file, { imageOrientation: 'from-image' });
  } catch {
    // The server reads formats that this browser does not, for example TIFF, but not HEIC.
    if (heic) throw new Error(words.heic);
    if (file.size > Number(words.maxBytes)) throw new Error(words.large);
    return file;
  }
  const scale = LONGEST_SIDE / Math.max(bitmap.width, bitmap.height);
  if (scale >= 1 && !heic && file.size <= Number(words.maxBytes)) {
    bitmap.close();
    return file;
  }
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(bitmap.width * Math.min(1, scale));
  canvas.height = Math.round(bitmap.height * Math.min(1, scale));
  const context = canvas.getContext('2d');
  // Transparency becomes white, as on the server; in a JPEG it would become black.
  context.fillStyle = '#fff';
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingQuality = 'high';
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  const blob = await new Promise((resolve) => { canvas.toBlob(resolve, 'image/jpeg', 0.92); });
  return blob ?? file;
}

/** Whether a file cannot be read: it was changed or moved since it was chosen, or it is a folder. */
async function isUnreadable(file) {
  try {
    const reader = file.stream().getReader();
    await reader.read();
    reader.cancel();
    return false;
  } catch {
    return true;
  }
}

/** Sends one prepared photo; resolves with its request on any response. */
function post(photo) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    photo.request = request;
    const progress = photo.row.querySelector('progress');
    const data = new FormData();
    data.append('top_k', form.elements.top_k.value);
    data.append('image', photo.body, photo.file.name || 'photo.jpg');
    request.upload.addEventListener('progress', (event) => {
      if (event.lengthComputable) progress.value = (event.loaded / event.total) * 100;
    });
    request.upload.addEventListener('load', () => {
      progress.removeAttribute('value');
      show(photo, 'sending', words.looking);
    });
    request.addEventListener('load', () => resolve(request));
    request.addEventListener('error', () => reject(new Error(words.away)));
    request.addEventListener('timeout', () => reject(new Error(words.away)));
    request.addEventListener('abort', () => reject(new Error(words.cancelled)));
    request.open('POST', form.action);
    request.timeout = 120000;
    request.setRequestHeader('HX-Request', 'true');
    request.setRequestHeader('HX-Current-URL', location.href.split('#', 1)[0]);
    request.setRequestHeader('Accept', 'text/html');
    request.setRequestHeader('Idempotency-Key', photo.key);
    request.send(data);
  });
}

function parsed(text) {
  return new DOMParser().parseFromString(text, 'text/html');
}

function shown(id) {
  return document.querySelector(`.result[data-id="${CSS.escape(id)}"]`);
}

/** Inserts a result before the older ones; photos sent at the same time may finish in any order. */
function place(result) {
  const { id } = result.dataset;
  shown(id)?.remove();
  const older = kept.slice(kept.indexOf(id) + 1).map(shown).find(Boolean);
  results.insertBefore(document.adoptNode(result), older ?? null);
  window.htmx?.process(result);
  result.dispatchEvent(new CustomEvent('marque:result', { bubbles: true }));
}

function keep(id) {
  kept = [id, ...kept.filter((other) => other !== id)].slice(0, MAX_KEPT);
  updateHash();
}

function updateHash() {
  if (kept.length > 0) history.replaceState(history.state, '', `#${kept.join(',')}`);
}
// A link within the page, such as "Skip to content", replaces the hash; this restores it.
window.addEventListener('hashchange', updateHash);

/** Goes to the sign-in; without an address, reloads the page so that a proxy can redirect to its own sign-in. */
function leave(address) {
  leaving = true;
  if (address) location.assign(address);
  else location.reload();
}

/** Offers to retry what failed because the server did not respond. */
function offer(retry) {
  document.dispatchEvent(new CustomEvent('marque:away', { detail: { retry } }));
}

/** Withdraws the offer, because the server responds again. */
function withdraw() {
  document.dispatchEvent(new CustomEvent('marque:answered'));
}

/** Whether a page comes from the server itself, and not from a proxy in its place. */
function isOurs(page) {
  return page.getElementById('main') !== null;
}

async function settle(photo, request) {
  const page = parsed(request.responseText);
  const ours = isOurs(page);
  if (ours) withdraw();
  const result = page.querySelector('.result');
  if (request.status < 300 && result) {
    const focused = photo.row.contains(document.activeElement);
    photos.splice(photos.indexOf(photo), 1);
    photo.row.remove();
    keep(result.dataset.id);
    place(result);
    found.push(`${photo.name}: ${result.querySelector('.verdict').textContent}`);
    if (focused) result.focus({ preventScroll: true });
    return;
  }
  if (request.status === 401 || request.getResponseHeader('HX-Redirect')) {
    photo.hopeless = false;
    show(photo, 'failed', words.ended);
    leave(request.getResponseHeader('HX-Redirect'));
    return;
  }
  if (request.status === 429 || request.status === 503) {
    const reason = request.status === 429 ? words.limited : words.waiting;
    await wait(photo, reason, Number(request.getResponseHeader('Retry-After')) || 2);
    return;
  }
  // A proxy that cannot reach the server.
  if (!ours && request.status > 500) throw new Error(words.away);
  photo.hopeless = ABOUT_THE_PHOTO.includes(request.status);
  const reason = page.querySelector('#image-error > :last-child') ?? page.querySelector('.summary, .problem .lead');
  show(photo, 'failed', reason?.textContent.trim() || words.failed);
  // A proxy's page, possibly because the sign-in there has expired.
  if (!ours) document.dispatchEvent(new CustomEvent('marque:foreign'));
}

/** Counts down the seconds that the server asked for, then marks the photo as ready to be sent again. */
async function wait(photo, reason, seconds) {
  const most = Math.min(seconds, 120);
  // Once, not for each second and each photo.
  if (!photos.some((other) => other.state === 'waiting')) announce(reason.replace('{0}', most));
  for (let left = most; left > 0 && photo.state !== 'removed'; left--) {
    show(photo, 'waiting', reason.replace('{0}', left));
    await new Promise((resolve) => { setTimeout(resolve, 1000); });
  }
  if (photo.state !== 'removed') photo.state = 'ready';
}

async function sendOne(photo) {
  try {
    show(photo, 'sending', words.preparing);
    photo.row.querySelector('progress').value = 0;
    photo.body ??= await prepare(photo.file);
    if (photo.state === 'removed') return;
    show(photo, 'sending', words.sending);
    await settle(photo, await post(photo));
  } catch (failure) {
    // Browsers report an unreadable file in the same way as an unreachable server.
    const reason = failure.message === words.away && await isUnreadable(photo.file) ? words.unreadable : failure.message;
    if (photo.state !== 'removed') {
      photo.hopeless = [words.heic, words.large, words.unreadable].includes(reason);
      show(photo, 'failed', reason);
      if (reason === words.away) offer(retry);
    }
  } finally {
    photo.request = null;
  }
}

/** Sends the ready photos, and again the failed ones that may succeed now. */
function retry() {
  for (const photo of photos) {
    if (photo.state === 'failed' && !photo.hopeless) photo.state = 'ready';
  }
  start();
}

function start() {
  if (photos.some((photo) => photo.state === 'ready')) announce(words.sending);
  run();
}

let running = 0;

/** Sends the ready photos, two at a time, in the order in which they were chosen. */
async function run() {
  send.setAttribute('aria-busy', 'true');
  while (running < AT_ONCE) {
    const photo = photos.find((waiting) => waiting.state === 'ready');
    if (!photo) break;
    running += 1;
    sendOne(photo).finally(() => {
      running -= 1;
      queue.hidden = photos.length === 0;
      if (running === 0 && !photos.some((left) => left.state === 'ready')) finish();
      else run();
    });
  }
  if (running === 0) send.removeAttribute('aria-busy');
}

function finish() {
  send.removeAttribute('aria-busy');
  const failed = photos.find((photo) => photo.state === 'failed');
  const reason = failed?.row.querySelector('.state');
  const said = found.length > 0 ? [words.done.replace('{0}', found.length), ...found] : [];
  if (failed) said.push(`${failed.name}: ${reason.textContent}`);
  announce(said.join('. '));
  found = [];
  // Move the focus to the first problem, unless it is already elsewhere.
  if (document.activeElement === send || document.activeElement === document.body) reason?.focus();
  const first = results.querySelector('.result');
  if (!failed && first) {
    const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
    first.scrollIntoView({ behavior: calm ? 'auto' : 'smooth', block: 'start' });
  }
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  if (photos.length === 0) {
    mark(true);
    announce(words.none, true);
    picker.focus();
    return;
  }
  retry();
  if (running === 0) finish();
});

for (const input of [picker, camera]) {
  input.addEventListener('change', () => {
    add(input.files);
    input.value = '';
  });
  // Chosen before this script was loaded, or kept by the browser across a reload.
  if (input.files.length > 0) {
    add(input.files);
    input.value = '';
  }
}

let depth = 0;
document.addEventListener('dragenter', (event) => {
  if (event.dataTransfer?.types.includes('Files')) {
    depth += 1;
    drop.classList.add('over');
  }
});
document.addEventListener('dragleave', () => {
  depth = Math.max(0, depth - 1);
  if (depth === 0) drop.classList.remove('over');
});
document.addEventListener('dragover', (event) => event.preventDefault());
document.addEventListener('drop', (event) => {
  event.preventDefault();
  depth = 0;
  drop.classList.remove('over');
  add(event.dataTransfer.files);
});
document.addEventListener('paste', (event) => {
  if (event.clipboardData?.files.length) add(event.clipboardData.files);
});
window.addEventListener('beforeunload', (event) => {
  if (!leaving && photos.some((photo) => !photo.hopeless)) event.preventDefault();
});
document.addEventListener('marque:leaving', () => { leaving = true; });

/** After Back, Forward and reload: fetches the results that the address lists, newest last. */
async function restore() {
  try {
    for (const id of [...kept].reverse()) {
      if (!leaving && !shown(id)) await restoreOne(id);
    }
  } catch {
    if (!leaving) offer(restore);
  }
}

async function restoreOne(id) {
  const address = new URL(words.result, location.href);
  address.pathname += id;
  address.searchParams.set('top_k', form.elements.top_k.value);
  const answer = await fetch(address, { headers: { 'HX-Request': 'true' } });
  if (answer.status === 401) leave(answer.headers.get('HX-Redirect') ?? words.login);
  const page = parsed(await answer.text());
  if (isOurs(page)) withdraw();
  if (answer.status === 429 || answer.status > 500) throw new Error(words.away);
  // A deleted result is missing but stays in the address, because its deletion can be undone.
  const result = answer.ok ? page.querySelector('.result') : null;
  if (result) place(result);
}
restore();
