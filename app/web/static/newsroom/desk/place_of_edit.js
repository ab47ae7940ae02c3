// Where an entry is edited: at its place in the timeline. The form is one; what was being written in it meanwhile is kept,
// and comes back with the form.

const form = document.getElementById("composer");
const home = form.parentElement;
const note = document.getElementById("away");
let findItem = () => null;
let onHome = () => {};

/**
 * Begin. `itemFor` returns the item of an entry in the timeline, drawn by itself where the list does not reach it;
 * `drawAgain` is called when the form has left one, which was not drawn anew meanwhile.
 */
export function beginPlaces({ itemFor, drawAgain }) {
  findItem = itemFor;
  onHome = drawAgain;
  note.querySelector("button").addEventListener("click", () => {
    form.scrollIntoView({ block: "nearest" });
    form.querySelector("[name=headline]").focus();
  });
}

/** Put the form into the entry's item. */
export function openAt(entry) {
  const item = findItem(entry);
  if (item === null || item.contains(form)) return;
  item.querySelector(".outcome-line").before(form);
  note.hidden = false;
}

/** Put the form back where new entries are written. */
export function goHome() {
  if (form.parentElement === home) return;
  home.prepend(form);
  note.hidden = true;
  document.getElementById("alone").replaceChildren();
  onHome();
}

/** Return whether the form is in the timeline. */
export function isAway() {
  return form.parentElement !== home;
}
