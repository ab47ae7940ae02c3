// The list of the chosen story's entries, read again when something has changed.

import { element } from "../../entries.js";
import { drawItem, itemKey } from "../drawing/entry_item.js";
import { showProblem, showSentence, tried } from "../drawing/notices.js";
import { drawAfterPress } from "../drawing/press_guard.js";
import { arrange, keepingPlace, retire } from "../drawing/kept_place.js";
import { isHeld, onPointed } from "../drawing/pointer.js";
import { drawLive } from "../desk/live_state.js";
import { readQueue } from "../desk/queue.js";
import { isRegionShown } from "../desk/regions.js";
import { beginTimelineView, leaveReadersView, onlyWanted, showReadersView } from "../desk/timeline_view.js";
import { beginReaderStream, followReaders, isFollowed, leaveReaders } from "../desk/reader_stream.js";
import { setReachable } from "./connection.js";
import { drawEntryOutcomes } from "./outbox_view.js";
import { markPeople } from "./presence.js";
import { get, isSignedIn } from "../drawing/session.js";
import { readStory, story } from "./stories.js";
import { arrivedWords, heldOrder } from "../pure/list_order.js";
import { mayHaveNote, newestNote } from "../drawing/versions.js";

const REREAD_MS = 20_000; // in case the newsroom's stream cannot be had
const SOON_MS = 300;

const $ = (id) => document.getElementById(id);
let onAction = null;
let rereading = null;
let shownPages = 1;
let reading = 0;
let underWay = null; // the reading that is under way
let wasAsked = false; // whether a reading that was asked for has not been drawn yet
let items = [];
let isHeldBack = false; // whether the list is shown in another order than it was read, or without what has arrived

/** Begin to show entries. `act` gets (action, entry, story) when a button of one is pressed. */
export function beginList(act) {
  onAction = act;
  beginReaderStream(() => readSoon());
  const readAnew = tried(() => {
    shownPages = 1;
    return readEntries({ isAsked: true });
  });
  $("filter").addEventListener("change", readAnew);
  beginTimelineView({ onOnly: readAnew, storyNow: () => story });
  $("more").addEventListener("click", tried(() => {
    shownPages += 1;
    return readEntries();
  }));
  $("arrived").addEventListener("click", () => {
    drawEntries({ isAsked: true });
    $("entries").firstElementChild?.focus({ preventScroll: true });
    $("list").scrollTop = 0;
    $("list").scrollIntoView({ block: "start" });
  });
  onPointed(() => isHeldBack && !isListHeld() && drawEntries());
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
  if (isAnother || !isFollowed()) followReaders(story);
  if (isAnother) showReadersView();
  await readEntries({ isAsked: isAnother });
}

/** Stop following the story, and empty the list. */
export function leaveEntries() {
  items = [];
  leaveReaders();
  leaveReadersView();
  forgetReading();
  $("entries").replaceChildren();
}

/** Read the list again at once, for an item that was held back while it was edited, or news that came during a reading. */
export function drawAgain() {
  if (story && isSignedIn()) readSoon(0);
}

/** Return the item of an entry, or null if it is not in the list as far as that is read. */
export function itemOf(entry) {
  return $("entries").querySelector(`[data-id="${entry}"]`);
}

/** Return the item of an entry: the one in the list, or one by itself above it, if the list does not reach that far. */
export function itemFor(entry) {
  const listed = itemOf(entry.id);
  if (listed || entry.story !== story?.id) return listed;
  const alone = drawItem(entry, story, tried(onAction));
  $("alone").replaceChildren(alone);
  return alone;
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
export function readEntries(how = {}) {
  const mine = readNow(how);
  const over = () => {
    if (underWay === mine) underWay = null;
  };
  underWay = mine;
  mine.then(over, over);
  return mine;
}

async function readNow({ isAsked = false }) {
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
    const path = `/v1/newsroom/stories/${story.id}/entries?limit=50${onlyWanted()}${filter}${position}`;
    const { body } = await get(path);
    found.push(...body.items);
    ({ next } = body);
  }
  if (turn !== reading) return; // a later reading is under way, and knows better
  const drawQueue = await readQueue(story);
  if (turn !== reading) return;
  items = found;
  setReachable(true);
  drawQueue();
  drawLive(story, items);
  drawAfterPress("entries", () => {
    drawEntries({ isAsked: wasAsked });
    wasAsked = false;
    $("more").hidden = next === null;
  });
  readSoon(REREAD_MS);
}

/**
 * Read the list again in that time, or earlier if that was asked for. A change that is reported during a reading counts, and
 * does not overtake it: whoever waits for that one finds the list drawn, however long it takes and whatever comes meanwhile.
 */
export function readSoon(ms = SOON_MS) {
  const at = performance.now() + ms;
  if (rereading && rereading.at <= at) return;
  forgetReading();
  const read = () => {
    rereading = null;
    if (document.hidden) readSoon(REREAD_MS);
    else if (underWay) underWay.then(drawAgain, drawAgain);
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

/** Return the items of the list, by the ids of their entries. */
function itemsShown() {
  return new Map([...$("entries").children].map((item) => [item.dataset.id, item]));
}

function isListHeld() {
  return isHeld($("entries"), () => {
    const { top, bottom } = $("entries").getBoundingClientRect();
    return isRegionShown("list") && top < innerHeight && bottom > 0;
  });
}

/** Draw the list. Unchanged entries keep their elements; while it is held, all keep their places and arrivals wait. */
function drawEntries({ isAsked = false } = {}) {
  const present = itemsShown();
  const read = new Map(items.map((entry) => [entry.id, entry]));
  const ids = [...read.keys()];
  const { order, arrived } = isAsked || !isListHeld() ? { order: ids, arrived: [] } : heldOrder([...present.keys()], ids);
  isHeldBack = order.length !== ids.length || order.some((id, index) => id !== ids[index]);
  const lastRead = order.findLastIndex((id) => read.has(id));
  const drawn = order.map((id, index) => {
    const [entry, old] = [read.get(id), present.get(id)];
    if (old?.querySelector("#composer")) return old; // it is being edited there, and is drawn anew afterwards
    if (!entry) return index < lastRead ? retire(old) : old; // what is below may be on the page that comes next
    if (old?.dataset.version === itemKey(entry, story)) return old;
    const item = drawItem(entry, story, tried(onAction));
    if (mayHaveNote(entry)) addNote(item, entry).catch(() => {}); // it is in the versions too
    return item;
  });
  keepingPlace($("entries"), () => keepingOpen(() => {
    if (drawn.some((item, index) => $("entries").children[index] !== item) || drawn.length !== present.size) {
      arrange($("entries"), drawn);
    }
  }));
  $("arrived").hidden = arrived.length === 0;
  $("arrived").textContent = arrivedWords(arrived.length);
  markPeople();
  drawEntryOutcomes();
}

/** Draw the list; what was opened stays open. */
function keepingOpen(draw) {
  const opened = [...$("entries").querySelectorAll(".seldom[open]")].map((details) => details.closest(".item").dataset.id);
  draw();
  for (const each of opened) itemOf(each)?.querySelector(".seldom")?.setAttribute("open", "");
}

/** Add the note with which a colleague returned the entry. */
async function addNote(item, entry) {
  const note = await newestNote(pathOf(entry.id));
  if (note) item.querySelector(".actions").before(element("p", { class: "note" }, note));
}
