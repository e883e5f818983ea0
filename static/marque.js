// Shared by all pages. Each page works without it; it saves page loads and protects what was entered.

const away = document.getElementById('away');
let lastRefused = null;

/** Shows the bar that says the server does not respond; its button calls `retry`. */
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
document.addEventListener('marque:answered', hideAway);

/** Requests a file of a few bytes. Resolves with the response, or null if there is none; does not follow redirects. */
async function ping() {
  try {
    return await fetch(document.body.dataset.ping, { method: 'HEAD', cache: 'no-store', redirect: 'manual', signal: AbortSignal.timeout(5000) });
  } catch {
    return null;
  }
}

/** Whether the server itself responds, and not a proxy in its place. */
async function answers() {
  const answer = await ping();
  return answer !== null && answer.type !== 'opaqueredirect' && answer.status < 500;
}

/** Reloads the page without a warning about what was not sent. */
function reload() {
  document.dispatchEvent(new CustomEvent('marque:leaving'));
  location.reload();
}

/** Reloads the page if its address now leads to a sign-in, ours or a proxy's. */
async function followSignIn() {
  const answer = await fetch(location.href, { cache: 'no-store', redirect: 'manual' });
  const foreign = answer.ok && !(await answer.text()).includes('id="main"');
  if (foreign || answer.type === 'opaqueredirect' || answer.status === 401 || answer.status === 403) reload();
}
document.addEventListener('marque:foreign', followSignIn);

/** Shows the bar. If a proxy redirects to its sign-in, which scripts cannot follow, reloads the page so that it does. */
async function unanswered(retry) {
  showAway(retry);
  const answer = await ping();
  if (answer?.type === 'opaqueredirect') reload();
}

// Forms: a second click does nothing, and the entries stay in the page while the server does not respond.
const sent = new WeakSet();
document.addEventListener('submit', async (event) => {
  const form = event.target;
  // Browsers from before 2022 submit their forms without this.
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
    // No event reports that the user stopped the submission, after which the form must work again.
    setTimeout(release, 15_000);
  } else {
    release();
    showAway(() => form.requestSubmit(submitter));
  }
});
window.addEventListener('pageshow', (event) => {
  if (event.persisted) reload();
});

// HTMX: if the server is unreachable, the bar appears and offers to repeat the request.
for (const name of ['htmx:sendError', 'htmx:timeout']) {
  document.addEventListener(name, (event) => unanswered(() => repeat(event.detail.requestConfig)));
}

/** Repeats the action that caused a request. Polling has no such event and continues by itself. */
function repeat({ elt, triggeringEvent }) {
  // A click, because HTMX learns from it which button was pressed.
  if (triggeringEvent?.submitter) triggeringEvent.submitter.click();
  else if (triggeringEvent?.type === 'submit') elt.requestSubmit();
  else if (triggeringEvent) window.htmx.trigger(elt, triggeringEvent.type);
}

document.addEventListener('htmx:configRequest', (event) => {
  // The hash of the upload page lists results: the server does not use it, and the total size of headers is limited.
  event.detail.headers['HX-Current-URL'] = location.href.split('#', 1)[0];
});
document.addEventListener('htmx:afterRequest', (event) => {
  const { xhr, requestConfig } = event.detail;
  // A proxy that cannot reach the server responds with its own page, which is not shown.
  if (xhr.status > 500 && !xhr.responseText.includes('class="problem"')) showAway(() => repeat(requestConfig));
  else if (xhr.status) hideAway();
});
document.addEventListener('htmx:beforeRequest', () => document.getElementById('alerts').replaceChildren());

// If the response lacks the selected element, swapping would empty the page. A problem is shown above the page instead.
// A response that is not ours may come from a proxy whose sign-in has expired; then the page is reloaded to reach it.
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

// After a swap the focus stays where it was, or moves to the first problem of the page.
const sentFrom = new WeakMap();
let focused = null;
document.addEventListener('htmx:beforeRequest', (event) => {
  // A button that is disabled while its request runs loses the focus.
  sentFrom.set(event.detail.xhr, positionOf(document.activeElement));
});
document.addEventListener('htmx:beforeSwap', (event) => {
  focused = positionOf(document.activeElement) ?? sentFrom.get(event.detail.xhr) ?? null;
});
/** Whether the user is filling in a filter, which applies by itself and must not lose the focus. */
function isFiltering() {
  return document.activeElement?.closest('.filters') != null;
}
document.addEventListener('htmx:afterSwap', (event) => {
  // HTMX would focus it.
  if (isFiltering()) event.detail.elt.querySelector?.('.summary')?.removeAttribute('autofocus');
});
document.addEventListener('htmx:afterSettle', (event) => {
  const target = event.detail.elt;
  if (focused?.name && target?.querySelector && !target.contains(document.activeElement)) {
    target.querySelector(`[name="${CSS.escape(focused.name)}"]`)?.focus({ preventScroll: true });
  }
  // If the focused element is gone, for example the link to the next page, focus what replaced it.
  if (focused && document.activeElement === document.body && target?.matches?.('[tabindex="-1"]')) {
    const items = target.querySelectorAll('.cards > li');
    const next = items[Math.min(focused.item, items.length - 1)]?.querySelector('button');
    (target.querySelector('.thanks') ?? next ?? target).focus({ preventScroll: true });
  }
  if (!isFiltering()) target?.querySelector?.('.summary')?.focus();
  // Alerts appear above the page and may be out of sight. Polling must not move the focus.
  if (event.detail.requestConfig?.triggeringEvent && target?.id === 'alerts') target.querySelector('.problem')?.focus();
  localTimes(document);
});

/** What identifies the focused element after a swap: its name, and the index of its list item. */
function positionOf(active) {
  if (active === null || active === document.body) return null;
  const item = active.closest('.cards > li');
  return { name: active.getAttribute('name'), item: item ? [...item.parentElement.children].indexOf(item) : -1 };
}

/** Shows times in the browser's time zone. */
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
// The cookie lets the server render the next page in this time zone.
const home = document.querySelector('.top .brand');
if (home) {
  const zone = `${document.body.dataset.zoneCookie}=${Intl.DateTimeFormat().resolvedOptions().timeZone}`;
  if (!document.cookie.split('; ').includes(zone)) {
    const secure = location.protocol === 'https:' ? '; Secure' : '';
    document.cookie = `${zone}; Path=${new URL(home.href).pathname}; Max-Age=31536000; SameSite=Lax${secure}`;
  }
}
localTimes(document);
document.addEventListener('marque:result', () => localTimes(document));

// Results can be added later, so a single delegated listener serves them all.
document.addEventListener('click', async (event) => {
  const button = event.target.closest('button');
  if (!button) return;
  if (button.matches('.show')) {
    const field = document.getElementById(button.getAttribute('aria-controls'));
    const shown = field.type === 'text';
    field.type = shown ? 'password' : 'text';
    button.dataset.showing ??= button.textContent;
    button.textContent = shown ? button.dataset.showing : button.dataset.hide;
    button.setAttribute('aria-label', `${button.textContent}: ${field.labels[0].textContent}`);
  } else if (button.matches('[data-print]')) {
    button.closest('.result').classList.add('printed');
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

window.addEventListener('afterprint', () => document.querySelector('.printed')?.classList.remove('printed'));

/** Copies text to the clipboard, even where the Clipboard API is not available: over plain HTTP and in many frames. */
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const before = document.activeElement;
    const area = Object.assign(document.createElement('textarea'), { value: text, readOnly: true, className: 'visually-hidden' });
    area.style.whiteSpace = 'pre'; // Otherwise each tab is copied as a space.
    document.body.append(area);
    area.select();
    const copied = document.execCommand('copy');
    area.remove();
    before?.focus({ preventScroll: true });
    return copied;
  }
}

/** A result as plain text, for an e-mail or a spreadsheet. */
function resultText(result) {
  const link = new URL(result.querySelector('[data-permalink]').href);
  // The display parameters of a portal do not belong in a shared link.
  for (const name of ['embed', 'theme', 'lang']) link.searchParams.delete(name);
  const rows = [...result.querySelectorAll('.scores tbody tr')].map((row) => `${row.querySelector('th').textContent}\t${row.querySelector('td span').textContent}`);
  return [result.querySelector('.verdict').textContent, ...rows, link.href].join('\n');
}

document.addEventListener('input', (event) => {
  const fade = event.target.closest('[data-heat-fade]');
  // A content security policy without inline styles still allows setting opacity through the style object.
  if (fade) fade.closest('.photo').querySelector('[data-heat]').style.opacity = fade.value / 100;
});
document.addEventListener('change', (event) => {
  const toggle = event.target.closest('[data-heat-switch]');
  if (!toggle) return;
  const photo = toggle.closest('.photo');
  const heat = photo.querySelector('[data-heat]');
  const base = photo.querySelector('.base');
  // The heat map has its own aspect ratio, and the photo may be narrower than its frame.
  heat.style.aspectRatio = `${base.getAttribute('width')} / ${base.getAttribute('height')}`;
  // Also loads the heat map again if it failed before.
  if (toggle.checked && heat.naturalWidth === 0) heat.src = heat.dataset.src;
  photo.querySelector('[data-heat-status]').textContent = '';
  switchHeat(photo, toggle.checked);
});
// Errors of images do not bubble.
document.addEventListener('error', (event) => {
  if (!event.target.matches?.('[data-heat]')) return;
  const photo = event.target.closest('.photo');
  const said = photo.querySelector('[data-heat-status]');
  said.textContent = said.dataset.failed;
  switchHeat(photo, false);
}, { capture: true });

function switchHeat(photo, on) {
  photo.querySelector('[data-heat-switch]').checked = on;
  photo.querySelector('[data-heat]').hidden = !on;
  photo.querySelector('[data-heat-fade]').disabled = !on;
}

/** Sorts a table by a column: numbers by value, unmeasured ones first; text by the language of the page. */
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

// Scripts that only one page needs.
for (const part of document.querySelectorAll('[data-script]')) import(part.dataset.script);

for (const origin of document.querySelectorAll('[data-origin]')) origin.textContent = location.origin;

const swagger = document.getElementById('swagger');
if (swagger) {
  const sheet = Object.assign(document.createElement('link'), { rel: 'stylesheet', href: swagger.dataset.style });
  const script = Object.assign(document.createElement('script'), { src: swagger.dataset.bundle });
  script.addEventListener('load', () => window.SwaggerUIBundle({ url: swagger.dataset.contract, dom_id: '#swagger', deepLinking: false, persistAuthorization: false, validatorUrl: null }));
  document.head.append(sheet, script);
  // Makes what Swagger UI renders accessible: labels for lists, heading levels without gaps, examples that the keyboard can scroll.
  new MutationObserver(() => {
    for (const list of swagger.querySelectorAll('select:not([aria-label])')) {
      list.setAttribute('aria-label', list.closest('[data-param-name]')?.dataset.paramName ?? (list.id || 'value'));
    }
    for (const heading of swagger.querySelectorAll(':is(h3, h4, h5):not([aria-level])')) heading.setAttribute('aria-level', Number(heading.localName.at(1)) - 1);
    for (const example of swagger.querySelectorAll('pre:not([tabindex])')) example.tabIndex = 0;
  }).observe(swagger, { childList: true, subtree: true });
}

// Browsers ignore autofocus in a cross-origin frame, but a script may set the focus.
if (document.activeElement === document.body) document.querySelector('[autofocus]')?.focus();

// In a portal's frame: post the height of the page and each result to the portal, but only to the listed origins.
const portals = (document.documentElement.dataset.portal ?? '').split(' ').filter(Boolean);
if (window.parent !== window && portals.length) {
  const post = (message) => portals.forEach((origin) => window.parent.postMessage(message, origin));
  new ResizeObserver(() => post({ type: 'marque:height', height: Math.ceil(document.body.getBoundingClientRect().height) })).observe(document.body);
  const postResult = (result) => {
    const row = result.querySelector('.scores tbody tr');
    post({ type: 'marque:prediction', id: result.dataset.id, verdict: result.dataset.verdict, brand: row.querySelector('th').textContent });
  };
  document.querySelectorAll('.result').forEach(postResult);
  document.addEventListener('marque:result', (event) => postResult(event.target));
}
