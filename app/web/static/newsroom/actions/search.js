// The newsroom's search: the results in a dialog, and the way to each.

import { element } from "../../entries.js";
import { briefly } from "../../pins_and_key_points.js";
import { button, show } from "../drawing/dialogs.js";
import { itemOf, pathOf } from "../parts/entry_list.js";
import { tried } from "../drawing/notices.js";
import { bylineText } from "../pure/accounts.js";
import { newest } from "../pure/revisions.js";
import { get } from "../drawing/session.js";
import { chooseById, story } from "../parts/stories.js";
import { showVersions } from "../drawing/versions.js";

const form = document.getElementById("search");

async function search(words) {
  const { body: { items, next } } = await get(`/v1/newsroom/search?q=${encodeURIComponent(words)}`);
  const dialog = show(
    items.length ? `Found: ${words}` : `Nothing has all of: ${words}`,
    items.map((item) => drawFound(item, tried(() => {
      dialog.close();
      return goTo(item);
    }))),
    next === null ? [] : element("p", { class: "hint" }, "There is more; add a word to find less."),
  );
}

/** Go to what was found; an entry that is too far down the list is shown as its versions. */
async function goTo({ story: found, entry }) {
  document.getElementById("filter").value = "";
  await chooseById(found.id);
  if (entry === null) return;
  const item = itemOf(entry.id);
  if (item) item.scrollIntoView({ block: "center" });
  else await showVersions(pathOf(entry.id), story);
}

function drawFound({ story: found, entry }, go) {
  return element(
    "section", { class: "found" },
    element("p", { class: "row" }, element("b", {}, found.title), entry && element("span", { class: "state" }, entry.status)),
    entry && element("p", { class: "words" }, briefly(newest(entry))),
    entry && element("p", { class: "hint byline" }, bylineText(newest(entry), entry.posted_by)),
    button("Go there", go),
  );
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  tried(() => search(form.elements.words.value))();
});
