// The page without the server: opened with what it last knew, so that what is written is kept here until it is back.

import { restoreDraft } from "../parts/composer.js";
import { setReachable } from "../parts/connection.js";
import { goToEntries, showView } from "../parts/views.js";
import { showKeptStories, stories, story } from "../parts/stories.js";
import { session } from "../drawing/session.js";
import { keepLastSeen, lastSeen } from "./last_seen.js";

let isOpen = false; // and nobody is known to be signed in

/** Return whether the page is open without the server. */
export function isWithoutServer() {
  return isOpen;
}

/** The server is back, or nobody is here any more. */
export function endWithoutServer() {
  isOpen = false;
}

/** Return whether a problem says that the server is away, itself or behind a proxy that says so. */
export function isAway({ status }) {
  return status === undefined || status >= 500;
}

/** Keep what is known now for when the server cannot be reached. */
export function keepForLater() {
  if (!isOpen) keepLastSeen({ me: session.me, token: session.token, stories, chosen: story });
}

/** Open the page with what it last knew, if there is anything and it is not open; `open` opens the outbox. */
export function openWithoutServer(open) {
  const seen = session.me === null ? lastSeen(session.token) : null;
  if (seen === null) return;
  isOpen = true;
  Object.assign(session, { me: seen.me, who: seen.me.person ?? seen.me.kind });
  open();
  if (location.hash.startsWith("#replies")) goToEntries();
  showView();
  showKeptStories(seen.stories, seen.chosen);
  if (story) restoreDraft();
  setReachable(false);
}
