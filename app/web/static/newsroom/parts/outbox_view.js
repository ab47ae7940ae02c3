// The outbox on the page: what is not acknowledged yet, and the choices where the server refused it or a colleague's
// change met it. What was written stands under the composer; what was done to an entry, at that entry.

import { browserEnvironment } from "../../client.js";
import { element } from "../../entries.js";
import { scrolledByKeys } from "../../scrolled_text.js";
import { button, sure } from "../drawing/dialogs.js";
import { arrange, keepingPlace } from "../drawing/kept_place.js";
import { announce, showProblem, tried } from "../drawing/notices.js";
import { drawAfterPress } from "../drawing/press_guard.js";
import { keepInBrowser } from "../pure/kept_drafts.js";
import { Outbox } from "../pure/outbox.js";
import { problemText } from "../pure/problems.js";
import { newest } from "../pure/revisions.js";
import { newId, session } from "../drawing/session.js";
import { changedBy, drawConflict, isMergeable, mergedAsChosen, mergedByItself } from "../conflicts/conflict_view.js";
import { setKept } from "./connection.js";
import { story } from "./stories.js";
import { closeUploads, forgetUploads, onUploads, openUploads, uploads } from "./uploads_here.js";

const WORDS = {
  sending: "sending …",
  pictures: "sent as soon as its pictures are",
  waiting: "kept here; sent as soon as the server can be reached",
  failing: "kept here; the server has failed at it, and is asked again",
  refused: "not accepted",
  conflict: "changed by somebody else in the meantime",
  "signed-out": "kept here; sign in to send it",
};
const AGAIN = ["retry", "Try again"];
const CHOICES = {
  waiting: [["now", "Try now"]],
  failing: [["now", "Try now"], ["again", "Edit"], ["drop", "Throw away"]],
  pictures: [["now", "Try now"], ["again", "Edit"]],
  refused: [AGAIN, ["again", "Edit"], ["draft", "Keep as draft"], ["drop", "Throw away"]],
  conflict: [["merged", "Send both, merged"], ["over", "Send mine over theirs"], ["again", "Edit mine again"], ["drop", "Keep theirs"]],
};
const WRITTEN = ["again", "draft"]; // choices of what was written in the composer alone
const place = document.getElementById("waiting");
let outbox = null;
let callbacks = null;
const said = new Set(); // the items of which it was said that they are refused
const settled = new Map(); // whom to tell, by item, once it is known what became of it

/**
 * Send what this person has left in the outbox, and what they write from now on. `onDone` gets each item that was
 * acknowledged, its answer, and whether a question that is still open waits for it, `onChange` all items; `onEditAgain` one that is to be edited again and `onKeepAsDraft`
 * one that is to be a draft: both return whether it was taken; `onMerged` one with a colleague's change in it, and a sentence. While it `isHeld` all is kept and nothing is sent.
 */
export function openOutbox({ onDone, onChange, onEditAgain, onKeepAsDraft, onMerged, isHeld = false }) {
  closeOutbox();
  callbacks = { onChange, onEditAgain, onKeepAsDraft, onMerged };
  const opened = openUploads({ isHeld });
  const { fetch, ...rest } = browserEnvironment();
  outbox = new Outbox({
    storage: localStorage,
    prefix: `liveblog:${session.who}`,
    token: session.token,
    csrf: session.csrf,
    env: { ...rest, fetch: isHeld ? unsent : fetch, clock: () => Date.now() },
    pictures: uploads,
    merge: mergedByItself,
    onMerged: sayMerged,
    onChange: draw,
    onDone: (item, answer) => {
      forgetPictures(item);
      onDone(item, answer, { isAwaited: settle(item.id, { state: "done", answer }) });
    },
    onSignedOut: () => showProblem({ status: 401 }),
  });
  draw(outbox.items);
  outbox.run();
  return opened;
}

/** Send nothing: with whose rights it would be is not known until the server says so. */
function unsent() {
  return Promise.reject(new TypeError("held"));
}

/** Stop sending; what is in the outbox stays kept. */
export function closeOutbox() {
  outbox?.stop();
  closeUploads();
}

/**
 * Send what was written about an entry of a story, once the uploads that it `awaits` are done; with the `intent` of an
 * edit, what a colleague changes meanwhile is merged into it. Throws when the browser cannot
 * keep it. Returns the item's id.
 */
export function postEntry({ entry, label, steps, composed = null, intent = null, of = story.id, awaits = [] }) {
  const id = newId();
  const path = `/v1/newsroom/stories/${of}/entries/${entry}`;
  add({ id, story: of, entry: path, label, steps, composed, intent, awaits, shows: awaits });
  return id;
}

/** Send what was typed beside a new picture to be kept with it, too; nothing if `step` is null. */
export function postWords({ id: upload, name }, step, of = story.id) {
  if (step === null) return;
  add({
    id: newId(), story: of, entry: step.path, label: `Words of the picture ${name}`, steps: [step], composed: null,
    awaits: [upload],
  });
}

/** Send a new story, once the uploads that it `awaits` are done. Throws when the browser cannot keep it. Returns the item's id. */
export function postStory({ id: begun, label, steps, awaits = [] }) {
  const id = newId();
  add({ id, story: begun, begins: true, entry: null, label, steps, composed: null, awaits, shows: awaits });
  return id;
}

/**
 * Wait until it is known what became of an item: its answer, or null if it is kept until the server can be reached.
 * One that is refused leaves the outbox: its problem is thrown, to be shown beside what was typed. So does one that was
 * called off before that: it is not sent again.
 */
export async function outcomeOf(id, calledOff) {
  const known = outbox.items.find((item) => item.id === id);
  calledOff?.addEventListener("abort", () => settled.has(id) && settle(id, { state: "called off" }) && outbox.drop(id));
  const { state, answer = null, problem } = await new Promise((resolve) => {
    settled.set(id, resolve);
    if (!known) resolve({ state: "done" });
    else settleAll(outbox.items);
  });
  if (state !== "refused" && state !== "conflict") return answer;
  outbox.drop(id);
  throw problem;
}

/** Draw at each entry of the list what became of what was done to it; what is pointed at is not moved. */
export function drawEntryOutcomes() {
  keepingPlace(document.getElementById("entries"), drawOutcomes);
}

function drawOutcomes() {
  if (story === null) return;
  for (const at of document.querySelectorAll("#entries .item > .outcome-line")) {
    const path = `/v1/newsroom/stories/${story.id}/entries/${at.closest(".item").dataset.id}`;
    const about = (outbox?.items ?? []).filter((item) => !item.composed && item.entry === path && !settled.has(item.id));
    drawItems(at, about);
  }
}

function add(item) {
  keepInBrowser(() => outbox.add(item));
}

/** Forget the uploads that an item showed, unless another one, or a text, waits for them. */
function forgetPictures({ id, shows = [] }) {
  const others = outbox.items.filter((item) => item.id !== id).flatMap((item) => [...(item.shows ?? []), ...(item.awaits ?? [])]);
  forgetUploads(shows.filter((upload) => !others.includes(upload)));
}

/** Tell who waits for an item what became of it. Returns whether somebody did. */
function settle(id, outcome) {
  settled.get(id)?.(outcome);
  return settled.delete(id);
}

/** Tell those who wait for an item that was refused, or that has to wait, itself or behind another one. */
function settleAll(items) {
  for (const item of items) {
    if (stateOf(item) !== "sending") settle(item.id, { state: item.state, problem: item.problem });
  }
}

function draw(items) {
  settleAll(items);
  setKept(items.filter((item) => ["waiting", "failing", "signed-out"].includes(stateOf(item)) || isStuck(item)).length);
  sayRefused(items);
  callbacks.onChange(items);
  drawAfterPress("outbox", drawNow);
}

/** Return an item's state: "failing" where it waits because the server has failed at it. */
function stateOf(item) {
  const state = outbox.stateOf(item);
  return state === "waiting" && item.problem?.status >= 500 ? "failing" : state;
}

/** Return whether an item waits for a picture that cannot be sent now. */
function isStuck({ state, problem }) {
  return state === "pictures" && problem !== null;
}

/** Say once, above all else on the screen, what is refused: its place may be off it. */
function sayRefused(items) {
  for (const item of items) {
    if (item.state !== "refused" && item.state !== "conflict") said.delete(item.id);
    else if (!said.has(item.id) && !settled.has(item.id)) {
      said.add(item.id);
      announce(`Not accepted: ${item.label}. ${item.problem ? problemText(item.problem) : ""}`);
    }
  }
}

/** Draw what has its place under the composer: what was written, and what is about an entry that is not in the list. */
function drawNow() {
  drawEntryOutcomes();
  const isInList = ({ entry }) => entry !== null
    && document.querySelector(`#entries [data-id="${CSS.escape(entry.split("/").at(-1))}"]`) !== null;
  const shown = outbox.items.filter((item) => (
    stateOf(item) !== "sending" && !settled.has(item.id) && (item.composed || !isInList(item))
  ));
  place.hidden = shown.length === 0;
  drawItems(place, shown);
}

/** Draw items; what has not changed stays as it is, with the focus, and is not read out again. */
function drawItems(at, items) {
  const drawn = new Map([...at.children].map((each) => [each.dataset.id, each]));
  arrange(at, items.map((item) => {
    const old = drawn.get(item.id);
    const words = JSON.stringify([stateOf(item), item.label, item.problem, item.theirEtag, choicesOf(item)]);
    if (old?.dataset.words === words) return old;
    const made = drawItem(item);
    made.dataset.words = words;
    return made;
  }));
}

/** Return what waits to be kept with the uploads of an item. */
function wordsOf({ shows = [] }) {
  const paths = shows.map((id) => `/v1/newsroom/media/${id}`);
  return outbox.items.filter(({ entry }) => paths.includes(entry));
}

function drawItem(item) {
  const state = stateOf(item);
  const choices = choicesOf(item);
  return element(
    "div", { class: "outbox-item", "data-state": state, "data-id": item.id },
    element("p", {}, element("b", {}, item.label), ` – ${WORDS[state]}`, state === "pictures" && partSent(item)),
    item.problem && element("p", { class: "problem" }, problemText(item.problem)),
    state === "conflict" && item.composed?.editing?.before && drawConflict(item, story),
    state === "conflict" && bothTexts(item),
    choices.length > 0 && element("p", { class: "actions" }, choices.map(([choice, words]) => (
      button(words, tried(() => choose(choice, item)), { "data-choice": choice })
    ))),
  );
}

function choicesOf(item) {
  return (CHOICES[stateOf(item)] ?? []).filter(([choice]) => isOffered(choice, item));
}

function partSent({ id, awaits }) {
  const words = (part) => `: ${Math.floor(part * 100)} %`;
  return element("span", { "data-sent-by": id }, words(uploads?.progressOf(awaits) ?? 0));
}

/** Bring the figures of what is being sent up to date, and nothing else. */
function drawParts() {
  for (const item of outbox?.items ?? []) {
    for (const at of document.querySelectorAll(`[data-sent-by="${item.id}"]`)) at.replaceWith(partSent(item));
  }
}

function isOffered(choice, item) {
  const { composed, problem, shows = [] } = item;
  const isAboutPicture = shows.some((id) => uploads?.find(id)?.state === "refused") || problem?.code === "upload_lost";
  if (isAboutPicture && choice === "draft") return false; // the picture would be refused again
  if (choice === "merged") return isMergeable(item);
  if (WRITTEN.includes(choice)) return Boolean(composed) && !(choice === "draft" && composed.editing);
  return choice !== "retry" || problem?.status !== 412; // it was changed: what it is now is to be looked at first
}

/** Say that a colleague's change and this one are both in what is sent. */
async function sayMerged(item, etag) {
  callbacks.onMerged(item, `${(await changedBy(item, etag, story)) || "Somebody else changed it"}: sent with both changes, merged.`);
}

function bothTexts({ composed, theirs }) {
  const text = ({ headline, text: body }) => [headline, body].filter(Boolean).join("\n\n");
  const column = (title, content) => element("div", {}, element("b", {}, title), scrolledByKeys(element("pre", {}, content), title));
  const both = element(
    "div", { class: "both" }, composed && column("Yours", text(composed)), column("Theirs", text(newest(theirs))),
  );
  if (!composed?.editing?.before) return both;
  return element("details", {}, element("summary", {}, "Both texts in full"), both);
}

async function choose(choice, item) {
  const isUnsure = stateOf(item) === "failing" && choice !== "now";
  if (isUnsure && !(await sure("The server may have it all the same: look at the entries first. Go on?", "Go on"))) return undefined;
  switch (choice) {
    case "over":
      return outbox.sendOver(item.id, item.theirEtag);
    case "merged":
      return outbox.sendMerged(item.id, mergedAsChosen(item));
    case "retry":
      for (const id of item.shows ?? []) uploads.retry(id);
      return outbox.retry(item.id);
    case "now":
      uploads.run();
      return outbox.run();
    case "again":
      return (await callbacks.onEditAgain(item)) && outbox.drop(item.id);
    case "draft":
      return callbacks.onKeepAsDraft(item) && outbox.drop(item.id);
    default:
      outbox.drop(item.id);
      for (const words of wordsOf(item)) outbox.drop(words.id);
      return forgetPictures(item);
  }
}

onUploads(() => {
  outbox?.lookAgain();
  drawParts();
});
window.addEventListener("online", () => outbox?.run());
window.addEventListener("storage", ({ key, newValue }) => {
  if (outbox && newValue === null && key?.startsWith(outbox.prefix)) outbox.forget(key.slice(outbox.prefix.length));
});
