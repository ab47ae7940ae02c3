// <live-blog src="https://live.example/stories/election-night">: a story on any page, kept up to date.
//
// What a server has drawn in it (GET /stories/{story}/fragment) is brought to life; where there is nothing, it asks for
// that and draws it. It is the reader's page: the same markup, words, styles and client (docs/element.md).

import { backOffMs, isFinalStatus } from "./client.js";
import { loadEventually } from "./late_module.js";
import { StoryView } from "./story_view.js";
import { retryAfterMs } from "./transports.js";
import { learnWords } from "./words.js";

const ANSWER_MS = 15_000; // a server that has not answered by then is asked again
const PAGES = 10; // older pages that are loaded to find an entry that was linked to, at most
const STYLE_MS = 3_000; // the story is not kept back any longer for want of its style
const ASKED = { mode: "mode", limit: "limit", order: "order", lang: "lang", "ad-every": "ad_every" };

/** What an element is where there is no document: importing this module there does nothing. */
const Base = globalThis.HTMLElement ?? class {};

export class LiveBlog extends Base {
  static observedAttributes = ["src", ...Object.keys(ASKED)];

  #view = null;
  #state = null; // what was held when it was taken off its page
  #slots = null;
  #above = null;
  #ending = null; // ends whatever was begun when it was put there
  #status = {};

  /** What is held of the story; null before there is anything. */
  get state() {
    return this.#view?.follower.state ?? this.#state;
  }

  connectedCallback() {
    this.#ending = new AbortController();
    this.#begin(this.#ending.signal);
  }

  disconnectedCallback() {
    this.#end();
  }

  attributeChangedCallback(name, before, after) {
    if (before === after || !this.#ending) return; // not on a page yet, or any more
    this.#end();
    this.#state = null;
    this.#root?.remove();
    this.connectedCallback();
  }

  get #root() {
    return this.querySelector(":scope > .liveblog[data-story]");
  }

  #end() {
    this.#state = this.state;
    this.#ending?.abort();
    this.#ending = this.#view = this.#slots = this.#above = null;
  }

  async #begin(signal) {
    const src = this.#address;
    if (src === null || this.#state?.status === "withdrawn") return;
    if (!this.#root && !await this.#fetched(src, signal)) return;
    const root = this.#root;
    const { canonical } = root.dataset;
    const ticker = this.getAttribute("mode") === "ticker";
    const words = await this.#wordsFor(root, src.origin, signal);
    if (signal.aborted) return;
    const options = {
      origin: src.origin,
      state: this.#state,
      words,
      language: this.getAttribute("lang"),
      links: { base: canonical ?? src.origin + src.pathname, isCanonical: canonical !== undefined, origin: src.origin },
      tell: (name, details) => this.#hear(name, details),
    };
    const { TickerView } = ticker ? await loadEventually(() => import("./ticker.js"), signal) : {};
    if (signal.aborted) return;
    const view = new (TickerView ?? StoryView)(root, options);
    this.#view = view;
    signal.addEventListener("abort", () => view.stop());
    view.start();
    this.#tellStatus({ story: root.dataset.story, status: view.follower.state.status });
    if (ticker) return;
    this.#addLater(view, signal);
    if (canonical === location.href.split("#")[0]) this.#openLinked(view, signal);
  }

  /** Open this page at the entry that its address names, where this is the story's own page. */
  async #openLinked(view, signal) {
    const id = /^#entry-([\w-]+)$/.exec(location.hash)?.[1];
    for (let page = 0; id && page < PAGES && !signal.aborted; page += 1) {
      const linked = view.articles.find(({ dataset }) => dataset.id === id);
      if (linked) return view.place.openAt(linked);
      if (!await view.follower.loadOlder().catch(() => false)) return;
    }
  }

  /** Load what is not needed at first: places for advertisements, and telling which entries were seen. */
  async #addLater(view, signal) {
    const { AboveEntries, AdSlots, watchEntries } = await loadEventually(() => import("./host_page.js"), signal);
    if (signal.aborted) return;
    watchEntries(this, this.#root, signal);
    this.#above = new AboveEntries(this.#root, view);
    const every = Math.trunc(Number(this.getAttribute("ad-every")));
    if (!(every > 0)) return;
    this.#slots = new AdSlots(this, every);
    view.drawing(() => this.#slots.place());
  }

  get #address() {
    const src = this.getAttribute("src");
    return src && new URL(src, document.baseURI);
  }

  /** Ask for what the server draws until it answers, and put it here. Returns false where there is nothing to draw. */
  async #fetched(src, signal) {
    for (let attempt = 0; !signal.aborted; attempt += 1) {
      let asked; // to come back so much later
      try {
        const { response, html } = await answer(this.#fragmentOf(src), signal);
        asked = retryAfterMs(response);
        const isOver = isFinalStatus(response.status) || response.status === 410;
        if (signal.aborted) return false;
        if (response.ok || isOver) {
          await this.#insert(html, signal);
          if (isOver && !signal.aborted) this.#tellStatus({ connection: "refused" });
          return response.ok && !signal.aborted;
        }
      } catch {
        if (signal.aborted) return false;
      }
      this.#tellStatus({ connection: "retrying" });
      await pause(asked ?? 500 + backOffMs(attempt, Math.random), signal);
    }
    return false;
  }

  #fragmentOf(src) {
    const address = new URL(`${src.pathname.replace(/\/$/, "")}/fragment`, src);
    for (const [attribute, name] of Object.entries(ASKED)) {
      if (this.hasAttribute(attribute)) address.searchParams.set(name, this.getAttribute(attribute));
    }
    return address;
  }

  /** Put the markup here once it has its style, so that nothing is seen without, if it is still wanted then. */
  async #insert(html, signal) {
    const drawn = document.createElement("template");
    drawn.innerHTML = html;
    const style = drawn.content.querySelector("link");
    const present = style && [...this.querySelectorAll(":scope > link")].find(({ href }) => href === style.href);
    if (present) style.remove();
    else if (style) {
      this.append(style);
      await new Promise((done) => {
        style.onload = style.onerror = done;
        setTimeout(done, STYLE_MS);
      });
    }
    if (signal.aborted) return;
    for (const before of this.querySelectorAll(":scope > .liveblog")) before.remove();
    this.append(drawn.content);
  }

  async #wordsFor(root, origin, signal) {
    if (root.dataset.words) return JSON.parse(root.dataset.words);
    for (let attempt = 0; !signal.aborted; attempt += 1) {
      try {
        return await learnWords(this.getAttribute("lang") ?? root.dataset.language, origin);
      } catch (error) {
        if (attempt === 0) console.warn("<live-blog> tries again:", error);
        await pause(500 + backOffMs(attempt, Math.random), signal);
      }
    }
  }

  #hear(name, details) {
    if (name === "updated") {
      this.#tellOfEntry(details);
      this.#above?.draw(details);
    }
    if (name === "drawn") this.#slots?.place();
    if (name === "connection" || name === "status") this.#tellStatus({ story: this.state?.id, ...details });
    if (name === "withdrawn") this.#tellStatus({ status: "withdrawn" });
    if (name === "story" && !this.hasAttribute("lang")) {
      Object.assign(this.#root, { lang: details.language, dir: details.direction });
    }
  }

  #tellOfEntry({ message, before, verdict, state }) {
    const { entry } = message ?? {};
    const held = before?.timeline.items.some(({ id }) => id === entry?.id);
    if (entry && verdict === "applied" && !held) this.#dispatch("entry", { story: state.id, entry });
  }

  /** Tell the page what it may not have been told: the story's status, and that of the connection. */
  #tellStatus(details) {
    const before = JSON.stringify(this.#status);
    Object.assign(this.#status, details);
    if (JSON.stringify(this.#status) !== before) this.#dispatch("status", { ...this.#status });
  }

  #dispatch(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { bubbles: true, composed: true, detail }));
  }
}

/** Run what is broken off when a signal aborts: it is given a controller that aborts then. */
async function unlessAborted(signal, run) {
  const running = new AbortController();
  const abort = () => running.abort();
  signal.addEventListener("abort", abort);
  try {
    return await run(running);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

/** Ask for HTML. Throws what fetch throws, also when it takes too long. */
function answer(address, signal) {
  return unlessAborted(signal, async (asking) => {
    const timer = setTimeout(() => asking.abort(), ANSWER_MS);
    try {
      const response = await fetch(address, { signal: asking.signal });
      return { response, html: await response.text() };
    } finally {
      clearTimeout(timer);
    }
  });
}

/** Wait, but not once the signal has aborted. */
function pause(milliseconds, signal) {
  return unlessAborted(signal, (waiting) => new Promise((done) => {
    const timer = setTimeout(done, milliseconds);
    waiting.signal.addEventListener("abort", () => done(clearTimeout(timer)));
  }));
}

if (globalThis.customElements && !customElements.get("live-blog")) customElements.define("live-blog", LiveBlog);
