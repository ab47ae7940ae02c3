// The guard of presses: a press that comes just after the thing under it has changed by itself does nothing and says so,
// and what would be drawn while a pointer is down waits until it is up, so that a press acts on what it was begun on.

import { announce } from "./notices.js";

const STILL_MS = 400; // less than a person needs to see a change and press on purpose
const PLACES = "#duty, .choose, #queue, #composer, #waiting, #list, #replies, dialog";
const PRESSED = "button, summary, a[href]";
const ATTRIBUTES = ["hidden", "open", "disabled", "class"];

const known = new WeakMap(); // each button's place and words, as they were drawn last
const settling = new WeakMap(); // each button that changed just now, with the timer that ends it
const postponed = new Map();
let offsets = null; // of what scrolls, while all buttons are looked at
let isDown = false;
let isOwn = false; // whether what changes now is what a person's own press does at once

/** Begin to guard the page's buttons. */
export function beginPressGuard() {
  for (const type of ["click", "keydown", "input", "change", "submit"]) {
    document.addEventListener(type, () => {
      isOwn = true;
      setTimeout(() => {
        isOwn = false;
      });
    }, { capture: true });
  }
  document.addEventListener("pointerdown", (event) => {
    isDown = true;
    if (isOnSettling(event)) announce("This has just changed. Look again, then press.");
  }, { capture: true });
  for (const type of ["pointerup", "pointercancel"]) {
    document.addEventListener(type, () => setTimeout(pointerUp), { capture: true }); // after the click that it makes
  }
  document.addEventListener("click", refuseSecond, { capture: true });
  const resized = new ResizeObserver(() => look());
  for (const place of document.querySelectorAll(PLACES)) {
    new MutationObserver(look).observe(place, {
      subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: ATTRIBUTES,
    });
    resized.observe(place);
  }
}

/** Draw something of that name; while a pointer is down, once it is up, and then the newest only. */
export function drawAfterPress(name, draw) {
  if (isDown) postponed.set(name, draw);
  else draw();
}

/** Draw; a button that is on the same place of the screen afterwards, though not of the page, has not moved. */
export function keepingStill(draw) {
  const before = new Map();
  for (const place of document.querySelectorAll(PLACES)) {
    for (const each of place.querySelectorAll(PRESSED)) {
      if (known.get(each) === whereAndWhat(each, place)) before.set(each, [place, onScreen(each)]);
    }
  }
  draw();
  for (const [each, [place, was]] of before) {
    if (each.isConnected && onScreen(each) === was) known.set(each, whereAndWhat(each, place));
  }
}

function onScreen(each) {
  const { left, top } = each.getBoundingClientRect();
  return `${Math.round(left)} ${Math.round(top)} ${each.textContent}`;
}

function pointerUp() {
  isDown = false;
  const draws = [...postponed.values()];
  postponed.clear();
  for (const draw of draws) draw();
}

/** The second click of a double click is no press on what the first one brought under it. */
let first = null;
function refuseSecond(event) {
  const target = event.target.closest?.(PRESSED) ?? null;
  if (event.detail <= 1) first = target;
  else if (target !== first) {
    event.preventDefault();
    event.stopPropagation();
  }
}

/** Compare each button with what it was; one that has moved, or is new, takes no press for a moment. */
function look() {
  offsets = new Map();
  lookAtAll();
  offsets = null;
}

function lookAtAll() {
  for (const place of document.querySelectorAll(PLACES)) {
    for (const each of place.querySelectorAll(PRESSED)) {
      const now = whereAndWhat(each, place);
      if (now === (known.get(each) ?? "")) continue;
      known.set(each, now);
      if (now !== "" && !isOwn) settle(each);
    }
  }
}

function settle(each) {
  clearTimeout(settling.get(each));
  each.dataset.settling = "";
  settling.set(each, setTimeout(() => delete each.dataset.settling, STILL_MS));
}

/** Return a button's place on the page, or in its dialog, and its words; "" while it is not to be seen. */
function whereAndWhat(each, place) {
  const box = each.getBoundingClientRect();
  if (box.width === 0 || each.disabled) return "";
  const [left, top] = scrolled(each, place);
  return `${Math.round(box.left + left)} ${Math.round(box.top + top)} ${each.textContent}`;
}

/** Return how far what a button stands in is scrolled, so that its place is the same wherever that has been scrolled to. */
function scrolled(each, place) {
  if (place.matches("dialog")) {
    const { left, top } = place.getBoundingClientRect();
    return [-left, place.scrollTop - top];
  }
  const nearest = each.closest("[data-scrolls]");
  if (offsets === null) return scrolledWithin(nearest);
  if (!offsets.has(nearest)) offsets.set(nearest, scrolledWithin(nearest));
  return offsets.get(nearest);
}

function scrolledWithin(nearest) {
  let [left, top] = [window.scrollX, window.scrollY];
  for (let above = nearest; above; above = above.parentElement?.closest("[data-scrolls]")) {
    left += above.scrollLeft;
    top += above.scrollTop;
  }
  return [left, top];
}

function isOnSettling({ clientX: x, clientY: y }) {
  return [...document.querySelectorAll("[data-settling]")].some((each) => {
    const box = each.getBoundingClientRect();
    return box.left <= x && x <= box.right && box.top <= y && y <= box.bottom;
  });
}
