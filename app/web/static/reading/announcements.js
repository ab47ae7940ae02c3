// Says what has arrived to those who hear the page: several at once in one sentence, and never what was taken back.

import { truncate } from "../truncate.js";
import { say, sayCount } from "../words.js";

const GATHER_MS = 2_000;
const LONG = 140;

export class Announcements {
  #line;
  #fresh;
  #gathered = new Set();
  #announced = new Set();
  #timer;
  #begin;

  /** `begin` is called before words are said, where those of several stories are on one page. */
  constructor({ line, fresh, begin = () => {} }) {
    this.#begin = begin;
    this.#line = line;
    this.#fresh = fresh;
  }

  /** Note that an entry has arrived; it is said in a moment, with what else arrives. */
  add(id) {
    this.#gathered.add(id);
    this.#timer ??= setTimeout(() => this.#say(), GATHER_MS);
  }

  /** Say nothing of an entry that was taken back. */
  remove(id) {
    this.#gathered.delete(id);
    if (this.#announced.has(id)) this.#line.textContent = "";
  }

  #say() {
    this.#timer = undefined;
    if (this.#gathered.size === 0) return;
    this.#begin();
    const [id] = this.#gathered;
    const article = this.#gathered.size === 1 && document.getElementById(`entry-${id}`);
    if (!this.#fresh.hidden) this.#line.textContent = this.#fresh.textContent;
    else if (article) this.#line.textContent = say("updates.announced", { text: inShort(article) });
    else this.#line.textContent = sayCount("updates.new", this.#gathered.size);
    this.#announced = this.#gathered;
    this.#gathered = new Set();
  }
}

/** Return the words an entry is announced with: its headline, or its beginning. */
function inShort(article) {
  const text = (article.querySelector("header > h2") ?? article.querySelector(".body")).textContent;
  return truncate(text.trim().replace(/\s+/g, " "), LONG);
}
