// The line under the composer's buttons: what became of what was sent there last, with the way to see it and to stop it.

import { truncate } from "../../truncate.js";
import { element } from "../../entries.js";
import { button } from "../drawing/dialogs.js";
import { tried } from "../drawing/notices.js";
import { drawAfterPress } from "../drawing/press_guard.js";
import { get, newId, serverNow } from "../drawing/session.js";
import { beginCountdowns, countdown } from "../drawing/countdowns.js";
import { outcomeOf, postEntry } from "./outbox_view.js";
import { story } from "./stories.js";
import { step } from "../pure/outbox.js";
import { problemText } from "../pure/problems.js";
import { dueOf } from "../pure/revisions.js";
import { hasPage } from "../pure/story_states.js";
import { momentText } from "../pure/time_zones.js";

const DUE_MS = 1_000; // how often it is asked whether what was held is published
const ASKED_AT_MOST = 30;
const place = document.getElementById("act-line");
let onAction = null;
let turn = 0;
let watched = null; // {id, intent, wasPublic} of the item that the line is about

/** Begin. `act` gets (action, entry, story) when something is to be done to the entry that the line is about. */
export function beginActLine(act) {
  onAction = act;
  beginCountdowns();
}

/** Say a sentence about what is in the form; "" to say nothing. */
export function sayOfDraft(sentence) {
  watched = null;
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
  draw("Sending …");
}

/** Say what an item's state is, if it is the one that was sent last. */
export function drawItemState(items) {
  const item = watched && items.find(({ id }) => id === watched.id);
  if (!item) return;
  const words = {
    sending: "Sending …", pictures: "Kept here. It is sent as soon as its pictures are.",
    waiting: "Kept here. It is sent as soon as the server can be reached.",
    refused: "Not accepted.", conflict: "Changed by somebody else in the meantime.", "signed-out": "Kept here.",
  };
  if (place.dataset.state !== item.state) draw(words[item.state], item.state);
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
    draw([`Goes out at ${momentText(due, at)}, in `, countdown(due), " ", element("span", {}, cancelButton(entry, at, how))], "held");
    awaitPublication(entry, at, how);
  } else if (entry.status === "published" && entry.working === null) {
    const words = how.wasPublic ? "Published: readers see the new text." : `Published ${momentText(entry.published_at, at)}.`;
    draw([words, " ", viewLink(entry, at), " ", undoButton(entry, at, how)], "done");
  } else draw(WORDS[how.wasPublic && how.intent === "draft" ? "published" : how.intent] ?? "Saved.", "done");
}

const WORDS = {
  draft: "Kept as a draft. Readers do not see it.", submitted: "Submitted. It waits for an editor.",
  published: "Saved. Readers do not see it yet.",
};

function viewLink({ id, status }, at) {
  if (!hasPage(at) || status !== "published") return null;
  const href = `/stories/${encodeURIComponent(at.slug)}?entry=${id}#entry-${id}`;
  return element("a", { href, target: "_blank", rel: "noopener" }, "View");
}

function undoButton(entry, at, { wasPublic }) {
  if (wasPublic || !(entry.can ?? []).includes("unpublish")) return null;
  return button("Undo", tried(() => onAction("unpublish", entry, at)), { "aria-label": "Undo: take it from readers" });
}

/** Draw the button that stops what is held; what became of it is said in its place. */
function cancelButton(entry, at, how) {
  return button("Cancel", async () => {
    turn += 1;
    draw("Cancelling …");
    const mine = turn;
    const path = `/v1/stories/${at.id}/entries/${entry.id}/cancel`;
    try {
      const id = postEntry({
        of: at.id, entry: entry.id, label: `Do not publish: ${truncate(entry.headline ?? entry.text ?? "", 60)}`,
        steps: [step("POST", path, {}, { newKey: newId })],
      });
      const done = await outcomeOf(id);
      if (mine !== turn) return;
      draw(done ? ["Not published. ", button("Edit it", tried(() => onAction("edit", done, at)))]
        : "Kept here: it is stopped as soon as the server can be reached, if that is in time.", "done");
    } catch (problem) {
      if (mine === turn) await drawAgain(problem, entry, at, how);
    }
  });
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
    if (body && dueOf(body) === null) drawEntryState(body, at, { ...how });
    else awaitPublication(entry, at, how, asked + 1);
  }, Math.min(inMs, 2 ** 31 - 1));
}

function draw(content, state = "") {
  turn += 1;
  const mine = turn;
  drawAfterPress("act-line", () => {
    if (mine !== turn) return;
    place.dataset.state = state;
    place.replaceChildren(...[content].flat().filter(Boolean));
  });
}
