// Pins and key points above a story's timeline: the pinned entries themselves, and the points with a link and its time.
// The server draws the same in templates/above_timeline.html. Loaded after the first paint (reading/main.js).

import { element, makeScrollable, moment, said, toEntry } from "./entries.js";
import { truncate } from "./truncate.js";

const SHORT = 200;
const SIX_LINES = 240; // characters that six lines of a phone have room for
const OF_SCRIPTS = ".embed-choice, .embed-always, .enlarge, iframe";

/** Return an entry's headline, or the beginning of its text. */
export function briefly({ headline, body_html: html }, most = SHORT) {
  return headline || truncate(textOf(html), most);
}

/** Return the text of a body. */
export function textOf(html) {
  const body = document.createElement("template");
  body.innerHTML = (html ?? "").replaceAll(/<(br|\/(p|li|h[2-4]|blockquote|pre|t[dh]|caption|figcaption))>/g, " $&");
  return body.content.textContent.split(/\s+/).filter(Boolean).join(" ");
}

/** Return what is known of an entry: as it was sent, or as it stands in the timeline; undefined if it is not here. */
function entryOf(state, id) {
  const known = [...state.timeline.items, ...state.included].find((entry) => entry.id === id);
  const article = document.getElementById(`entry-${id}`);
  if (known?.body_html !== undefined || !article) return known?.body_html === undefined ? undefined : known;
  const headline = article.querySelector("header > h2")?.textContent;
  const time = article.querySelector(".when time").dateTime;
  return { id, revision: Number(article.dataset.revision), headline, time, body_html: bodyHtmlOf(article) };
}

/** Return the body of an entry in the timeline, without what scripts have added. */
export function bodyHtmlOf(article) {
  const body = article.querySelector(".body").cloneNode(true);
  for (const node of body.querySelectorAll(OF_SCRIPTS)) node.remove();
  for (const figure of body.querySelectorAll("figure")) {
    figure.classList.remove("is-shown");
    figure.removeAttribute("style"); // the height of its frame
  }
  return body.innerHTML;
}

/** Draw the time of an entry, which leads to it. */
export function entryTime({ id, time }, state) {
  return element("a", { class: "at", ...toEntry(id) }, moment(time, state));
}

/** Draw an entry whole, without what the timeline alone says of it. */
export function wholeEntry(entry, state) {
  const body = element("div", { class: "body" });
  body.innerHTML = entry.body_html;
  if (!body.querySelector(".scroller, pre[role]")) makeScrollable(body);
  return [entryTime(entry, state), entry.headline && element("h3", {}, entry.headline), body];
}

/** Draw the key points and pins of a state; what has not changed is not touched. */
export function drawPinsAndKeyPoints(state, root = document) {
  const points = (state.key_points ?? []).map((point) => ({ ...point, time: point.entry && entryOf(state, point.entry)?.time }));
  show("key-points", points, {
    root,
    keyOf: ({ text, entry, time }) => [text, entry ?? "", time ?? ""].join("\n"),
    keyOn: (item) => [
      (item.querySelector("a") ?? item.firstChild).textContent.trim(),
      item.querySelector("a")?.hash.replace("#entry-", "") ?? "",
      item.querySelector("time")?.dateTime ?? "",
    ].join("\n"),
    draw: ({ text, entry, time }) => element(
      "li", {}, entry ? element("a", toEntry(entry), text) : text, time && [" ", moment(time, state)],
    ),
  });
  show("pinned", (state.pinned ?? []).map(({ entry }) => entryOf(state, entry)).filter(Boolean), {
    root,
    keyOf: entryKey,
    keyOn: ({ dataset }) => entryKey({ id: dataset.entry, revision: dataset.revision }),
    draw: (entry) => {
      const isLong = textOf(entry.body_html).length > SIX_LINES || entry.body_html.includes("<figure");
      const more = isLong && said("a", "more", { class: "more", ...toEntry(entry.id) });
      const { id, revision } = entry;
      return element("li", { "data-entry": id, "data-revision": String(revision) }, wholeEntry(entry, state), more);
    },
  });
}

function entryKey({ id, revision }) {
  return `${id} ${revision}`;
}

/** Make the list in a section show these, by their keys, in this order; without any, the section is hidden. */
export function show(name, items, { keyOf, keyOn, draw, root = document }) {
  const section = root.querySelector(`[part="${name}"]`);
  const list = section.querySelector("ul, ol");
  const present = new Map([...list.children].map((item) => [keyOn(item), item]));
  const wanted = items.map((item) => present.get(keyOf(item)) ?? draw(item));
  if (wanted.length !== list.children.length || wanted.some((item, at) => item !== list.children[at])) {
    list.replaceChildren(...wanted);
  }
  section.hidden = wanted.length === 0;
}
