// Marque in a page of your own:
//   <script type="module" src="https://marque.example/static/embed.js"></script>
//   <marque-upload lang="de" theme="dark"></marque-upload>
// The element makes the frame, gives it its height, and fires "marque:prediction" with
// {id, verdict, brand} in its detail for each result. Marque must list your page's origin in
// marque.portal.origins. Without the `src` attribute the frame shows the Marque this file is from.

const home = new URL('../', import.meta.url);

class MarqueUpload extends HTMLElement {
  static observedAttributes = ['src', 'lang', 'theme', 'path'];

  #frame = null;

  connectedCallback() {
    const shadow = this.shadowRoot ?? this.attachShadow({ mode: 'open' });
    this.#frame = document.createElement('iframe');
    this.#frame.title = this.getAttribute('title') ?? 'Marque';
    this.#frame.allow = 'camera; clipboard-write';
    this.#frame.width = '100%';
    this.#frame.height = '640';
    this.#frame.style.border = '0';
    this.style.display ||= 'block';
    shadow.replaceChildren(this.#frame);
    window.addEventListener('message', this.#hear);
    this.#show();
  }

  disconnectedCallback() {
    window.removeEventListener('message', this.#hear);
    this.#frame = null;
  }

  attributeChangedCallback() {
    if (this.#frame) this.#show();
  }

  #home() {
    const address = new URL(this.getAttribute('src') ?? home, location.href);
    // Without it the last part of a path would be taken for a page's name, which others replace.
    if (!address.pathname.endsWith('/')) address.pathname += '/';
    return address;
  }

  #show() {
    const address = new URL(this.getAttribute('path') ?? '', this.#home());
    address.searchParams.set('embed', '1');
    for (const name of ['lang', 'theme']) {
      const value = this.getAttribute(name);
      if (value) address.searchParams.set(name, value);
    }
    this.#frame.src = address;
  }

  // Only what this element's own frame says, from Marque's own origin, is believed.
  #hear = (event) => {
    if (event.source !== this.#frame?.contentWindow || event.origin !== this.#home().origin) return;
    const { type, height, ...detail } = event.data ?? {};
    if (type === 'marque:height' && Number.isFinite(height)) {
      this.#frame.height = String(Math.min(Math.max(height, 120), 20000));
    } else if (type === 'marque:prediction') {
      this.dispatchEvent(new CustomEvent(type, { bubbles: true, composed: true, detail }));
    }
  };
}

if (!customElements.get('marque-upload')) customElements.define('marque-upload', MarqueUpload);
