// Draws what the newsroom sees: its entries, what can be done to each, and what waits to be sent.

import { element, when } from "./entries.js";
import { newest } from "./outbox.js";

const PUBLIC = ["published", "retracted"];

const editActions = {
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

const EDITORS = ["return", "reject", "schedule"];
const PUBLISHING = ["publish", "corrections", "retract", "reinstate", "unpublish"];

/** What can be done to an entry of a story, as [action, words], less what would be refused. The server decides. */
function actionsFor(entry, story, me) {
  const still = STILL[story.status];
  return actionsOf(entry).filter(([action]) => (
    (still === undefined || still.includes(action)) && mayDo(action, entry, story, me)
  ));
}

function mayDo(action, entry, { role, settings }, me) {
  if (role !== "reporter") return true;
  const isOwn = me.person !== null && entry.created_by === me.person;
  const touchesReaders = PUBLISHING.includes(action) || (action === "remove" && isPublic(entry));
  return isOwn && !EDITORS.includes(action) && !(settings.review_required && touchesReaders);
}

function actionsOf({ status, working }) {
  const edits = working ? editActions[working.status] : [];
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

/** Of a story that is closed for good, what can still be done to its entries. */
const STILL = { archived: ["retract", "unpublish", "remove"], withdrawn: [] };

/** What an item was drawn from: it is drawn anew when this changes. */
export function itemKey(entry, story) {
  const rights = story.role === "reporter" && (story.settings.review_required ? "reviewed" : "own");
  return [entry.version, isPinned(entry, story) && "pinned", STILL[story.status] && story.status, rights]
    .filter(Boolean).join(" ");
}

function isPinned(entry, { pinned }) {
  return pinned.some((pin) => pin.entry === entry.id);
}

/** What can be done beside the actions of its status. */
function furtherActions(entry, story, mayPin) {
  const actions = [];
  if (mayPin && isPublic(entry) && !STILL[story.status]) actions.push(["pin", isPinned(entry, story) ? "Unpin" : "Pin"]);
  if (entry.status !== "removed") actions.push(["preview", "Preview link"]);
  if (entry.version > 1) actions.push(["versions", "Versions"]);
  return actions;
}

/** One entry of the list. `onAction` gets (action, entry). */
export function drawItem(entry, story, { onAction, mayPin, me }) {
  const shown = newest(entry);
  const at = entry.published_at ?? entry.created_at;
  const time = at && when(at, story);
  const due = entry.publish_at ?? entry.working?.publish_at;
  const dueTime = due && when(due, story);
  const body = element("div", { class: "body" });
  body.innerHTML = shown.body_html ?? "";
  const leaves = entry.expires_at && when(entry.expires_at, story);
  const isHeld = entry.held || entry.working?.held;
  const buttons = [...actionsFor(entry, story, me), ...furtherActions(entry, story, mayPin)].map(([action, words]) => {
    const button = element("button", { type: "button", "data-action": action }, words);
    button.addEventListener("click", () => onAction(action, entry));
    return button;
  });
  return element(
    "article", { class: "item", "data-id": entry.id, "data-version": itemKey(entry, story) },
    element(
      "p", { class: "row" },
      element("span", { class: `state is-${entry.status}` }, entry.status),
      isPinned(entry, story) && element("span", { class: "state" }, "pinned"),
      entry.working && element("span", { class: "state" }, `edit not published (${entry.working.status})`),
      shown.importance !== "normal" && element("span", { class: "state" }, shown.importance),
      shown.key_event && element("span", { class: "state" }, "key event"),
      time && element("time", { class: "hint", datetime: at }, `${time.time}, ${time.date}`),
      element("span", { class: "hint" }, (shown.authors ?? []).map(({ name }) => name).join(", ")),
    ),
    shown.headline && element("h3", {}, shown.headline),
    body,
    (entry.warnings ?? []).includes("alt_missing")
      && element("p", { class: "hint" }, "A picture has no description for those who cannot see it."),
    (entry.corrections ?? []).length > 0
      && element("p", { class: "hint" }, `Corrections: ${entry.corrections.map(({ text }) => text).join(" · ")}`),
    dueTime && element("p", { class: "hint" }, "Goes out ", element("time", { datetime: due }, `${dueTime.time}, ${dueTime.date}`),
      isHeld && " by itself; until then it can still be stopped"),
    leaves && element("p", { class: "hint" }, `Leaves readers at ${leaves.time}, ${leaves.date}`),
    element("p", { class: "actions" }, buttons),
  );
}

/** One write that the server has not acknowledged. `onChoice` gets (choice, item). */
export function drawLetter(item, onChoice) {
  const choices = {
    refused: [["again", "Edit again"], ["drop", "Throw away"]],
    conflict: [["over", "Send mine over theirs"], ["again", "Edit mine again"], ["drop", "Keep theirs"]],
  }[item.state] ?? [];
  const buttons = choices.filter(([choice]) => choice !== "again" || item.composed).map(([choice, words]) => {
    const button = element("button", { type: "button", "data-choice": choice }, words);
    button.addEventListener("click", () => onChoice(choice, item));
    return button;
  });
  return element(
    "div", { class: "letter", "data-state": item.state },
    element("p", {}, element("b", {}, item.label), ` – ${WORDS[item.state]}`),
    item.problem && element("p", { class: "problem" }, problemText(item.problem)),
    item.state === "conflict" && bothTexts(item),
    element("p", { class: "actions" }, buttons),
  );
}

const WORDS = {
  sending: "sending …",
  waiting: "kept here; sent as soon as the server can be reached",
  refused: "not accepted",
  conflict: "changed by somebody else in the meantime",
  "signed-out": "kept here; sign in to send it",
};

function bothTexts({ composed, theirs }) {
  const now = newest(theirs);
  const text = ({ headline, text: body }) => [headline, body].filter(Boolean).join("\n\n");
  const column = (title, content) => element("div", {}, element("b", {}, title), element("pre", {}, content));
  return element("div", { class: "both" }, composed && column("Yours", text(composed)), column("Theirs", text(now)));
}

/** A problem of the API for a person: what is wrong, then each value that cannot be accepted. */
export function problemText({ detail, errors = [] }) {
  const place = (pointer) => pointer.split("/").filter(Boolean).join(" › ");
  const lines = errors.map(({ pointer, detail: what }) => (pointer ? `${place(pointer)}: ${what}` : what));
  return lines.join("\n") || detail;
}

export function isPublic({ status }) {
  return PUBLIC.includes(status);
}
