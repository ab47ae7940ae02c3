// Keeps the numbers of replies fresh: how many each entry has, and how many more there are than are shown. The rest of
// what brings replies to life is loaded once the reader comes near them; templates/comments.html works without it.

import { element } from "../entries.js";
import { loadLate } from "../late_module.js";
import { follower } from "../reader.js";
import { say, saidAs, sayCount } from "../words.js";

const ANSWER_MS = 20_000;
const CROWD_MS = 3_000; // those who have missed a message ask for the numbers within so long
const PAGES = 10; // pages that are asked for at once, at most
const AGAIN_MS = 10_000;
const TAKING = ["upcoming", "live", "paused"];

const section = document.getElementById("comments");
const timeline = document.getElementById("timeline");
const fresh = section.querySelector(".new");
const { entry, shown } = section.dataset;
const { replies, embed = "" } = document.getElementById("story").dataset;
const counts = {}; // of replies, by entry
let total = Number(document.getElementById("comments-title").dataset.count);
let last = Number(shown); // of those in the list, as it was told last
let seen = atLeast(last); // NaN where only those under another are
let { connection } = follower;
let asking;

const { onComments, onUpdate } = follower;
follower.onComments = (message) => {
  onComments(message);
  hear(message);
};
follower.onUpdate = (update) => {
  onUpdate(update);
  const { verdict, state, page = verdict === "replaced" ? state : null } = update;
  Object.assign(counts, page?.comment_counts);
  if (verdict === "replaced") hear({ count: state.comment_count });
  drawNumbers();
};

/** Hear how many replies there are; a reader who may have missed what has changed asks for all numbers. */
function hear({ count, counts: changed }) {
  const isFirst = connection !== follower.connection;
  connection = follower.connection;
  Object.assign(counts, changed);
  if (count !== total && (isFirst || !changed)) askLater();
  total = count;
  drawNumbers();
}

function askLater() {
  asking ??= setTimeout(async () => {
    try {
      await askForCounts();
    } catch {
      total = null; // with the next message again
    }
    asking = undefined;
    drawNumbers();
  }, Math.random() * CROWD_MS);
}

async function askForCounts() {
  const { id } = follower.state;
  let url = `/v1/stories/${id}/entries?fields=id&limit=100`;
  for (let page = 0; url !== null && page < PAGES; page += 1) {
    const { pathname, search } = new URL(url, location.origin);
    const { items, next, comment_counts: found } = await (await ask(pathname + search)).json();
    for (const item of items) counts[item.id] = found[item.id] ?? 0;
    url = items.some((item) => item.id === timeline.lastElementChild?.dataset.id) ? null : next;
  }
}

/** Ask for what is at an address. Throws the answer if it is none, and does not wait for ever. */
async function ask(url) {
  const response = await fetch(url, { cache: "no-cache", signal: AbortSignal.timeout(ANSWER_MS) });
  if (!response.ok) throw response;
  return response;
}

function drawNumbers() {
  if (replies !== undefined) for (const article of timeline.children) drawLink(article);
  const ofEntry = section.querySelector(".of-entry");
  const count = entry ? counts[entry] ?? 0 : total;
  if (ofEntry) ofEntry.textContent = sayCount("replies.count", ofEntry.dataset.count = count);
  if (count < last) seen -= last - count; // some were taken away
  last = count;
  const waiting = count > seen ? count - seen : 0;
  fresh.hidden = waiting === 0;
  fresh.textContent = sayCount("replies.new", fresh.dataset.count = waiting);
}

/** Take note that the list is what the server has drawn anew, in `part`. */
function noteShown({ dataset }) {
  total = Number(dataset.total);
  last = Number(dataset.shown ?? last);
  if (entry) counts[entry] = last;
  seen = atLeast(last);
  drawNumbers();
}

/** Return how many replies the reader has been given: a number that the server tells may be some seconds behind. */
function atLeast(told) {
  return Math.max(told, section.querySelectorAll(".comment").length);
}

/** Draw the link from an entry to its replies, as templates/entry.html does. */
function drawLink(article) {
  const { id } = article.dataset;
  const present = article.querySelector(":scope > .replies");
  const count = counts[id] ?? 0;
  const isOpen = TAKING.includes(follower.state.status) && section.querySelector("form.reply");
  if (present && Number(present.dataset.count ?? 0) === count && (count || isOpen)) return;
  const said = count ? { "data-say-count": "replies.count", "data-count": count } : saidAs("replies.leave");
  const made = (count || isOpen) && element(
    "a", { class: "replies", href: `${embed}?entry=${id}#comments`, target: embed ? "_blank" : "_self", ...said },
    count ? sayCount("replies.count", count) : say("replies.leave"),
  );
  if (!present) article.append(...[made].filter(Boolean));
  else if (made) present.replaceWith(made);
  else present.remove();
}

for (const link of timeline.querySelectorAll(".replies")) {
  counts[link.parentNode.dataset.id] = Number(link.dataset.count ?? 0);
}
new MutationObserver(drawNumbers).observe(timeline, { childList: true });
// What came while this was loaded went by: other numbers, and older entries.
const isBehind = Number(section.dataset.total) !== total;
if (isBehind || [...timeline.children].some(({ dataset }) => !(dataset.id in counts))) askLater();
drawNumbers();

const near = new IntersectionObserver(([{ isIntersecting }]) => isIntersecting && comeNear(), { rootMargin: "100%" });
near.observe(section);
section.addEventListener("focusin", comeNear);

async function comeNear() {
  near.disconnect();
  try {
    const { beginList } = await loadLate(() => import("./list.js"));
    beginList({ ask, noteShown });
  } catch {
    setTimeout(() => near.observe(section), AGAIN_MS); // out of reach; until then forms and links work by themselves
  }
}
