// The forms that create a story and edit its fields and settings.

import { askToChange } from "../conflicts/conflict_edit.js";
import { ask } from "../drawing/dialogs.js";
import { outcomeOf, postStory } from "../parts/outbox_view.js";
import { announce } from "../drawing/notices.js";
import { quotedStory } from "../drawing/quotes.js";
import { imageOf, pictureAwaited, pictureField } from "../parts/picture_field.js";
import { step } from "../pure/outbox.js";
import { newId } from "../drawing/session.js";
import { siteFields } from "./sites.js";
import { findStory, readStories, stories, story } from "../parts/stories.js";
import { nameOf } from "../pure/story_states.js";
import { ownZone } from "../pure/time_zones.js";

const WORDS = [
  { name: "title", label: "Title", required: true },
  { name: "standfirst", label: "Standfirst", rows: 3 },
];
const PLACE = [
  { name: "language", label: "Language", value: navigator.language || "en", hint: "Like en, or pt-BR." },
  { name: "time_zone", label: "Time zone", value: ownZone(), hint: "Where it happens, like Europe/Lisbon." },
];
const SETTINGS = [
  { name: "review_required", label: "Reviewed: what reporters write waits for an editor", type: "checkbox" },
  { name: "require_alt", label: "No picture without words for those who cannot see it", type: "checkbox" },
  { name: "members_only", label: "For members only: nobody else but admins sees it in the newsroom", type: "checkbox" },
  { name: "own_bylines", label: "Own bylines: reporters put no name but their own over an entry", type: "checkbox" },
  { name: "hold_seconds", label: "Seconds that everything waits before it goes out", type: "number", required: true },
];

const REPLIES = [
  {
    name: "comments", label: "Readers’ replies", options: [
      ["", "As everywhere on this site"], ["off", "None"], ["moderated", "Taken here; each waits for the newsroom"],
      ["external", "In another system, at the address below"],
    ],
  },
  { name: "url", label: "Address of the replies in another system", type: "url" },
  { name: "count", label: "How many it has", type: "number", min: 0 },
];

/** Ask for a new story, and send it. */
export async function makeStory() {
  const draft = { name: "draft", label: "Keep it a draft for now", type: "checkbox" };
  const lead = pictureField({ name: "lead", label: "Lead picture", current: null });
  const fields = [...WORDS, ...(await siteFields()), lead, ...PLACE, draft];
  const send = async (given, calledOff) => {
    const awaits = await pictureAwaited(given.lead);
    if (!calledOff.aborted) await outcomeOf(postNew(given, awaits), calledOff);
  };
  await ask({ title: "New story", yes: "Create", fields, send });
}

/** Ask for changes of the chosen story, and make them. Throws a problem. */
export async function editStory() {
  const earlier = await earlierField();
  const sites = await siteFields(story.site ?? "default");
  const before = story.slug;
  const isChanged = await askToChange({
    title: "Edit story",
    about: quotedStory(story),
    read: `/v1/newsroom/stories/${story.id}`,
    write: { method: "PATCH", path: `/v1/stories/${story.id}` },
    fieldsOf: (now) => [
      ...WORDS.map((field) => ({ ...field, value: now[field.name] ?? "" })),
      addressField(now),
      ...sites.map((field) => ({ ...field, value: now.site ?? "default" })),
      { ...earlier, value: now.continues ?? "" },
      ...PLACE.map((field) => ({ ...field, value: now[field.name] })),
      ...SETTINGS.map((field) => ({ ...field, value: now.settings[field.name] })),
      ...repliesFields(now),
    ],
    bodyOf,
  });
  if (!isChanged) return;
  await readStories();
  if (story.slug !== before) announce("The story has its new address; the old one goes on leading to it.");
}

function postNew({ draft: isDraft, standfirst, lead, ...rest }, awaits) {
  const id = newId();
  const image = imageOf(lead);
  const body = { id, ...rest, standfirst: standfirst || null, ...(image ? { image } : {}), status: isDraft ? "draft" : "live" };
  const steps = [step("POST", "/v1/stories", body, { newKey: newId })];
  return postStory({ id, label: `New story: ${rest.title}`, steps, awaits });
}

function bodyOf({ standfirst, continues, comments, url, count, ...changed }, now) {
  const body = { ...changed };
  const settings = {};
  const replies = changedReplies({ comments, url, count }, now);
  if (replies !== undefined) settings.comments = replies;
  for (const { name } of SETTINGS) {
    if (!(name in body)) continue;
    settings[name] = name === "hold_seconds" ? Number(body[name]) : body[name];
    delete body[name];
  }
  if (Object.keys(settings).length > 0) body.settings = settings;
  if (standfirst !== undefined) body.standfirst = standfirst || null;
  if (continues !== undefined) body.continues = continues || null;
  return body;
}

function repliesFields({ settings: { comments } }) {
  const values = { comments: comments?.mode ?? "", url: comments?.url ?? "", count: String(comments?.count ?? "") };
  return REPLIES.map((field) => ({ ...field, value: values[field.name] }));
}

/** Return the setting of readers' replies with what was changed of it; undefined if nothing was, null for the site's. */
function changedReplies(changed, { settings: { comments } }) {
  if (Object.values(changed).every((value) => value === undefined)) return undefined;
  const mode = changed.comments ?? comments?.mode ?? "";
  if (mode === "") return null;
  if (mode !== "external") return { mode };
  const count = changed.count ?? comments?.count ?? "";
  return { mode, url: (changed.url ?? comments?.url) || null, count: count === "" ? null : Number(count) };
}

function addressField({ slug }) {
  return {
    name: "slug", label: "Address", value: slug, required: true,
    hint: `The end of ${location.origin}/stories/… Addresses that the story had before go on leading to it.`,
  };
}

/** Return the field of the stories that this one can continue; the one it continues now, too, however old it is. */
async function earlierField() {
  await findStory(story.continues);
  const others = stories.filter(({ id, status }) => (
    id !== story.id && (status !== "withdrawn" || id === story.continues)
  ));
  return {
    name: "continues", label: "Continues (the story of the day before, say)",
    options: [["", "No other story"], ...others.map((each) => [each.id, nameOf(each)])],
    hint: "Readers are shown the way to the other, and back.",
  };
}
