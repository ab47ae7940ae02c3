// The actions of an entry's buttons: the question that is asked first, and the request that is sent.

import { editEntry } from "../parts/composer.js";
import { ask } from "../drawing/dialogs.js";
import { pathOf, readEntries, readSoon } from "../parts/entry_list.js";
import { pinOf } from "../pure/entry_buttons.js";
import { askTimes } from "./entry_times.js";
import { outcomeOf, postEntry } from "../parts/outbox_view.js";
import { quotedEntry } from "../drawing/quotes.js";
import { step } from "../pure/outbox.js";
import { askTakeBack } from "../desk/take_back.js";
import { askPinEnd, pin, unpin } from "./pins.js";
import { showMoveDialog } from "./move_dialog.js";
import { showPreview } from "./preview_link.js";
import { truncate } from "../../truncate.js";
import { newId } from "../drawing/session.js";
import { story } from "../parts/stories.js";
import { showVersions } from "../drawing/versions.js";
import { fromZone } from "../pure/time_zones.js";

const NOTE = { name: "note", label: "A note for colleagues (readers never see it)", rows: 2 };
const QUESTIONS = {
  retract: {
    title: "Retract", yes: "Retract",
    fields: [
      { name: "reason", label: "Why (readers see this, above the text struck through)", rows: 3, required: true },
    ],
  },
  correct: {
    title: "Add a correction", yes: "Add",
    fields: [
      { name: "text", label: "What was wrong, and what is right (readers see this)", rows: 3, required: true },
      { name: "severity", label: "It is a", options: ["correction", "clarification"] },
    ],
  },
  return: { title: "Return to its author", yes: "Return", fields: [NOTE] },
  reject: { title: "Reject: it cannot be published any more", yes: "Reject", fields: [NOTE] },
  schedule: {
    title: "Schedule", yes: "Schedule",
    fields: [{ name: "publish_at", label: "Goes out at", type: "datetime-local", required: true }],
  },
  unpublish: { title: "Unpublish: take it from readers; it can be published again", yes: "Unpublish", fields: [NOTE] },
  remove: { title: "Remove for good: it cannot be brought back", yes: "Remove", fields: [NOTE] },
  discard: { title: "Discard the edit? Readers keep what they see.", yes: "Discard", fields: [] },
};
const ON_WHAT_WAS_READ = ["publish", "submit", "schedule", "discard"]; // not another's newer text; taking away never waits
const LOSSES = ["retract", "unpublish", "remove"]; // readers lose what they have
const OWN = {
  edit: ({ id }) => editEntry(pathOf(id)),
  "edit-to-correct": ({ id }) => editEntry(pathOf(id), { isCorrection: true }),
  "take-back": (entry, seen) => askTakeBack(entry, seen, (action, body, calledOff) => postAction({ action, entry, seen, body, calledOff })),
  preview: (entry, seen) => showPreview(pathOf(entry.id), seen, entry),
  versions: (entry, seen) => showVersions(pathOf(entry.id), seen, entry),
  pin: (entry, seen) => (pinOf(entry, seen) ? unpin : pin)(story, entry.id).then(readEntries), // as the button said
  "pin-end": (entry) => askPinEnd(story, entry).then(readEntries),
  move: (entry) => showMoveDialog(entry, story, readSoon),
  times: (entry) => askTimes(entry, story, { read: pathOf(entry.id) }).then(readEntries),
};

/** Run the action of an entry's button, with the story as it was `seen`. Throws a problem. */
export async function act(action, entry, seen) {
  if (action in OWN) await OWN[action](entry, seen);
  else await askAndPost(action, entry, seen);
}

/** Ask, and send; the question stays open until that is done, or kept here because the server cannot be reached. */
async function askAndPost(action, entry, seen) {
  const question = QUESTIONS[action];
  if (!question) {
    post(action, entry, seen, {});
    return;
  }
  await ask({
    ...question,
    about: quotedEntry(entry, seen),
    isDanger: LOSSES.includes(action),
    intro: action === "schedule" ? `The time in ${seen.time_zone}, where the story is.` : undefined,
    send: (given, calledOff) => postAction({ action, entry, seen, body: bodyOf(given, seen), calledOff }),
  });
}

/** Send an action, and wait until it is done, or kept because the server cannot be reached. Throws a problem. */
export function postAction({ action, entry, seen, body, calledOff }) {
  return outcomeOf(post(action, entry, seen, body), calledOff);
}

function bodyOf({ note, publish_at: at, ...given }, seen) {
  return { ...given, ...(note && { note }), ...(at && { publish_at: fromZone(at, seen.time_zone) }) };
}

function post(action, entry, seen, body) {
  const ifMatch = ON_WHAT_WAS_READ.includes(action) ? `"v${entry.version}"` : null;
  const path = `/v1/stories/${seen.id}/entries/${entry.id}/${action === "correct" ? "corrections" : action}`;
  return postEntry({
    of: seen.id,
    entry: entry.id,
    label: truncate(`${action}: ${entry.headline ?? entry.text ?? ""}`, 80),
    steps: [step("POST", path, body, { ifMatch, newKey: newId })],
  });
}
