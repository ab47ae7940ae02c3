// The list of the chosen story's entries, read again when something has changed.

import { follow } from "../../client.js";
import { element } from "../../entries.js";
import { drawItem, itemKey } from "../drawing/entry_item.js";
import { showProblem, showSentence, tried } from "../drawing/notices.js";
import { drawAfterPress } from "../drawing/press_guard.js";
import { setReachable } from "./connection.js";
import { drawEntryOutcomes } from "./outbox_view.js";
import { markPeople } from "./presence.js";
import { get, isSignedIn } from "../drawing/session.js";
import { readStory, story } from "./stories.js";
import { arrivedWords, heldOrder } from "../pure/list_order.js";
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
let wasAsked = false; // whether a reading that was asked for has not been drawn yet
let items = [];
let isHeldBack = false; // whether the list is shown in another order than it was read, or without what has arrived
let pointer = null; // where the mouse is, as [x, y]; null when it is nowhere, or there is none

/** Begin to show entries. `act` gets (action, entry, story) when a button of one is pressed. */
export function beginList(act) {
  onAction = act;
  $("filter").addEventListener("change", tried(() => {
    shownPages = 1;
    return readEntries({ isAsked: true });
  }));
  $("more").addEventListener("click", tried(() => {
    shownPages += 1;
    return readEntries();
  }));
  $("arrived").addEventListener("click", () => {
    drawEntries({ isAsked: true });
    $("entries").firstElementChild?.focus({ preventScroll: true });
    $("list").scrollIntoView({ block: "start" });
  });
  document.addEventListener("pointermove", ({ pointerType, clientX, clientY }) => {
    pointer = pointerType === "mouse" ? [clientX, clientY] : null;
    drawHeldBack();
  }, { passive: true });
  document.documentElement.addEventListener("pointerleave", () => {
    pointer = null;
    drawHeldBack();
  });
  document.addEventListener("focusin", drawHeldBack);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && story && isSignedIn()) readSoon(0);
  });
}

/** Show the chosen story's entries, from the beginning if it is another one than before. Throws a problem. */
export async function showEntries(isAnother) {
  if (isAnother) {
    shownPages = 1;
    items = [];
    $("entries").replaceChildren();
    $("arrived").hidden = true;
  }
  if (isAnother || !follower) followReaders();
  await readEntries({ isAsked: isAnother });
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

/** Read the list again. `isAsked`: by the person, who expects it to change; else it keeps still where they point. */
export async function readEntries({ isAsked = false } = {}) {
  forgetReading();
  const turn = (reading += 1);
  wasAsked ||= isAsked;
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
  setReachable(true);
  drawAfterPress("entries", () => {
    drawEntries({ isAsked: wasAsked });
    wasAsked = false;
    $("more").hidden = next === null;
  });
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
  if (problem.status === undefined) setReachable(false);
  if (problem.status === 401) showProblem(problem);
  else readSoon(REREAD_MS);
  if (problem.status === 404) showSentence("You cannot see this story any more: choose another one. What is in the form is kept.");
}

/** Follow the story as a reader: each event says that the newsroom's list is to be read again. */
function followReaders() {
  follower?.stop();
  follower = null;
  if (!canBeFollowed(story)) return;
  follower = follow({
    story: story.id,
    origin: location.origin,
    onUpdate: () => readSoon(), // the first time too: the list may have been read before what this begins with
    onConnection: () => {}, // the newsroom's own stream says whether there is a connection
  });
  follower.start();
}

/** Return the items of the list, by the ids of their entries. */
function itemsShown() {
  return new Map([...$("entries").children].map((item) => [item.dataset.id, item]));
}

/** Return whether nothing in the list may move: it is pointed at, has the focus, or is under somebody's thumb. */
function isHeld() {
  const place = $("entries");
  if (place.childElementCount === 0) return false;
  if (place.contains(document.activeElement)) return true;
  const { top, bottom, left, right } = place.getBoundingClientRect();
  if (matchMedia("(hover: none)").matches) return top < innerHeight && bottom > 0;
  if (pointer === null) return false;
  const [x, y] = pointer;
  return left <= x && x <= right && top <= y && y <= bottom;
}

/** Draw the list as it was read once nobody points at it any more. */
function drawHeldBack() {
  if (isHeldBack && !isHeld()) drawEntries();
}

/** Draw the list. Unchanged entries keep their elements; while it is held, all keep their places and arrivals wait. */
function drawEntries({ isAsked = false } = {}) {
  const present = itemsShown();
  const read = new Map(items.map((entry) => [entry.id, entry]));
  const ids = [...read.keys()];
  const { order, arrived } = isAsked || !isHeld() ? { order: ids, arrived: [] } : heldOrder([...present.keys()], ids);
  isHeldBack = order.length !== ids.length || order.some((id, index) => id !== ids[index]);
  const lastRead = order.findLastIndex((id) => read.has(id));
  const drawn = order.map((id, index) => {
    const [entry, old] = [read.get(id), present.get(id)];
    if (!entry) return index < lastRead ? leftIn(old) : old; // what is below may be on the page that comes next
    if (old?.dataset.version === itemKey(entry, story)) return old;
    const item = drawItem(entry, story, tried(onAction));
    if (mayHaveNote(entry)) addNote(item, entry).catch(() => {}); // it is in the versions too
    return item;
  });
  keepingPlace(() => keepingFocus(() => {
    if (drawn.some((item, index) => $("entries").children[index] !== item) || drawn.length !== present.size) {
      $("entries").replaceChildren(...drawn);
    }
  }));
  $("arrived").hidden = arrived.length === 0;
  $("arrived").textContent = arrivedWords(arrived.length);
  markPeople();
  drawEntryOutcomes();
}

/** Return the item of an entry that is in this list no more, and keeps its place until nobody points there. */
function leftIn(item) {
  item.dataset.version = "";
  for (const each of item.querySelectorAll("button")) each.disabled = true;
  return item;
}

/** Draw, and scroll so that what is pointed at, or has the focus, stays where it is on the screen. */
function keepingPlace(draw) {
  const at = pointer && isHeld() ? document.elementFromPoint(...pointer) : document.activeElement;
  const id = at?.closest("#entries .item")?.dataset.id;
  const action = at?.closest("button")?.dataset.action;
  const find = () => {
    const item = id && itemOf(id);
    return (action && item?.querySelector(`[data-action="${action}"]`)) || item;
  };
  const before = find()?.getBoundingClientRect().top;
  draw();
  const moved = before === undefined ? 0 : (find()?.getBoundingClientRect().top ?? before) - before;
  if (moved !== 0) scrollBy({ top: moved, behavior: "instant" });
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
