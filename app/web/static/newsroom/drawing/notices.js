// Problems and announcements, shown on the page and read out by screen readers.

import { element } from "../../entries.js";
import { problemText } from "../pure/problems.js";

const place = document.getElementById("problem");
const said = document.getElementById("said");
const SAID_MS = 6_000;
let signedOut = () => {};
let silence = null;

place.querySelector("button").addEventListener("click", () => showSentence(null));

/** Set what is called once nobody is signed in any more. */
export function onSignedOut(callback) {
  signedOut = callback;
}

/** Show a problem, or null to show none. */
export function showProblem(problem) {
  if (problem?.status === 401) signedOut();
  else showSentence(problem && problemText(problem));
}

/** Show a sentence in the place of problems; an empty one hides the place. */
export function showSentence(sentence) {
  place.hidden = !sentence;
  place.querySelector("span").textContent = sentence ?? "";
}

/** Return `beside`, an element for problems, and `trying(action)`, which runs an action and shows its problem there. */
export function problemPlace() {
  const beside = element("p", { class: "problem", role: "alert", hidden: true });
  const trying = async (action) => {
    beside.hidden = true;
    try {
      await action();
    } catch (problem) {
      if (problem.status === 401) showProblem(problem);
      beside.textContent = problemText(problem);
      beside.hidden = false;
    }
  };
  return { beside, trying };
}

/** Say for a while what was done, above all else on the screen, and to screen readers. */
export function announce(sentence) {
  said.textContent = sentence;
  clearTimeout(silence);
  said.hidePopover?.();
  said.showPopover?.(); // above a dialog that is open, too
  said.classList.add("is-said");
  silence = setTimeout(() => {
    said.classList.remove("is-said");
    said.hidePopover?.();
  }, SAID_MS);
}

/** Return the action as one that shows the problem it throws. */
export function tried(action) {
  return async (...given) => {
    try {
      showProblem(null);
      await action(...given);
    } catch (problem) {
      showProblem(problem);
    }
  };
}
