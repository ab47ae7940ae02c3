// What is said of the connection, in the bar that is always seen: whether there is one, and what is kept here without it.

import { connectionWords } from "../pure/connection_words.js";
import { story } from "./stories.js";
import { takesEntries } from "../pure/story_states.js";

const place = document.getElementById("connection");
let stream = "connecting";
let isReachable = true;
let kept = 0;
let since = null; // when the connection was lost

/** Say what the newsroom's stream reports: "connecting", "connected", "lost" or "refused". */
export function setConnection(state) {
  stream = state;
  if (state === "connected") isReachable = true;
  drawConnection();
}

/** Say whether the last call reached the server. */
export function setReachable(can) {
  isReachable = can;
  drawConnection();
}

/** Say how many items wait here until the server can be reached. */
export function setKept(count) {
  kept = count;
  drawConnection();
}

/** Draw it again; the story may have ended. */
export function drawConnection() {
  const isLost = stream === "lost" || !isReachable || !navigator.onLine;
  if (!isLost) since = null;
  else since ??= new Date();
  const isOver = story !== null && !takesEntries(story);
  const words = connectionWords({ state: isLost ? "lost" : stream, kept, since, over: isOver ? story.status : null });
  if (place.textContent !== words) place.textContent = words;
  place.dataset.state = isLost || stream === "refused" ? "lost" : stream;
}

for (const type of ["online", "offline"]) window.addEventListener(type, drawConnection);
