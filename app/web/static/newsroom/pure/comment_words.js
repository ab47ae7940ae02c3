// What the moderators' queue says of readers' replies. The reasons, and what readers are told, come from the server. Pure.

/** The lists of the queue, as {name, words, query, order}: those that wait for somebody begin with the oldest. */
export const LISTS = [
  { name: "pending", words: "Waiting", query: { status: "pending" }, order: "oldest" },
  { name: "reported", words: "Reported", query: { reported: "true" }, order: "oldest" },
  { name: "appealed", words: "Objections", query: { appealed: "true" }, order: "oldest" },
  { name: "approved", words: "Approved", query: { status: "approved" }, order: "newest" },
  { name: "rejected", words: "Rejected", query: { status: "rejected" }, order: "newest" },
  { name: "spam", words: "Spam", query: { status: "spam" }, order: "newest" },
  { name: "removed", words: "Removed", query: { status: "removed" }, order: "newest" },
  { name: "all", words: "All", query: {}, order: "newest" },
];

/** The keys, as [key, what it does]. */
export const KEYS = [
  ["J", "The next reply"], ["K", "The one before"], ["A", "Approve"], ["R", "Reject, with a reason"], ["S", "Spam"],
  ["D", "Remove, with a note"], ["X", "Select, or not any more"], ["Shift X", "Select all that are shown"],
  ["C", "Reply as the newsroom"], ["E", "Make an entry of it, or open the one that was made"], ["N", "Show what is new"], ["?", "These keys"],
];

/** For how long nothing is taken from a network, as [hours, words]. */
export const BLOCK_HOURS = [["1", "One hour"], ["24", "One day"], ["168", "One week"], ["720", "30 days"]];

const BUTTONS = {
  approve: "Approve", reject: "Reject", spam: "Spam", answer: "Reply", make_entry: "Make an entry", remove: "Remove",
};
const DONE = { approve: "approved", reject: "rejected", spam: "marked as spam", remove: "removed" };
const STATUSES = { approved: "Approved", rejected: "Rejected", spam: "Marked as spam", removed: "Removed" };
const FLAGS = { hold_word: "hold-word", duplicate: "same text again" };
const QUIET = "no_form";
const SHOWN = { approved: "Readers see it.", removed: "Readers see it no more." };

/** Return the buttons of a reply as [action, words], for what its `can` lists. The server decides what is in it. */
export function commentButtons({ can, made_entry: made }) {
  return Object.keys(BUTTONS).filter((action) => can.includes(action)).map((action) => (
    [action, action === "make_entry" && made ? "Make another entry" : BUTTONS[action]]
  ));
}

/** Return why a reply deserves a look, as words, the weightiest first: its notices, an objection, its marks, its links. */
export function whyHeld({ flags, links, reports, appeal }) {
  const open = (reports ?? []).filter(({ outcome }) => outcome === null).length;
  return [
    open > 0 && `reported ${open === 1 ? "once" : `${open} times`}`,
    appeal && "objection",
    ...flags.filter((flag) => flag !== QUIET).map((flag) => FLAGS[flag] ?? plain(flag)),
    links > 0 && (links === 1 ? "1 link" : `${links} links`),
  ].filter(Boolean);
}

/** Return how a reply came, if not by the form of a page: no reason to hold it, and good to know. */
export function howSent({ flags }) {
  return flags.includes(QUIET) ? "not sent with the form" : "";
}

/** Return a code of the server as words. */
export function plain(code) {
  return code.replaceAll("_", " ");
}

/** Return what was decided about a reply, by whom and when, and what its writer is told; "" while it waits. */
export function decisionWords({ status, reason, decided_by_name: by, decided_at: at }, { reasons = {}, timeText }) {
  const what = STATUSES[status];
  if (!what) return "";
  const done = [what, by && `by ${by}`, at && `at ${timeText(at)}`].filter(Boolean).join(" ");
  const told = reason ? `Its writer is told: “${reasons[reason] ?? plain(reason)}”` : null;
  return [`${done}.`, SHOWN[status], status !== "approved" && told].filter(Boolean).join(" ");
}

/** Return why a decision was not made: a colleague was faster, or what the server says. */
export function refusalWords(problem, now) {
  const name = now?.decided_by_name ?? "Somebody else";
  if (["stale", "wrong_status"].includes(problem.code) && STATUSES[now?.status]) {
    return `Not done: ${name} was faster. It is ${now.status}; decide again if it should not be.`;
  }
  if (problem.code === "stale") return "Not done: it has changed since you read it. Read it again, and decide.";
  return `Not done: ${problem.detail ?? "the server cannot be reached."}`;
}

/** Return what became of one act on several replies. */
export function outcomeWords(action, { done, failed }) {
  const count = (number) => (number === 1 ? "1 reply" : `${number} replies`);
  const words = [done > 0 && `${count(done)} ${DONE[action]}.`, failed > 0 && `${count(failed)} not: the reason is beside each.`];
  return words.filter(Boolean).join(" ");
}

/** Return the words of the button behind which what is not shown yet waits. */
export function arrivalWords({ count, isMore }, order) {
  return `${count} ${isMore ? "more" : "new"} ${order === "oldest" ? "↓" : "↑"}`;
}

/** Return a name with the number of replies that wait, if any do. */
export function withCount(words, count) {
  return count > 0 ? `${words} (${count})` : words;
}
