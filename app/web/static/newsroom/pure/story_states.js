// A story's status: its name, the next statuses to offer, and what it allows. Pure; the server decides.

const CLOSED = {
  ended: "This story has ended: corrections and edits are taken, new entries once it is reopened.",
  archived: "This story is archived: it is read only.",
  withdrawn: "This story has been withdrawn: nothing can be done with it any more.",
};

/** The next statuses to offer for each status of a story, as [status, words]. */
export const NEXT_STATUSES = {
  draft: [["live", "Make it live"], ["scheduled", "Let it start by itself"], ["upcoming", "Announce it"]],
  scheduled: [["live", "Make it live"], ["upcoming", "Announce it"], ["draft", "Do not start it"]],
  upcoming: [["live", "Make it live"], ["withdrawn", "Withdraw"]],
  live: [["paused", "Pause"], ["ended", "End"], ["withdrawn", "Withdraw"]],
  paused: [["live", "Resume"], ["ended", "End"], ["withdrawn", "Withdraw"]],
  ended: [["live", "Reopen"], ["archived", "Archive"], ["withdrawn", "Withdraw"]],
  archived: [["withdrawn", "Withdraw"]],
};

/** Return a story's name in a list. */
export function nameOf({ title, status }) {
  return status === "live" ? title : `${title} (${status})`;
}

/** Return whether readers have a page of the story. */
export function hasPage({ status }) {
  return !["draft", "scheduled"].includes(status);
}

/** Return whether readers can follow the story. */
export function canBeFollowed(story) {
  return hasPage(story) && story.status !== "withdrawn";
}

/** Return whether the story accepts new entries. */
export function takesEntries({ status }) {
  return !(status in CLOSED);
}

/** Return whether the story's own fields can be changed. */
export function takesChanges({ status }) {
  return !["archived", "withdrawn"].includes(status);
}

/** Return the story to begin with: the one worked on last unless it is over, else the first that is live. */
export function storyToBeginWith(stories, wanted) {
  const open = stories.filter(takesEntries);
  return open.find(({ id }) => id === wanted) ?? open.find(({ status }) => status === "live") ?? open[0] ?? stories[0];
}

/** Return why little or nothing can be written in a story now; "" if there is no reason. */
export function closedSentence(story) {
  if (story.site_frozen) return "The whole site is frozen: only retract, unpublish and remove work until an admin thaws it.";
  if (story.frozen) return "This story is frozen: only retract, unpublish and remove work until it is thawed.";
  return CLOSED[story.status] ?? "";
}
