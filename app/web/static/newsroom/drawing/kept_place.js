// Draws a list anew so that what is pointed at in it, or has the focus, stays where it is on the screen.

import { pointedIn } from "./pointer.js";
import { keepingStill } from "./press_guard.js";

/**
 * Draw `list`, whose items have a `data-id` and their buttons a `data-action`. What has the focus keeps it, or the same
 * button or summary of the new item has it, or that item. What is pointed at, else what has the focus, is not moved.
 */
export function keepingPlace(list, draw) {
  keepingStill(() => drawInPlace(list, draw));
}

function drawInPlace(list, draw) {
  const focused = list.contains(document.activeElement) ? document.activeElement : null;
  const find = finderOf(list, pointedIn(list) ?? focused);
  const before = find()?.getBoundingClientRect().top;
  const again = finderOf(list, focused);
  draw();
  if (focused && document.activeElement !== focused) (focused.isConnected ? focused : again())?.focus({ preventScroll: true });
  const moved = before === undefined ? 0 : (find()?.getBoundingClientRect().top ?? before) - before;
  if (moved !== 0) scrollerOf(list).scrollBy({ top: moved, behavior: "instant" });
}

/** Return what finds a thing of the list again, in the item that may have taken its item's place. */
function finderOf(list, thing) {
  const id = [...list.children].find((item) => item.contains(thing))?.dataset.id;
  const action = thing?.closest("[data-action]")?.dataset.action;
  const part = action ? `[data-action="${action}"]` : thing?.closest("summary") && "summary";
  return () => {
    const item = id ? list.querySelector(`:scope > [data-id="${CSS.escape(id)}"]`) : null;
    return (part && item?.querySelector(part)) || item;
  };
}

/** Put the children in this order, and leave alone what has its place already: what has the focus keeps it. */
export function arrange(place, wanted) {
  const all = new Set(wanted);
  for (const each of [...place.children]) if (!all.has(each)) each.remove();
  wanted.forEach((each, index) => {
    if (place.children[index] !== each) place.insertBefore(each, place.children[index] ?? null);
  });
}

/** Let an item that is gone keep its place, and the focus: its buttons do nothing any more. */
export function retire(item) {
  item.dataset.version = "";
  item.classList.add("is-done");
  for (const each of item.querySelectorAll("button")) each.setAttribute("aria-disabled", "true");
  item.addEventListener("click", refuse, { capture: true });
  return item;
}

function refuse(event) {
  event.preventDefault();
  event.stopPropagation();
}

/** Return what scrolls when a part of the page does: the nearest that can, or else the page. */
function scrollerOf(node) {
  for (let above = node.parentElement; above; above = above.parentElement) {
    if (/auto|scroll/.test(getComputedStyle(above).overflowY) && above.scrollHeight > above.clientHeight) return above;
  }
  return document.scrollingElement;
}
