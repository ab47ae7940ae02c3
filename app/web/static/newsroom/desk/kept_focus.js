// The focus is never lost to the page: where what had it is taken away, hidden or disabled by what is drawn, the same control
// of what took its place has it, or else the nearest thing around that is still there.

const USABLE = "a[href], button, summary, input, select, textarea, [contenteditable=true]";
const NAMED = ["data-action", "data-story", "data-choice", "data-act", "data-kind", "name"];
let around = []; // what had the focus last, and all that it stands in, from the inside out

/** Begin to keep it. */
export function beginKeptFocus() {
  document.addEventListener("focusin", ({ target }) => {
    around = [];
    for (let each = target; each && each !== document.body; each = each.parentElement) around.push(each);
    queueMicrotask(look); // its coming may have drawn what takes it away
  });
  new MutationObserver(look).observe(document.body, {
    subtree: true, childList: true, attributes: true, attributeFilter: ["hidden", "disabled", "open", "class"],
  });
}

function look() {
  const [last, ...rest] = around;
  const { activeElement } = document;
  const isLost = activeElement === document.body || activeElement === last;
  if (last && isLost && !canHaveFocus(last)) restore(last, rest);
}

function canHaveFocus(node) {
  return node.isConnected && !node.disabled && node.checkVisibility({ visibilityProperty: true });
}

/** The same control of the same thing has it, never that of another one: who presses again would act on that. */
function restore(last, rest) {
  const names = NAMED.filter((name) => last.hasAttribute(name)).map((name) => `[${name}="${CSS.escape(last.getAttribute(name))}"]`);
  const thing = [last, ...rest].find(({ dataset }) => dataset.id)?.dataset.id;
  const within = thing === undefined ? "" : `[data-id="${CSS.escape(thing)}"]`;
  const wanted = [names.length > 0 && `${within} ${names.join("")}`, within].filter(Boolean);
  for (const each of rest.filter(canHaveFocus)) {
    const again = wanted.map((selector) => usableIn(each, selector)).find(Boolean);
    const found = again ?? (each.matches("dialog") ? usableIn(each, USABLE) : each.matches("[tabindex]") && each);
    if (found) return void found.focus({ preventScroll: true });
  }
}

function usableIn(place, selector) {
  return [...place.querySelectorAll(selector)].find(canHaveFocus);
}
