// What can be done to an entry: by its status, by that of its story, and by whoever is here. Pure; the server decides.

import { hasPage } from "./story_states.js";

const PUBLIC = ["published", "retracted"];

const EDIT_ACTIONS = {
  draft: [
    ["publish", "Publish the edit"], ["submit", "Submit the edit"], ["schedule", "Schedule the edit"],
    ["discard", "Discard the edit"],
  ],
  submitted: [
    ["publish", "Publish the edit"], ["return", "Return the edit"], ["schedule", "Schedule the edit"],
    ["discard", "Discard the edit"],
  ],
  scheduled: [["cancel", "Do not publish the edit"], ["discard", "Discard the edit"]],
};
const STILL = { archived: ["retract", "unpublish", "remove"], withdrawn: [] }; // of a story that is closed for good
const EDITORS = ["return", "reject", "schedule"];
const TIMED = ["draft", "submitted", "scheduled", "published", "retracted", "unpublished"];
const SELDOM = ["pin", "pin-end", "place", "times", "preview", "versions", "unpublish", "remove"];
const PUBLISHING = ["publish", "corrections", "retract", "reinstate", "unpublish"];

/** Whether readers see an entry of this status, in a story that is public. */
export function isPublic({ status }) {
  return PUBLIC.includes(status);
}

/** An entry's pin {entry, until}, if it stands above the timeline. */
export function pinOf(entry, { pinned }) {
  return pinned.find((pin) => pin.entry === entry.id);
}

/**
 * What can be done to an entry of a story, less what would be refused, as [action, words]: what is needed often, and
 * what is needed now and then. `me` is whoever is here; `mayPin` says whether they may change the story.
 */
export function actionsFor(entry, story, { me, mayPin }) {
  const still = STILL[story.status];
  const actions = actionsOf(entry).filter(([action]) => (
    (still === undefined || still.includes(action)) && mayDo(action, entry, story, me)
  ));
  if (isPublic(entry) && !still) {
    if (mayPin) actions.push(...pinActions(pinOf(entry, story)));
    if (story.role !== "reporter" && hasPage(story)) actions.push(["place", "Move in the timeline"]);
  }
  if (!still && TIMED.includes(entry.status) && mayDo("edit", entry, story, me) && !waitsForEditors(entry, story)) {
    actions.push(["times", "Times"]);
  }
  if (entry.status !== "removed") actions.push(["preview", "Preview link"]);
  if (entry.version > 1) actions.push(["versions", "Versions"]);
  const often = actions.filter(([action]) => !SELDOM.includes(action));
  const seldom = SELDOM.flatMap((name) => actions.filter(([action]) => action === name));
  return often.length > 0 ? { often, seldom } : { often: seldom, seldom: [] };
}

function pinActions(pin) {
  return pin ? [["pin", "Unpin"], ["pin-end", "End of the pin"]] : [["pin", "Pin"]];
}

function waitsForEditors(entry, { role, settings }) {
  return role === "reporter" && settings.review_required && isPublic(entry);
}

/** What of the story and the caller's rights the actions depend on, as a word. */
export function rightsKey(story) {
  const rights = story.role === "reporter" && (story.settings.review_required ? "reviewed" : "own");
  return [STILL[story.status] && story.status, !hasPage(story) && "unseen", rights].filter(Boolean).join(" ");
}

function mayDo(action, entry, { role, settings }, me) {
  if (role !== "reporter") return true;
  const isOwn = me.person !== null && entry.created_by === me.person;
  const touchesReaders = PUBLISHING.includes(action) || (action === "remove" && isPublic(entry));
  return isOwn && !EDITORS.includes(action) && !(settings.review_required && touchesReaders);
}

function actionsOf({ status, working }) {
  const edits = working ? EDIT_ACTIONS[working.status] : [];
  switch (status) {
    case "draft":
      return [
        ["edit", "Edit"], ["publish", "Publish"], ["submit", "Submit"], ["schedule", "Schedule"], ["remove", "Remove"],
      ];
    case "submitted":
      return [
        ["edit", "Edit"], ["publish", "Publish"], ["return", "Return"], ["reject", "Reject"],
        ["schedule", "Schedule"], ["remove", "Remove"],
      ];
    case "scheduled":
      return [["edit", "Edit"], ["cancel", "Do not publish"], ["remove", "Remove"]];
    case "unpublished":
      return [["edit", "Edit"], ["publish", "Publish"], ["schedule", "Schedule"], ["remove", "Remove"]];
    case "rejected":
    case "expired":
      return [["remove", "Remove"]];
    case "published":
      return [
        ["edit", "Edit"], ...edits, ["corrections", "Add a correction"], ["retract", "Retract"],
        ["unpublish", "Unpublish"], ["remove", "Remove"],
      ];
    case "retracted":
      return [
        ["edit", "Edit"], ...edits, ["reinstate", "Reinstate"], ["corrections", "Add a correction"],
        ["unpublish", "Unpublish"], ["remove", "Remove"],
      ];
    default:
      return [];
  }
}
