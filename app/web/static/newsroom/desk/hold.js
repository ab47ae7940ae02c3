// How long a publication waits before it goes out, so that it can be undone unseen: the person's own setting, kept here.

import { holdOf, HOLDS } from "./holds.js";

const KEY = "liveblog:hold_seconds";
const menu = document.getElementById("hold");

/** Begin: show what was chosen, and keep what is chosen from now on. */
export function beginHold() {
  const chosen = ownHold();
  const offered = HOLDS.includes(chosen) ? HOLDS : [...HOLDS, chosen].sort((a, b) => a - b);
  menu.replaceChildren(...offered.map((seconds) => new Option(seconds === 0 ? "no time" : `${seconds} s`, seconds, false, seconds === chosen)));
  menu.addEventListener("change", () => localStorage.setItem(KEY, menu.value));
}

/** Return for how many seconds a draft is held when it is published. */
export function holdFor(draft) {
  return holdOf(draft, ownHold());
}

function ownHold() {
  const kept = localStorage.getItem(KEY);
  const seconds = kept === null ? NaN : Number(kept);
  return Number.isInteger(seconds) && seconds >= 0 && seconds <= 3600 ? seconds : HOLDS[1];
}
