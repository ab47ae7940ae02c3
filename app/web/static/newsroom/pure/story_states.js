// What a story's status says about what can be done with it. Pure; the server decides.

const CLOSED = {
  ended: "This story has ended: corrections and edits are taken, new entries once it is reopened.",
  archived: "This story is archived: it is read only.",
  withdrawn: "This story has been withdrawn: nothing can be done with it any more.",
};

/** Where a story can be led from where it is, as [status, words]. */
export const MOVES = {
  draft: [["live", "Make it live"], ["scheduled", "Let it start by itself"], ["upcoming", "Announce it"]],
  scheduled: [["live", "Make it live"], ["upcoming", "Announce it"], ["draft", "Do not start it"]],
  upcoming: [["live", "Make it live"], ["withdrawn", "Withdraw"]],
  live: [["paused", "Pause"], ["ended", "End"], ["withdrawn", "Withdraw"]],
  paused: [["live", "Resume"], ["ended", "End"], ["withdrawn", "Withdraw"]],
  ended: [["live", "Reopen"], ["archived", "Archive"], ["withdrawn", "Withdraw"]],
  archived: [["withdrawn", "Withdraw"]],
};

/** A story's name in a list. */
export function nameOf({ title, status }) {
  return status === "live" ? title : `${title} (${status})`;
}

/** Whether readers have a page of it. */
export function hasPage({ status }) {
  return !["draft", "scheduled"].includes(status);
}

/** Whether readers can follow it. */
export function canBeFollowed(story) {
  return hasPage(story) && story.status !== "withdrawn";
}

/** Whether something new can be written into it. */
export function takesEntries({ status }) {
  return !(status in CLOSED);
}

/** Whether its own fields can be changed. */
export function takesChanges({ status }) {
  return !["archived", "withdrawn"].includes(status);
}

/** The story to begin with: the one worked on last, unless that is over; else the first that goes on. */
export function storyToBeginWith(stories, wanted) {
  const open = stories.filter(takesEntries);
  return open.find(({ id }) => id === wanted) ?? open.find(({ status }) => status === "live") ?? open[0] ?? stories[0];
}

/** Why little or nothing can be written in a story now; "" if there is no reason. */
export function closedSentence(story) {
  if (story.site_frozen) return "The whole site is frozen: only retract, unpublish and remove work until an admin thaws it.";
  if (story.frozen) return "This story is frozen: only retract, unpublish and remove work until an admin thaws it.";
  return CLOSED[story.status] ?? "";
}
