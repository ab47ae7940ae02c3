// What the bar says of the chosen story: whether it is live, and how many readers its newest entry reached.

import { get } from "../drawing/session.js";

const place = document.getElementById("live");
let asked = null; // the entry and revision of which it was asked last
let readers = null;

/** Draw it, from the story and the entries that were read last. */
export function drawLive(story, entries) {
  const [last] = entries.filter(({ status }) => status === "published").sort((a, b) => Date.parse(b.published_at) - Date.parse(a.published_at));
  draw(story);
  const key = last ? `${last.id} ${last.revision}` : null;
  if (key === asked) return;
  asked = key;
  readers = null;
  if (last) askReaders(story, last, key);
}

/** Ask how many readers the newest change reached. Where nobody has counted, nothing is said. */
async function askReaders(story, entry, key) {
  const answer = await get(`/v1/newsroom/stories/${story.id}/entries/${entry.id}/delivery`).catch(() => null);
  if (key !== asked || answer === null) return;
  ({ readers } = answer.body);
  draw(story);
}

function draw({ status }) {
  const words = [status.toUpperCase(), readers !== null && `${readers} ${readers === 1 ? "reader" : "readers"}`].filter(Boolean).join(" · ");
  place.hidden = false;
  place.dataset.status = status;
  if (place.textContent !== words) place.textContent = words;
}
