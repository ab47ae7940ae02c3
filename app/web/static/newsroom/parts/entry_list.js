// The list of the chosen story's entries, read again when something has changed.

import { follow } from "../../client.js";
import { element } from "../../entries.js";
import { drawItem, itemKey } from "../drawing/entry_item.js";
import { showProblem, showSentence, tried } from "../drawing/notices.js";
import { markPeople } from "./presence.js";
import { get, isSignedIn } from "../drawing/session.js";
import { readStory, story } from "./stories.js";
import { canBeFollowed } from "../pure/story_states.js";
import { mayHaveNote, newestNote } from "../drawing/versions.js";

const REREAD_MS = 20_000; // in case the newsroom's stream cannot be had
const SOON_MS = 300;

const $ = (id) => document.getElementById(id);
let onAction = null;
let follower = null;
let rereading = null;
let shownPages = 1;
let reading = 0;
let items = [];

/** Begin to show entries. `act` gets (action, entry, story) when a button of one is pressed. */
export function beginList(act) {
  onAction = act;
  $("filter").addEventListener("change", tried(() => {
    shownPages = 1;
    return readEntries();
  }));
  $("more").addEventListener("click", tried(() => {
    shownPages += 1;
    return readEntries();
  }));
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && story && isSignedIn()) readSoon(0);
  });
}

/** Show the chosen story's entries, from the beginning if it is another one than before. Throws a problem. */
export async function showEntries(isAnother) {
  if (isAnother) {
    shownPages = 1;
    $("entries").replaceChildren();
  }
  if (isAnother || !follower) followReaders();
  await readEntries();
}

/** Stop following the story, and empty the list. */
export function leaveEntries() {
  items = [];
  follower?.stop();
  follower = null;
  forgetReading();
  $("entries").replaceChildren();
}

/** Return the item of an entry, or null if it is not in the list as far as that is read. */
export function itemOf(entry) {
  return $("entries").querySelector(`[data-id="${entry}"]`);
}

/** Return the authors of the entries in the list, as [{id, name}]. */
export function authorsSeen() {
  return items.flatMap(({ authors }) => authors ?? []).filter(({ id }) => id);
}

/** Return the newsroom's path of an entry of the chosen story. */
export function pathOf(entry) {
  return `/v1/newsroom/stories/${story.id}/entries/${entry}`;
}

export async function readEntries() {
  forgetReading();
  const turn = (reading += 1);
  await readStory();
  if (turn !== reading) return;
  const filter = $("filter").value && `&status=${$("filter").value}`;
  const found = [];
  let next = "";
  for (let page = 0; page < shownPages && next !== null; page += 1) {
    const position = next && `&position=${encodeURIComponent(next)}`;
    const path = `/v1/newsroom/stories/${story.id}/entries?limit=50${filter}${position}`;
    const { body } = await get(path);
    found.push(...body.items);
    ({ next } = body);
  }
  if (turn !== reading) return; // a later reading is under way, and knows better
  items = found;
  drawEntries();
  $("more").hidden = next === null;
  readSoon(REREAD_MS);
}

/** Read the list again in that time, or earlier if that was asked for; a change reported during a reading counts. */
export function readSoon(ms = SOON_MS) {
  const at = performance.now() + ms;
  if (rereading && rereading.at <= at) return;
  forgetReading();
  const read = () => {
    rereading = null;
    if (document.hidden) readSoon(REREAD_MS);
    else readEntries().catch(onReadFailed);
  };
  rereading = { at, timer: setTimeout(read, ms) };
}

function forgetReading() {
  clearTimeout(rereading?.timer);
  rereading = null;
}

function onReadFailed(problem) {
  if (problem.status === 401) showProblem(problem);
  else readSoon(REREAD_MS);
  if (problem.status === 404) showSentence("You cannot see this story any more: choose another one. What is in the form is kept.");
}

/** Follow the story as a reader: each event says that the newsroom's list is to be read again. */
function followReaders() {
  follower?.stop();
  follower = null;
  $("connection").textContent = "";
  if (!canBeFollowed(story)) return;
  follower = follow({
    story: story.id,
    origin: location.origin,
    onUpdate: () => readSoon(), // the first time too: the list may have been read before what this begins with
    onConnection: (connection) => {
      $("connection").textContent = { live: "", refused: "Not live." }[connection] ?? "Connecting …";
    },
  });
  follower.start();
}

/** Draw the list. Unchanged entries keep their elements, so that nothing under a finger moves away. */
function drawEntries() {
  const present = new Map([...$("entries").children].map((item) => [item.dataset.id, item]));
  const drawn = items.map((entry) => {
    const old = present.get(entry.id);
    if (old?.dataset.version === itemKey(entry, story)) return old;
    const item = drawItem(entry, story, tried(onAction));
    if (mayHaveNote(entry)) addNote(item, entry).catch(() => {}); // it is in the versions too
    return item;
  });
  keepingFocus(() => $("entries").replaceChildren(...drawn));
  markPeople();
}

/** Draw the list; what was opened stays open, and what has the focus keeps it, or else its entry has it. */
function keepingFocus(draw) {
  const place = $("entries");
  const opened = [...place.querySelectorAll(".seldom[open]")].map((details) => details.closest(".item").dataset.id);
  const at = place.contains(document.activeElement) ? document.activeElement : null;
  const [id, action] = [at?.closest(".item").dataset.id, at?.dataset.action];
  draw();
  for (const each of opened) itemOf(each)?.querySelector(".seldom")?.setAttribute("open", "");
  if (!at || document.activeElement === at) return;
  const item = itemOf(id);
  const again = at.isConnected ? at : item?.querySelector(action ? `[data-action="${action}"]` : "summary");
  (again ?? item)?.focus({ preventScroll: true });
}

/** Add the note with which a colleague returned the entry. */
async function addNote(item, entry) {
  const note = await newestNote(pathOf(entry.id));
  if (note) item.querySelector(".actions").before(element("p", { class: "note" }, note));
}
