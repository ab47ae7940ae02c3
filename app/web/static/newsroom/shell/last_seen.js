// What the page last knew, kept in the browser so that it opens without the server: who was signed in, and their stories.
// There is no secret in it. What a token has read is kept for its tab, as the token is; a session's, until it ends here.

const KEY = "liveblog:last-seen";
const KEPT_MS = 24 * 3_600_000; // a night's work; whoever comes later signs in first
const STORIES = 20;

/** Keep who is signed in and their stories. `token` is theirs, or null for a session in a cookie; it is not kept here. */
export function keepLastSeen({ me: { csrf, ...me }, token, stories, chosen }) {
  const some = stories.slice(0, STORIES);
  if (chosen && !some.some(({ id }) => id === chosen.id)) some.push(chosen);
  const text = JSON.stringify({ at: Date.now(), me, chosen: chosen?.id ?? null, stories: some });
  try {
    placeFor(token).setItem(KEY, text);
  } catch {
    placeFor(token).removeItem(KEY); // the room is for what was written
  }
}

/** Return {me, stories, chosen} as last kept in this tab, or this browser; null if nothing is. */
export function lastSeen(token) {
  const seen = JSON.parse(placeFor(token).getItem(KEY) ?? "null");
  return seen !== null && Date.now() - seen.at < KEPT_MS ? seen : null;
}

/** Forget it: nobody is signed in any more. */
export function forgetLastSeen() {
  for (const place of [sessionStorage, localStorage]) place.removeItem(KEY);
}

function placeFor(token) {
  return token === null ? localStorage : sessionStorage;
}
