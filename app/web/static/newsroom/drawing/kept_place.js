// Draws a list anew so that what is pointed at in it, or has the focus, stays where it is on the screen.

import { keepingStill } from "./press_guard.js";

let pointer = null; // where the mouse is, as [x, y]; null when it is nowhere, or there is none

document.addEventListener("pointermove", ({ pointerType, clientX, clientY }) => {
  pointer = pointerType === "mouse" ? [clientX, clientY] : null;
}, { passive: true });
document.documentElement.addEventListener("pointerleave", () => {
  pointer = null;
});

/**
 * Draw `list`, whose items have a `data-id` and their buttons a `data-action`. What has the focus keeps it, or the same
 * button of the new item has it, or that item. What is pointed at, else what has the focus, is not moved.
 */
export function keepingPlace(list, draw) {
  keepingStill(() => drawInPlace(list, draw));
}

function drawInPlace(list, draw) {
  const pointed = pointer && document.elementFromPoint(...pointer);
  const focused = list.contains(document.activeElement) ? document.activeElement : null;
  const find = finderOf(list, list.contains(pointed) ? pointed : focused);
  const before = find()?.getBoundingClientRect().top;
  const again = finderOf(list, focused);
  draw();
  if (focused && document.activeElement !== focused) again()?.focus({ preventScroll: true });
  const moved = before === undefined ? 0 : (find()?.getBoundingClientRect().top ?? before) - before;
  if (moved !== 0) scrollerOf(list).scrollBy({ top: moved, behavior: "instant" });
}

/** Return what finds a thing of the list again, in the item that may have taken its item's place. */
function finderOf(list, thing) {
  const id = thing?.closest("[data-id]")?.dataset.id;
  const action = thing?.closest("[data-action]")?.dataset.action;
  return () => {
    const item = id ? list.querySelector(`:scope > [data-id="${CSS.escape(id)}"]`) : null;
    return (action && item?.querySelector(`[data-action="${action}"]`)) || item;
  };
}

function scrollerOf(node) {
  for (let above = node.parentElement; above; above = above.parentElement) {
    if (/auto|scroll/.test(getComputedStyle(above).overflowY) && above.scrollHeight > above.clientHeight) return above;
  }
  return document.scrollingElement;
}
