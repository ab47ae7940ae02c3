// Draws what a story is, above its entries, exactly as the server's templates/story_header.html does.

import { bodyOf, byline, element, joined, labelled, linked, moment, said, toPage, webAddress } from "./entries.js";
import { offerPlayers } from "./players.js";
import { saidAs, say, statusKey } from "./words.js";

const asDrawn = new WeakMap(); // each part before scripts have added to it
const OVER = ["ended", "archived"];

/** Return a time zone as a person reads it: "New York"; "UTC" where this browser does not know it. */
export function placeName(timeZone) {
  try {
    new Intl.DateTimeFormat("en", { timeZone });
  } catch {
    return "UTC";
  }
  return timeZone.split("/").at(-1).replaceAll("_", " ");
}

/**
 * Bring the header up to date with a state that has all of the story's fields. A part that is as it was is not
 * touched, so that its picture is not loaded again. `titleOf` returns {title, slug, language, direction} of a story.
 */
export function drawStoryHeader(header, state, { siteName, titleOf }) {
  const present = [...header.children];
  const counts = header.querySelector(".about").cloneNode(true).querySelectorAll("[part]");
  for (const [place, part] of parts(state, { counts, siteName, titleOf }).entries()) {
    part.normalize();
    const shown = present[place];
    if (!(asDrawn.get(shown) ?? shown).isEqualNode(part)) shown.replaceWith(part);
  }
  offerInHeader(header);
}

/** Let the reader show the frames of embeds in the header; what that adds makes no part another one. */
export function offerInHeader(header) {
  for (const part of header.children) if (!asDrawn.has(part)) asDrawn.set(part, part.cloneNode(true));
  offerPlayers(header);
}

function parts(state, { counts, siteName, titleOf }) {
  const { status, section, title, standfirst, authors, image, tags, continues, continued_by: continuedBy, intro } = state;
  return [
    said("p", statusKey(state), { class: "live", "data-status": status }),
    element("p", { class: "section", hidden: !section }, section ?? ""),
    element("h1", {}, title),
    element("p", { class: "standfirst", hidden: !standfirst }, standfirst ?? ""),
    byline(authors),
    sponsored(state.sponsor),
    picture(image),
    element("p", { class: "about" }, ...counts, about(state, siteName)),
    element(
      "ul", { class: "tags", ...labelled("topics"), hidden: !tags?.length },
      (tags ?? []).map(({ label }) => element("li", { dir: "auto" }, label)),
    ),
    other("continues", continues, "earlier", titleOf),
    other("continued", continuedBy, "continued_in", titleOf),
    bodyOf(intro?.html, { class: "body intro", hidden: !intro }),
  ];
}

function sponsored(sponsor) {
  const line = { class: "sponsor", hidden: !sponsor };
  if (!sponsor) return element("p", line);
  const { name, url, label } = sponsor;
  const link = linked(name, url, "sponsored noopener");
  return label ? element("p", line, element("bdi", {}, label), " ", link) : said("p", "sponsored", line, { sponsor: link });
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
    ...toPage(`/stories/${encodeURIComponent(known?.slug ?? id)}`), "data-story": id, ...spoken,
  }, known?.title ?? say("other_coverage"));
  return said("p", key, { class: name }, { story: link });
}
