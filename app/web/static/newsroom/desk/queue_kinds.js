// What the queue has for whom: its kinds, their order, and the buttons of each. Pure.

export const KINDS = {
  waiting: { words: "Waiting", none: "Nothing waits for you." },
  mine: { words: "Mine", none: "Nothing of yours is on its way." },
  drafts: { words: "Drafts", none: "No drafts." },
  scheduled: { words: "Scheduled", none: "Nothing is scheduled." },
  sending: { words: "Sending", none: "Everything written here is on the server." },
};

export const BUTTONS = {
  waiting: [["publish", "Publish"], ["edit", "Edit"], ["return", "Return"]],
  mine: [["edit", "Edit"], ["submit", "Submit"], ["publish", "Publish"]],
  drafts: [["edit", "Edit"], ["submit", "Submit"], ["publish", "Publish"]],
  scheduled: [["edit", "Edit"], ["publish", "Publish now"], ["cancel", "Do not publish"]],
};

/** Return the kinds for a person in a story; the first is what waits for them. Who reviews has what others submitted. */
export function kindsFor(story, me) {
  const role = story.role ?? me.role;
  const first = role === "reporter" ? "mine" : "waiting";
  return [first, "drafts", "scheduled", "sending"];
}

/**
 * Return the entries of a kind, the longest waiting first, and behind them those with which all is done, the newest first.
 * `entries` are as the API lists them: what changed last first.
 */
export function sorted(kind, entries, me) {
  const found = entries.filter((entry) => isOf[kind](entry, me));
  return [...found.filter((entry) => !isDone(entry)).reverse(), ...found.filter(isDone)];
}

/** Return how many of a kind wait: what is out, or was refused, does not. */
export function countOf(entries) {
  return entries.filter((entry) => !isDone(entry)).length;
}

/** Return what became of an entry of one's own, in a word; `isReturned` says that a colleague's note came with it. */
export function stateOf({ status, working }, isReturned) {
  if (working) return `edit ${working.status === "draft" && isReturned ? "returned" : working.status}`;
  return status === "draft" && isReturned ? "returned" : status;
}

/**
 * Return the entries of the first kind that are news to a person: what came for them to decide about, and what a colleague
 * decided about theirs. `before` has the state of each that was there, by its id; null when nothing is known yet.
 */
export function newsIn(kind, before, entries, me) {
  if (before === null) return [];
  const isNews = kind === "mine"
    ? (entry) => before.has(entry.id) && before.get(entry.id) !== stateKey(entry) && !isOnItsWay(entry)
    : (entry) => before.get(entry.id) !== stateKey(entry) && !isMine(entry, me);
  return entries.filter(isNews);
}

/** Return the state of each entry, by its id, as `newsIn` compares it. */
export function statesOf(entries) {
  return new Map(entries.map((entry) => [entry.id, stateKey(entry)]));
}

const stateKey = ({ status, working }) => `${status} ${working?.status ?? ""}`;
const isOnItsWay = ({ status, working }) => (working?.status ?? status) === "submitted"; // which they did themselves
const isDone = ({ status, working }) => ["published", "rejected"].includes(status) && !["submitted", "scheduled"].includes(working?.status);

const isMine = ({ posted_by: by }, { person, token }) => Boolean((person && by?.person === person) || (token && by?.token === token));
const isOf = {
  waiting: ({ status, working }) => status === "submitted" || working?.status === "submitted",
  mine: (entry, me) => isMine(entry, me) && ["submitted", "draft", "published", "rejected"].includes(entry.status),
  drafts: ({ status }) => status === "draft",
  scheduled: ({ status, working }) => status === "scheduled" || working?.status === "scheduled",
};
