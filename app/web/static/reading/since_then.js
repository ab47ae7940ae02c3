// Tells a reader who comes back what has happened since: key events, and corrections of what they had read, with the
// difference. It stands behind a button over the page: nothing moves for it, and nobody has to read it.

import { element, moment, said, toEntry } from "../entries.js";
import { briefly, entryTime, textOf } from "../pins_and_key_points.js";
import { follower } from "../reader.js";
import { say } from "../words.js";
import { correctionsOfRead, difference } from "./visits.js";

const ANSWER_MS = 20_000;
const MOST = 20;
const SHORT = 120;
const KINDS = { gone: "del", new: "ins", same: "span" };

/** Offer what came after the last visit, if anything did. Throws what fetch throws, or an answer that is none. */
export async function tellSince(story, last) {
  const address = `/v1/stories/${encodeURIComponent(story)}`;
  const [events, corrections] = await Promise.all([
    ask(`${address}/entries?key_event=true&limit=${MOST}`), ask(`${address}/corrections?limit=${MOST}`),
  ]);
  const newEvents = events.items.filter((entry) => Date.parse(entry.published_at) > last.at);
  const corrected = correctionsOfRead(last, corrections.items);
  const count = newEvents.length + corrected.length;
  if (count === 0 || follower.state.status === "withdrawn") return;
  const chip = element("button", { type: "button", class: "since" }, said("span", "since.title"), ` (${count})`);
  chip.addEventListener("click", async () => {
    chip.disabled = true;
    const texts = await textsOf(address, [...new Set(corrected.map(({ entry }) => entry))]);
    open([...list("key_events", newEvents.map(drawEvent)), ...list("since.corrected", drawCorrections(corrected, last, texts))]);
    chip.remove();
  });
  document.getElementById("story").append(chip);
}

async function ask(url) {
  const response = await fetch(url, { signal: AbortSignal.timeout(ANSWER_MS) });
  if (!response.ok) throw response;
  return response.json();
}

/** Ask for what the entries say now, by their ids; those that cannot be had are left out. */
async function textsOf(address, ids) {
  const found = await Promise.all(ids.map(async (id) => {
    const entry = await ask(`${address}/entries/${id}?fields=body_html`).catch(() => null);
    return [id, entry && textOf(entry.body_html)];
  }));
  return new Map(found);
}

function drawEvent(entry) {
  return element("li", {}, entryTime(entry, follower.state), " ", element("a", toEntry(entry.id), briefly(entry, SHORT)));
}

function drawCorrections(corrected, last, texts) {
  return corrected.map(({ entry, text, at }) => {
    const now = texts.get(entry);
    const runs = now && last.read[entry] && difference(last.read[entry], now);
    const changed = runs?.some(([kind]) => kind !== "same") && element(
      "p", { class: "difference" }, runs.flatMap(([kind, words]) => [element(KINDS[kind], {}, words), " "]),
    );
    return element("li", {}, moment(at, follower.state), " ", element("a", toEntry(entry), text), changed);
  });
}

function list(key, items) {
  return items.length ? [said("h3", key), element("ul", {}, items)] : [];
}

function open(content) {
  const close = said("button", "close", { type: "button", class: "close" });
  const dialog = element("dialog", { class: "since-then", "aria-label": say("since.title") }, said("h2", "since.title"), content, close);
  dialog.addEventListener("click", ({ target }) => (target === close || target === dialog || target.closest("a")) && dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  document.getElementById("story").append(dialog);
  dialog.showModal();
}
