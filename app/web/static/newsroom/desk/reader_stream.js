// The readers' own stream of the chosen story: what has come through it is published, and nothing else is said to be.

import { follow } from "../../client.js";
import { canBeFollowed } from "../pure/story_states.js";

let follower = null;
let onNews = null;
const MOST_KNOWN = 500;
const awaited = new Set(); // {id, revision, tell}
const known = new Map(); // the newest revision that came of each entry, for what came before it was asked for

/** Begin. `news` is called at each event, for the newsroom's list is to be read again then. */
export function beginReaderStream(news) {
  onNews = news;
}

/** Follow a story as a reader does, if readers can. */
export function followReaders(story) {
  leaveReaders();
  if (!canBeFollowed(story)) return;
  follower = follow({
    story: story.id,
    origin: location.origin,
    onUpdate: ({ state, message }) => {
      note(message?.entry ? [message.entry] : state.timeline.items.slice(0, MOST_KNOWN));
      onNews(); // the first time too: the list may have been read before what this begins with
    },
    onConnection: () => {}, // the newsroom's own stream says whether there is a connection
  });
  follower.start();
}

/** Follow no story. */
export function leaveReaders() {
  follower?.stop();
  follower = null;
  awaited.clear();
  known.clear();
}

/** Return whether a story is followed. */
export function isFollowed() {
  return follower !== null;
}

/**
 * Call `tell` once readers have an entry in that revision or a later one: at once, if they have it already. Where nobody
 * can follow the story there is nothing to wait for. Returns what stops the waiting.
 */
export function whenReadersHave({ id, revision }, tell) {
  const wanted = { id, revision, tell };
  awaited.add(wanted);
  if (follower === null) settle(wanted);
  else tellSeen();
  return () => awaited.delete(wanted);
}

function note(entries) {
  for (const { id, revision } of entries) {
    const newest = Math.max(revision, known.get(id) ?? 0);
    known.delete(id);
    known.set(id, newest);
  }
  while (known.size > MOST_KNOWN) known.delete(known.keys().next().value);
  tellSeen();
}

function tellSeen() {
  for (const wanted of [...awaited]) {
    if ((known.get(wanted.id) ?? -1) >= wanted.revision) settle(wanted);
  }
}

function settle(wanted) {
  awaited.delete(wanted);
  wanted.tell();
}
