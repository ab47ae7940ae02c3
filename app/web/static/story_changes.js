// Draws anew what a story itself is, when that changes: its header, its times, and every word where its language is
// another. Loaded once the page is still, as most stories stay what they are while they are read.

import { moment } from "./entries.js";
import { loadEventually } from "./late_module.js";
import { drawStoryHeader, offerInHeader } from "./story_header.js";
import { pieces, say, saidAs } from "./words.js";

const ANSWER_MS = 20_000;

/** The changes of the story in `root`, which `view` keeps up to date; none any more once `signal` has aborted. */
export class StoryChanges {
  #root;
  #view;
  #signal;
  #header;
  #linked = new Map(); // what is known of the stories before and after this one, by id

  constructor(root, view, signal) {
    this.#root = root;
    this.#view = view;
    this.#signal = signal;
    this.#header = root.querySelector("header.story");
    for (const link of root.querySelectorAll("a[data-story][lang]")) {
      const slug = decodeURIComponent(link.getAttribute("href").split("/").at(-1));
      this.#linked.set(link.dataset.story, { slug, title: link.textContent, language: link.lang, direction: link.dir });
    }
    offerInHeader(this.#header);
  }

  /** Draw a state that has all of the story's fields. */
  draw(state) {
    this.#drawHeader(state);
    redrawTimes(this.#root, state);
    this.#learnOfLinked(state);
    if (!this.#view.language && state.language !== this.#view.words.language) this.#followLanguage();
  }

  async #followLanguage() {
    const [view, signal] = [this.#view, this.#signal];
    const { followLanguage } = await loadEventually(() => import("./followed_language.js"), signal);
    const use = (words) => {
      view.words = words;
      view.drawing(() => {
        sayAgain(this.#root);
        view.drawStory();
      });
    };
    followLanguage?.(view.follower, { words: () => view.words, use, signal });
  }

  #drawHeader(state) {
    const { site: siteName } = this.#root.dataset;
    drawStoryHeader(this.#header, state, { siteName, titleOf: (id) => this.#linked.get(id) });
  }

  /** Ask for the titles of the stories before and after this one, where they are not known. */
  async #learnOfLinked({ continues, continued_by: continuedBy }) {
    const { follower } = this.#view;
    for (const id of [continues, continuedBy].filter((each) => each && !this.#linked.has(each))) {
      try {
        const address = `${follower.origin}/v1/stories/${encodeURIComponent(id)}`;
        const response = await fetch(address, { signal: AbortSignal.timeout?.(ANSWER_MS) });
        if (!response.ok) continue; // it cannot be read now; the link says what there is without its title
        this.#linked.set(id, await response.json());
        const { state } = follower;
        if (state.status !== "withdrawn") this.#view.drawing(() => this.#drawHeader(state));
      } catch {
        // Out of reach: the link stands without a title until the story changes again.
      }
    }
  }
}

/** Draw every time in `root` anew, after a change of the story's time zone or language. */
function redrawTimes(root, story) {
  for (const time of root.querySelectorAll("time[datetime]")) {
    const drawn = moment(time.getAttribute("datetime"), story);
    if (!time.isEqualNode(drawn)) time.replaceWith(drawn);
  }
}

/** Say all texts in `root` again, in the words of now. What stands in the place of a placeholder stays. */
function sayAgain(root) {
  for (const said of root.querySelectorAll("[data-say]")) {
    const [kept = ""] = said.children;
    const key = said.dataset.say;
    said.replaceChildren(...pieces(key, new Proxy({}, { get: () => kept })));
    for (const name of ["lang", "dir"]) said.removeAttribute(name);
    Object.entries(saidAs(key)).forEach((each) => said.setAttribute(...each));
  }
  for (const labelled of root.querySelectorAll("[data-say-label]")) {
    labelled.setAttribute("aria-label", say(labelled.dataset.sayLabel));
  }
}
