// What every page shares. Each page works without it; this saves page loads and keeps entries safe.

const away = document.getElementById('away');
let lastRefused = null;

/** Shows the bar that says the server is away; `retry` runs when the person asks for it. */
function showAway(retry) {
  lastRefused = retry;
  away.hidden = false;
}

function hideAway() {
  lastRefused = null;
  away.hidden = true;
}

away.querySelector('button').addEventListener('click', () => {
  const retry = lastRefused;
  hideAway();
  retry?.();
});

document.addEventListener('marque:away', (event) => unanswered(event.detail.retry));

/** The answer to a request for a file of a few bytes; null where there is none. Redirects are not followed. */
async function ping() {
  try {
    return await fetch(document.body.dataset.ping, { method: 'HEAD', cache: 'no-store', redirect: 'manual', signal: AbortSignal.timeout(5000) });
  } catch {
    return null;
  }
}

/** Whether the server answers at all, and not a proxy in its place. */
async function answers() {
  const answer = await ping();
  return answer !== null && answer.type !== 'opaqueredirect' && answer.status < 500;
}

/** Loads the page anew where its address does not lead to it any more, but to the sign-in, ours or a proxy's. */
async function followSignIn() {
  const answer = await fetch(location.href, { cache: 'no-store', redirect: 'manual' });
  const foreign = answer.ok && !(await answer.text()).includes('id="main"');
  if (foreign || answer.type === 'opaqueredirect' || answer.status === 401 || answer.status === 403) location.reload();
}
document.addEventListener('marque:foreign', followSignIn);

/** Shows the bar; but a proxy that redirects to its sign-in, as no script may follow, is followed by the page itself. */
async function unanswered(retry) {
  showAway(retry);
  const answer = await ping();
  if (answer?.type === 'opaqueredirect') location.reload();
}

// Forms: a second click does nothing, and while the server is away the entries stay in the page.
const sent = new WeakSet();
document.addEventListener('submit', async (event) => {
  const form = event.target;
  // Browsers of before 2022 send their forms without all this.
  if (!form.requestSubmit || !AbortSignal.timeout) return;
  const own = form.hasAttribute('hx-post') || form.hasAttribute('hx-get') || form.id === 'upload';
  if (own || form.method !== 'post') return;
  if (sent.has(form)) {
    if ('checked' in form.dataset) delete form.dataset.checked;
    else event.preventDefault();
    return;
  }
  event.preventDefault();
  sent.add(form);
  const submitter = event.submitter;
  submitter?.setAttribute('aria-busy', 'true');
  const release = () => {
    sent.delete(form);
    submitter?.removeAttribute('aria-busy');
  };
  if (await answers()) {
    form.dataset.checked = '';
    form.requestSubmit(submitter);
    // Nothing tells that a person has stopped the sending, after which the form has to work again.
    setTimeout(release, 15_000);
  } else {
    release();
    showAway(() => form.requestSubmit(submitter));
  }
});
window.addEventListener('pageshow', (event) => {
  if (event.persisted) location.reload();
});

// HTMX: an unreachable server shows the bar, and the same request can be sent again.
for (const name of ['htmx:sendError', 'htmx:timeout']) {
  document.addEventListener(name, (event) => unanswered(() => repeat(event.detail.requestConfig)));
}

/** Does once more what led to a request. What asks from time to time has no such event, and goes on by itself. */
function repeat({ elt, triggeringEvent }) {
  // A click, because by clicks HTMX knows which button was pressed.
  if (triggeringEvent?.submitter) triggeringEvent.submitter.click();
  else if (triggeringEvent?.type === 'submit') elt.requestSubmit();
  else if (triggeringEvent) window.htmx.trigger(elt, triggeringEvent.type);
}

document.addEventListener('htmx:configRequest', (event) => {
  // The upload page's hash names results: the server has no use for it, and there is a limit to all headers together.
  event.detail.headers['HX-Current-URL'] = location.href.split('#', 1)[0];
});
document.addEventListener('htmx:afterRequest', (event) => {
  const { xhr, requestConfig } = event.detail;
  // A proxy that does not reach the server answers with a page of its own, of which nothing is shown.
  if (xhr.status > 500 && !xhr.responseText.includes('class="problem"')) showAway(() => repeat(requestConfig));
  else if (xhr.status) hideAway();
});
document.addEventListener('htmx:beforeRequest', () => document.getElementById('alerts').replaceChildren());

// What is not there would take the place of what is. A problem is told above the page instead; an answer that is not
// ours may be that of a proxy where the person's sign-in has ended, to which the page itself is then led.
document.addEventListener('htmx:beforeSwap', (event) => {
  const { detail } = event;
  const wanted = detail.selectOverride ?? detail.requestConfig.elt.closest('[hx-select]')?.getAttribute('hx-select');
  const page = new DOMParser().parseFromString(detail.serverResponse, 'text/html');
  if (!detail.shouldSwap || !wanted || page.querySelector(wanted)) return;
  if (page.querySelector('.problem')) {
    Object.assign(detail, { target: document.getElementById('alerts'), selectOverride: '.problem', swapOverride: 'innerHTML' });
  } else {
    detail.shouldSwap = false;
    const { status } = detail.xhr;
    if (status < 300 || status === 401 || status === 403) followSignIn();
  }
});

// A changed result keeps the focus where it was, and a page's first problem takes it.
const sentFrom = new WeakMap();
let focused = null;
document.addEventListener('htmx:beforeRequest', (event) => {
  // A button that is disabled while its request runs loses the focus.
  sentFrom.set(event.detail.xhr, placeOf(document.activeElement));
});
document.addEventListener('htmx:beforeSwap', (event) => {
  focused = placeOf(document.activeElement) ?? sentFrom.get(event.detail.xhr) ?? null;
});
document.addEventListener('htmx:afterSettle', (event) => {
  const target = event.detail.elt;
  if (focused?.name && target?.querySelector && !target.contains(document.activeElement)) {
    target.querySelector(`[name="${CSS.escape(focused.name)}"]`)?.focus({ preventScroll: true });
  }
  // What had the focus is gone, such as a link to the next page: it goes to what came instead.
  if (focused && document.activeElement === document.body && target?.matches?.('[tabindex="-1"]')) {
    const items = target.querySelectorAll('.cards > li');
    const next = items[Math.min(focused.item, items.length - 1)]?.querySelector('button');
    (target.querySelector('.thanks') ?? next ?? target).focus({ preventScroll: true });
  }
  target?.querySelector?.('.summary')?.focus();
  // Above what was asked for, and maybe out of sight. What the page asks for by itself leaves the focus alone.
  if (event.detail.requestConfig?.triggeringEvent && target?.id === 'alerts') target.querySelector('.problem')?.focus();
  localTimes(document);
});

/** What to find the focus again by: the name of what has it, and the number of its item in a list. */
function placeOf(active) {
  if (active === null || active === document.body) return null;
  const item = active.closest('.cards > li');
  return { name: active.getAttribute('name'), item: item ? [...item.parentElement.children].indexOf(item) : -1 };
}

/** Writes times in the reader's zone, and tells the server the zone for the next page. */
function localTimes(root) {
  const language = document.documentElement.lang === 'en' ? 'en-GB' : document.documentElement.lang;
  const format = { dateStyle: 'medium', timeStyle: 'short' };
  const here = new Intl.DateTimeFormat(language, format);
  const utc = new Intl.DateTimeFormat(language, { ...format, timeZone: 'UTC' });
  for (const time of root.querySelectorAll('time[datetime]:not([data-local])')) {
    const date = new Date(time.dateTime);
    if (!Number.isNaN(date.valueOf())) {
      const text = here.format(date);
      time.title = `${utc.format(date)} UTC`;
      if (time.textContent !== text) time.textContent = text;
      time.dataset.local = '';
    }
  }
}
const home = document.querySelector('.top .brand');
if (home) {
  const zone = `zone=${Intl.DateTimeFormat().resolvedOptions().timeZone}`;
  if (!document.cookie.split('; ').includes(zone)) {
    const secure = location.protocol === 'https:' ? '; Secure' : '';
    document.cookie = `${zone}; Path=${new URL(home.href).pathname}; Max-Age=31536000; SameSite=Lax${secure}`;
  }
}
localTimes(document);
document.addEventListener('marque:result', () => localTimes(document));

// Results appear later, too, so one listener serves them all.
document.addEventListener('click', async (event) => {
  const button = event.target.closest('button');
  if (!button) return;
  if (button.matches('.show')) {
    const field = document.getElementById(button.getAttribute('aria-controls'));
    const shown = field.type === 'text';
    field.type = shown ? 'password' : 'text';
    button.setAttribute('aria-pressed', String(!shown));
    button.dataset.showing ??= button.textContent;
    button.textContent = shown ? button.dataset.showing : button.dataset.hide;
  } else if (button.matches('[data-print]')) {
    window.print();
  } else if (button.matches('[data-copy]')) {
    const copied = await copy(resultText(button.closest('.result')));
    button.dataset.words ??= button.textContent;
    button.textContent = copied ? button.dataset.done : button.dataset.failed;
    setTimeout(() => { button.textContent = button.dataset.words; }, 2000);
  } else if (button.matches('.sort')) {
    sortBy(button.closest('th'));
  }
});

/** Puts a text into the clipboard, also where a page may not ask for it: over plain HTTP, and in many frames. */
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const before = document.activeElement;
    const area = Object.assign(document.createElement('textarea'), { value: text, readOnly: true, className: 'visually-hidden' });
    area.style.whiteSpace = 'pre'; // Else what is copied has a space for each tab.
    document.body.append(area);
    area.select();
    const copied = document.execCommand('copy');
    area.remove();
    before?.focus({ preventScroll: true });
    return copied;
  }
}

/** A result as plain text, for a mail or a sheet. */
function resultText(result) {
  const link = new URL(result.querySelector('[data-permalink]').href);
  // How a portal shows the page is not for whoever gets the link.
  for (const name of ['embed', 'theme', 'lang']) link.searchParams.delete(name);
  const rows = [...result.querySelectorAll('.scores tbody tr')].map((row) => `${row.querySelector('th').textContent}\t${row.querySelector('td span').textContent}`);
  return [result.querySelector('.verdict').textContent, ...rows, link.href].join('\n');
}

document.addEventListener('input', (event) => {
  const fade = event.target.closest('[data-heat-fade]');
  // Opacity through the element's style object is allowed under a policy without inline styles.
  if (fade) fade.closest('.photo').querySelector('[data-heat]').style.opacity = fade.value / 100;
});
document.addEventListener('change', (event) => {
  const toggle = event.target.closest('[data-heat-switch]');
  if (!toggle) return;
  const photo = toggle.closest('.photo');
  const heat = photo.querySelector('[data-heat]');
  const base = photo.querySelector('.base');
  // The heat map has a shape of its own, and the photo may be narrower than its frame.
  heat.style.aspectRatio = `${base.getAttribute('width')} / ${base.getAttribute('height')}`;
  // Again, too, where it did not come the time before.
  if (toggle.checked && heat.naturalWidth === 0) heat.src = heat.dataset.src;
  heat.hidden = !toggle.checked;
  photo.querySelector('[data-heat-fade]').disabled = !toggle.checked;
});

/** Sorts a table by a column: numbers by value, what was not measured first; words by the page's language. */
function sortBy(header) {
  const table = header.closest('table');
  const column = [...header.parentElement.children].indexOf(header);
  const descending = header.getAttribute('aria-sort') === 'ascending';
  for (const other of header.parentElement.children) other.removeAttribute('aria-sort');
  header.setAttribute('aria-sort', descending ? 'descending' : 'ascending');
  const number = (row) => Number(row.children[column].dataset.value ?? -1);
  const words = (row) => row.children[column].textContent.trim();
  const order = header.matches('.number')
    ? (a, b) => number(a) - number(b)
    : (a, b) => words(a).localeCompare(words(b), document.documentElement.lang);
  const rows = [...table.tBodies[0].rows].sort(order);
  table.tBodies[0].append(...(descending ? rows.reverse() : rows));
}

// Parts that one page alone needs.
for (const part of document.querySelectorAll('[data-script]')) import(part.dataset.script);

for (const origin of document.querySelectorAll('[data-origin]')) origin.textContent = location.origin;

const swagger = document.getElementById('swagger');
if (swagger) {
  const sheet = Object.assign(document.createElement('link'), { rel: 'stylesheet', href: swagger.dataset.style });
  const script = Object.assign(document.createElement('script'), { src: swagger.dataset.bundle });
  script.addEventListener('load', () => window.SwaggerUIBundle({ url: swagger.dataset.contract, dom_id: '#swagger', deepLinking: false, persistAuthorization: false, validatorUrl: null }));
  document.head.append(sheet, script);
  // What it draws, as it draws it: names for its lists, headings without a gap, and examples that the keyboard scrolls.
  new MutationObserver(() => {
    for (const list of swagger.querySelectorAll('select:not([aria-label])')) {
      list.setAttribute('aria-label', list.closest('[data-param-name]')?.dataset.paramName ?? (list.id || 'value'));
    }
    for (const heading of swagger.querySelectorAll(':is(h3, h4, h5):not([aria-level])')) heading.setAttribute('aria-level', Number(heading.localName.at(1)) - 1);
    for (const example of swagger.querySelectorAll('pre:not([tabindex])')) example.tabIndex = 0;
  }).observe(swagger, { childList: true, subtree: true });
}

// Browsers let no frame of another origin take the focus by itself; a script may.
if (document.activeElement === document.body) document.querySelector('[autofocus]')?.focus();

// In a portal's frame: tell the portal how high the page is, and what was found. Only listed origins are told.
const portals = (document.documentElement.dataset.portal ?? '').split(' ').filter(Boolean);
if (window.parent !== window && portals.length) {
  const tell = (message) => portals.forEach((origin) => window.parent.postMessage(message, origin));
  new ResizeObserver(() => tell({ type: 'marque:height', height: Math.ceil(document.body.getBoundingClientRect().height) })).observe(document.body);
  const tellResult = (result) => {
    const row = result.querySelector('.scores tbody tr');
    tell({ type: 'marque:prediction', id: result.dataset.id, verdict: result.dataset.verdict, brand: row.querySelector('th').textContent });
  };
  document.querySelectorAll('.result').forEach(tellResult);
  document.addEventListener('marque:result', (event) => tellResult(event.target));
}
