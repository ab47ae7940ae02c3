// The page of a preview link: the entry as readers would get it now, drawn as their page draws it.

import { drawEntry } from "./entries.js";
import { offerPlayers } from "./players.js";

const HERE = { time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone };
const ANSWER_MS = 20_000;
const notice = document.getElementById("preview-notice");

async function show() {
  const address = `/v1/previews/${location.pathname.split("/").pop()}`;
  const response = await fetch(address, { cache: "no-store", signal: AbortSignal.timeout(ANSWER_MS) });
  if (response.status === 404) {
    notice.textContent = "This preview is over, or there never was one: links work for an hour. Ask for a new one.";
    return;
  }
  if (!response.ok) throw response;
  const entry = await response.json();
  // An entry that is not published yet has no time; here it has the present one.
  const article = drawEntry({ ...entry, time: entry.time ?? new Date().toISOString() }, HERE);
  for (const link of article.querySelectorAll(".when a")) link.removeAttribute("href");
  document.getElementById("preview").replaceChildren(article);
  offerPlayers(article);
  notice.textContent = `Preview, as it is now: ${entry.status}. Not for passing on; the link ends within an hour.`;
}

show().catch(() => {
  notice.textContent = "The server cannot be reached. Load the page again in a moment.";
});
