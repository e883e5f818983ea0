// The history page: the time zone of its date filters, and the selection.

const language = document.documentElement.lang;

/** Sends the browser's time zone with the filter, because the server only knows UTC. */
function setZone() {
  const zone = document.querySelector('[data-zone]');
  if (zone) zone.value = Intl.DateTimeFormat().resolvedOptions().timeZone ?? '';
}
setZone();

function selection() {
  const boxes = [...document.querySelectorAll('#chosen [name="id"]')];
  return { boxes, chosen: boxes.filter((box) => box.checked) };
}

/** Shows on the button how many results would be deleted, and updates "Select all". */
function show() {
  const form = document.getElementById('chosen');
  if (!form) return;
  const { boxes, chosen } = selection();
  const all = form.querySelector('[data-all]');
  all.checked = chosen.length === boxes.length;
  all.indeterminate = chosen.length > 0 && chosen.length < boxes.length;
  const button = form.querySelector('[data-some]');
  button.dataset.none ??= button.textContent;
  button.textContent = chosen.length === 0 ? button.dataset.none : button.dataset.some.replace('{0}', chosen.length.toLocaleString(language));
  form.classList.toggle('selecting', chosen.length > 0);
}

/** The date field that was changed by typing and whose filter has not been applied yet. */
let typed = null;
let typing = false;

// Typing changes a date with each digit, so the filter applies only on Enter or when the field loses the focus.
document.addEventListener('keydown', (event) => {
  if (event.target.type === 'date') typing = !event.altKey && /^(\d|Backspace|Delete|ArrowUp|ArrowDown)$/.test(event.key);
});
document.addEventListener('change', (event) => {
  if (event.target.type !== 'date' || !typing) return;
  typed = event.target;
  event.stopPropagation();
}, { capture: true });
document.addEventListener('pointerdown', () => { typing = false; }, { capture: true });
document.addEventListener('submit', () => { typed = null; });
document.addEventListener('focusout', () => {
  const changed = typed;
  typing = false;
  typed = null;
  changed?.dispatchEvent(new Event('change', { bubbles: true }));
});

document.addEventListener('change', (event) => {
  if (event.target.matches('#chosen [data-all]')) {
    for (const box of selection().boxes) box.checked = event.target.checked;
  }
  if (event.target.closest('#chosen')) show();
});
document.addEventListener('htmx:afterSettle', show);
document.addEventListener('htmx:afterSettle', markFields);
show();

/** Marks the invalid fields of the filter, which is not part of what the server sends again. */
function markFields() {
  for (const field of document.querySelectorAll('.filters :is(input, select)[id]')) {
    const invalid = document.querySelector(`#found .summary a[href="#${field.id}"]`) !== null;
    field.closest('.field').classList.toggle('wrong', invalid);
    if (invalid) field.setAttribute('aria-invalid', 'true');
    else field.removeAttribute('aria-invalid');
  }
}
