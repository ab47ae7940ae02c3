// Remembers, in this browser alone, what of a story was on the screen and when, so that whoever comes back can be told
// what is new since: static/reading/since_then.js. Nothing of it is sent anywhere.

import { loadLate } from "../late_module.js";
import { bodyHtmlOf, textOf } from "../pins_and_key_points.js";
import { tidyVisit } from "./visits.js";

const AWAY_MS = 5 * 60_000; // who was away for less has missed little
const READ_MS = 1_000;

/** Remember this visit, and tell of what came since the last one. */
export function rememberVisit({ timeline, follower }) {
  const { id } = follower.state;
  const key = `liveblog-visit:${id}`;
  const last = load(key);
  const read = {};
  const timers = new Map();
  const save = () => store(key, tidyVisit(last, read, Date.now()));
  const seen = new IntersectionObserver((found) => {
    for (const { target, isIntersecting } of found) {
      clearTimeout(timers.get(target));
      if (isIntersecting) timers.set(target, setTimeout(() => note(target), READ_MS));
    }
  }, { rootMargin: "-10%" });
  const note = (article) => {
    if (!article.isConnected) return;
    read[article.dataset.id] = textOf(bodyHtmlOf(article));
    save(); // a phone may end the page without a word
  };
  const watch = () => {
    for (const article of timeline.querySelectorAll(":scope > article")) seen.observe(article);
  };
  new MutationObserver(watch).observe(timeline, { childList: true });
  watch();
  document.addEventListener("visibilitychange", save);
  window.addEventListener("pagehide", save);
  if (last && Date.now() - last.at > AWAY_MS) {
    loadLate(() => import("./since_then.js")).then(({ tellSince }) => tellSince(id, last)).catch(() => {}); // out of reach: at the next visit
  }
}

function load(key) {
  try {
    return JSON.parse(localStorage.getItem(key));
  } catch {
    return null; // a frame without storage, or what is none of ours
  }
}

function store(key, visit) {
  try {
    localStorage.setItem(key, JSON.stringify(visit));
  } catch {
    // Full, or none: the next visit is a first one.
  }
}
