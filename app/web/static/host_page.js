// What a story does on a page of others, and not on ours: places for that page's advertisements, and telling it which
// entries were seen. Loaded once the story stands there.

import { element } from "./entries.js";
import { drawPinsAndKeyPoints } from "./pins_and_key_points.js";
import { Announcements } from "./reading/announcements.js";
import { say } from "./words.js";

const SEEN_MS = 1_000;
const STEPS = Array.from({ length: 21 }, (_, step) => step / 20);

// What was told of, for as long as the page is open: an element that is taken away and put back tells of nothing again.
const seenIn = new WeakMap(); // ids of entries, by the element
const toldSlots = new WeakSet();

/** What stands above the entries, and what is said of new ones to those who hear the page. */
export class AboveEntries {
  #root;
  #view;
  #announcements;

  constructor(root, view) {
    const part = (name) => root.querySelector(`[part="${name}"]`);
    this.#root = root;
    this.#view = view;
    this.#announcements = new Announcements({ line: part("announcement"), fresh: part("fresh"), begin: () => view.begin() });
    view.drawing(() => drawPinsAndKeyPoints(view.follower.state, root));
  }

  /** Draw what an update has changed; right after the view has drawn it, in its words. */
  draw({ state, before, message, verdict }) {
    this.#view.drawing(() => drawPinsAndKeyPoints(state, this.#root));
    const held = before?.timeline.items.some(({ id }) => id === message?.entry?.id);
    if (message?.entry && verdict === "applied" && !held) this.#announcements.add(message.entry.id);
    if (message?.id) this.#announcements.remove(message.id);
  }
}

/**
 * Places for advertisements, each behind the entry it was made for. They are never moved, replaced or taken away, since
 * what is in them would load again: entries come and go around them. Each is told of once, as an event `adslot`.
 */
export class AdSlots {
  #host;
  #timeline;
  #every;
  #made;

  /** `made`, if there is one, is handed what was made of the host's template, and the id of the entry before it. */
  constructor(host, every, made) {
    this.#host = host;
    this.#timeline = host.querySelector('[part="timeline"]');
    this.#every = every;
    this.#made = made;
  }

  /** Make the places that are wanted by now: behind every so many older entries, and new ones once there are as many. */
  place() {
    const runs = this.#runs();
    const last = runs.at(-1);
    const isOnly = runs.length === 1;
    for (let at = this.#every; at < last.length || (isOnly && at === last.length); at += this.#every) this.#add(last[at - 1]);
    for (let top = isOnly ? [] : runs[0]; top.length >= 2 * this.#every; top = top.slice(0, -this.#every)) {
      this.#add(top.at(-this.#every - 1));
    }
    for (const slot of this.#timeline.querySelectorAll(":scope > .ad-slot")) this.#fill(slot);
  }

  /** Return the entries between two places each, from the top on. */
  #runs() {
    const runs = [[]];
    for (const child of this.#timeline.children) {
      if (child.matches(".ad-slot")) runs.push([]);
      else if (child.matches("article")) runs.at(-1).push(child);
    }
    return runs;
  }

  #add(article) {
    article?.after(element("div", {
      class: "ad-slot", part: "ad", "data-after": article.dataset.id, role: "group", "aria-label": say("ad"), "data-say-label": "ad",
    }));
  }

  #fill(slot) {
    if (toldSlots.has(slot)) return;
    toldSlots.add(slot);
    const given = this.#host.querySelector(':scope > template[slot="ad"]');
    if (given && slot.childElementCount === 0) {
      const content = document.importNode(given.content, true);
      this.#made?.(content, slot.dataset.after);
      slot.append(content);
    }
    tell(this.#host, "adslot", { slot, after: slot.dataset.after });
  }
}

function tell(host, name, detail) {
  host.dispatchEvent(new CustomEvent(name, { bubbles: true, composed: true, detail }));
}

/**
 * Tell of each entry in `root` once that was seen for a second: half of it, or enough to fill half of the window. It is
 * an event `entryview` at `host`.
 */
export function watchEntries(host, root, signal) {
  const timeline = root.querySelector('[part="timeline"]');
  const seen = seenIn.get(host) ?? new Set();
  seenIn.set(host, seen);
  const waiting = new Map(); // timers, by entry

  const see = (id) => {
    waiting.delete(id);
    if (document.visibilityState === "hidden" || seen.has(id)) return;
    seen.add(id);
    tell(host, "entryview", { story: root.dataset.story, id, headline: timeline.querySelector(`:scope > [data-id="${CSS.escape(id)}"] h2`)?.textContent ?? null });
  };
  const views = new IntersectionObserver((changes) => {
    for (const { target, isIntersecting, intersectionRatio, intersectionRect } of changes) {
      const { id } = target.dataset;
      const isSeen = isIntersecting && (intersectionRatio >= 0.5 || intersectionRect.height >= window.innerHeight / 2);
      if (!isSeen) {
        clearTimeout(waiting.get(id));
        waiting.delete(id);
      } else if (!seen.has(id) && !waiting.has(id)) {
        waiting.set(id, setTimeout(() => see(id), SEEN_MS));
      }
    }
  }, { threshold: STEPS });
  const watch = () => {
    views.disconnect();
    for (const article of timeline.querySelectorAll(":scope > article")) {
      if (!seen.has(article.dataset.id)) views.observe(article);
    }
  };
  const changes = new MutationObserver(watch);
  changes.observe(timeline, { childList: true });
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && watch(), { signal });
  signal.addEventListener("abort", () => {
    changes.disconnect();
    views.disconnect();
    for (const timer of waiting.values()) clearTimeout(timer);
  });
  watch();
}
