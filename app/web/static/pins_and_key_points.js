// Pins and key points above a story's timeline, each with a link, and the words for the story's status.
// The server draws the same in templates/pins_and_key_points.html.

import { element } from "./entries.js";
import { truncate } from "./truncate.js";

const SHORT = 200;
const STATUS = { upcoming: "upcoming", paused: "paused", ended: "ended", archived: "ended" };

/** Return the key of the words for the story's status. */
export function statusKey({ status }) {
  return `status.${STATUS[status] ?? "live"}`;
}

/** Return an entry's headline, or the beginning of its text. */
export function briefly({ headline, body_html: html }) {
  if (headline) return headline;
  const body = document.createElement("template");
  body.innerHTML = (html ?? "").replaceAll(/<\/(p|li|h[2-4]|blockquote|pre)>/g, " $&");
  const text = body.content.textContent.split(/\s+/).filter(Boolean).join(" ");
  return truncate(text, SHORT);
}

/** Draw the key points and pins of a state. `textOf` returns an entry's words where the state has only its place. */
export function drawPinsAndKeyPoints(state, textOf) {
  const held = new Map([...state.timeline.items, ...state.included].map((entry) => [entry.id, entry]));
  const link = (id, text) => element("a", { href: `?entry=${id}#entry-${id}`, target: "_self" }, text);
  const points = (state.key_points ?? []).map(({ text, entry }) => element("li", {}, entry ? link(entry, text) : text));
  show("key-points", points);
  const pins = (state.pinned ?? []).filter(({ entry }) => held.has(entry)).map(({ entry }) => (
    element("li", {}, link(entry, held.get(entry).body_html === undefined ? textOf(entry) : briefly(held.get(entry))))
  ));
  show("pinned", pins);
}

function show(id, items) {
  const section = document.getElementById(id);
  section.hidden = items.length === 0;
  section.querySelector("ul").replaceChildren(...items);
}
