// Problems and announcements, shown on the page and read out by screen readers.

import { element } from "../../entries.js";
import { problemText } from "../pure/problems.js";

const place = document.getElementById("problem");
let signedOut = () => {};

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
  place.textContent = sentence ?? "";
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

/** Announce to screen readers what was done. */
export function announce(sentence) {
  document.getElementById("said").textContent = sentence;
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
