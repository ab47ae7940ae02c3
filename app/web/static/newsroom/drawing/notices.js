// What went wrong, and what was done, said to whoever works at the page.

import { element } from "../../entries.js";
import { problemText } from "../pure/problems.js";

const place = document.getElementById("problem");
let signedOut = () => {};

/** What is to be done once nobody is signed in any more. */
export function onSignedOut(callback) {
  signedOut = callback;
}

/** Say what went wrong, or null: nothing is any more. */
export function say(problem) {
  if (problem?.status === 401) signedOut();
  else write(problem && problemText(problem));
}

/** Write a sentence where problems stand; nothing takes away what stands there. */
export function write(sentence) {
  place.hidden = !sentence;
  place.textContent = sentence ?? "";
}

/** A place `beside` what problems are about, and `trying(action)`, which does something and says there what went wrong. */
export function problemPlace() {
  const beside = element("p", { class: "problem", role: "alert", hidden: true });
  const trying = async (action) => {
    beside.hidden = true;
    try {
      await action();
    } catch (problem) {
      if (problem.status === 401) say(problem);
      beside.textContent = problemText(problem);
      beside.hidden = false;
    }
  };
  return { beside, trying };
}

/** Tell somebody who does not see the page what was done. */
export function announce(sentence) {
  document.getElementById("said").textContent = sentence;
}

/** Run what a button started; whatever goes wrong is said. */
export function tried(action) {
  return async (...given) => {
    try {
      say(null);
      await action(...given);
    } catch (problem) {
      say(problem);
    }
  };
}
