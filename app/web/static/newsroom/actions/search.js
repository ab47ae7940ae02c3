// The newsroom's search. What is found stands under the field while words are typed, this story's first; Enter opens the
// first one to be edited. The button shows all that was found, with the way to each.

import { truncate } from "../../truncate.js";
import { element } from "../../entries.js";
import { act } from "./entry_actions.js";
import { briefly } from "../../pins_and_key_points.js";
import { button, show } from "../drawing/dialogs.js";
import { itemOf, pathOf } from "../parts/entry_list.js";
import { tried } from "../drawing/notices.js";
import { bylineText } from "../pure/accounts.js";
import { newest } from "../pure/revisions.js";
import { momentText } from "../pure/time_zones.js";
import { get } from "../drawing/session.js";
import { chooseById, story } from "../parts/stories.js";
import { editEntry } from "../parts/composer.js";
import { drawItem } from "../drawing/entry_item.js";
import { matchIn, merged } from "../desk/found.js";

const SOON_MS = 200;
const OFFERED = 8;
const form = document.getElementById("search");
const field = form.elements.words;
const list = document.getElementById("found");
let timer = null;
let turn = 0;
let offered = { words: "", items: [] };

/** Find by words, in this story first. Returns {items, isAll}. Throws a problem. */
async function find(words) {
  const path = `/v1/newsroom/search?q=${encodeURIComponent(words)}`;
  const [here, everywhere] = await Promise.all([
    story ? get(`${path}&story=${story.id}`) : { body: { items: [], next: null } }, get(path),
  ]);
  const items = merged(here.body.items, everywhere.body.items);
  return { items, isAll: here.body.next === null && everywhere.body.next === null };
}

/** Show all that was found, in a dialog. */
async function search(words) {
  const { items, isAll } = await find(words);
  hide();
  const dialog = show(
    items.length ? `Found: ${words}` : `Nothing has all of: ${words}`,
    items.map((item) => drawFound(item, words, {
      go: tried(() => {
        dialog.close();
        return goTo(item);
      }),
      edit: tried(() => {
        dialog.close();
        return open(item);
      }),
    })),
    isAll ? [] : element("p", { class: "hint" }, "There is more; add a word to find less."),
  );
}

/** Open what was found to be edited, or go there if that is not possible. Throws a problem. */
async function open(item) {
  hide();
  if (!item.entry?.can?.includes("edit")) return goTo(item);
  await chooseById(item.story.id);
  await editEntry(pathOf(item.entry.id));
}

/** Go to what was found; an entry that is too far down the list is shown by itself, with its buttons. */
async function goTo({ story: found, entry }) {
  document.getElementById("filter").value = "";
  await chooseById(found.id);
  if (entry === null) return;
  const item = itemOf(entry.id);
  if (item) item.scrollIntoView({ block: "center" });
  else await showAlone(entry.id);
}

async function showAlone(id) {
  const { body: entry } = await get(pathOf(id));
  const dialog = show(story.title, drawItem(entry, story, tried((...given) => {
    dialog.close();
    return act(...given);
  })));
}

function drawFound(item, words, { go, edit }) {
  const { story: found, entry } = item;
  return element(
    "section", { class: "found" },
    element("p", { class: "row" }, element("b", {}, found.title), entry && element("span", { class: "state" }, entry.status),
      entry && element("time", { class: "hint", datetime: timeOf(entry) }, momentText(timeOf(entry), found.time_zone ? found : story))),
    entry && drawMatch(entry, words),
    entry && element("p", { class: "hint byline" }, bylineText(newest(entry), entry.posted_by)),
    element(
      "p", { class: "actions" },
      entry?.can?.includes("edit") && button("Edit", edit, { "aria-label": `Edit: ${truncate(briefly(newest(entry)), 60)}` }),
      button("Go there", go),
    ),
  );
}

/** Draw the words around the match, which is marked; an entry that matches by its byline or tags begins at its beginning. */
function drawMatch(entry, words) {
  const { headline, text } = newest(entry);
  const parts = matchIn([headline, text].filter(Boolean).join(" – "), words);
  return element("p", { class: "words", dir: "auto" }, parts.map(([part, isMatch]) => (isMatch ? element("mark", {}, part) : part)));
}

function timeOf(entry) {
  return entry.published_at ?? entry.created_at;
}

/** Offer what is found for what is typed. */
async function offer() {
  const words = field.value.trim();
  const mine = (turn += 1);
  if (words.length < 2) return hide();
  const { items } = await find(words).catch(() => ({ items: [] }));
  if (mine !== turn || document.activeElement !== field) return undefined;
  const entries = items.filter(({ entry }) => entry !== null).slice(0, OFFERED);
  offered = { words, items: entries };
  list.replaceChildren(...entries.map((item, index) => drawOffer(item, words, index)));
  list.hidden = entries.length === 0;
  field.setAttribute("aria-expanded", String(!list.hidden));
  choose(0);
  return undefined;
}

function drawOffer(item, words, index) {
  const { story: found, entry } = item;
  const row = element(
    "div", { role: "option", id: `found-${index}`, "aria-selected": "false" },
    drawMatch(entry, words),
    element("p", { class: "hint" }, [
      momentText(timeOf(entry), found.time_zone ? found : story), bylineText(newest(entry), entry.posted_by), entry.status,
      found.id !== story?.id && found.title,
    ].filter(Boolean).join(" · ")),
  );
  row.addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps the focus until it is pressed
  row.addEventListener("click", tried(() => open(item)));
  return row;
}

function choose(index) {
  [...list.children].forEach((row, at) => row.setAttribute("aria-selected", String(at === index)));
  if (list.children[index]) field.setAttribute("aria-activedescendant", `found-${index}`);
}

function hide() {
  turn += 1;
  clearTimeout(timer);
  list.hidden = true;
  list.replaceChildren();
  offered = { words: "", items: [] };
  field.setAttribute("aria-expanded", "false");
  field.removeAttribute("aria-activedescendant");
}

function onKey(event) {
  const rows = [...list.children];
  const at = rows.findIndex((row) => row.getAttribute("aria-selected") === "true");
  if (event.key === "Escape") hide();
  else if (rows.length === 0 || list.hidden || event.isComposing) return;
  else if (event.key === "Enter" && offered.words === field.value.trim()) {
    event.preventDefault();
    tried(open)(offered.items[Math.max(at, 0)]);
  } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    choose((at + (event.key === "ArrowDown" ? 1 : rows.length - 1)) % rows.length);
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  tried(() => search(field.value))();
});
field.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(offer, SOON_MS);
});
field.addEventListener("keydown", onKey);
field.addEventListener("blur", hide);
