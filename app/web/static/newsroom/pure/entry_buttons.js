// The buttons of an entry: words and order for what the entry's `can` lists. The server decides what is in it. Pure.

const PUBLIC = ["published", "retracted"];
const PARKED = ["rejected", "expired"]; // nothing can be made of an entry in one of these but to remove it

const WORDS = {
  edit: "Edit", publish: "Publish", submit: "Submit", return: "Return", reject: "Reject", schedule: "Schedule",
  cancel: "Do not publish", reinstate: "Reinstate", correct: "Add a correction", retract: "Retract", discard: "Discard",
};
const OF_THE_EDIT = ["publish", "submit", "return", "schedule", "cancel", "discard"];
const OF_ANY_EDIT = ["submit", "return", "discard"]; // of one whose entry readers do not see, too
const SELDOM = {
  pin: "Pin", "pin-end": "End of the pin", move: "Move in the timeline", times: "Times", preview: "Preview link",
  versions: "Versions", unpublish: "Unpublish", remove: "Remove",
};

/** Return whether readers see an entry of this status, in a story that is public. */
export function isPublic({ status }) {
  return PUBLIC.includes(status);
}

/** Return an entry's pin {entry, until}, or undefined if it is not pinned above the timeline. */
export function pinOf(entry, { pinned }) {
  return pinned.find((pin) => pin.entry === entry.id);
}

/** Return the buttons of an entry as [action, words], in two lists: needed often, and needed now and then. */
export function buttonsOf(entry, story) {
  const can = new Set(entry.can);
  const often = Object.keys(WORDS).filter((action) => can.has(action) && !isIdle(action, entry));
  const seldom = Object.keys(SELDOM).filter((action) => isOffered(action, can, entry, story));
  const drawn = {
    often: often.map((action) => [action, wordsFor(action, entry)]),
    seldom: seldom.map((action) => [action, action === "pin" && pinOf(entry, story) ? "Unpin" : SELDOM[action]]),
  };
  return often.length > 0 ? drawn : { often: drawn.seldom, seldom: [] };
}

/** Return whether an action is accepted and of no use: an edit is discarded rather than rejected. */
function isIdle(action, { status, working }) {
  return (action === "edit" && PARKED.includes(status)) || (action === "reject" && working !== null);
}

function isOffered(action, can, entry, story) {
  switch (action) {
    case "pin-end":
      return can.has("pin") && pinOf(entry, story) !== undefined;
    case "times":
      return can.has("set_expiry") && !PARKED.includes(entry.status);
    case "versions":
      return entry.version > 1;
    default:
      return can.has(action);
  }
}

function wordsFor(action, entry) {
  const { working } = entry;
  const isOfTheEdit = working !== null && (isPublic(entry) ? OF_THE_EDIT : OF_ANY_EDIT).includes(action);
  if (!isOfTheEdit) return WORDS[action];
  return action === "cancel" ? "Do not publish the edit" : `${WORDS[action]} the edit`;
}
