// Embeds Marque in another page:
//   <script type="module" src="https://marque.example/static/embed.js"></script>
//   <marque-upload lang="de" theme="dark"></marque-upload>
// The element creates the frame, adjusts its height and fires "marque:prediction" each time a result
// is shown, with {id, verdict, brand} as its detail; a result shown again has the same id. The origin
// of your page must be listed in Marque's setting marque.portal.origins. Without `src`, the frame
// shows the server that served this file.

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
    window.addEventListener('message', this.#receive);
    this.#show();
  }

  disconnectedCallback() {
    window.removeEventListener('message', this.#receive);
    this.#frame = null;
  }

  attributeChangedCallback() {
    if (this.#frame) this.#show();
  }

  #home() {
    const address = new URL(this.getAttribute('src') ?? home, location.href);
    // Without the trailing slash, relative paths would replace the last part of the base path.
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

  // Accepts messages only from this element's own frame and from Marque's origin.
  #receive = (event) => {
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
