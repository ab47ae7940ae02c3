// The preview that stands beside on a wide screen: what is written, as the server renders it for readers.

import { drawnPreview } from "../drawing/draft_preview.js";

const SOON_MS = 600;
const place = document.getElementById("as-read-entry");
const wide = matchMedia("(min-width: 100rem)");
let written = null;
let timer = null;
let turn = 0;

/** Begin. `read` returns what is written as a preview takes it, or null, and the story, as [written, story]. */
export function beginAsRead(read) {
  written = read;
  wide.addEventListener("change", drawAsRead);
}

/** Draw what is written in a moment, if there is room for it beside. */
export function drawAsRead() {
  clearTimeout(timer);
  turn += 1;
  if (wide.matches) timer = setTimeout(draw, SOON_MS);
}

async function draw() {
  const mine = turn;
  try {
    const [entry, story] = await written();
    const drawn = entry === null || story === null ? [] : await drawnPreview(entry, story);
    if (mine === turn) place.replaceChildren(...drawn);
  } catch {
    // Without the server it stays as it was drawn last; the bar says that there is no connection.
  }
}
