// The choice in the form of what is out already: a typo, an update, or a correction with its sentence.

import { serverNow } from "../drawing/session.js";
import { withKind } from "./changes.js";

const form = document.getElementById("composer");
const place = document.getElementById("change");
const sentence = document.getElementById("correction-line");
let chosen = ""; // what the person has chosen; "" while they have not
let now = null;

/** Begin to listen. `draftNow` returns what is in the form. */
export function beginChangeKind(draftNow) {
  now = draftNow;
  place.addEventListener("change", (event) => {
    if (event.target.name !== "change") return;
    chosen = event.target.value;
    drawSentence();
    if (chosen === "correction") form.elements.correction.focus();
  });
  form.addEventListener("input", ({ target }) => target.name !== "change" && drawUsual()); // that is said by "change"
}

/** Return what the person has chosen; "" while they have left it to the rule. */
export function chosenChange() {
  return chosen;
}

/** Show the choice for a draft, if it changes what is out. */
export function showChange({ change = "" }, { isOut }) {
  chosen = change;
  place.hidden = !isOut;
  drawUsual();
}

/** Choose a correction, and leave the focus where it is. */
export function chooseCorrection() {
  if (place.hidden) return;
  chosen = "correction";
  drawUsual();
  form.dispatchEvent(new Event("input", { bubbles: true })); // it is kept with the rest
}

function drawUsual() {
  if (place.hidden) return;
  form.elements.change.value = withKind({ ...now(), change: chosen }, serverNow()).change;
  drawSentence();
}

function drawSentence() {
  sentence.hidden = place.hidden || form.elements.change.value !== "correction";
}
