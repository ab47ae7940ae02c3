// The form in which an entry is written. What is in it is kept in the browser's storage with every key that is pressed.

import { isPublic } from "./desk.js";
import { EMPTY, isBlank } from "./writing.js";

const form = document.getElementById("composer");
const $ = (id) => document.getElementById(id);
let editing = null; // what is known of the entry that is edited; null for a new one
let keptUnder = null; // the name under which the form's content is kept

/** What is in the form, as a draft. */
export function draftNow() {
  const draft = { ...EMPTY, editing };
  for (const field of form.elements) {
    if (field.name) draft[field.name] = field.type === "checkbox" ? field.checked : field.value;
  }
  return draft;
}

/** Put a draft into the form. */
export function fill(draft) {
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
  const shown = editing !== null && isPublic(editing);
  form.classList.toggle("is-editing", editing !== null);
  const aside = editing?.working ? ", with an edit not yet published" : "";
  $("composer-title").textContent = editing ? `Edit (${editing.status}${aside})` : "New entry";
  $("publish").textContent = shown ? "Save and publish" : "Publish";
  $("save").textContent = shown ? "Save without publishing" : editing ? "Save" : "Save draft";
  $("clear").textContent = editing ? "Cancel" : "Clear";
  $("silent-line").hidden = !shown;
}

/** Keep what is in the form, or forget it when there is nothing. */
export function keepDraft() {
  const draft = draftNow();
  if (isBlank(draft)) localStorage.removeItem(keptUnder);
  else localStorage.setItem(keptUnder, JSON.stringify(draft));
}

/** Show what was kept under a name, and keep what is written from now on under it. */
export function restoreDraft(name) {
  keptUnder = name;
  const kept = localStorage.getItem(keptUnder);
  fill(kept ? { ...EMPTY, ...JSON.parse(kept) } : EMPTY);
}

form.addEventListener("input", keepDraft);
