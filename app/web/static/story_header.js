// Draws what a story is, above its entries, exactly as the server's templates/story_header.html does.

import { element, moment, placeName, webAddress, linked } from "./entries.js";
import { statusWords } from "./pins_and_key_points.js";
import { WORDS } from "./reader_words.js";

const OVER = ["ended", "archived"];

/**
 * Bring the header up to date with a state that has all of the story's fields. A part that is as it was is not
 * touched, so that its picture is not loaded again. `titleOf` returns {title, slug, language, direction} of a story.
 */
export function drawStoryHeader(header, state, { siteName, titleOf }) {
  const present = [...header.children];
  const count = header.querySelector("#entry-count").textContent;
  for (const [place, part] of parts(state, { count, siteName, titleOf }).entries()) {
    part.normalize();
    if (!present[place].isEqualNode(part)) present[place].replaceWith(part);
  }
}

function parts(state, { count, siteName, titleOf }) {
  const { status, section, title, standfirst, image, tags, continues, continued_by: continuedBy } = state;
  return [
    element("p", { class: "live", "data-status": status }, statusWords(state)),
    element("p", { class: "section", hidden: !section }, section ?? ""),
    element("h1", {}, title),
    element("p", { class: "standfirst", hidden: !standfirst }, standfirst ?? ""),
    element("div", { class: "lead", hidden: !webAddress(image?.url) }, picture(image)),
    element("p", { class: "about" }, element("span", { id: "entry-count" }, count), about(state, siteName)),
    element(
      "ul", { class: "tags", "aria-label": WORDS.topics, hidden: !tags?.length },
      (tags ?? []).map(({ label }) => element("li", {}, label)),
    ),
    element("p", { class: "continues", hidden: !continues }, other(continues, WORDS.earlier, titleOf)),
    element("p", { class: "continued", hidden: !continuedBy }, other(continuedBy, WORDS.continuedIn, titleOf)),
  ];
}

function picture(image) {
  if (!webAddress(image?.url)) return null;
  const { url, alt, caption, credit, width, height } = image;
  const size = width && height ? { width: String(width), height: String(height) } : {};
  return element(
    "figure", {},
    element("img", { src: url, alt: alt ?? "", ...size, fetchpriority: "high", decoding: "async" }),
    (caption || credit) && element(
      "figcaption", {}, caption || null, caption && credit ? " " : null, credit && element("cite", {}, credit),
    ),
  );
}

function about(state, siteName) {
  const { about: event, publisher, coverage_start: start, coverage_end: end, status } = state;
  const words = event && [event.name, event.place].filter(Boolean).join(", ");
  return [
    start && element("span", {}, `${status === "upcoming" ? WORDS.starts : WORDS.started} `, moment(start, state)),
    end && OVER.includes(status) && element("span", {}, `${WORDS.ended} `, moment(end, state)),
    event && element("span", {}, words, event.start && [", ", moment(event.start, state)]),
    element("span", {}, `${WORDS.times}: ${placeName(state.time_zone)}`),
    publisher && publisher.name !== siteName && element("span", {}, linked(publisher.name, publisher.url)),
  ];
}

function other(id, wordsBefore, titleOf) {
  if (!id) return null;
  const known = titleOf(id);
  const link = element("a", {
    href: `/stories/${encodeURIComponent(known?.slug ?? id)}`, target: "_self", "data-story": id,
    lang: known?.language, dir: known?.direction,
  }, known?.title ?? WORDS.otherCoverage);
  return [`${wordsBefore}: `, link];
}
