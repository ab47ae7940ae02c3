// The form of what stands above a story's entries, intro, authors and sponsor, and of what search engines are shown of it.

import { askToChange } from "../conflicts/conflict_edit.js";
import { quotedStory } from "../drawing/quotes.js";
import { forgetPicture, imageOf, pictureField, pictureSent } from "../parts/picture_field.js";
import { authorLine, authorsFrom } from "../pure/writing.js";

const PARTS = { sponsor: ["name", "url", "label"], seo: ["title", "description"] };

/** Ask for a story's intro, authors and sponsor, and change them. Returns true once something was. Throws a problem. */
export async function editIntro(story) {
  let sent = "";
  const isChanged = await askToChange({
    title: "Intro, authors and sponsor",
    about: quotedStory(story),
    read: `/v1/newsroom/stories/${story.id}`,
    write: { method: "PATCH", path: `/v1/stories/${story.id}` },
    fieldsOf,
    bodyOf,
    before: async ({ card }) => {
      await pictureSent(card);
      sent = card;
    },
  });
  if (isChanged) forgetPicture(sent);
  return isChanged;
}

function fieldsOf({ intro, authors, sponsor, seo }) {
  return [
    {
      name: "intro", label: "Intro, above the entries", rows: 5, value: intro?.text ?? "",
      hint: "Markdown, as in an entry.",
    },
    { name: "authors", label: "Authors, one a line: name, role, place", rows: 2, value: authors.map(authorLine).join("\n") },
    { name: "sponsor_name", label: "Sponsor", value: sponsor?.name ?? "" },
    { name: "sponsor_url", label: "Address of the sponsor", type: "url", value: sponsor?.url ?? "" },
    {
      name: "sponsor_label", label: "Words before the sponsor’s name", value: sponsor?.label ?? "",
      hint: "Like “Presented by”. Left empty, “Sponsored by” in the story’s language.",
    },
    { name: "seo_title", label: "Title for search engines", value: seo?.title ?? "", hint: "Left empty, the story’s own." },
    { name: "seo_description", label: "Description for search engines", rows: 2, value: seo?.description ?? "" },
    cardField(seo),
  ];
}

function cardField(seo) {
  return pictureField({ name: "card", label: "Picture where the story is shared", current: seo?.image ?? null });
}

function bodyOf(changed, now) {
  const body = {};
  if (changed.intro !== undefined) body.intro = introOf(changed.intro, now.intro);
  if (changed.authors !== undefined) body.authors = authorsFrom(changed.authors, now.authors);
  const sponsor = partOf("sponsor", changed, now);
  if (sponsor) body.sponsor = sponsor.name ? sponsor : null;
  const seo = partOf("seo", changed, now);
  if (seo || changed.card !== undefined) {
    const own = seo ?? pick(now.seo, PARTS.seo);
    const image = imageOf(changed.card ?? cardField(now.seo).value);
    body.seo = own.title || own.description || image ? { ...own, image } : null;
  }
  return body;
}

/** Return the intro as it is written, in the format that it has; null for none. */
function introOf(text, known) {
  return text.trim() ? { text, text_format: known?.text_format ?? "markdown" } : null;
}

/** Return a part of the story with what was changed of it; undefined if nothing was. */
function partOf(part, changed, now) {
  const given = Object.fromEntries(PARTS[part].map((name) => [name, changed[`${part}_${name}`]]));
  if (Object.values(given).every((value) => value === undefined)) return undefined;
  const before = pick(now[part], PARTS[part]);
  return Object.fromEntries(PARTS[part].map((name) => [name, (given[name] ?? before[name]) || null]));
}

function pick(object, names) {
  return Object.fromEntries(names.map((name) => [name, object?.[name] ?? null]));
}
