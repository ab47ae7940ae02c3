// Keeps a story's markup up to date, beginning with what the server drew, which is complete: the reader's page, and
// <live-blog> on pages of others. Several may be on one page, each in a language of its own.
// Two rules: what the reader is looking at never moves, and nothing is announced that they have not been given.

import { follow } from "./client.js";
import { drawEntry, element, useLinks } from "./entries.js";
import { loadEventually } from "./late_module.js";
import { offerPlayers } from "./players.js";
import { keepReadingPlace } from "./reading_place.js";
import { say, sayCount, useWords, wordsInUse } from "./words.js";

const QUIET_MS = 5_000; // a connection that comes back sooner is not worth a word

/** Return what the server drew in `root` as a state: enough of each entry to know its place and age. */
export function stateDrawnIn(root) {
  const items = [...root.querySelectorAll("[part=timeline] > [data-sort-key]")].map(({ dataset }) => (
    { id: dataset.id, revision: Number(dataset.revision), sort_key: dataset.sortKey }
  ));
  if (isOldestFirst(root)) items.reverse();
  const { story: id, head, next, language, timeZone, status } = root.dataset;
  const [pinned, points, included] = ["pinned", "keyPoints", "included"].map((name) => JSON.parse(root.dataset[name] ?? "[]"));
  return {
    id, language, time_zone: timeZone, status, pinned, key_points: points,
    timeline: { items, next: next || null, prev: null }, included, head,
  };
}

function isOldestFirst({ dataset }) {
  return dataset.order === "oldest" || "oldestFirst" in dataset;
}

/**
 * Bring to life what the server drew in `root`.
 *
 * `origin` is the server; `state`, what is held already, where that is more than what is drawn; `links` has `base` and
 * `target` of the links to entries; `words` are those to say, `language` theirs if the story's does not matter. `tell`
 * gets a name and details of what happens: "title" (and `count` of new entries), "story", "updated" (as the follower
 * has it), "status", "drawn", "withdrawn", "outdated" (the page does not begin with the newest entry, and is too old), "stuck" (older entries are
 * out of reach, and at `href` if anywhere). start() begins, stop() ends all of it.
 */
export class StoryView {
  /** The words that are said here, and their language, if that of the story does not matter. */
  words;
  language;
  #root;
  #links;
  #timeline;
  #fresh;
  #older;
  #tell;
  #siteName;
  #isNewest;
  #isOldestFirst;
  #shownPart; // of the entries, if not all are shown: "key", or "tag:" and its slug
  #withheld = new Set(); // entries above the page, when it does not begin with the newest
  #changes = null; // what draws the story itself anew, once it is here
  #isChanged = false; // whether that has to be drawn then
  #title = document.title;
  #ending = new AbortController();
  #whisper;

  constructor(root, { origin = location.origin, state = null, links = {}, words = wordsInUse(), language, tell }) {
    const { dataset } = root;
    const part = (name) => root.querySelector(`[part="${name}"]`);
    this.#root = root;
    this.#links = links;
    this.language = language;
    this.words = words;
    this.#tell = tell;
    [this.#timeline, this.#fresh, this.#older] = ["timeline", "fresh", "older"].map(part);
    this.#siteName = dataset.site;
    this.#isNewest = dataset.newest === "yes";
    this.#isOldestFirst = isOldestFirst(root);
    this.#shownPart = dataset.part;
    /** What keeps the reading place. */
    this.place = keepReadingPlace(root);
    /** What follows the story. */
    this.follower = follow({
      story: dataset.story,
      state: state ?? stateDrawnIn(root),
      origin,
      onUpdate: (update) => this.#onUpdate(update),
      onComments: ({ count }) => this.#drawCounts({ "replies.count": count }),
      onConnection: (connection) => this.#onConnection(connection),
    });
    this.#listen(state);
  }

  /** The entries that are drawn, the newest first. */
  get articles() {
    const found = [...this.#timeline.querySelectorAll(":scope > article")];
    return this.#isOldestFirst ? found.reverse() : found;
  }

  /** Say the words of this view, and lead where its links do, in what is drawn from now on. */
  begin() {
    useWords(this.words);
    useLinks(this.#links);
  }

  /** Change what is drawn in the words and with the links of this view, so that what is read stays where it is. */
  drawing(change) {
    this.begin();
    this.place.keeping(change);
  }

  /** List the entries of a state that belong here; of those that came with the page, no more is known than that. */
  #itemsOf({ timeline: { items } }) {
    const shown = this.#shownPart;
    return items.filter(({ body_html: html, key_event: isKey, tags }) => (
      !shown || html === undefined || (shown === "key" ? isKey : tags.some(({ slug }) => shown === `tag:${slug}`))
    ));
  }

  start() {
    this.begin();
    offerPlayers(this.#timeline);
    this.follower.start();
    (window.requestIdleCallback ?? setTimeout)(() => this.#loadChanges());
  }

  /** Load what draws the story itself anew, again and again while the server is away. */
  async #loadChanges() {
    const { signal } = this.#ending;
    const { StoryChanges } = await loadEventually(() => import("./story_changes.js"), signal);
    if (signal.aborted) return;
    this.#changes = new StoryChanges(this.#root, this, signal);
    if (this.#isChanged) this.drawing(() => this.drawStory());
  }

  stop() {
    clearTimeout(this.#whisper);
    this.#ending.abort();
    this.place.stop();
    this.follower.stop();
  }

  #part(name) {
    return this.#root.querySelector(`[part="${name}"]`);
  }

  #article(id) {
    return this.#timeline.querySelector(`:scope > [data-id="${CSS.escape(id)}"]`);
  }

  #listen(state) {
    const { signal } = this.#ending;
    this.#fresh.addEventListener("click", () => this.#showFresh(), { signal });
    this.#older.addEventListener("click", (event) => this.#showOlder(event), { signal });
    addEventListener("scroll", () => {
      if (!this.#fresh.hidden && this.#isNewest && !this.#isBeingRead) this.#drawKept();
    }, { passive: true, signal });
    if (state) this.#drawKept();
  }

  #drawKept() {
    this.begin();
    this.place.keeping(() => this.#draw(this.follower.state));
  }

  #onUpdate({ state, before, message, verdict }) {
    this.begin();
    if (state.status === "withdrawn") {
      const words = say("withdrawn");
      const line = element(this.#root.matches("main") ? "h1" : "p", { tabindex: "-1" }, words);
      const hadFocus = this.#root.contains(document.activeElement);
      this.#root.replaceChildren(line);
      if (hadFocus) line.focus();
      this.stop();
      this.#tell("withdrawn", { words });
      return;
    }
    const isOther = !this.#isNewest || this.#shownPart || "oldestFirst" in this.#root.dataset;
    if (isOther && verdict === "replaced") {
      this.#tell("outdated"); // a snapshot has the newest entries, and this page others
      return;
    }
    if (!this.#isNewest) this.#holdBackAbove(message);
    this.place.keeping(() => {
      this.#draw(state, { all: verdict === "replaced", isOlder: verdict === "page" });
      if (message?.type === "story.updated" || verdict === "replaced") this.drawStory();
    });
    this.#drawCounts({ "updates.count": state.entry_count });
    this.#tell("updated", { state, before, message, verdict });
    if (state.status !== before?.status) this.#tell("status", { status: state.status });
  }

  /** Hold back a new entry that sorts above an older page; the link at the page's top leads to it. */
  #holdBackAbove(message) {
    if (!message?.entry) return;
    const top = this.articles[0];
    const { id, sort_key: key } = message.entry;
    const above = !top || key > top.dataset.sortKey || (key === top.dataset.sortKey && id > top.dataset.id);
    if (!this.#article(id) && above) this.#withheld.add(id);
    else this.#withheld.delete(id);
  }

  /** Make the timeline show the state: what changed is replaced, the rest is not touched. */
  #draw(state, { all = false, isOlder = false, isAsked = false } = {}) {
    const wanted = isAsked ? this.#itemsOf(state) : this.#shownOf(state);
    const ids = new Set(wanted.map((item) => item.id));
    for (const article of this.articles) if (!ids.has(article.dataset.id)) article.remove();
    let previous = null;
    for (const item of this.#isOldestFirst ? [...wanted].reverse() : wanted) {
      previous = this.#put(item, state, previous, { all, isOlder });
    }
    const shown = this.articles.length;
    const waiting = this.#itemsOf(state).length - shown;
    this.#drawFresh(waiting);
    this.#part("nothing-yet").hidden = shown > 0 || waiting > 0;
    this.#drawOlder(state);
    this.#tell("drawn");
  }

  /** Tell whether the entries are read or used: then nothing is put above them. */
  get #isBeingRead() {
    if (this.place.isReading(this.#timeline) || this.#timeline.querySelector(":focus-visible")) return true;
    const { isCollapsed, anchorNode } = getSelection();
    return !isCollapsed && this.#timeline.contains(anchorNode);
  }

  /** Return the entries to draw now: all but those above a reader who has scrolled down. */
  #shownOf(state) {
    const items = this.#itemsOf(state);
    if (!this.#isNewest) return items.filter((item) => !this.#withheld.has(item.id));
    if (this.#isOldestFirst || this.articles.length === 0 || !this.#isBeingRead) return items;
    const first = items.findIndex((item) => this.#article(item.id));
    return first < 0 ? items : items.slice(first);
  }

  #put(item, state, previous, { all, isOlder }) {
    const present = this.#article(item.id);
    let article = present;
    if (!present || (all && item.body_html !== undefined) || Number(present.dataset.revision) !== item.revision) {
      article = drawEntry(item, state);
      offerPlayers(article);
      if (present) replaceArticle(present, article);
      else if (!isOlder) flash(article);
    }
    let next = previous ? previous.nextElementSibling : this.#timeline.firstElementChild;
    while (next && next.localName !== "article") next = next.nextElementSibling; // an advertisement stays behind its entry
    if (next !== article) this.#timeline.insertBefore(article, next);
    return article;
  }

  #drawFresh(count) {
    this.#fresh.hidden = count === 0;
    this.#fresh.textContent = sayCount("updates.new", count);
    this.#tell("title", { title: this.#title, count });
  }

  #showFresh() {
    if (!this.#isNewest) {
      this.#part("to-newest").click();
      return;
    }
    const held = new Set(this.articles.map((article) => article.dataset.id));
    this.begin();
    this.place.goToTop();
    this.#draw(this.follower.state, { isAsked: true });
    this.articles.find((article) => !held.has(article.dataset.id))?.focus({ preventScroll: true });
  }

  #drawOlder({ timeline: { next } }) {
    this.#older.hidden = next === null || "oldestFirst" in this.#root.dataset;
    if (next === null) return;
    const query = new URLSearchParams(this.#older.search);
    query.set("position", new URL(next).searchParams.get("position"));
    this.#older.search = query;
  }

  async #showOlder(event) {
    const older = this.#older;
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault(); // also while they are being loaded: the page is not left for that
    if (older.ariaBusy === "true") return;
    older.ariaBusy = "true";
    const last = this.articles.at(-1);
    try {
      await this.follower.loadOlder();
      if (!this.#isOldestFirst) (last?.nextElementSibling ?? last)?.focus({ preventScroll: true });
    } catch {
      this.#tell("stuck", older);
    } finally {
      older.ariaBusy = "false";
    }
  }

  /** Draw what the story is, in all places where the page shows it. */
  drawStory() {
    const { state } = this.follower;
    this.#title = `${state.seo?.title ?? state.title} – ${this.#siteName}`;
    this.#tell("story", state);
    this.#drawCounts();
    this.#drawFresh(this.#itemsOf(state).length - this.articles.length);
    this.#isChanged = true;
    this.#changes?.draw(state);
  }

  /** Draw the numbers of the page, by the keys of their texts; those that are not given again, and an entry's, as they were. */
  #drawCounts(counts = {}) {
    this.begin();
    for (const place of this.#root.querySelectorAll("[data-say-count]")) {
      const { sayCount: key, count } = place.dataset;
      place.textContent = sayCount(key, place.dataset.count = counts[place.part.length > 0 && key] ?? count);
    }
  }

  #onConnection(connection) {
    const line = this.#part("connection");
    this.#root.dataset.connection = connection;
    this.#tell("connection", { connection });
    if (["connecting", "retrying"].includes(connection)) {
      this.#whisper ??= setTimeout(() => {
        this.begin();
        line.textContent = say(navigator.onLine ? "connection.again" : "connection.offline");
      }, QUIET_MS);
      return;
    }
    clearTimeout(this.#whisper);
    this.#whisper = undefined;
    this.begin();
    line.textContent = connection === "refused" ? say("connection.over") : "";
  }
}

/** Put a new drawing in the place of an old one. Pictures that are the same stay: they are loaded, and have their size. */
function replaceArticle(present, article) {
  const loaded = [...present.querySelectorAll("img")];
  for (const image of article.querySelectorAll("img")) {
    const at = loaded.findIndex((each) => each.isEqualNode(image));
    if (at >= 0) image.replaceWith(...loaded.splice(at, 1));
  }
  present.replaceWith(article);
}

/** Show for a moment that an entry is new. */
function flash(article) {
  article.classList.add("is-new");
  article.addEventListener("animationend", () => article.classList.remove("is-new"), { once: true });
}
