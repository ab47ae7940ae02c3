// What went wrong, said to whoever works at the page.

const place = document.getElementById("problem");
let signedOut = () => {};

/** What is to be done once nobody is signed in any more. */
export function onSignedOut(callback) {
  signedOut = callback;
}

/** Say what went wrong, or null: nothing is any more. */
export function say(problem) {
  if (problem?.status === 401) signedOut();
  else write(problem && (problem.detail ? problemText(problem) : "The server cannot be reached."));
}

/** Write a sentence where problems stand; nothing takes away what stands there. */
export function write(sentence) {
  place.hidden = !sentence;
  place.textContent = sentence ?? "";
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

/** A problem of the API for a person: what is wrong, then each value that cannot be accepted. */
export function problemText({ detail, errors = [] }) {
  const path = (pointer) => pointer.split("/").filter(Boolean).join(" › ");
  const lines = errors.map(({ pointer, detail: what }) => (pointer ? `${path(pointer)}: ${what}` : what));
  return lines.join("\n") || detail;
}
