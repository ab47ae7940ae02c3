// Searching the newsroom from its page: what was found is listed, and one of it can be gone to.

import { element } from "./entries.js";
import { briefly } from "./furniture.js";
import { newest } from "./outbox.js";
import { get } from "./session.js";

/** Ask and show what was found. `onChoice` gets ({story, entry}), entry null for a story itself. Throws a problem. */
export async function search(words, onChoice) {
  const { body: { items, next } } = await get(`/v1/newsroom/search?q=${encodeURIComponent(words)}`);
  const dialog = document.getElementById("show");
  dialog.querySelector("h2").textContent = items.length ? `Found: ${words}` : `Nothing has all of: ${words}`;
  dialog.querySelector(".shown").replaceChildren(
    ...items.map((item) => drawFound(item, () => {
      dialog.close();
      onChoice(item);
    })),
    ...(next === null ? [] : [element("p", { class: "hint" }, "There is more; add a word to find less.")]),
  );
  dialog.showModal();
}

function drawFound({ story, entry }, go) {
  const button = element("button", { type: "button" }, "Go there");
  button.addEventListener("click", go);
  return element(
    "section", { class: "found" },
    element("p", { class: "row" }, element("b", {}, story.title), entry && element("span", { class: "state" }, entry.status)),
    entry && element("p", { class: "words" }, briefly(newest(entry))),
    button,
  );
}
