// A story's newest entries in a line each, for home pages: <live-blog mode="ticker">. The server draws the same in
// templates/ticker.html. It is short and nothing is read in it for long, so what is new stands on top at once.

import { follow } from "./client.js";
import { element, entryLink, moment, said, useLinks } from "./entries.js";
import { loadEventually } from "./late_module.js";
import { briefly } from "./pins_and_key_points.js";
import { stateDrawnIn } from "./story_view.js";
import { statusKey, useWords } from "./words.js";

const SHORT = 80;

/** The ticker in `root`; takes what StoryView takes, and tells what it tells. */
export class TickerView {
  #root;
  #list;
  #lines; // by entry; those that were pushed out stay here: of what the server drew nothing else is known
  #links;
  #words;
  #language;
  #tell;
  #over = new AbortController();

  constructor(root, { origin, state, links, words, language, tell }) {
    this.#root = root;
    this.#list = root.querySelector('[part="timeline"]');
    this.#lines = new Map([...this.#list.children].map((line) => [line.dataset.id, line]));
    this.#links = links;
    this.#words = words;
    this.#language = language;
    this.#tell = tell;
    this.follower = follow({
      story: root.dataset.story,
      state: state ?? stateDrawnIn(root),
      origin,
      onUpdate: (update) => this.#onUpdate(update),
      onConnection: (connection) => tell("connection", { connection }),
    });
    if (state) this.#draw(state);
  }

  start() {
    this.follower.start();
  }

  stop() {
    this.#over.abort();
    this.follower.stop();
  }

  #onUpdate({ state, before, message, verdict }) {
    if (state.status === "withdrawn") {
      this.#root.replaceChildren();
      this.stop();
      this.#tell("withdrawn", {});
      return;
    }
    this.#draw(state, { all: verdict === "replaced" });
    if (message?.type === "story.updated" || verdict === "replaced") this.#drawStory();
    this.#tell("updated", { state, before, message, verdict });
    if (state.status !== before?.status) this.#tell("status", { status: state.status });
    const { items, next } = state.timeline;
    if (next !== null && items.length < this.#limit && verdict !== "page") {
      this.follower.loadOlder().catch(() => {}); // out of reach; with the next change again
    }
  }

  get #limit() {
    return Number(this.#root.dataset.limit);
  }

  #draw(state, { all = false } = {}) {
    useWords(this.#words);
    useLinks(this.#links);
    const wanted = state.timeline.items.slice(0, this.#limit);
    for (const line of [...this.#list.children]) if (!wanted.some(({ id }) => id === line.dataset.id)) line.remove();
    for (const [place, item] of wanted.entries()) {
      let line = this.#lines.get(item.id);
      if (!line || ((all || Number(line.dataset.revision) !== item.revision) && item.body_html !== undefined)) {
        const drawn = this.#line(item, state);
        line?.replaceWith(drawn);
        line = drawn;
        this.#lines.set(item.id, line);
      }
      if (this.#list.children[place] !== line) this.#list.insertBefore(line, this.#list.children[place] ?? null);
    }
  }

  #line(entry, state) {
    const time = moment(entry.time, state);
    return element(
      "li", { "data-id": entry.id, "data-revision": String(entry.revision), "data-sort-key": entry.sort_key },
      entryLink(entry.id, time, " ", briefly(entry, SHORT)),
    );
  }

  /** Draw what the story is, in its language once its words are here. */
  #drawStory() {
    const { state } = this.follower;
    this.#draw(state, { all: true });
    const status = said("p", statusKey(state), { class: "live", part: "status", "data-status": state.status });
    this.#root.querySelector('[part="status"]').replaceWith(status);
    this.#root.querySelector('[part="title"] a').textContent = state.title;
    if (!this.#language && state.language !== this.#words.language) this.#followLanguage();
  }

  async #followLanguage() {
    const { signal } = this.#over;
    const { followLanguage } = await loadEventually(() => import("./followed_language.js"), signal);
    const use = (words, { language, direction }) => {
      this.#words = words;
      Object.assign(this.#root, { lang: language, dir: direction });
      this.#drawStory();
    };
    followLanguage?.(this.follower, { words: () => this.#words, use, signal });
  }
}
