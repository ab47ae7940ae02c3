// The keys of the desk. With Ctrl they work while somebody types; single letters only where nobody does.

import { element } from "../../entries.js";
import { show } from "../drawing/dialogs.js";
import { showRegion } from "./regions.js";

const form = document.getElementById("composer");
const $ = (id) => document.getElementById(id);
let callbacks = null;

const WITH_CONTROL = {
  Enter: ["Ctrl+Enter", "Publish; again, while it counts down: send it now", () => submit("publish")],
  "shift+Enter": ["Ctrl+Shift+Enter", "Submit to an editor", () => submit("submit")],
  s: ["Ctrl+S", "Keep as a draft", () => submit("save")],
};
const IN_THE_TEXT = [["Ctrl+B", "Bold"], ["Ctrl+I", "Italic"], ["Ctrl+K", "Link"]];
const ALONE = {
  n: ["N", "Write a new entry", () => callbacks.onNew()],
  j: ["J", "The next entry", () => step(1)],
  k: ["K", "The one before", () => step(-1)],
  e: ["E", "Edit it", () => press("edit")],
  c: ["C", "Correct it: edit it, and say what was wrong", () => callbacks.onCorrect(here())],
  p: ["P", "Publish it", () => press("publish")],
  a: ["A", "Approve it: publish what was submitted", () => press("publish", ".is-submitted, #queue-cards .card")],
  r: ["R", "Return it to its author, or retract what is out", () => press("return") || press("retract")],
  z: ["Z", "Undo what was published last, or take it back", () => callbacks.onUndo()],
  "/": ["/", "Search", () => focusSearch()],
  "?": ["?", "These keys", () => showKeys()],
  Escape: ["Esc", "Leave a field, a question or a list", () => leave()],
};

/** Begin to listen. `onNew`, `onUndo` and `onCorrect` (with the item that has the focus) are called for what others do. */
export function beginKeys(given) {
  callbacks = given;
  document.addEventListener("keydown", onKey);
  $("keys").addEventListener("click", showKeys);
}

function onKey(event) {
  if (event.defaultPrevented || event.isComposing || event.altKey || $("workspace").hidden || document.querySelector("dialog[open]")) return;
  const isControl = event.ctrlKey || event.metaKey;
  const isTyping = event.target.matches?.("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable], [contenteditable] *");
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (!isControl && isTyping && key !== "Escape") return;
  const [, , run] = (isControl ? WITH_CONTROL[event.shiftKey ? `shift+${key}` : key] : ALONE[key]) ?? [];
  if (!run) return;
  event.preventDefault();
  if (!event.repeat || key === "j" || key === "k") run();
}

/** Press a button of the composer, whoever has the focus; one that is not offered here is not pressed. */
function submit(id) {
  if (form.hidden || $(id).hidden) return;
  form.requestSubmit($(id));
}

/** Return the entry that has the focus, in the timeline or in the queue; null if none has. */
function here() {
  return document.activeElement?.closest(".item[data-id], .card[data-id]") ?? null;
}

function press(action, only = "*") {
  const item = here();
  if (item === null || !(item.matches(only) || item.querySelector(only))) return false;
  const button = item.querySelector(`[data-action="${action}"]:not(:disabled)`);
  button?.click();
  return Boolean(button);
}

/** Go to the next entry of the list that has the focus, or to the first of the timeline. */
function step(by) {
  const item = here();
  const all = [...document.querySelectorAll(item?.matches(".card") ? "#queue-cards .card" : "#alone .item, #entries .item")];
  const next = item === null ? all[0] : all[all.indexOf(item) + by];
  if (!next) return;
  if (next.matches(".item")) showRegion("list");
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}

/** Leave what has the focus for what it stands in: its entry, then its region. There the keys work, and Tab goes on. */
function leave() {
  const at = document.activeElement;
  const around = at?.parentElement?.closest(".item, .card, .region, .choose, #workspace");
  if (around) around.focus({ preventScroll: true });
  else at?.blur();
}

function focusSearch() {
  if (!$("search").checkVisibility()) $("tools").click();
  $("search").elements.words.select();
  $("search").elements.words.focus();
}

function showKeys() {
  const lines = [...Object.values(WITH_CONTROL), ...IN_THE_TEXT, ...Object.values(ALONE)];
  show("Keys", element("dl", { class: "keys" }, lines.flatMap(([key, words]) => [
    element("dt", {}, element("kbd", {}, key)), element("dd", {}, words),
  ])));
}
