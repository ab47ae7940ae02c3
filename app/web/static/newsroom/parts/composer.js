// The form in which an entry is written, kept in the browser's storage with every key that is pressed.

import { keepDraft, keptDraft, offerLeftDrafts } from "./drafts.js";
import { drawMediaWords, mediaWordsNow } from "./media_words.js";
import { beginPictures, dropPictures, fillPictures, picturesNow } from "./pictures.js";
import { uploads } from "./uploads_here.js";
import { sayOfDraft, sayProblem, watchItem } from "./act_line.js";
import { ask, sure } from "../drawing/dialogs.js";
import { showDraftPreview } from "../drawing/draft_preview.js";
import { quoted } from "../drawing/quotes.js";
import { bylineRule } from "../pure/accounts.js";
import { isPublic } from "../pure/entry_buttons.js";
import { wordsStep } from "../pure/draft_pictures.js";
import { postEntry, postWords } from "./outbox_view.js";
import { showProblem, tried } from "../drawing/notices.js";
import { get, newId, session } from "../drawing/session.js";
import { beginPaste, forgetPaste } from "./paste.js";
import { chooseById, story } from "./stories.js";
import { fieldErrors, problemText } from "../pure/problems.js";
import { closedSentence, takesEntries } from "../pure/story_states.js";
import { countCharacters, truncate } from "../../truncate.js";
import { EMPTY, draftOf, isBlank, joined, losesFormatting, previewOf, stepsFor } from "../pure/writing.js";

const MAX_HEADLINE = 300; // as the server counts; a field's maxlength counts an emoji as two, and cuts what is pasted

const form = document.getElementById("composer");
const FIELDS = { url: "source_url", source: "source_url", authors: "authors", blocks: "picture_url" }; // by what the API calls them
const $ = (id) => document.getElementById(id);
let editing = null; // what is known of the entry that is edited; null for a new one
let keptFor = null; // the story for which the form's content is kept
let onDraft = null;

/** Begin to listen to the form. `changed` is called whenever what is in it changes. */
export function beginComposer(changed) {
  onDraft = changed;
  const changedNow = () => {
    try {
      keep();
    } catch (problem) {
      showProblem(problem);
    }
    onDraft();
  };
  form.addEventListener("input", changedNow);
  beginPictures(changedNow);
  form.addEventListener("keydown", goOnAtEnter);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      await post(event.submitter?.value ?? "published");
    } catch (problem) {
      sayProblem(problem);
    }
  });
  beginPaste(form.elements.text, { isMarkdown: () => editing?.text_format !== "plain" });
  $("preview-draft").addEventListener("click", async () => {
    try {
      await preview();
    } catch (problem) {
      if (problem.status === 401) showProblem(problem);
      sayProblem(problem);
    }
  });
  $("clear").addEventListener("click", tried(async () => {
    if (!(await mayReplace("Throw away what is in the form?", "Throw away"))) return;
    dropPictures(picturesNow());
    replaceDraft(EMPTY);
    sayOfDraft("");
  }));
}

/** Return what is in the form, as a draft. */
export function draftNow() {
  const draft = { ...EMPTY, editing, media: mediaWordsNow(), pictures: picturesNow() };
  for (const field of form.elements) {
    if (field.name) draft[field.name] = field.type === "checkbox" ? field.checked : field.value;
  }
  return draft;
}

/** Show what was kept for the chosen story, and keep what is written from now on for it. */
export function restoreDraft() {
  keptFor = story.id;
  fill({ ...EMPTY, ...keptDraft(keptFor) });
  sayOfDraft("");
  offerLeftDrafts(keptFor, takeLeft).catch(() => {}); // they stay kept, and are offered the next time
}

/** Take what another tab has left into the form, if that is empty, or the person has said so. */
async function takeLeft(draft, { isAsked }) {
  if (story?.id !== keptFor) return false;
  if (!isBlank(draftNow()) && !(isAsked && (await mayReplace("Put this in place of what is in the form?", "Yes")))) return false;
  replaceDraft({ ...EMPTY, ...draft });
  return true;
}

/** Show the buttons that the chosen story allows now. */
export function adaptToStory() {
  // What is written here may wait for an editor: then there is one button to press.
  const isReviewed = story.role === "reporter" && story.settings.review_required;
  $("publish").hidden = isReviewed;
  $("submit").classList.toggle("primary", isReviewed);
  $("byline-rule").textContent = bylineRule(story.bylines);
  $("byline-rule").hidden = !story.bylines;
  // An entry that is being edited keeps its form: an ended story takes corrections.
  form.hidden = !takesEntries(story) && isBlank(draftNow());
  $("closed-here").textContent = form.hidden ? "" : closedSentence(story);
  $("closed-here").hidden = !$("closed-here").textContent;
}

/** Put an entry into the form, unless there is something else in it that is to stay. Throws a problem. */
export async function editEntry(path) {
  const { body, etag } = await get(path);
  if (editing?.id !== body.id && !(await mayReplace("Leave what is in the form unsaved?", "Leave it"))) return;
  if (editing?.id !== body.id) replaceDraft(draftOf(body, etag));
  form.hidden = false;
  sayOfDraft("");
  form.scrollIntoView({ block: "start" });
  form.elements.text.focus({ preventScroll: true });
}

/** Put what could not be sent into the form again; return false if something else in it stays. Throws a problem. */
export async function editAgain(item) {
  if (!(await mayReplace("Put this in place of what is in the form?", "Yes"))) return false;
  if (item.story !== story?.id) await chooseById(item.story); // none is chosen yet right after a reload
  replaceDraft({ ...EMPTY, ...(await writtenIn(item)) });
  form.hidden = false;
  form.scrollIntoView({ block: "nearest" });
  sayProblem(item.problem ?? { detail: "" });
  markRefused(item.problem);
  return true;
}

/** Send what was refused as a draft instead. Returns true; throws when the browser cannot keep it. */
export function keepAsDraft({ composed: written, label, story: of }) {
  const composed = { ...EMPTY, ...written };
  const steps = stepsFor(composed, { intent: "draft", story: of, newId, newKey: newId });
  const sent = postEntry({ entry: steps[0].body.id, label, steps, composed, of, awaits: awaited(composed) });
  watchItem(sent, { intent: "draft", wasPublic: false });
  return true;
}

/** Mark the fields that a refusal names, and go to the first, or else to the text. */
function markRefused(problem) {
  const { named } = fieldErrors(problem ?? {}, (part) => part in FIELDS || part in form.elements);
  const isAboutUpload = (part) => part === "blocks" && picturesNow().length > 0;
  const fields = Object.keys(named).filter((part) => !isAboutUpload(part))
    .map((part) => form.elements[FIELDS[part] ?? part]).filter(Boolean);
  for (const field of fields) {
    field.setAttribute("aria-invalid", "true");
    if (field.closest("details")) field.closest("details").open = true;
    field.addEventListener("input", () => field.removeAttribute("aria-invalid"), { once: true });
  }
  (fields[0] ?? form.elements.text).focus({ preventScroll: fields.length === 0 });
}

/** Return the draft to edit again: on the entry as it is now, if a part of it has arrived already. */
async function writtenIn({ composed, etag, theirEtag, entry }) {
  if (composed.editing) {
    return { ...composed, editing: { ...composed.editing, etag: theirEtag ?? etag ?? composed.editing.etag } };
  }
  if (etag === null) return { ...EMPTY, ...composed };
  const read = await get(entry);
  return joined(draftOf(read.body, read.etag), composed);
}

async function mayReplace(question, yes) {
  const draft = draftNow();
  const about = quoted(truncate(draft.headline || draft.text || "A picture", 200), "in the form");
  return isBlank(draft) || sure(question, yes, undefined, { about });
}

async function maySendInexact() {
  const intro = $("inexact").textContent;
  return (await ask({ title: "Send it without that formatting?", intro, yes: "Send", fields: [] })) !== null;
}

async function post(intent) {
  const draft = draftNow();
  const isEmpty = ![draft.headline, draft.text, draft.picture_url].some((written) => written.trim());
  if (isEmpty && draft.pictures.length === 0) {
    throw { detail: "Write a headline or a text first." };
  }
  if (countCharacters(draft.headline.trim()) > MAX_HEADLINE) {
    throw { detail: `A headline has at most ${MAX_HEADLINE} characters.` };
  }
  const awaits = awaited(draft);
  await uploads.kept(awaits); // with its words, before anything is sent
  const { state, problem } = uploads.check(awaits);
  if (state === "refused") throw { detail: `A picture cannot be sent. ${problemText(problem)}` };
  if (losesFormatting(draft) && !(await maySendInexact())) return;
  const steps = stepsFor(draft, { intent, story: story.id, newId, newKey: newId });
  const entry = draft.editing?.id ?? steps[0].body.id;
  const label = truncate(draft.headline || draft.text || "Picture", 80);
  const wasPublic = editing !== null && isPublic(editing);
  for (const picture of draft.pictures) postWords(picture, wordsStep(picture, { newKey: newId }));
  watchItem(postEntry({ entry, label, steps, composed: draft, awaits }), { intent, wasPublic });
  replaceDraft(EMPTY, { keepsOpen: true }); // what is below does not move up under the pointer
}

/** Show what is written as readers would see it. Throws a problem. */
async function preview() {
  const draft = draftNow();
  if (isBlank(draft)) throw { detail: "Write a headline or a text first." };
  const isThere = (id) => uploads.find(id)?.state === "done";
  await showDraftPreview(previewOf(draft, { newId, isThere, byline: session.me.byline }), story);
}

/** Return the uploads that have to be done before a draft can be sent. */
function awaited({ pictures }) {
  return pictures.filter(({ isOwn }) => isOwn).map(({ id }) => id);
}

function replaceDraft(draft, how) {
  fill(draft, how);
  keep();
  onDraft();
}

/** Keep what is in the form as this tab's, or forget it when there is nothing. */
function keep() {
  keepDraft(keptFor, draftNow());
}

function fill(draft, { keepsOpen = false } = {}) {
  editing = draft.editing;
  for (const field of form.elements) {
    if (!field.name) continue;
    if (field.type === "checkbox") field.checked = draft[field.name];
    else field.value = draft[field.name];
    field.removeAttribute("aria-invalid");
  }
  forgetPaste();
  drawMediaWords(draft);
  fillPictures(draft.pictures);
  for (const details of form.querySelectorAll("details")) {
    details.open = (keepsOpen && details.open) || [...details.querySelectorAll("[name]")].some(({ type, checked, value, name }) => (
      type === "checkbox" ? checked : value !== EMPTY[name]
    ));
  }
  nameButtons();
  adaptToStory(); // what is in the form is seen, also where nothing new can be written any more
}

function nameButtons() {
  const shown = editing !== null && isPublic(editing);
  form.classList.toggle("is-editing", editing !== null);
  const aside = editing?.working ? ", with an edit not yet published" : "";
  $("composer-title").textContent = editing ? `Edit (${editing.status}${aside})` : "New entry";
  $("publish").textContent = shown ? "Save and publish" : "Publish";
  $("save").textContent = shown ? "Save without publishing" : editing ? "Save" : "Save draft";
  $("clear").textContent = editing ? "Cancel" : "Clear";
  $("silent-line").hidden = !shown;
  $("inexact").hidden = editing?.text_exact !== false;
}

/** Move on at Enter instead of submitting: a line is not finished work, and publishing takes a button. */
function goOnAtEnter(event) {
  if (event.key !== "Enter" || event.isComposing || !event.target.matches("input:not([type=checkbox])")) return;
  event.preventDefault();
  if (event.target.name === "headline") form.elements.text.focus();
}
