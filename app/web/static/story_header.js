// Draws what a story is, above its entries, exactly as the server's templates/story_header.html does.

import { element, joined, linked, moment, placeName, said, webAddress } from "./entries.js";
import { statusKey } from "./pins_and_key_points.js";
import { saidAs, say } from "./words.js";

const OVER = ["ended", "archived"];

/**
 * Bring the header up to date with a state that has all of the story's fields. A part that is as it was is not
 * touched, so that its picture is not loaded again. `titleOf` returns {title, slug, language, direction} of a story.
 */
export function drawStoryHeader(header, state, { siteName, titleOf }) {
  const present = [...header.children];
  const counts = header.querySelector(".about").cloneNode(true).querySelectorAll("[id]");
  for (const [place, part] of parts(state, { counts, siteName, titleOf }).entries()) {
    part.normalize();
    if (!present[place].isEqualNode(part)) present[place].replaceWith(part);
  }
}

function parts(state, { counts, siteName, titleOf }) {
  const { status, section, title, standfirst, image, tags, continues, continued_by: continuedBy } = state;
  return [
    said("p", statusKey(state), { class: "live", "data-status": status }),
    element("p", { class: "section", hidden: !section }, section ?? ""),
    element("h1", {}, title),
    element("p", { class: "standfirst", hidden: !standfirst }, standfirst ?? ""),
    picture(image),
    element("p", { class: "about" }, ...counts, about(state, siteName)),
    element(
      "ul", { class: "tags", "aria-label": say("topics"), "data-say-label": "topics", hidden: !tags?.length },
      (tags ?? []).map(({ label }) => element("li", { dir: "auto" }, label)),
    ),
    other("continues", continues, "earlier", titleOf),
    other("continued", continuedBy, "continued_in", titleOf),
  ];
}

/** Return the story's picture as a body has it, but loaded at once. */
function picture(image) {
  const lead = element("div", { class: "lead", hidden: !webAddress(image?.url) });
  if (!lead.hidden) lead.innerHTML = image.html.replace('loading="lazy"', 'fetchpriority="high"');
  return lead;
}

function about(state, siteName) {
  const { about: event, publisher, coverage_start: start, coverage_end: end, status } = state;
  const words = event && joined([event.name, event.place].filter(Boolean));
  const startKey = status === "upcoming" ? "starts" : "started";
  return [
    start && said("span", startKey, {}, { time: moment(start, state) }),
    end && OVER.includes(status) && said("span", "ended_at", {}, { time: moment(end, state) }),
    event && element("span", {}, words, event.start && [say("comma"), moment(event.start, state)]),
    said("span", "times", {}, { place: element("bdi", { lang: "en" }, placeName(state.time_zone)) }),
    publisher && publisher.name !== siteName && element("span", {}, linked(publisher.name, publisher.url)),
  ];
}

function other(name, id, key, titleOf) {
  if (!id) return element("p", { class: name, hidden: true });
  const known = titleOf(id);
  const spoken = known ? { lang: known.language, dir: known.direction } : saidAs("other_coverage");
  const link = element("a", {
    href: `/stories/${encodeURIComponent(known?.slug ?? id)}`, target: "_self", "data-story": id, ...spoken,
  }, known?.title ?? say("other_coverage"));
  return said("p", key, { class: name }, { story: link });
}
