// Drafts (the form's plain strings), the entry fields the API accepts for them, and the requests to send for each.
// Pure: names, keys and addresses are handed in.

import { bodyOf, isPiece, stored } from "./body.js";
import { blockOf } from "./draft_pictures.js";
import { withWords, wordsOf } from "./media_words.js";
import { step } from "./outbox.js";
import { newest } from "./revisions.js";

const TEXT_TYPES = new Set(["paragraph", "heading", "list", "quote", "code", "divider"]);
const MENTION = /^[^\S\n\r\u2028\u2029]*\[\[block:([A-Za-z0-9_-]+)\]\]\s*$/gm;

export const EMPTY = Object.freeze({
  headline: "", label: "", icon: "", text: "", kind: "update", importance: "normal", key_event: false, pinned: false, authors: "", no_byline: false,
  source_url: "", source_name: "", tags: "", change: "", correction: "",
  picture_url: "", picture_alt: "", picture_caption: "", picture_credit: "", picture_place: "above", editing: null,
  media: null, pictures: Object.freeze([]), rich: null,
});

/** Return whether a draft holds nothing worth keeping. */
export function isBlank(draft) {
  const written = ["headline", "label", "text", "source_url", "tags", "picture_url", "picture_caption", "authors"];
  const isUnwritten = written.every((name) => draft[name].trim() === "");
  return draft.editing === null && draft.pictures.length === 0 && isUnwritten;
}

/** Return the draft that edits an entry's newest revision. `etag` is the version that was read. */
export function draftOf(entry, etag) {
  const now = newest(entry);
  const { id, status, blocks, authors, tags, text_format, text_exact } = now;
  const draft = {
    ...EMPTY,
    headline: now.headline ?? "",
    label: now.label ?? "",
    icon: now.icon ?? "",
    text: now.text,
    kind: now.kind,
    importance: now.importance,
    key_event: now.key_event,
    authors: authors.map(authorLine).join("\n"),
    no_byline: authors.length === 0,
    source_url: now.source?.url ?? "",
    source_name: now.source?.name ?? "",
    tags: tags.map(({ label }) => label).join(", "),
    media: wordsOf(blocks),
  };
  const editing = {
    id, etag, status, working: Boolean(entry.working), blocks, authors, tags, text_format, text_exact,
    published_at: entry.published_at ? Date.parse(entry.published_at) : null,
  };
  return { ...draft, editing: { ...editing, before: draft } };
}

/** Return whether sending the draft takes formatting away that its text does not show. */
export function losesFormatting({ text, rich, editing }) {
  return rich === null && editing?.text_exact === false && text !== editing.before.text;
}

/** Return the draft of an entry that has arrived in part, with the text that has not; its pictures are there. */
export function joined(begun, { text, ...composed }) {
  const { picture_url, picture_alt, picture_caption, picture_credit, pictures } = EMPTY;
  const texts = [begun.text, text].filter((part) => part.trim()).join("\n\n");
  const { editing, media } = begun;
  const gone = { picture_url, picture_alt, picture_caption, picture_credit, pictures };
  return { ...composed, ...gone, text: texts, editing, media };
}

/** Return an author as a line says it. */
export function authorLine({ name, role, place }) {
  return [name, role, place].filter(Boolean).join(", ");
}

/** Return the authors, one a line: "Name, role, place". Those of the edited entry keep what the line does not say. */
function authorsOf({ authors, no_byline: none, editing }) {
  if (none) return [];
  const written = authorsFrom(authors, editing?.authors ?? []);
  return written.length === 0 && !editing ? undefined : written; // left out: the poster's own byline
}

/** Return the authors of a text, one a line; `known` ones keep what their line does not say. */
export function authorsFrom(text, known) {
  const lines = text.split("\n").map((line) => line.trim()).filter(Boolean);
  return lines.map((line) => {
    const kept = known.find((author) => authorLine(author) === line);
    if (kept) return withoutNulls(kept);
    const [name, role, ...place] = line.split(",").map((part) => part.trim());
    return withoutNulls({ name, role: role || null, place: place.join(", ") || null });
  });
}

/** Return the tags of a text, separated by commas; known ones keep their slugs, new ones get theirs from the server. */
export function tagsFrom(text, known) {
  const labels = [...new Set(text.split(",").map((label) => label.trim()).filter(Boolean))];
  return labels.map((label) => known.find((tag) => tag.label === label) ?? { label });
}

function withoutNulls(object) {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== null && value !== undefined));
}

/** Return the draft as members of an entry. */
export function fieldsOf(draft) {
  const source = draft.source_url.trim();
  return {
    headline: draft.headline.trim() || null,
    label: draft.label.trim() || null,
    icon: draft.icon || null,
    text: draft.text,
    kind: draft.kind,
    importance: draft.importance,
    key_event: draft.key_event,
    authors: authorsOf(draft),
    source: source ? withoutNulls({ url: source, name: draft.source_name.trim() || null }) : null,
    tags: tagsFrom(draft.tags, draft.editing?.tags ?? []),
  };
}

/** Return the pictures of a draft in their order, as {block, place}: those uploaded, and the one of another site. */
function picturesOf(draft, newId) {
  const blockId = () => `p-${newId().slice(0, 8)}`;
  const uploaded = draft.pictures.map((picture) => ({ block: blockOf(picture, blockId()), place: picture.place }));
  const url = draft.picture_url.trim();
  if (!url) return uploaded;
  const named = { alt: draft.picture_alt, caption: draft.picture_caption, credit: draft.picture_credit };
  const written = Object.entries(named).filter(([, value]) => value.trim());
  const linked = { id: blockId(), type: "image", url, ...Object.fromEntries(written) };
  return [...uploaded, { block: linked, place: draft.picture_place }];
}

/** Return the text with a line for each picture, in front of it or behind it. */
function withMentions(text, pictures) {
  const lines = (at) => pictures.filter(({ place }) => place === at).map(({ block }) => `[[block:${block.id}]]`);
  return [...lines("above"), text, ...lines("below")].filter((part) => part.trim()).join("\n\n");
}

/**
 * Return what a preview of the draft shows: the entry's `members`, the `body` to convert (null if there is none), and how
 * many pictures are `left` out, because they are not `isThere` yet. Without a byline of its own it has that of `byline`.
 */
export function previewOf(draft, { newId, isThere, byline }) {
  const { editing } = draft;
  const there = draft.pictures.filter(({ id, isOwn }) => !isOwn || isThere(id));
  const pictures = picturesOf({ ...draft, pictures: there }, newId);
  const { headline, label, icon, kind, importance, key_event, authors, source, tags } = fieldsOf(draft);
  const members = {
    id: editing?.id ?? "preview", revision: 0, status: "published", corrections: [], headline, label, icon, kind, importance, key_event,
    authors: authors ?? (byline ? [{ name: byline }] : []), source, tags,
  };
  return { members, body: shownBody(draft, pictures), left: draft.pictures.length - there.length };
}

function shownBody(draft, pictures) {
  const { editing } = draft;
  if (draft.rich !== null) return draft.rich.length + pictures.length > 0 ? richBody(draft, pictures) : null;
  const text = withMentions(draft.text, pictures);
  const known = editing ? withWords(editing.blocks, draft.media) : [];
  const blocks = [...known, ...pictures.map(({ block }) => block)];
  const format = editing?.text_format === "plain" && { text_format: "plain" };
  return text.trim() ? { text, ...format, ...(blocks.length > 0 && { blocks }) } : null;
}

/** Return the body of a draft that was written formatted, with the pictures in front of it and behind it. */
function richBody(draft, pictures) {
  const at = (wanted) => pictures.filter(({ place }) => place === wanted).map(({ block }) => block);
  // A text in place of pictures would be refused: it might have been written by who did not see them.
  const mayBeText = !draft.editing?.blocks.some(isPiece);
  return bodyOf([...at("above"), ...withWords(draft.rich, draft.media), ...at("below")], { mayBeText });
}

/**
 * Return the writes that bring a draft to the server. `intent` is "draft", "submitted" or "published"; what is published is
 * held for `hold` seconds before it goes out.
 *
 * A picture with a credit has no form in text. Pictures are sent first, as blocks, and the text that follows names their
 * places; until all has arrived, readers see nothing of it.
 */
export function stepsFor(draft, { intent, story, hold = 0, newId, newKey }) {
  const entries = `/v1/stories/${encodeURIComponent(story)}/entries`;
  const held = intent === "published" && hold > 0 ? { hold_seconds: hold } : {};
  const how = { intent, entries, held, newId, newKey };
  return draft.editing ? editSteps(draft, how) : newSteps(draft, how);
}

function newSteps(draft, { intent, entries, held, newId, newKey }) {
  const id = newId();
  const fields = withoutNulls(fieldsOf(draft));
  const pictures = picturesOf(draft, newId);
  if (draft.pinned) fields.pinned = true; // an entry's own, when it is made: later ones are made on the entry
  if (draft.rich !== null) {
    const { text: _, ...rest } = fields;
    const body = draft.rich.length + pictures.length > 0 ? richBody(draft, pictures) : {};
    return [step("POST", entries, { id, status: intent, ...held, ...rest, ...body }, { newKey })];
  }
  if (pictures.length === 0) {
    if (!fields.text.trim()) delete fields.text;
    return [step("POST", entries, { id, status: intent, ...held, ...fields }, { newKey })];
  }
  const { text, ...rest } = fields;
  const blocks = pictures.map(({ block }) => block);
  if (!text.trim()) return [step("POST", entries, { id, status: intent, ...held, ...rest, blocks }, { newKey })];
  return [
    step("POST", entries, { id, status: "draft", ...rest, blocks }, { newKey }),
    step("PATCH", `${entries}/${id}`, { text: withMentions(text, pictures) }, { ifMatch: "previous", newKey }),
    ...(intent === "draft" ? [] : [actionStep(`${entries}/${id}`, ACTIONS[intent], { held, newKey })]),
  ];
}

const ACTIONS = { submitted: "submit", published: "publish" };

function actionStep(entry, action, { held, newKey }) {
  return step("POST", `${entry}/${action}`, action === "publish" ? held : {}, { ifMatch: "previous", newKey });
}

function editSteps(draft, { intent, entries, held, newId, newKey }) {
  const { editing } = draft;
  const entry = `${entries}/${editing.id}`;
  const isPublic = editing.status === "published" || editing.status === "retracted";
  const pictures = picturesOf(draft, newId);
  if (draft.rich !== null) return richSteps(draft, pictures, { intent, entry, isPublic, held, newKey });
  const text = pictures.length > 0 ? withMentions(draft.text, pictures) : draft.text;
  const worded = withWords(editing.blocks, draft.media);
  if (worded !== editing.blocks && text === editing.before.text && pictures.length === 0) {
    return wordSteps(draft, worded, { intent, entry, isPublic, held, newKey });
  }
  const blocks = rearranged(worded, text, pictures) ?? (worded === editing.blocks ? null : worded);
  const aside = isPublic && (intent !== "published" || blocks !== null || editing.working);
  const how = { material: draft.change !== "typo", publish: !aside, ...(isPublic && !aside && held) };
  const steps = blocks ? [step("PATCH", entry, { blocks, ...how }, { ifMatch: editing.etag, newKey })] : [];
  const changes = { ...changed(draft, text, blocks !== null), ...how, ...(isPublic && !aside && correctionOf(draft)) };
  steps.push(step("PATCH", entry, changes, { ifMatch: blocks ? "previous" : editing.etag, newKey }));
  return [...steps, ...finishing(draft, { intent, entry, held, newKey, isDone: isPublic && !aside, isPublic })];
}

/** Return the writes of an edit of formatted text: all of it is one change, and blocks that were not touched stay as they are. */
function richSteps(draft, pictures, how) {
  const before = stored(draft.editing.blocks);
  const isSame = pictures.length === 0 && JSON.stringify(withWords(draft.rich, draft.media)) === JSON.stringify(before);
  const { blocks = null, ...typed } = isSame ? {} : editedBody(draft, pictures);
  return wordSteps(draft, blocks, how, typed);
}

/** Return the body of an edit. One of which nothing is left is a line: an edit cannot take a body away, only put another there. */
function editedBody(draft, pictures) {
  return draft.rich.length + pictures.length > 0 ? richBody(draft, pictures) : { blocks: [{ type: "divider" }] };
}

/** Return the writes of an edit that sends blocks, or leaves the body alone: its blocks stay as they are to the letter. */
function wordSteps(draft, blocks, { intent, entry, isPublic, held, newKey }, typed = {}) {
  const { editing } = draft;
  const aside = isPublic && (intent !== "published" || editing.working);
  const body = blocks === null ? typed : { blocks };
  const how = { material: draft.change !== "typo", publish: !aside, ...(isPublic && !aside && held) };
  const changes = { ...changed(draft, editing.before.text, false), ...body, ...how, ...(isPublic && !aside && correctionOf(draft)) };
  const steps = [step("PATCH", entry, changes, { ifMatch: editing.etag, newKey })];
  return [...steps, ...finishing(draft, { intent, entry, held, newKey, isDone: isPublic && !aside, isPublic })];
}

/** Return the sentence of a correction, which goes out with its edit as one change; nothing for any other edit. */
function correctionOf({ correction }) {
  const text = (correction ?? "").trim();
  return text ? { correction: { text } } : {};
}

/** Return the actions that an edit ends with: one that could not go out with it, and then the sentence of its correction. */
function finishing(draft, { intent, entry, held, newKey, isDone, isPublic }) {
  const { editing } = draft;
  const finish = isDone ? null : ACTIONS[intent];
  const isThere = finish === "submit" && editing.status === "submitted" && !isPublic;
  if (!finish || isThere) return [];
  const { correction } = finish === "publish" && isPublic ? correctionOf(draft) : {};
  const line = correction ? [step("POST", `${entry}/corrections`, correction, { newKey })] : [];
  return [actionStep(entry, finish, { held, newKey }), ...line];
}

/** Return the blocks to send ahead of a text that has a new picture, or no longer names what it had; else null. */
function rearranged(blocks, text, pictures) {
  const mentioned = new Set([...text.matchAll(MENTION)].map((match) => match[1]));
  const kept = blocks.filter((block) => TEXT_TYPES.has(block.type) || mentioned.has(block.id));
  if (pictures.length === 0 && kept.length === blocks.length) return null;
  const sent = [...kept, ...pictures.map(({ block }) => block)];
  return sent.length > 0 ? sent : [{ type: "divider" }];
}

/** Return the members that differ from what was read; the text too when blocks were sent in its place. */
function changed(draft, text, always) {
  const before = fieldsOf({ ...draft.editing.before, editing: draft.editing });
  const now = { ...fieldsOf(draft), text };
  const names = Object.keys(now).filter((name) => JSON.stringify(now[name]) !== JSON.stringify(before[name]));
  if (always && !names.includes("text")) names.push("text");
  const changes = Object.fromEntries(names.map((name) => [name, now[name]]));
  if ("text" in changes) changes.text_format = draft.editing.text_format;
  return changes;
}
