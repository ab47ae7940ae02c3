// Whose frames are shown without asking. Grants are categories ("video") or names of providers ("youtube"), and come from
// four sides: the site (`data-consent`), the page around (`consent` on <live-blog> or <html>), its consent manager (the
// event `consentchange`), and the reader, whose browser keeps them until they are taken back.

const KEPT = "liveblog.embeds";
const NAME = /^[a-z][a-z0-9_-]{0,39}$/;

/** Keeps what has been granted, and calls `onChange` whenever that may be another. `env` is the browser, or a test's. */
export class Consent {
  constructor(onChange, env = globalThis) {
    this.onChange = onChange;
    this.env = env;
    this.ofManager = new Set();
    this.ofReader = this.kept();
  }

  /** Begin to hear of changes: of attributes, of events, and of other tabs. */
  listen() {
    const { document, MutationObserver } = this.env;
    document.addEventListener("consentchange", ({ detail }) => {
      if (detail?.by === "reader" || !Array.isArray(detail?.granted)) return;
      this.ofManager = new Set(names(detail.granted));
      this.onChange();
    });
    new MutationObserver(() => this.onChange()).observe(document.documentElement, {
      attributes: true, subtree: true, attributeFilter: ["consent", "data-consent"],
    });
    this.env.addEventListener("storage", ({ key }) => {
      if (key !== KEPT && key !== null) return;
      this.ofReader = this.kept();
      this.onChange();
    });
    return this;
  }

  /** Return whether the page, its site or its consent manager has granted this embed: what the reader cannot take back. */
  isGiven(figure) {
    const { provider, category } = figure.dataset;
    const granted = new Set([...this.ofManager, ...attributesAround(figure)]);
    return granted.has(category) || granted.has(provider);
  }

  /** Return whether the reader has granted this embed for good. */
  isKept({ dataset: { provider, category } }) {
    return this.ofReader.has(provider) || this.ofReader.has(category);
  }

  /** Keep, or take back, the reader's grant for the provider of this embed, and tell the page around. */
  keep(figure, isGranted) {
    const { provider, category } = figure.dataset;
    this.ofReader = this.kept();
    if (isGranted) this.ofReader.add(provider);
    else [provider, category].forEach((name) => this.ofReader.delete(name));
    try {
      this.env.localStorage.setItem(KEPT, JSON.stringify([...this.ofReader]));
    } catch {
      // A browser that keeps nothing: it holds for as long as the page is open.
    }
    this.tell(figure);
    this.onChange();
  }

  /** Tell the page around what the reader has granted. */
  tell(figure) {
    const { provider, category } = figure.dataset;
    const detail = { by: "reader", granted: [...this.ofReader], provider, category };
    figure.dispatchEvent(new this.env.CustomEvent("consentchange", { bubbles: true, composed: true, detail }));
  }

  kept() {
    try {
      return new Set(names(JSON.parse(this.env.localStorage.getItem(KEPT) ?? "[]")));
    } catch {
      return new Set(this.ofReader ?? []);
    }
  }
}

function names(given) {
  return (Array.isArray(given) ? given : []).filter((name) => typeof name === "string" && NAME.test(name));
}

function attributesAround(figure) {
  const found = [];
  for (let at = figure; at; at = at.parentElement ?? at.getRootNode?.().host ?? null) {
    const { consent, dataset } = { consent: at.getAttribute("consent"), dataset: at.getAttribute("data-consent") };
    found.push(...names(`${consent ?? ""} ${dataset ?? ""}`.split(/\s+/)));
  }
  return found;
}
