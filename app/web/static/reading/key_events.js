// The story's key events beside its entries, the newest first, and the summary that a story which is over begins with.

import { element, toEntry } from "../entries.js";
import { briefly, entryTime, show, wholeEntry } from "../pins_and_key_points.js";

const MOST = 20;
const SHORT = 120;
const OVER = ["ended", "archived"];
const ANSWER_MS = 20_000;

const events = new Map(); // by id: {id, revision, sort_key}, and the entry's words where it has come meanwhile
let summary = null;

/** Begin with what the server has drawn. */
export function readKeyEvents() {
  for (const { dataset } of document.querySelectorAll("#key-events li")) {
    const { entry: id, revision, sortKey } = dataset;
    events.set(id, { id, revision: Number(revision), sort_key: sortKey });
  }
  const [link] = document.querySelectorAll("#summary .at");
  summary = link ? { id: new URLSearchParams(link.search).get("entry") } : null;
}

/** Take in what an update tells of key events, and draw them. */
export function drawKeyEvents({ state, message, page }) {
  const entry = message?.entry;
  for (const item of page?.items ?? []) note(item);
  if (entry) note(entry);
  if (message?.type === "entry.removed") events.delete(message.id);
  const newest = [...events.values()].sort((a, b) => (a.sort_key < b.sort_key ? 1 : -1)).slice(0, MOST);
  for (const id of events.keys()) if (!newest.some((event) => event.id === id)) events.delete(id);
  show("key-events", newest, {
    keyOf: ({ id, revision }) => `${id} ${revision}`,
    keyOn: ({ dataset }) => `${dataset.entry} ${dataset.revision}`,
    draw: (event) => element(
      "li",
      { "data-entry": event.id, "data-revision": String(event.revision), "data-sort-key": event.sort_key },
      entryTime(event, state), " ", element("a", toEntry(event.id), briefly(event, SHORT)),
    ),
  });
}

/** Ask for them all, as some may have been taken back meanwhile, and draw them. */
export async function learnKeyEvents(state, keeping) {
  const found = await entriesOf(state.id, `key_event=true&limit=${MOST}`);
  if (found === undefined) return;
  events.clear();
  for (const entry of found) note(entry);
  keeping(() => drawKeyEvents({ state }));
}

function note(entry) {
  if (!entry.key_event) events.delete(entry.id);
  else if (!(events.get(entry.id)?.revision >= entry.revision)) events.set(entry.id, entry);
}

/** Draw the newest summary of a story that is over, when that changes; `keeping` runs a change of the page. */
export async function drawSummary({ state, message, verdict }, keeping) {
  const isOver = OVER.includes(state.status);
  const section = document.getElementById("summary");
  const concerns = verdict === "replaced" || message?.entry?.kind === "summary" || [message?.id, message?.entry?.id].includes(summary?.id);
  if (isOver !== section.hidden && !(isOver && concerns)) return;
  const found = isOver ? await entriesOf(state.id, "kind=summary&limit=1") : [];
  if (found === undefined) return;
  [summary = null] = found;
  keeping(() => {
    section.hidden = summary === null;
    section.querySelector("div").replaceChildren(...(summary === null ? [] : wholeEntry(summary, state).filter(Boolean)));
  });
}

/** Ask for entries of a story; undefined if they cannot be had now: then with the next change. */
async function entriesOf(story, query) {
  try {
    const address = `/v1/stories/${encodeURIComponent(story)}/entries?${query}`;
    const response = await fetch(address, { signal: AbortSignal.timeout(ANSWER_MS) });
    return response.ok ? (await response.json()).items : undefined;
  } catch {
    return undefined;
  }
}
