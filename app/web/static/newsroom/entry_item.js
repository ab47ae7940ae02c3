// Draws one entry of the newsroom's list: its state, its words, when it goes out and leaves, and what can be done to it.

import { element, when } from "../entries.js";
import { button } from "./dialogs.js";
import { actionsFor, isPinned, rightsKey } from "./entry_rights.js";
import { newest } from "./outbox.js";

/** What an item was drawn from: it is drawn anew when this changes. */
export function itemKey(entry, story) {
  return [entry.version, isPinned(entry, story) && "pinned", rightsKey(story)].filter(Boolean).join(" ");
}

/** The entry as an <article>. `onAction` gets (action, entry). */
export function drawItem(entry, story, { onAction, rights }) {
  const shown = newest(entry);
  const body = element("div", { class: "body" });
  body.innerHTML = shown.body_html ?? "";
  const buttons = actionsFor(entry, story, rights).map(([action, words]) => (
    button(words, () => onAction(action, entry), { "data-action": action })
  ));
  return element(
    "article", { class: "item", "data-id": entry.id, "data-version": itemKey(entry, story) },
    drawState(entry, shown, story),
    shown.headline && element("h3", {}, shown.headline),
    body,
    (entry.warnings ?? []).includes("alt_missing")
      && hint("A picture has no description for those who cannot see it."),
    (entry.corrections ?? []).length > 0 && hint(`Corrections: ${entry.corrections.map(({ text }) => text).join(" · ")}`),
    drawTimes(entry, story),
    element("p", { class: "actions" }, buttons),
  );
}

function drawState(entry, shown, story) {
  return element(
    "p", { class: "row" },
    state(entry.status, `is-${entry.status}`),
    isPinned(entry, story) && state("pinned"),
    entry.working && state(`edit not published (${entry.working.status})`),
    shown.importance !== "normal" && state(shown.importance),
    shown.key_event && state("key event"),
    moment(entry.published_at ?? entry.created_at, story, { class: "hint" }),
    element("span", { class: "hint" }, (shown.authors ?? []).map(({ name }) => name).join(", ")),
  );
}

function drawTimes(entry, story) {
  const due = entry.publish_at ?? entry.working?.publish_at;
  const isHeld = entry.held || entry.working?.held;
  return [
    due && hint("Goes out ", moment(due, story), isHeld && " by itself; until then it can still be stopped"),
    entry.expires_at && hint("Leaves readers at ", moment(entry.expires_at, story)),
  ];
}

function state(words, more = "") {
  return element("span", { class: `state ${more}`.trim() }, words);
}

function hint(...content) {
  return element("p", { class: "hint" }, content);
}

function moment(at, story, attributes = {}) {
  if (!at) return null;
  const { time, date } = when(at, story);
  return element("time", { datetime: at, ...attributes }, `${time}, ${date}`);
}
