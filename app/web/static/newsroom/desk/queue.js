// The queue: what waits for this person, the longest waiting first. What arrives comes at the end; what is gone keeps its
// place, without its buttons, while somebody points at the queue or has the focus in it.

import { element } from "../../entries.js";
import { briefly } from "../../pins_and_key_points.js";
import { button } from "../drawing/dialogs.js";
import { tried } from "../drawing/notices.js";
import { drawAfterPress } from "../drawing/press_guard.js";
import { arrange, keepingPlace, retire } from "../drawing/kept_place.js";
import { isHeld, onPointed } from "../drawing/pointer.js";
import { mayHaveNote, newestNote } from "../drawing/versions.js";
import { get, serverNow, session } from "../drawing/session.js";
import { bylineText } from "../pure/accounts.js";
import { newest } from "../pure/revisions.js";
import { briefMoment } from "../pure/time_zones.js";
import { countInTab, isRegionShown } from "./regions.js";
import { alertOf, beginAlerts } from "./alerts.js";
import { BUTTONS, KINDS, countOf, kindsFor, newsIn, sorted, stateOf, statesOf } from "./queue_kinds.js";

const MOST = 100;
const $ = (id) => document.getElementById(id);
const notes = new Map(); // the newest note of each version that was looked at
let callbacks = null;
let kind = null;
let read = { story: null, entries: [] };
let sending = [];
let states = null; // of what was in the first kind, to tell what is new in it
let isLate = false; // whether what was read is not drawn yet as it is

/** Begin. `onAction` gets (action, entry, story), `pathOf` an entry's id, `onCount` how many wait. */
export function beginQueue({ onAction, pathOf, onCount }) {
  callbacks = { onAction, pathOf, onCount };
  beginAlerts();
  onPointed(() => isLate && !isQueueHeld() && draw());
}

/** Read the queue of a story, whatever the timeline shows; what is returned draws it. Throws a problem. */
export async function readQueue(story) {
  const wanted = ["submitted", "draft", "scheduled"].map((status) => `&status=${status}`).join("");
  const own = kindsFor(story, session.me)[0] === "mine" ? ["&mine=true"] : [];
  // An edit of what is out waits, too.
  const asked = [wanted, "&edited=true", ...own].map((part) => get(`/v1/newsroom/stories/${story.id}/entries?limit=${MOST}${part}`));
  const items = (await Promise.all(asked)).flatMap(({ body }) => body.items);
  return () => {
    const isAnother = read.story?.id !== story.id;
    if (isAnother) kind = null;
    read = { story, entries: [...new Map(items.map((entry) => [entry.id, entry])).values()] };
    tellNews(isAnother);
    drawAfterPress("queue", draw);
  };
}

/** Tell who wants it that something has come, or was decided, while they may look elsewhere. */
function tellNews(isAnother) {
  const [first] = kindsFor(read.story, session.me);
  const found = sorted(first, read.entries, session.me);
  const news = newsIn(first, isAnother ? null : states, found, session.me);
  states = statesOf(found);
  if (news.length > 0) alertOf(first === "mine" ? "What you wrote has come back" : "Waiting for you", news.map((entry) => briefly(newest(entry))));
}

/** Show what is being sent from here. */
export function showSending(items) {
  sending = items;
  if (read.story) drawAfterPress("queue", draw);
}

/** Empty the queue: nobody is signed in. */
export function leaveQueue() {
  read = { story: null, entries: [] };
  for (const id of ["queue-cards", "queue-kinds"]) $(id).replaceChildren();
  countInTab("queue", 0);
}

function isQueueHeld() {
  return isHeld($("queue-cards"), () => isRegionShown("queue"));
}

function draw() {
  const kinds = kindsFor(read.story, session.me);
  kind = kinds.includes(kind) ? kind : kinds[0];
  const found = Object.fromEntries(kinds.map((each) => [each, each === "sending" ? sending : sorted(each, read.entries, session.me)]));
  drawKinds(kinds, found);
  const waiting = countOf(found[kinds[0]]);
  countInTab("queue", waiting);
  callbacks.onCount(waiting);
  drawCards(kind === "sending" ? sending.map(drawSending) : found[kind].map(drawCard));
  const words = found[kind].length === 0 ? KINDS[kind].none : "";
  $("queue-empty").hidden = !words;
  $("queue-empty").textContent = words;
}

function drawKinds(kinds, found) {
  const wanted = kinds.map((each) => [each, `${KINDS[each].words} ${each === "sending" ? sending.length : countOf(found[each])}`, String(each === kind)]);
  const place = $("queue-kinds");
  if (place.childElementCount !== kinds.length) {
    place.replaceChildren(...wanted.map(([each]) => button("", () => {
      kind = each;
      $("queue-cards").replaceChildren();
      draw();
    }, { "data-kind": each })));
  }
  wanted.forEach(([each, words, isPressed], index) => {
    const made = place.children[index];
    made.dataset.kind = each;
    if (made.textContent !== words) made.textContent = words;
    made.setAttribute("aria-pressed", isPressed);
  });
}

/** Draw the cards; while the queue is held, those that are gone keep their places, and what arrives stands below. */
function drawCards(cards) {
  const place = $("queue-cards");
  const present = new Map([...place.children].map((card) => [card.dataset.id, card]));
  const next = new Map(cards.map((card) => [card.dataset.id, card]));
  const kept = (id) => (present.get(id)?.dataset.version === next.get(id).dataset.version ? present.get(id) : next.get(id));
  const held = isQueueHeld();
  const gone = [...present.keys()].filter((id) => !next.has(id));
  isLate = held && gone.length > 0;
  const shown = held ? [...present.keys()].map((id) => (next.has(id) ? kept(id) : retire(present.get(id)))) : [];
  const rest = [...next.keys()].filter((id) => !held || !present.has(id)).map(kept);
  keepingPlace(place, () => arrange(place, [...shown, ...rest]));
}

function drawCard(entry) {
  const { story } = read;
  const shown = newest(entry);
  const offered = (BUTTONS[kind] ?? []).filter(([action]) => entry.can.includes(action));
  const card = element(
    "article", { class: "card", "data-id": entry.id, "data-version": `${entry.version} ${kind} ${entry.can}`, tabindex: "-1" },
    element("p", { class: "row" },
      kind === "mine" ? element("span", { class: `state is-${entry.status}` }, stateOf(entry, false))
        : entry.working && element("span", { class: "state" }, "edit"),
      element("time", { class: "hint", datetime: entry.created_at }, briefMoment(entry.publish_at ?? entry.created_at, story, serverNow())),
      element("span", { class: "hint byline" }, bylineText(shown, entry.posted_by))),
    element("p", { class: "words", lang: story.language, dir: story.direction }, briefly(shown)),
    element("p", { class: "note", hidden: true }),
    element("p", { class: "actions" }, offered.map(([action, words]) => (
      button(words, tried(() => callbacks.onAction(action, entry, story)), { "data-action": action })
    ))),
  );
  if (mayHaveNote(entry)) drawNote(card, entry, kind);
  return card;
}

/** Draw the note with which a colleague returned it: known at once if this version was looked at before. */
async function drawNote(card, entry, of) {
  const { id, version } = entry;
  const key = `${id} ${version}`;
  if (!notes.has(key)) notes.set(key, await newestNote(callbacks.pathOf(id)).catch(() => null));
  const place = card.querySelector(".note");
  place.textContent = notes.get(key) ?? "";
  place.hidden = !place.textContent;
  if (of === "mine" && place.textContent) card.querySelector(".state").textContent = stateOf(entry, true);
}

function drawSending({ id, label, state, at }) {
  const words = { sending: "being sent", pictures: "waits for its pictures", waiting: "kept here", refused: "not accepted: see under the text", conflict: "changed by somebody else: see under the text" };
  return element(
    "article", { class: "card", "data-id": id, "data-version": state },
    element("p", { class: "words", dir: "auto" }, label),
    element("p", { class: "hint" }, `${words[state] ?? "kept here"}, since ${new Date(at).toLocaleTimeString()}`),
  );
}
