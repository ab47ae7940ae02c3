// Draws entries from the API's JSON, exactly as the server's templates/entry.html does.
// Text is always set as text. Only `body_html`, which the server made safe when it was written, is read as HTML.

import { pieces, saidAs, say, sayDate } from "./words.js";

let links = {};

/**
 * Lead to entries and stories as `given` says from now on, where this is no page of ours or a frame: at which `base` and
 * `origin`, in which window (`target`), and whether the base finds the entry by itself (`isCanonical`).
 */
export function useLinks(given) {
  links = given;
}

/** Return the attributes of a link to an entry of the story that is drawn. */
export function toEntry(id) {
  const { base = "", target = "_self", isCanonical } = links;
  return { href: `${base}${isCanonical ? "" : `?entry=${id}`}#entry-${id}`, target };
}

/** Return the attributes of a link to a page of ours. */
export function toPage(path) {
  return { href: `${links.origin ?? ""}${path}`, target: links.target ?? "_self" };
}

/** Return an element with attributes (undefined and false ones left out) and children, of which text is text. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false && value !== null) made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

/** Return the address if a link may point there: http and https only. */
export function webAddress(address) {
  return /^https?:\/\//i.test(address ?? "") ? address : null;
}

/** Return a format of `parts` in a time zone; in UTC where this browser does not know the zone, and would throw. */
export function zonedFormat(timeZone, parts) {
  const options = { ...parts, hourCycle: "h23" };
  try {
    return new Intl.DateTimeFormat("en-GB", { ...options, timeZone });
  } catch (problem) {
    if (!(problem instanceof RangeError)) throw problem;
    return new Intl.DateTimeFormat("en-GB", { ...options, timeZone: "UTC" });
  }
}

/** Return {date, time} of an RFC 3339 time in the story's time zone, the date in words. */
export function when(moment, { time_zone: timeZone }) {
  const format = zonedFormat(timeZone, {
    year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit",
  });
  const part = Object.fromEntries(format.formatToParts(new Date(moment)).map(({ type, value }) => [type, value]));
  const date = sayDate({ day: Number(part.day), month: Number(part.month), year: part.year });
  return { date, time: `${part.hour}:${part.minute}` };
}

/** Draw a time in the story's time zone. */
export function moment(value, story) {
  const shown = when(value, story);
  return element("time", { datetime: value }, element("b", {}, shown.time), " ", element("span", {}, shown.date));
}

/** Return the attributes that name an element by a text. */
export function labelled(key) {
  return { "aria-label": say(key), "data-say-label": key };
}

/** Make what scrolls sideways in a body reachable by keyboard. */
export function makeScrollable(body) {
  const group = (key) => ({ role: "group", ...labelled(key), tabindex: "0" });
  for (const table of body.querySelectorAll("table")) {
    const around = element("div", { class: "scroller", ...group("table") });
    table.replaceWith(around);
    around.append(table);
  }
  for (const code of body.querySelectorAll("pre")) {
    for (const [name, value] of Object.entries(group("code"))) code.setAttribute(name, value);
  }
}

/** Return a link, or its text alone where the address is none of the web. */
export function linked(text, address, rel = "noopener") {
  const isolated = element("bdi", {}, text);
  return webAddress(address) ? element("a", { href: address, rel }, isolated) : isolated;
}

function mark(shown, key) {
  return shown && said("p", key, { class: "mark" });
}

/** Return an element that says a text, with values in the place of its placeholders. */
export function said(name, key, attributes = {}, values = {}) {
  return element(name, { ...attributes, ...saidAs(key) }, pieces(key, values));
}

/** Return parts with commas between them, each in the direction of its own. */
export function joined(parts) {
  return parts.flatMap((part, at) => [at > 0 && said("span", "comma"), element("bdi", {}, part)]);
}

/** Return what lets a browser choose among the files of an upload; nothing for a picture of another site. */
function choice(files, sizes) {
  const srcset = files?.filter(({ type }) => type === "image/webp").map(({ url, width }) => `${url} ${width}w`).join(", ");
  return srcset && { srcset, sizes };
}

/** Draw the authors of an entry or a story, hidden where there are none. */
export function byline(authors = []) {
  const written = authors.map(({ name, role, place, avatar, avatar_renditions: files, url }) => {
    const details = joined([role, place].filter(Boolean));
    const picture = webAddress(avatar) && element("img", { src: avatar, ...choice(files, "1.7rem"), alt: "", loading: "lazy" });
    return element("span", {}, picture, linked(name, url), details.length > 0 && [" ", element("small", {}, details)], " ");
  });
  return element("p", { class: "byline", hidden: !authors.length }, written);
}

function sourceLine(source) {
  if (!webAddress(source?.url)) return null;
  const link = said("a", "source", { href: source.url, rel: "noopener" });
  const name = source.name && element("small", {}, element("bdi", {}, source.name));
  return element("p", { class: "source" }, link, name && [" ", name]);
}

function correctionLog(corrections, story) {
  if (!corrections.length) return null;
  const lines = corrections.map(({ severity, text, at }) => element(
    "li", {}, said("b", severityKey(severity)), " ", element("span", {}, text), " ", moment(at, story),
  ));
  return element("ul", { class: "corrections" }, lines);
}

function severityKey(severity) {
  return `severity.${["clarification", "retraction"].includes(severity) ? severity : "correction"}`;
}

/** Return the corrections without the reason that a retracted entry's body opens with already. */
function loggedCorrections({ corrections, status }) {
  return (corrections ?? []).filter(({ severity }) => status !== "retracted" || severity !== "retraction");
}

function footer(entry, story) {
  const corrections = loggedCorrections(entry);
  const updated = entry.updated_at && entry.updated_at !== entry.published_at;
  const parts = [
    sourceLine(entry.source),
    updated && said("p", "updated", { class: "updated" }, { time: moment(entry.updated_at, story) }),
    correctionLog(corrections, story),
    entry.tags?.length > 0 && element("ul", { class: "tags" }, entry.tags.map(({ slug, label }) => element("li", { dir: "auto", "data-slug": slug }, label))),
  ];
  const needed = entry.source || entry.tags?.length || corrections.length || updated;
  return needed ? element("footer", {}, parts) : null;
}

/** Return a link to an entry. */
export function entryLink(id, ...words) {
  return element("a", toEntry(id), ...words);
}

/** An icon that the words of this page do not know is not drawn. */
function labelLine({ label, icon }) {
  const key = `icon.${icon}`;
  const drawn = icon && say(key) && element("span", { class: `icon icon-${icon}`, role: "img", ...labelled(key) });
  return (drawn || label) && element("p", { class: "label" }, drawn, label && element("bdi", {}, label));
}

/** Return an element with a body that the server made safe. */
export function bodyOf(html, attributes) {
  const body = element("div", attributes);
  body.innerHTML = html ?? "";
  makeScrollable(body);
  return body;
}

/** Draw one entry as an <article>. */
export function drawEntry(entry, story) {
  const classes = ["entry", `is-${entry.status}`, `is-${entry.importance}`, `is-${entry.kind}`];
  if (entry.key_event) classes.push("is-key");
  return element(
    "article",
    {
      class: classes.join(" "),
      id: `entry-${entry.id}`,
      "data-id": entry.id,
      "data-revision": String(entry.revision),
      "data-sort-key": entry.sort_key,
      tabindex: "-1",
    },
    element(
      "header",
      {},
      element("p", { class: "when" }, entryLink(entry.id, moment(entry.time, story))),
      mark(entry.status === "retracted", "mark.retracted"),
      mark(entry.importance === "breaking", "mark.breaking"),
      mark(entry.key_event, "mark.key_event"),
      mark(entry.kind === "summary", "mark.summary"),
      labelLine(entry),
      entry.headline && element("h2", {}, entry.headline),
      entry.authors?.length > 0 && byline(entry.authors),
    ),
    bodyOf(entry.body_html, { class: "body" }),
    footer(entry, story),
  );
}

