// The actions of an entry's buttons: the question that is asked first, and the request that is sent.

import { editEntry } from "../parts/composer.js";
import { ask } from "../drawing/dialogs.js";
import { pathOf, readEntries, readSoon } from "../parts/entry_list.js";
import { pinOf } from "../pure/entry_buttons.js";
import { askTimes } from "./entry_times.js";
import { postEntry } from "../parts/outbox_view.js";
import { step } from "../pure/outbox.js";
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
const OWN = {
  edit: ({ id }) => editEntry(pathOf(id)),
  preview: ({ id }) => showPreview(pathOf(id), story),
  versions: ({ id }) => showVersions(pathOf(id), story),
  pin: (entry, seen) => (pinOf(entry, seen) ? unpin : pin)(story, entry.id).then(readEntries), // as the button said
  "pin-end": ({ id }) => askPinEnd(story, id).then(readEntries),
  move: (entry) => showMoveDialog(entry, story, readSoon),
  times: (entry) => askTimes(entry, story, { read: pathOf(entry.id) }).then(readEntries),
};

/** Run the action of an entry's button, with the story as it was `seen`. Throws a problem. */
export async function act(action, entry, seen) {
  if (action in OWN) await OWN[action](entry, seen);
  else await askAndPost(action, entry);
}

async function askAndPost(action, entry) {
  const question = QUESTIONS[action];
  if (!question) {
    post(action, entry, {});
    return;
  }
  const intro = action === "schedule" ? `The time in ${story.time_zone}, where the story is.` : undefined;
  await ask({ ...question, intro, send: async (given) => post(action, entry, bodyOf(given)) });
}

function bodyOf({ note, publish_at: at, ...given }) {
  return { ...given, ...(note && { note }), ...(at && { publish_at: fromZone(at, story.time_zone) }) };
}

function post(action, entry, body) {
  const ifMatch = ON_WHAT_WAS_READ.includes(action) ? `"v${entry.version}"` : null;
  const path = `/v1/stories/${story.id}/entries/${entry.id}/${action === "correct" ? "corrections" : action}`;
  postEntry({
    entry: entry.id,
    label: truncate(`${action}: ${entry.headline ?? entry.text ?? ""}`, 80),
    steps: [step("POST", path, body, { ifMatch, newKey: newId })],
  });
}
