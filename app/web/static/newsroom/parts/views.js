// Which of the page's two views is shown, as its address says: the story's entries, or readers' replies; and how many of
// these wait, where an editor looks already: in the bar, in the page's title, beside the chosen story.

import { withCount } from "../pure/comment_words.js";
import { story } from "./stories.js";

const REPLIES = "#replies";
const $ = (id) => document.getElementById(id);
const title = document.title;
let waiting = { total: 0, stories: [] };
let queued = 0; // what waits in the queue of the chosen story
let onView = null;

/** Begin. `show` gets whether replies are shown, and of which story (an id, or "" for all), when that changes. */
export function beginViews(show) {
  onView = show;
  window.addEventListener("hashchange", () => {
    showView();
    const isLost = document.activeElement === document.body; // a browser lets go of what led here
    if (isLost) $($("workspace").hidden ? "replies-part" : "writing").focus({ preventScroll: true });
  });
}

/** Show the view that the address names. */
export function showView() {
  const isReplies = location.hash.startsWith(REPLIES);
  $("workspace").hidden = isReplies;
  $("replies").hidden = !isReplies;
  $("views").hidden = false;
  for (const [id, isHere] of [["view-entries", !isReplies], ["view-replies", isReplies]]) {
    if (isHere) $(id).setAttribute("aria-current", "page");
    else $(id).removeAttribute("aria-current");
  }
  onView?.(isReplies, new URLSearchParams(location.hash.slice(REPLIES.length + 1)).get("story") ?? "");
}

/** Show no view: nobody is signed in. */
export function hideViews() {
  for (const id of ["workspace", "replies", "views"]) $(id).hidden = true;
  drawWaiting({ total: 0, stories: [] });
}

/** Go to the entries of the chosen story. */
export function goToEntries() {
  location.hash = "#entries";
}

/** Draw how many replies wait. */
export function drawWaiting(now = waiting) {
  waiting = now;
  const { total, stories } = waiting;
  setWords($("replies-count"), total > 0 ? String(total) : "");
  $("view-replies").setAttribute("aria-label", total > 0 ? `Replies ${total} waiting` : "Replies");
  drawTitle();
  if (story === null) return;
  const here = stories.find((each) => each.story === story.id)?.pending ?? 0;
  $("story-replies").href = `${REPLIES}?story=${story.id}`;
  setWords($("story-replies"), withCount("Its replies", here));
}

/** Say in the page's title how many entries wait, too. */
export function setQueued(count) {
  queued = count;
  drawTitle();
}

function drawTitle() {
  const all = waiting.total + queued;
  document.title = all > 0 ? `(${all}) ${title}` : title;
}

function setWords(place, words) {
  if (place.textContent !== words) place.textContent = words;
}
