// The line under the composer's buttons: what became of what was sent there last, with the ways to see it, to stop it, and
// to take it back. That readers have it is said once their own stream has told so.

import { truncate } from "../../truncate.js";
import { element } from "../../entries.js";
import { button } from "../drawing/dialogs.js";
import { announce, tried } from "../drawing/notices.js";
import { isRegionShown } from "../desk/regions.js";
import { drawAfterPress } from "../drawing/press_guard.js";
import { get, newId, serverNow } from "../drawing/session.js";
import { beginCountdowns, countdown } from "../drawing/countdowns.js";
import { isFollowed, whenReadersHave } from "../desk/reader_stream.js";
import { outcomeOf, postEntry } from "./outbox_view.js";
import { story } from "./stories.js";
import { step } from "../pure/outbox.js";
import { problemText } from "../pure/problems.js";
import { dueOf } from "../pure/revisions.js";
import { hasPage } from "../pure/story_states.js";
import { momentText } from "../pure/time_zones.js";

const DUE_MS = 1_000; // how often it is asked whether what was held is published
const ASKED_AT_MOST = 30;
const UNSEEN_MS = 10_000; // then it is said that readers' stream has not told of it
const place = document.getElementById("act-line");
let onAction = null;
let turn = 0;
let watched = null; // {id, intent, wasPublic} of the item that the line is about
let merged = ""; // whose change is in what the line is about, besides this person's
let held = null; // what is held just now: {entry, at, how}
let stopWaiting = () => {};

/** Begin. `act` gets (action, entry, story) when something is to be done to the entry that the line is about. */
export function beginActLine(act) {
  onAction = act;
  beginCountdowns();
}

/** Say a sentence about what is in the form; "" to say nothing. */
export function sayOfDraft(sentence) {
  watched = null;
  merged = "";
  draw(sentence);
}

/** Say what is wrong with what is in the form. */
export function sayProblem(problem) {
  const words = problemText(problem);
  sayOfDraft(words && element("span", { class: "wrong" }, words));
}

/** Say from now on what becomes of an item of the outbox. */
export function watchItem(id, { intent, wasPublic }) {
  watched = { id, intent, wasPublic };
  merged = "";
  draw("Sending …");
}

/** Say whose change is in what was sent besides this person's: beside what becomes of it, which would take its place. */
export function sayMerged({ id }, sentence) {
  announce(sentence);
  if (id !== watched?.id) return;
  place.querySelector(".merged")?.remove();
  merged = sentence;
  place.prepend(mergedLine());
}

function mergedLine() {
  return element("span", { class: "merged" }, merged, " ");
}

/** Say what an item's state is, if it is the one that was sent last. */
export function drawItemState(items) {
  const item = watched && items.find(({ id }) => id === watched.id);
  if (!item) return;
  const isFailing = item.problem?.status >= 500;
  const words = {
    sending: "Sending …", pictures: "Kept here. It is sent as soon as its pictures are.",
    waiting: isFailing ? "Kept here. The server has failed at it, and is asked again." : "Kept here. It is sent as soon as the server can be reached.",
    refused: "Not accepted.", conflict: "Changed by somebody else in the meantime.", "signed-out": "Kept here.",
  };
  const state = isFailing && item.state === "waiting" ? "failing" : item.state;
  if (place.dataset.state !== state) draw(words[item.state], state);
}

/** Say that an item is on the server's disk, and what it is there. */
export async function drawAcknowledged(item, answer) {
  if (item.id !== watched?.id) return;
  const { intent, wasPublic } = watched;
  const [mine, at] = [turn, story];
  const entry = answer ?? (await get(item.entry).catch(() => ({ body: null }))).body;
  if (mine !== turn || at.id !== item.story) return;
  if (entry === null) draw("Sent.");
  else drawEntryState(entry, at, { path: item.entry, intent, wasPublic });
}

function drawEntryState(entry, at, how) {
  const due = dueOf(entry);
  const isHeld = due !== null && (entry.held || entry.working?.held);
  if (isHeld) {
    drawHeld(entry, at, how);
    awaitPublication(entry, at, how);
  } else if (entry.status === "published" && entry.working === null) {
    if (isFollowed()) draw("On the server. Readers get it now …", "sent");
    awaitReaders(entry, at, how);
  } else draw(WORDS[how.wasPublic && how.intent === "draft" ? "published" : how.intent] ?? "Saved.", "done");
}

function drawHeld(entry, at, how) {
  const due = dueOf(entry);
  const isShort = Date.parse(due) - serverNow() < MINUTE_MS;
  draw([
    isShort ? "Goes out in " : `Goes out at ${momentText(due, at)}, in `, countdown(due), " ",
    element("span", {}, undoButton(entry, at, how), " ", (entry.can ?? []).includes("publish") && sendNowButton(entry, at, how)),
  ], "held");
  held = { entry, at, how };
}

/** Say that it is published once readers' stream has told of it, or that it has not yet. */
function awaitReaders(entry, at, how) {
  const mine = turn;
  const words = how.wasPublic ? "Published: readers see the new text." : `Published ${momentText(entry.published_at, at)}.`;
  const stop = whenReadersHave(entry, () => {
    if (mine === turn) draw([words, " ", viewLink(entry, at), " ", takeBackButton(entry, at, how)], "done");
  });
  if (mine !== turn) return;
  stopWaiting = stop;
  setTimeout(() => {
    if (mine !== turn) return;
    draw("On the server, and not seen in readers’ stream yet.", "sent");
    awaitReaders(entry, at, how);
  }, UNSEEN_MS);
}

const MINUTE_MS = 60_000;
const WORDS = {
  draft: "Kept as a draft. Readers do not see it.", submitted: "Submitted. It waits for an editor.",
  published: "Saved. Readers do not see it yet.",
};

function viewLink({ id, status }, at) {
  if (!hasPage(at) || status !== "published") return null;
  const href = `/stories/${encodeURIComponent(at.slug)}?entry=${id}#entry-${id}`;
  return element("a", { href, target: "_blank", rel: "noopener" }, "View");
}

function takeBackButton(entry, at, { wasPublic }) {
  const can = entry.can ?? [];
  if (wasPublic || !(can.includes("unpublish") || can.includes("retract"))) return null;
  return button("Take back", tried(() => onAction("take-back", entry, at)), { "data-act": "take-back" });
}

/** Draw the button that stops what is held, before readers have it; what became of it is said in its place. */
function undoButton(entry, at, how) {
  return button("Undo", () => {
    const label = `Do not publish: ${truncate(entry.headline ?? entry.text ?? "", 60)}`;
    return sendAbout({ entry, at, how, action: "cancel", label, doing: "Stopping it …" }, (done) => (
      done ? ["Not published. ", button("Edit it", tried(() => onAction("edit", done, at)), { "data-act": "edit" })]
        : "Kept here: it is stopped as soon as the server can be reached, if that is in time."
    ));
  }, { "data-act": "undo", "aria-keyshortcuts": "Z" });
}

function sendNowButton(entry, at, how) {
  return button("Send now", () => publishNow({ entry, at, how }), { "data-act": "now", "aria-keyshortcuts": "Control+Enter" });
}

/** Publish at once what the line is about, if it is held and may be. Returns whether there was such a thing. */
export function sendNow() {
  if (held === null || place.dataset.state !== "held" || !(held.entry.can ?? []).includes("publish")) return false;
  publishNow(held);
  return true;
}

function publishNow({ entry, at, how }) {
  const label = `Publish now: ${truncate(entry.headline ?? entry.text ?? "", 60)}`;
  return sendAbout({ entry, at, how, action: "publish", label, doing: "Sending …" }, (done) => (
    done ? null : "Kept here. It goes out when its time has come, or as soon as the server can be reached."
  ));
}

/** Send an action on the entry that the line is about, and draw what `wordsOf` its answer, or else its state. */
async function sendAbout({ entry, at, how, action, label, doing }, wordsOf) {
  draw(doing);
  const mine = turn;
  const path = `/v1/stories/${at.id}/entries/${entry.id}/${action}`;
  try {
    const id = postEntry({ of: at.id, entry: entry.id, label, steps: [step("POST", path, {}, { newKey: newId })] });
    const done = await outcomeOf(id);
    if (mine !== turn) return;
    const words = wordsOf(done);
    if (words === null) drawEntryState(done, at, how);
    else draw(words, "done");
  } catch (problem) {
    if (mine === turn) await drawAgain(problem, entry, at, how);
  }
}

/** Press a button of the line: "undo" what is held, or "take-back" what readers have. Returns whether it was there. */
export function pressInLine(...names) {
  const found = names.map((name) => place.querySelector(`[data-act="${name}"]`)).find(Boolean);
  found?.click();
  return Boolean(found);
}

async function drawAgain(problem, entry, at, how) {
  const { body } = await get(how.path).catch(() => ({ body: null }));
  if (body?.status === "published") drawEntryState(body, at, how);
  else draw(element("span", { class: "wrong" }, problemText(problem)));
}

/** Ask, once it is due, whether it is published, and say so. */
function awaitPublication(entry, at, how, asked = 0) {
  const mine = turn;
  const inMs = Math.max(DUE_MS, asked > 0 ? DUE_MS : Date.parse(dueOf(entry)) - serverNow());
  setTimeout(async () => {
    if (mine !== turn || asked === ASKED_AT_MOST) return;
    const { body } = await get(how.path).catch(() => ({ body: null }));
    if (mine !== turn) return;
    if (body && dueOf(body) === null) drawEntryState(body, at, how);
    else awaitPublication(entry, at, how, asked + 1);
  }, Math.min(inMs, 2 ** 31 - 1));
  if (asked > 0) return;
  stopWaiting = whenReadersHave({ id: entry.id, revision: (entry.revision ?? 0) + 1 }, async () => {
    const { body } = await get(how.path).catch(() => ({ body: null }));
    if (mine === turn && body) drawEntryState(body, at, how);
  });
}

function draw(content, state = "") {
  turn += 1;
  held = null;
  stopWaiting();
  stopWaiting = () => {};
  const mine = turn;
  drawAfterPress("act-line", () => {
    if (mine !== turn) return;
    place.dataset.state = state;
    place.replaceChildren(...[merged && mergedLine(), content].flat().filter(Boolean));
    if (state && !isRegionShown("writing")) announce(place.textContent); // where the eye is
  });
}
