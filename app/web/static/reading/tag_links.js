// The tags to choose entries by, kept up to date with the entries on the page: the server offers the same of those that a
// page begins with (timeline_parts.py).

import { element } from "../entries.js";

const MOST = 6; // MAX_TAGS there

/** Bring the links up to date, but not while somebody points at one or has come to it by keyboard. */
export function drawTagLinks(timeline, nav = document.getElementById("parts")) {
  if (nav.matches(":hover, :focus-within")) return;
  const present = new Map(links(nav).map((link) => [slugOf(link), link]));
  const chosen = links(nav).find((link) => link.hasAttribute("aria-current"));
  const [all] = nav.children;
  const wanted = offered(timeline, chosen).map(([slug, label]) => {
    const link = present.get(slug) ?? linkTo(all, slug);
    if (link.textContent !== label) link.textContent = label;
    return link;
  });
  const shown = links(nav);
  if (wanted.length === shown.length && wanted.every((link, at) => link === shown[at])) return;
  for (const link of shown) if (!wanted.includes(link)) link.remove();
  nav.children[1].after(...wanted);
}

function links(nav) {
  return [...nav.querySelectorAll("a:not(.order-link)")].filter((link) => slugOf(link) !== null);
}

function slugOf(link) {
  return new URL(link.href).searchParams.get("tag");
}

function linkTo(all, slug) {
  const [page, asked] = all.getAttribute("href").split("?");
  const query = new URLSearchParams([["tag", slug], ...new URLSearchParams(asked)]);
  return element("a", { href: `${page}?${query}`, target: all.target, dir: "auto" });
}

/** List the tags as [slug, label] that most entries have, the chosen one among them, by their labels. */
function offered(timeline, chosen) {
  const counts = new Map();
  const labels = new Map();
  for (const { dataset: { slug }, textContent } of timeline.querySelectorAll(":scope > article > footer .tags li")) {
    counts.set(slug, (counts.get(slug) ?? 0) + 1);
    labels.set(slug, textContent);
  }
  const first = chosen && slugOf(chosen);
  if (chosen && !labels.has(first)) labels.set(first, chosen.textContent);
  const often = [...labels.keys()].sort((a, b) => (
    (b === first) - (a === first) || (counts.get(b) ?? 0) - (counts.get(a) ?? 0) || (a < b ? -1 : 1)
  )).slice(0, MOST);
  const key = (slug) => [labels.get(slug).toLowerCase(), slug].join("\n");
  return often.sort((a, b) => (key(a) < key(b) ? -1 : 1)).map((slug) => [slug, labels.get(slug)]);
}
