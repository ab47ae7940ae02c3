// Dialogs: questions with fields, confirmations, and content to look at.

import { element } from "../../entries.js";
import { keepInBrowser } from "../pure/kept_drafts.js";
import { fieldErrors } from "../pure/problems.js";
import { session } from "./session.js";

const asking = document.getElementById("ask");
const showing = document.getElementById("show");
const TYPED = "textarea, input:not([type=checkbox], [type=radio], [type=file], [type=hidden], [type=password])";
let keptUnder = null; // where the texts of the question that is open are kept, should the session end
let isKept = false;

/** Return a button that runs `press`. */
export function button(words, press, attributes = {}) {
  const made = element("button", { type: "button", ...attributes }, words);
  made.addEventListener("click", press);
  return made;
}

/** Show something until it is closed. */
export function show(title, ...content) {
  showing.querySelector("h2").textContent = title;
  showing.querySelector(".shown").replaceChildren(...content.flat().filter(Boolean));
  open(showing);
  return showing;
}

/** Return whether something is shown: it may have been closed while what was to be shown anew was read. */
export function isShowing() {
  return showing.open;
}

/**
 * Ask for some fields; return them, or null when the dialog was cancelled.
 *
 * `about` is what it acts on, quoted above the fields; `isDanger` says that readers lose something. A field is {name,
 * label, hint, value, and type, rows, options, choices or draw}; an option is a word or [value, words]; `draw` returns a control
 * of its own, with an input of that name; choices that are numbered are chosen by their digits, too. `focused` names the
 * field of choices that has the focus first, in the place of one for words. `send` gets what was
 * given, and a signal that is aborted when the question is left; the dialog stays open until it has succeeded: a problem
 * it throws is shown beside the field that it names, a problem's `notes` by name say what else concerns a field, and
 * nothing typed is lost. Throws a problem of status 401: nobody is signed in any more; what was typed is kept, and there
 * when the same person is asked the same again. While another question is open it is not asked at all.
 */
export async function ask({ title, about, intro, yes, isDanger = false, fields, focused, send = async () => {} }) {
  if (asking.open) return null; // what had to be read first came late: the person has gone on to something else
  asking.querySelector("h2").textContent = title;
  asking.querySelector(".primary").textContent = yes;
  asking.querySelector(".primary").classList.toggle("danger", isDanger);
  asking.querySelector(".about").replaceChildren(...[about ?? []].flat());
  asking.querySelector(".fields").replaceChildren(
    ...(intro ? [element("p", { class: "hint" }, intro)] : []), ...fields.map(drawField),
  );
  showProblem(null);
  keptUnder = `liveblog:${session.who}:asked:${title}:${asking.querySelector(".about p")?.textContent ?? ""}`;
  isKept = false;
  fillKept(fields.filter(({ draw }) => !draw));
  open(asking, focused && fieldOf(focused)?.querySelector("input"));
  return answered(fields, send);
}

/** Return what was given, once it is sent and the dialog is closed. What finishes after Escape answers nothing. */
function answered(fields, send) {
  const form = asking.querySelector("form");
  return new Promise((resolve, reject) => {
    let end = () => resolve(null);
    const over = new AbortController();
    asking.removeAttribute("aria-busy");
    const submit = async (event) => {
      event.preventDefault();
      if (event.submitter?.value !== "no") {
        if (asking.hasAttribute("aria-busy")) return;
        const given = givenIn(form, fields);
        asking.setAttribute("aria-busy", "true");
        const problem = await problemIn(() => send(given, over.signal));
        if (over.signal.aborted) return;
        asking.removeAttribute("aria-busy");
        showProblem(problem);
        if (problem && !(problem.status === 401 && keepTyped())) return;
        end = () => (problem ? reject(problem) : resolve(given));
      }
      asking.close();
    };
    form.addEventListener("submit", submit, { signal: over.signal });
    asking.addEventListener("close", () => {
      over.abort();
      if (!isKept) localStorage.removeItem(keptUnder);
      end();
    }, { once: true });
  });
}

/** Return the problem that an action throws; null if none. */
async function problemIn(action) {
  try {
    showProblem(null);
    await action();
    return null;
  } catch (problem) {
    return problem;
  }
}

/** Close all dialogs because the session has ended; what was typed in a question is kept, or the question stays open. */
export function closeDialogs() {
  for (const dialog of document.querySelectorAll("dialog[open]")) if (dialog !== asking || keepTyped()) dialog.close();
}

/** Keep what was typed in the question that is open. Returns false if there is no room for it, and says so. */
function keepTyped() {
  const typed = [...asking.querySelectorAll(TYPED)].filter(({ value, defaultValue }) => value !== defaultValue);
  const kept = Object.fromEntries(typed.map(({ name, value, defaultValue }) => [name, { was: defaultValue, is: value }]));
  try {
    if (typed.length > 0) keepInBrowser(() => localStorage.setItem(keptUnder, JSON.stringify(kept)));
    isKept = typed.length > 0;
    return true;
  } catch (problem) {
    showProblem(problem);
    return false;
  }
}

/** Put what was kept of these fields into them; beside a field that has another value since, it is quoted alone. */
function fillKept(fields) {
  const kept = JSON.parse(localStorage.getItem(keptUnder) ?? "{}");
  for (const { name } of fields) {
    const control = fieldOf(name)?.querySelector(TYPED);
    if (!control || !kept[name]) continue;
    const { was, is } = kept[name];
    const isSame = control.defaultValue === was;
    if (isSame) control.value = is;
    const words = isSame ? "As you had typed it when you were signed out." : `It was changed since. You had typed: ${is}`;
    fieldOf(name).append(element("p", { class: "hint" }, words));
  }
}

/** Ask a question; return true once `send` is done, false when it was cancelled. */
export async function sure(title, yes, send, { about, isDanger } = {}) {
  return (await ask({ title, about, yes, isDanger, fields: [], send })) !== null;
}

showing.querySelector(".close").addEventListener("click", () => showing.close());

/** Open a dialog; what had the focus has it again afterwards, even if it was drawn anew meanwhile. `first` has it now. */
function open(dialog, first = null) {
  if (dialog.open) return;
  const opener = document.activeElement;
  const again = placeOf(opener);
  dialog.showModal();
  // Where words are typed, and never where a key that was meant for something else would choose or answer.
  (first ?? dialog.querySelector("textarea, input:not([type=radio], [type=checkbox], [type=hidden], [type=file])") ?? dialog.querySelector("[formnovalidate]"))
    ?.focus();
  if (first) dialog.scrollTop = 0; // what it quotes stays in sight
  dialog.addEventListener("close", () => {
    if (!opener?.isConnected && again) document.querySelector(again)?.focus();
  }, { once: true });
}

function placeOf(opener) {
  if (!opener?.dataset) return null;
  const { action, story } = opener.dataset;
  const item = opener.closest("[data-id]");
  if (action && item) return `[data-id="${item.dataset.id}"] [data-action="${action}"]`;
  return story ? `[data-story="${story}"]` : null;
}

function givenIn(form, fields) {
  const data = new FormData(form);
  const text = (name) => (data.get(name) ?? "").replaceAll("\r\n", "\n").trim();
  const value = ({ name, type }) => (type === "checkbox" ? data.has(name) : text(name));
  return Object.fromEntries(fields.map((field) => [field.name, value(field)]));
}

/** Show a problem: of each field beside it, the rest above the buttons. */
function showProblem(problem) {
  const { named, rest } = problem ? fieldErrors(problem, (name) => fieldOf(name) !== null) : { named: {}, rest: "" };
  const general = asking.querySelector(".general");
  general.textContent = rest;
  general.hidden = !rest;
  for (const field of asking.querySelectorAll(".field")) {
    const words = named[field.dataset.field] ?? problem?.notes?.[field.dataset.field] ?? "";
    const place = field.querySelector(".problem");
    place.replaceChildren(...[words].flat());
    place.hidden = !words;
    field.querySelector("[name]").toggleAttribute("aria-invalid", Boolean(named[field.dataset.field]));
  }
  asking.querySelector('[aria-invalid], .field:has(.problem:not([hidden])) [name]')?.focus();
}

function fieldOf(name) {
  return asking.querySelector(`.field[data-field="${CSS.escape(name)}"]`);
}

function drawField({ name, label, hint, type, ...how }) {
  if (how.choices) return drawRadios({ name, label, ...how });
  if (how.draw) return drawOwn({ name, label, hint, draw: how.draw });
  const isTick = type === "checkbox";
  const control = drawControl({ name, type, ...how, "aria-describedby": `hint-${name} wrong-${name}` });
  return element(
    "div", { class: "field", "data-field": name },
    element("label", { class: isTick && "tick" }, isTick ? [control, label] : [label, control]),
    hint && element("p", { class: "hint", id: `hint-${name}` }, hint),
    element("p", { class: "problem", id: `wrong-${name}`, role: "alert", hidden: true }),
  );
}

function drawOwn({ name, label, hint, draw }) {
  return element(
    "div", { class: "field", "data-field": name },
    element("p", { class: "label" }, label),
    draw({ "aria-describedby": `hint-${name} wrong-${name}` }),
    hint && element("p", { class: "hint", id: `hint-${name}` }, hint),
    element("p", { class: "problem", id: `wrong-${name}`, role: "alert", hidden: true }),
  );
}

/** Draw alternatives that letters do not choose among; numbered ones their digits do: 1 to 9, and 0 for the tenth. */
function drawRadios({ name, label, choices, value, isNumbered = false, isOptional = false }) {
  const digit = (index) => (isNumbered && index < 10 ? String((index + 1) % 10) : null);
  const drawn = element(
    "fieldset", { class: isNumbered ? "field is-numbered" : "field", "data-field": name }, element("legend", {}, label),
    choices.map(([each, words], index) => element("label", { class: "tick" }, [
      element("input", { type: "radio", name, value: each, required: !isOptional, checked: each === value }),
      digit(index) && element("kbd", { "aria-hidden": "true" }, digit(index)), words,
    ])),
    element("p", { class: "problem", id: `wrong-${name}`, role: "alert", hidden: true }),
  );
  drawn.addEventListener("keydown", ({ key }) => {
    const radio = [...drawn.querySelectorAll("input")].find((_, index) => digit(index) === key);
    if (!radio) return;
    radio.checked = true;
    radio.focus();
  });
  return drawn;
}

function drawControl({ rows, options, value = "", type, ...attributes }) {
  if (options) return drawChoice(options, value, attributes);
  if (rows) return element("textarea", { rows, dir: "auto", ...attributes }, value);
  if (type === "checkbox") return element("input", { type, ...attributes, checked: value === true });
  const isText = type === undefined || type === "text" || type === "search";
  return element("input", { type, dir: isText && "auto", ...attributes, value });
}

/** Draw a menu; an option is a word or [value, words]. */
export function drawChoice(options, chosen, attributes) {
  return element("select", attributes, options.map((option) => {
    const [value, words] = Array.isArray(option) ? option : [option, option];
    return element("option", { value, selected: value === chosen }, words);
  }));
}
