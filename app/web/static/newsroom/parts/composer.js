// The form in which an entry is written, kept in the browser's storage with every key that is pressed.

import { keepAside, keepDraft, keptDraft, offerLeftDrafts, takeAside } from "./drafts.js";
import { drawMediaWords, mediaWordsNow } from "./media_words.js";
import { beginPictures, dropPictures, fillPictures, picturesNow } from "./pictures.js";
import { uploads } from "./uploads_here.js";
import { sayOfDraft, sayProblem, sendNow, watchItem } from "./act_line.js";
import { beginHold, holdFor } from "../desk/hold.js";
import { showRegion } from "../desk/regions.js";
import { beginChangeKind, chooseCorrection, chosenChange, showChange } from "../desk/change_kind.js";
import { withKind } from "../desk/changes.js";
import { goHome, isAway, openAt } from "../desk/place_of_edit.js";
import { ask, sure } from "../drawing/dialogs.js";
import { showDraftPreview } from "../drawing/draft_preview.js";
import { quoted } from "../drawing/quotes.js";
import { bylineRule } from "../pure/accounts.js";
import { isPublic } from "../pure/entry_buttons.js";
import { wordsStep } from "../pure/draft_pictures.js";
import { postEntry, postWords } from "./outbox_view.js";
import { showProblem, tried } from "../drawing/notices.js";
import { get, newId, serverNow, session } from "../drawing/session.js";
import { asSent, beginRichText, focusText, inOwnMode, settleAddresses, showText, textNow } from "../rich_text/rich_text.js";
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
let keptFor = null; // the story for which the form's content is kept; null while nobody is signed in
let onDraft = null;
let isPosting = false; // a second press meanwhile does nothing
let shownDraft = EMPTY; // what was put into the form last

/** Begin to listen to the form. `changed` is called whenever what is in it changes. */
export function beginComposer(changed) {
  onDraft = changed;
  const changedNow = () => {
    try {
      keep();
    } catch (problem) {
      $("kept-sign").textContent = "";
      showProblem(problem);
    }
    onDraft();
  };
  form.addEventListener("input", changedNow);
  beginPictures(changedNow);
  beginRichText(changedNow);
  form.addEventListener("keydown", goOnAtEnter);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (isPosting) return;
    isPosting = true;
    try {
      await post(event.submitter?.value ?? "published");
    } catch (problem) {
      sayProblem(problem);
    } finally {
      isPosting = false;
    }
  });
  beginHold();
  beginChangeKind(draftNow);
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
    leaveEdit();
    sayOfDraft("");
  }));
}

/** Return what is in the form, as a draft. */
export function draftNow() {
  const draft = { ...EMPTY, editing, media: mediaWordsNow(), pictures: picturesNow() };
  for (const field of form.elements) {
    if (field.name && field.type !== "radio") draft[field.name] = field.type === "checkbox" ? field.checked : field.value;
  }
  draft.pinned &&= !$("pin").hidden; // what was ticked for a story in which one may pin, and taken along
  return Object.assign(draft, { change: chosenChange() }, textNow());
}

/** Return whether nothing is written or edited. */
export function isFormBlank() {
  return isBlank(draftNow());
}

/** Show what was kept for the chosen story, and keep what is written from now on for it. */
export function restoreDraft() {
  goHome();
  keptFor = story.id;
  fill({ ...EMPTY, ...keptDraft(keptFor) });
  sayOfDraft("");
  offerLeftDrafts(keptFor, takeLeft).catch(() => {}); // they stay kept, and are offered the next time
}

/** Empty the form, and hide it: nobody is signed in any more. What was written stays kept. */
export function leaveComposer() {
  keptFor = null;
  fill(EMPTY);
  sayOfDraft("");
  $("kept").replaceChildren();
}

/** Take what another tab has left into the form, if that is empty, or the person has said so. */
async function takeLeft(draft, { isAsked }) {
  if (keptFor === null || story?.id !== keptFor) return false;
  if (!isBlank(draftNow()) && !(isAsked && (await mayReplace("Put this in place of what is in the form?", "Yes")))) return false;
  replaceDraft({ ...EMPTY, ...draft });
  return true;
}

/** Show the buttons that the chosen story allows now. */
export function adaptToStory() {
  if (story === null) {
    form.hidden = true;
    return;
  }
  // What is written here may wait for an editor: then there is one button to press.
  const isReviewed = story.role === "reporter" && story.settings.review_required;
  $("publish").hidden = isReviewed;
  $("submit").classList.toggle("primary", isReviewed);
  $("pin").hidden = story.role === "reporter" || editing !== null;
  $("byline-rule").textContent = bylineRule(story.bylines);
  $("byline-rule").hidden = !story.bylines;
  // An entry that is being edited keeps its form: an ended story takes corrections.
  form.hidden = !takesEntries(story) && isBlank(draftNow());
  $("closed-here").textContent = form.hidden ? "" : closedSentence(story);
  $("closed-here").hidden = !$("closed-here").textContent;
}

/**
 * Put an entry into the form, at its place in the timeline; what was being written as a new one is kept, and comes back
 * after it. `isCorrection`: as one whose readers are told what was wrong. Throws a problem.
 */
export async function editEntry(path, { isCorrection = false } = {}) {
  const { body, etag } = await get(path);
  if (editing?.id !== body.id) {
    if (editing !== null && !(await mayReplace("Leave what is in the form unsaved?", "Leave it"))) return;
    if (editing === null) keepAside(keptFor, draftNow());
    replaceDraft(inOwnMode(draftOf(body, etag)));
  }
  form.hidden = false;
  sayOfDraft("");
  openAt(body);
  bringIn();
  if (isCorrection) chooseCorrection();
  focusInSight();
}

/** Go on with a new entry: the one that was being written before an edit, or an empty one. */
function leaveEdit(how) {
  const isAfterEdit = editing !== null;
  goHome();
  replaceDraft({ ...EMPTY, ...(isAfterEdit && takeAside(keptFor)) }, how);
}

/** Begin a new entry, or go on with the one that was begun; an edit that is not sent stays, unless the person leaves it. */
export async function beginNew() {
  if (editing !== null) {
    if (!(await mayReplace("Leave what is in the form unsaved?", "Leave it"))) return;
    leaveEdit();
  }
  showRegion("writing");
  focusInSight();
}

/** Put what could not be sent into the form again; return false if something else in it stays. Throws a problem. */
export async function editAgain(item) {
  if (!(await mayReplace("Put this in place of what is in the form?", "Yes"))) return false;
  goHome();
  if (item.story !== story?.id) await chooseById(item.story); // none is chosen yet right after a reload
  replaceDraft({ ...EMPTY, ...(await writtenIn(item)) });
  form.hidden = false;
  bringIn();
  sayProblem(item.problem ?? { detail: "" });
  markRefused(item.problem);
  return true;
}

/** Bring the form in: its region, where others have its place, and its beginning. */
function bringIn() {
  showRegion(isAway() ? "list" : "writing");
  (isAway() ? form.closest(".item") : form).scrollIntoView({ block: "start" });
  form.querySelector(".written").scrollTop = 0;
}

/** Give the text the focus where it can be seen: the fields above it may fill a small screen. */
function focusInSight() {
  focusText();
  document.activeElement.scrollIntoView({ block: "nearest" });
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
  if (fields.length > 0) fields[0].focus();
  else focusInSight();
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

/** Send what is in the form to the story that is chosen now. Throws a problem, also where either is another one meanwhile. */
async function post(intent) {
  if (intent === "published" && isBlank(draftNow()) && sendNow()) return;
  sayOfDraft("Sending …");
  const of = story.id;
  const asked = draftNow();
  await settleAddresses(() => refuseChanged(asked, of));
  const written = draftNow();
  const draft = withKind(await asSent(written), serverNow());
  const isEmpty = ![draft.headline, draft.text, draft.picture_url].some((part) => part.trim());
  if (isEmpty && draft.pictures.length === 0) throw { detail: "Write a headline or a text first." };
  if (countCharacters(draft.headline.trim()) > MAX_HEADLINE) {
    throw { detail: `A headline has at most ${MAX_HEADLINE} characters.` };
  }
  if (draft.change === "correction" && intent === "published" && !draft.correction.trim()) {
    markRefused({ errors: [{ pointer: "/correction", detail: "Say what was wrong." }] });
    throw { detail: "Say what was wrong, and what is right: readers see it." };
  }
  const awaits = awaited(draft);
  await uploads.kept(awaits); // with its words, before anything is sent
  const { state, problem } = uploads.check(awaits);
  if (state === "refused") throw { detail: `A picture cannot be sent. ${problemText(problem)}` };
  if (losesFormatting(draft) && !(await maySendInexact())) {
    sayOfDraft("");
    return;
  }
  refuseChanged(written, of);
  draft.pictures = picturesNow(); // with what has become known of them meanwhile
  const steps = stepsFor(draft, { intent, story: of, hold: holdFor(draft), newId, newKey: newId });
  const entry = draft.editing?.id ?? steps[0].body.id;
  const label = truncate(draft.headline || draft.text || "Picture", 80);
  const wasPublic = editing !== null && isPublic(editing);
  for (const picture of draft.pictures) postWords(picture, wordsStep(picture, { newKey: newId }), of);
  watchItem(postEntry({ entry, label, steps, composed: draft, intent, of, awaits }), { intent, wasPublic });
  leaveEdit({ keepsOpen: true }); // what is below does not move up under the pointer
  if (matchMedia("(hover: hover)").matches) focusText(); // on a phone the keyboard would come up over what is said
}

/** Throw a problem if another story is chosen than `of`, or something else is in the form than was `written`. */
function refuseChanged(written, of) {
  if (story?.id !== of) throw { detail: "Another story was chosen meanwhile. Nothing was sent: what was written is kept where it was begun." };
  const compared = (draft) => JSON.stringify({ ...draft, pictures: draft.pictures.map(({ id, place }) => [id, place]) });
  if (compared(draftNow()) !== compared(written)) throw { detail: "It has changed meanwhile, and was not sent. Press again." };
}

/** Show what is written as readers would see it. Throws a problem. */
async function preview() {
  await settleAddresses();
  const written = await writtenAsRead();
  if (written === null) throw { detail: "Write a headline or a text first." };
  await showDraftPreview(written, story);
}

/** Return what is written as a preview takes it; null if nothing is. Throws a problem. */
export async function writtenAsRead() {
  const draft = await asSent(draftNow());
  if (isBlank(draft)) return null;
  const isThere = (id) => uploads.find(id)?.state === "done";
  return previewOf(draft, { newId, isThere, byline: session.me.byline });
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
  if (keptFor === null) return;
  const draft = draftNow();
  keepDraft(keptFor, draft);
  $("kept-sign").textContent = isBlank(draft) ? "" : "✓ Kept in this browser";
}

function fill(draft, { keepsOpen = false } = {}) {
  shownDraft = draft;
  editing = draft.editing;
  for (const field of form.elements) {
    if (!field.name) continue;
    if (field.type === "radio") continue;
    if (field.type === "checkbox") field.checked = draft[field.name];
    else field.value = draft[field.name];
    field.removeAttribute("aria-invalid");
  }
  $("kept-sign").textContent = "";
  forgetPaste();
  showText(draft);
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
  showChange(editing ? shownDraft : EMPTY, { isOut: shown });
  $("inexact").hidden = editing?.text_exact !== false || textNow().rich !== null;
}

/** Move on at Enter instead of submitting: a line is not finished work, and publishing takes a button. */
function goOnAtEnter(event) {
  if (event.key !== "Enter" || event.isComposing || !event.target.matches("input:not([type=checkbox])")) return;
  event.preventDefault();
  if (event.target.name === "headline") focusText();
}
