// Where the mouse is, and which list nothing may move in: the one that is pointed at, has the focus, or is under a thumb.

let pointer = null; // [x, y]; null when it is nowhere, or there is none
const followers = [];

document.addEventListener("pointermove", ({ pointerType, clientX, clientY }) => {
  movedTo(pointerType === "mouse" ? [clientX, clientY] : null);
}, { passive: true });
document.documentElement.addEventListener("pointerleave", () => movedTo(null));
document.addEventListener("focusin", tell);

/** Call `then` whenever the pointer or the focus has moved, so that a list may be held no longer. */
export function onPointed(then) {
  followers.push(then);
}

/** Return whether nothing in a list may move. `isUnderThumb` says it for a screen that is touched. */
export function isHeld(list, isUnderThumb) {
  if (list.childElementCount === 0) return false;
  if (list.contains(document.activeElement)) return true;
  if (matchMedia("(hover: none)").matches) return isUnderThumb();
  return [list, list.closest("[data-scrolls]")].every(isWithin);
}

/** Return what the mouse is on in a list, between two items the nearer one; null if it is elsewhere. */
export function pointedIn(list) {
  const hit = pointer && document.elementFromPoint(...pointer);
  if (!hit || !(list.contains(hit) || hit.contains(list))) return null;
  if (list.contains(hit.closest("[data-id]"))) return hit;
  if (!isWithin(list)) return null;
  const y = pointer[1];
  const distance = (item) => {
    const box = item.getBoundingClientRect();
    return Math.max(box.top - y, y - box.bottom);
  };
  const items = [...list.querySelectorAll(":scope > [data-id]")];
  return items.reduce((nearest, each) => (nearest && distance(nearest) <= distance(each) ? nearest : each), null);
}

function isWithin(node) {
  if (pointer === null) return false;
  const [x, y] = pointer;
  const { left, right, top, bottom } = node.getBoundingClientRect();
  return left <= x && x <= right && top <= y && y <= bottom;
}

function movedTo(place) {
  pointer = place;
  tell();
}

function tell() {
  for (const each of followers) each();
}
