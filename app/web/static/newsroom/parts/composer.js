// The form in which an entry is written, kept in the browser's storage with every key that is pressed.

import { ask, sure } from "../drawing/dialogs.js";
import { bylineRule } from "../pure/accounts.js";
import { isPublic } from "../pure/entry_buttons.js";
import { postEntry } from "./outbox_view.js";
import { tried } from "../drawing/notices.js";
import { get, newId, session } from "../drawing/session.js";
import { chooseById, story } from "./stories.js";
import { takesEntries } from "../pure/story_states.js";
import { countCharacters, truncate } from "../../truncate.js";
import { EMPTY, draftOf, isBlank, joined, losesFormatting, stepsFor } from "../pure/writing.js";

const MAX_HEADLINE = 300; // as the server counts; a field's maxlength counts an emoji as two, and cuts what is pasted

const form = document.getElementById("composer");
const $ = (id) => document.getElementById(id);
let editing = null; // what is known of the entry that is edited; null for a new one
let keptUnder = null; // the name under which the form's content is kept
let onDraft = null;

/** Begin to listen to the form. `changed` is called whenever what is in it changes. */
export function beginComposer(changed) {
  onDraft = changed;
  form.addEventListener("input", () => {
    keepDraft();
    onDraft();
  });
  form.addEventListener("keydown", goOnAtEnter);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    tried(() => post(event.submitter?.value ?? "published"))();
  });
  $("clear").addEventListener("click", tried(async () => {
    if (await mayReplace("Throw away what is in the form?", "Throw away")) replaceDraft(EMPTY);
  }));
}

/** Return what is in the form, as a draft. */
export function draftNow() {
  const draft = { ...EMPTY, editing };
  for (const field of form.elements) {
    if (field.name) draft[field.name] = field.type === "checkbox" ? field.checked : field.value;
  }
  return draft;
}

/** Show what was kept for the chosen story, and keep what is written from now on for it. */
export function restoreDraft() {
  keptUnder = `liveblog:${session.who}:draft:${story.id}`;
  const kept = localStorage.getItem(keptUnder);
  fill(kept ? { ...EMPTY, ...JSON.parse(kept) } : EMPTY);
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
}

/** Put an entry into the form, unless there is something else in it that is to stay. Throws a problem. */
export async function editEntry(path) {
  const { body, etag } = await get(path);
  if (!(await mayReplace("Leave what is in the form unsaved?", "Leave it"))) return;
  replaceDraft(draftOf(body, etag));
  form.hidden = false;
  form.scrollIntoView({ block: "start" });
  form.elements.text.focus({ preventScroll: true });
}

/** Put what could not be sent into the form again; return false if something else in it stays. Throws a problem. */
export async function editAgain(item) {
  if (!(await mayReplace("Put this in place of what is in the form?", "Yes"))) return false;
  if (item.story !== story?.id) await chooseById(item.story); // none is chosen yet right after a reload
  replaceDraft(await writtenIn(item));
  return true;
}

/** Return the draft to edit again: on the entry as it is now, if a part of it has arrived already. */
async function writtenIn({ composed, etag, theirEtag, entry }) {
  if (composed.editing) {
    return { ...composed, editing: { ...composed.editing, etag: theirEtag ?? etag ?? composed.editing.etag } };
  }
  if (etag === null) return composed;
  const read = await get(entry);
  return joined(draftOf(read.body, read.etag), composed);
}

async function mayReplace(question, yes) {
  return isBlank(draftNow()) || sure(question, yes);
}

async function maySendInexact() {
  const intro = $("inexact").textContent;
  return (await ask({ title: "Send it without that formatting?", intro, yes: "Send", fields: [] })) !== null;
}

async function post(intent) {
  const draft = draftNow();
  if (![draft.headline, draft.text, draft.picture_url].some((written) => written.trim())) {
    throw { detail: "Write a headline or a text first." };
  }
  if (countCharacters(draft.headline.trim()) > MAX_HEADLINE) {
    throw { detail: `A headline has at most ${MAX_HEADLINE} characters.` };
  }
  if (losesFormatting(draft) && !(await maySendInexact())) return;
  const steps = stepsFor(draft, { intent, story: story.id, newId, newKey: newId });
  const entry = draft.editing?.id ?? steps[0].body.id;
  const label = truncate(draft.headline || draft.text || "Picture", 80);
  postEntry({ entry, label, steps, composed: draft });
  replaceDraft(EMPTY);
}

function replaceDraft(draft) {
  fill(draft);
  keepDraft();
  onDraft();
}

/** Keep what is in the form, or forget it when there is nothing. */
function keepDraft() {
  const draft = draftNow();
  if (isBlank(draft)) localStorage.removeItem(keptUnder);
  else localStorage.setItem(keptUnder, JSON.stringify(draft));
}

function fill(draft) {
  editing = draft.editing;
  for (const field of form.elements) {
    if (!field.name) continue;
    if (field.type === "checkbox") field.checked = draft[field.name];
    else field.value = draft[field.name];
  }
  for (const details of form.querySelectorAll("details")) {
    details.open = [...details.querySelectorAll("[name]")].some(({ type, checked, value, name }) => (
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
