// The sites that the server publishes for: listed, made, changed and deleted by admins, and chosen for a story.

import { element } from "../../entries.js";
import { askToChange } from "../conflicts/conflict_edit.js";
import { ask, button, isShowing, show, sure } from "../drawing/dialogs.js";
import { problemPlace } from "../drawing/notices.js";
import { get, keysForTries, send } from "../drawing/session.js";
import { linesIn, ofSettings, siteBody } from "../pure/sites.js";

const PATH = "/v1/newsroom/sites";
const SLUG = { name: "slug", label: "Short name, for good", required: true, hint: "a-z, 0-9 and hyphens, like evening-post." };
const FIELDS = [
  { name: "name", label: "Name", required: true },
  { name: "url", label: "The brand’s own address", type: "url", required: true },
  { name: "logo", label: "Address of its logo", type: "url" },
  { name: "hosts", label: "Hosts at which readers reach it, one a line", rows: 3, hint: "The first stands in every link." },
  { name: "language", label: "Language of its pages, and of new stories", hint: "Like de, or pt-BR." },
  { name: "theme", label: "Theme" },
  { name: "consent", label: "Categories of embeds that nobody is asked about, one a line", rows: 2 },
  { name: "framing", label: "Who may show its pages in a frame", options: [["anybody", "Anybody"], ["named", "Those named below alone"]] },
  { name: "frame_ancestors", label: "Who may, one a line", rows: 2, hint: "self, https://host or https://*.host." },
  { name: "cors_origins", label: "Pages that may write at its hosts, one origin a line", rows: 2 },
];

let readLast = [];

/** Read the sites in which the caller has a role. Throws a problem. */
export async function readSites() {
  return (await get(PATH)).body.items;
}

/**
 * Return the field that chooses a story's site; none where there is one site. While the server cannot be reached the
 * sites that were read last are there to choose: a story is made offline too. Throws a problem of status 401.
 */
export async function siteFields(chosen) {
  try {
    readLast = await readSites();
  } catch (problem) {
    if (problem.status === 401) throw problem;
  }
  if (readLast.length < 2) return [];
  const options = readLast.map(({ slug, name }) => [slug, name]);
  return [{ name: "site", label: "Published by", options, value: chosen ?? options[0][0] }];
}

/** Show all sites; `isAgain` where they are shown already, unless they have been closed meanwhile. Throws a problem. */
export async function showSites({ isAgain = false } = {}) {
  const sites = await readSites();
  if (isAgain && !isShowing()) return;
  const { beside, trying } = problemPlace();
  const press = (words, action, name) => button(words, () => trying(action), { "aria-label": name && `${words} ${name}` });
  show(
    "Sites",
    beside,
    element("p", { class: "actions" }, press("New site", makeSite)),
    element("ul", { class: "people" }, sites.map((site) => element(
      "li", { "data-site": site.slug },
      element("p", {}, element("b", {}, site.name), element("span", { class: "hint" }, ` ${wordsOf(site)}`)),
      ofSettings(site) ? null : element(
        "p", { class: "actions" }, press("Change", () => changeSite(site), site.name), press("Delete", () => deleteSite(site), site.name),
      ),
    ))),
  );
}

async function makeSite() {
  const keyFor = keysForTries();
  const make = async (given) => {
    const body = { slug: given.slug, ...siteBody(given) };
    await send("POST", PATH, body, { key: keyFor(body) });
  };
  if (await ask({ title: "New site", yes: "Make it", fields: [SLUG, ...FIELDS], send: make })) await showSites({ isAgain: true });
}

async function changeSite({ slug, name }) {
  const path = `${PATH}/${slug}`;
  const isChanged = await askToChange({
    title: `Change ${name}`,
    read: path,
    write: { method: "PATCH", path },
    fieldsOf: (now) => FIELDS.map((field) => ({ ...field, value: valueOf(now, field.name) })),
    bodyOf: (changed, now) => siteBody(changed, now),
  });
  if (isChanged) await showSites({ isAgain: true });
}

async function deleteSite({ slug, name }) {
  if (await sure(`Delete ${name}?`, "Delete", () => send("DELETE", `${PATH}/${slug}`))) await showSites({ isAgain: true });
}

function valueOf(site, name) {
  if (name === "framing") return site.frame_ancestors === null ? "anybody" : "named";
  const value = site[name] ?? "";
  return Array.isArray(value) ? linesIn(value) : value;
}

function wordsOf(site) {
  return [site.slug, ...site.hosts, ofSettings(site) && "as the operator has set it"].filter(Boolean).join(" · ");
}
