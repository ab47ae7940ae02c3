// The moderators' queue of readers' replies, in an element that is given: a part of any page that has the dialogs.

import { briefly } from "../../pins_and_key_points.js";
import { truncate } from "../../truncate.js";
import { drawComment, named } from "../drawing/comment_item.js";
import { button } from "../drawing/dialogs.js";
import { keepingPlace } from "../drawing/kept_place.js";
import { addStory, drawFrame, drawMenus, setWords, showKeys } from "../drawing/moderation_frame.js";
import { showProblem } from "../drawing/notices.js";
import { drawAfterPress } from "../drawing/press_guard.js";
import { get, may, session } from "../drawing/session.js";
import { CommentQueue } from "../pure/comment_queue.js";
import { LISTS, arrivalWords, decisionWords } from "../pure/comment_words.js";
import { problemText } from "../pure/problems.js";
import { newest } from "../pure/revisions.js";
import { momentText } from "../pure/time_zones.js";
import { editHoldWords, showBlocks } from "./comment_rules.js";
import { Decisions } from "./moderation_decisions.js";

const PATH = "/v1/newsroom/comments";
const PAGE = 50;
const SOON_MS = 1_000; // of many that arrive at once the list is read once
const REREAD_MS = 20_000; // in case the newsroom's stream cannot be had
const COUNT_MS = 120_000; // the same for who looks at something else: the stream tells them the number
const SPREAD_MS = 4_000; // a newsroom's pages do not all count at once when replies come to another story
const OF_KEYS = { a: "approve", r: "reject", s: "spam", d: "remove", c: "answer", e: "make_entry" };

/**
 * Mount the queue in `root`, which is its own. `onWaiting` gets how many replies wait, as {total, stories}, whenever that
 * is known; `onOpenEntry(story, entry)` opens the entry that was made of one. Nothing is read before `begin()`.
 */
export function mountModeration(root, { onWaiting = () => {}, onOpenEntry }) {
  return new Moderation(root, { onWaiting, onOpenEntry });
}

class Moderation {
  constructor(root, hooks) {
    Object.assign(this, { root, hooks, queue: new CommentQueue(), list: LISTS[0], story: "", turn: 0, news: 0 });
    Object.assign(this, { isShown: false, timer: null, reasons: {}, stories: [], words: new Map(), left: new Map() });
    this.decisions = new Decisions(this);
    this.places = drawFrame(root, {
      choose: () => this.#choose(), all: () => this.#selectAll(), arrived: () => this.read({ isAsked: true }),
      bulk: (action) => this.decisions.actOn(action, [...this.queue.selected]), more: () => this.#readMore(),
      blocks: () => this.trying(showBlocks), words: () => this.trying(editHoldWords),
    });
    root.addEventListener("keydown", (event) => this.#key(event));
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden && this.isShown) this.readSoon(0);
    });
  }

  /** Begin to count what waits; somebody is signed in. */
  begin() {
    if (!this.isShown) this.readSoon(0);
  }

  /** Stop, and forget what was shown. */
  end() {
    this.turn += 1;
    clearTimeout(this.timer);
    Object.assign(this, { timer: null, isShown: false, wasAsked: false, stories: [], words: new Map(), left: new Map(), story: "" });
    this.queue.clear();
    this.places.list.replaceChildren();
    this.say("");
  }

  /** Show the queue, of one story if it is named, and put the focus in it. */
  async open(story = this.story) {
    const isAnother = !this.isShown || story !== this.story;
    Object.assign(this, { isShown: true, story });
    if (isAnother) await this.read({ isAsked: true });
    this.focus(this.queue.beside(null, 0));
  }

  /** Show it no more; what waits is counted as before. */
  close() {
    this.isShown = false;
  }

  /** Open the entry that was made of a reply. */
  openEntry(story, entry) {
    this.hooks.onOpenEntry(story, entry);
  }

  /** Take a message of the newsroom's stream about replies. */
  told(message) {
    this.news += 1;
    if (message.type === "comment" && this.queue.told(message)) {
      this.drawItems();
      if (message.action === "report") this.readOne(message.comment.id);
    }
    const isCounted = message.type === "comment" || (message.type === "comments" && this.#countStory(message));
    if (this.isShown) this.readSoon();
    else if (!isCounted) this.readSoon(SOON_MS + Math.random() * SPREAD_MS);
  }

  /** Read again in that time, or earlier if that was asked for. */
  readSoon(ms = SOON_MS) {
    const at = performance.now() + ms;
    if (this.timer && this.at <= at) return;
    clearTimeout(this.timer);
    this.at = at;
    this.timer = setTimeout(() => {
      this.timer = null;
      if (document.hidden && this.isShown) this.readSoon(REREAD_MS);
      else this.read();
    }, ms);
  }

  /** Read the list; `isAsked`: by the person, who expects another one, else what arrived waits behind its button. */
  async read({ isAsked = false } = {}) {
    const turn = (this.turn += 1);
    const { news } = this;
    this.wasAsked ||= isAsked; // a later reading may overtake the one that was asked for
    try {
      const limit = this.isShown ? Math.min(100, Math.max(PAGE, this.queue.items.size)) : 1;
      const { body } = await get(this.#path({ limit }));
      if (this.isShown) await this.#readWords(body.items);
      if (turn !== this.turn) return;
      this.#take(body);
      if (this.isShown) await this.#draw(body);
      if (this.isUnread) this.say("");
      this.isUnread = false;
    } catch (problem) {
      if (turn !== this.turn) return;
      this.isUnread = true;
      this.sayProblem(problem, this.isShown && (() => this.read({ isAsked })));
    }
    if (turn !== this.turn) return;
    if (news !== this.news) this.readSoon(); // what was read may be older than what was told meanwhile
    else this.readSoon(this.isShown ? REREAD_MS : COUNT_MS);
  }

  #path({ limit, position = null }) {
    const { query, order } = this.isShown ? this.list : LISTS[0];
    const found = new URLSearchParams({ ...query, order, limit });
    if (this.isShown && this.story) found.set("story", this.story);
    if (position) found.set("position", position);
    return `${PATH}?${found}`;
  }

  #take({ counts, reported, appealed, stories, reasons }) {
    Object.assign(this, { reasons, stories, counts: { ...counts, reported, appealed } });
    drawMenus(this.places, this);
    for (const each of this.places.rules) each.hidden = !may("set_comment_rules");
    if (this.story && this.places.story.value !== this.story) this.#nameStory();
    this.#tellWaiting();
  }

  /** Count what waits in a story; return whether that was enough: the title of another one has to be read. */
  #countStory({ story, pending }) {
    const known = this.stories.find((each) => each.story === story);
    if (known) known.pending = pending;
    this.#tellWaiting();
    return known !== undefined || pending === 0;
  }

  #tellWaiting() {
    this.hooks.onWaiting({ total: this.stories.reduce((sum, { pending }) => sum + pending, 0), stories: this.stories });
  }

  async #draw(body) {
    if (this.wasAsked || this.queue.items.size === 0) {
      this.wasAsked = false;
      const known = new Set(this.queue.items.keys());
      const { activeElement: focused } = document;
      const had = this.root.contains(focused) && !focused.matches("select");
      this.queue.show(body);
      this.drawItems();
      if (had) this.focus(body.items.find(({ id }) => !known.has(id))?.id ?? body.items[0]?.id ?? null);
    } else {
      const left = this.queue.compare(body, this.list);
      this.drawItems();
      for (const id of left) {
        const { status, version, gone } = this.queue.items.get(id);
        const isSeen = this.left.get(id) === version || (this.list.query.status ?? status) !== status;
        if (gone || isSeen) continue;
        this.left.set(id, version); // once for each version
        await this.readOne(id);
      }
    }
    this.places.more.hidden = this.queue.next === null;
    this.places.empty.hidden = this.queue.items.size > 0;
  }

  /** Read one reply as it is now; of one that is gone say so in its place. */
  async readOne(id) {
    try {
      const { body } = await get(`${PATH}/${id}`);
      this.queue.merge(body);
    } catch (problem) {
      if (problem.status !== 404) return;
      this.queue.lose(id);
    }
    this.drawItems();
  }

  /** Read the words of the entries and replies that these are about, before these are drawn: nothing grows later. */
  async #readWords(items) {
    const wanted = new Map();
    for (const { story, entry, parent } of items) {
      if (entry) wanted.set(entry, [`/v1/newsroom/stories/${story}/entries/${entry}`, (read) => truncate(briefly(newest(read)), 80)]);
      if (parent) wanted.set(parent, [`${PATH}/${parent}`, named]);
    }
    await Promise.all([...wanted].filter(([id]) => !this.words.has(id)).map(async ([id, [path, wordsOf]]) => {
      const read = await get(path).catch((problem) => ({ body: null, isLost: problem.status === undefined }));
      if (!read.isLost) this.words.set(id, read.body && wordsOf(read.body));
    }));
  }

  #choose() {
    const { shown, story } = this.places;
    this.list = LISTS.find(({ name }) => name === shown.value);
    this.story = story.value;
    this.queue.clear();
    this.places.list.replaceChildren();
    this.say("");
    this.read({ isAsked: true });
  }

  /** Put the chosen story in its menu though none of its replies wait. */
  async #nameStory() {
    const { story: menu } = this.places;
    const wanted = this.story;
    if (![...menu.options].some(({ value }) => value === wanted)) {
      const read = await get(`/v1/newsroom/stories/${wanted}`).catch(() => null);
      if (!read || wanted !== this.story) return;
      addStory(menu, wanted, read.body.title);
    }
    menu.value = wanted;
  }

  /** Draw what changed, once no pointer is down. */
  drawItems() {
    drawAfterPress("replies", () => this.#drawItemsNow());
  }

  /** Draw what changed; all else keeps its element, and what is pointed at or has the focus its place on the screen. */
  #drawItemsNow() {
    const { list, bulkBar, arrived } = this.places;
    const present = new Map([...list.children].map((each) => [each.dataset.id, each]));
    const drawn = [...this.queue.items.values()].map((item) => this.#drawItem(item, present.get(item.id)));
    keepingPlace(list, () => {
      const isSame = drawn.length === present.size && drawn.every(({ dataset }, index) => dataset.id === list.children[index].dataset.id);
      if (!isSame) list.replaceChildren(...drawn);
      else drawn.forEach((each, index) => each !== list.children[index] && list.children[index].replaceWith(each));
      for (const item of this.queue.items.values()) this.#drawOutcome(item);
    });
    bulkBar.hidden = !this.queue.isModerated;
    const { waiting } = this.queue;
    arrived.hidden = waiting.count === 0;
    setWords(arrived, arrivalWords(waiting, this.list.order));
    this.places.empty.hidden = this.queue.items.size > 0;
    this.#drawSelection();
  }

  #drawItem(item, before) {
    const about = { entry: this.words.get(item.entry), above: this.words.get(item.parent) };
    const key = JSON.stringify([item, about]);
    if (before?.dataset.drawn === key) return before;
    const made = drawComment(item, {
      about, press: (action, of) => this.decisions.press(action, of), mayBlock: may("set_comment_rules"),
      select: ({ id }) => {
        this.queue.toggle(id);
        this.#drawSelection();
      },
    });
    made.dataset.drawn = key;
    if (before) made.style.minHeight = `${before.offsetHeight}px`; // what is below stays where it is
    return made;
  }

  /** Say in a reply's own place what was decided about it, what is under way, or why it was not done. */
  #drawOutcome(item) {
    const made = this.#elementOf(item.id);
    const act = this.queue.acts.get(item.id);
    const place = made.querySelector(".reply-outcome");
    const words = act?.words ?? (item.gone ? "It is not here any more." : decisionWords(item, { reasons: this.reasons, timeText: momentText }));
    const key = `${act?.state ?? ""} ${words}`;
    for (const each of made.querySelectorAll(".actions button")) each.disabled = act?.state === "sending";
    if (place.dataset.drawn === key) return;
    place.dataset.drawn = key;
    place.classList.toggle("wrong", act?.state === "failed");
    place.replaceChildren(words, ...(act?.again ? [" ", button("Try again", act.again)] : []));
  }

  #selectAll() {
    this.queue.toggleAll(this.list.query.status ?? null);
    this.#drawSelection();
  }

  #drawSelection() {
    const { all, bulk, selected } = this.places;
    for (const each of this.places.list.children) {
      const isSelected = this.queue.selected.has(each.dataset.id);
      each.classList.toggle("is-selected", isSelected);
      const tick = each.querySelector(".select input");
      if (tick) tick.checked = isSelected;
    }
    const chosen = [...this.queue.selected];
    const can = this.queue.selectable(this.list.query.status ?? null);
    all.checked = can.length > 0 && can.every((id) => this.queue.selected.has(id));
    all.indeterminate = !all.checked && chosen.length > 0;
    for (const each of bulk) each.disabled = this.queue.able(chosen, each.dataset.bulk).length === 0;
    setWords(selected, chosen.length > 0 ? `${chosen.length} selected` : "");
  }

  async #readMore() {
    await this.trying(async () => {
      const { body } = await get(this.#path({ limit: PAGE, position: this.queue.next }));
      await this.#readWords(body.items);
      this.queue.append(body);
      this.drawItems();
      this.places.more.hidden = body.next === null;
      this.focus(body.items[0]?.id ?? null);
    });
  }

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || event.isComposing) return;
    if (event.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]")) return;
    const at = event.target.closest(".reply")?.dataset.id ?? null;
    const act = this.#actOfKey(event.key, at);
    if (!act) return;
    event.preventDefault();
    if (!event.repeat || ["j", "k"].includes(event.key)) act();
  }

  #actOfKey(key, at) {
    switch (key) {
      case "j": return () => this.focus(this.queue.beside(at, 1));
      case "k": return () => this.focus(this.queue.beside(at, -1));
      case "X": return () => this.places.all.click();
      case "n": return () => this.places.arrived.hidden || this.places.arrived.click();
      case "?": return showKeys;
      case "x": return at && (() => {
        this.queue.toggle(at);
        this.#drawSelection();
      });
    }
    const action = OF_KEYS[key];
    if (!action) return null;
    const isSingle = ["answer", "make_entry"].includes(action);
    if (!isSingle && this.queue.selected.size > 0) return () => this.decisions.actOn(action, [...this.queue.selected], { isKey: true });
    if (this.queue.able([at], action).length === 0) return null;
    const item = this.queue.items.get(at);
    const meant = action === "make_entry" && item.made_entry ? "open_entry" : action; // another one has a button of its own
    return () => this.decisions.press(meant, item, { isKey: true });
  }

  #elementOf(id) {
    return id ? this.places.list.querySelector(`:scope > [data-id="${CSS.escape(id)}"]`) : null;
  }

  /** Put the focus in a reply, and let it be seen; in the queue itself if there is none. */
  focus(id) {
    const made = this.#elementOf(id);
    (made ?? this.root).focus({ preventScroll: true });
    made?.scrollIntoView({ block: "nearest" });
  }

  /** Do something; a problem is said in the bar, with the way to try again. */
  async trying(action) {
    try {
      await action();
    } catch (problem) {
      this.sayProblem(problem, () => this.trying(action));
    }
  }

  /** Say in the bar why something was not done; `again`, if it is given, does it once more. */
  sayProblem(problem, again, before = "") {
    if (problem.status === 401) showProblem(problem);
    else if (again) this.say([before, problemText(problem)].filter(Boolean).join(" "), again);
  }

  /** Say what was done, or why not, in the bar that is always seen; with a button for what can be done about it. */
  say(words, press = null, label = "Try again") {
    this.places.said.replaceChildren(...(words ? [words] : []), ...(press ? [" ", button(label, press)] : []));
  }
}
