// The text of an entry, in one of two ways: formatted as readers will see it, or as Markdown. One interface for both; which
// of them a person writes in is kept for them in this browser. The server alone turns one into the other.

import { element } from "../../entries.js";
import { button } from "../drawing/dialogs.js";
import { send, session } from "../drawing/session.js";
import { keepInBrowser } from "../pure/kept_drafts.js";
import { markdownOf } from "./pasted.js";
import { problemText } from "../pure/problems.js";
import { countCharacters } from "../../truncate.js";
import { bodyOf, isPiece, mayHaveShorthand, stored, withoutShorthand, wordsOf } from "../pure/body.js";
import { beginEditor, blocksNow, focusEnd, insertBlocks, insertText as typeText, loneAddresses, select, showBlocks } from "./editor.js";
import { beginPasting, forgetPasting } from "./pasting.js";
import { drawTools } from "./toolbar.js";
import { beginTyped } from "./typed.js";

const PATIENCE_MS = 3_000; // of who presses Publish; the words are sent as they are then
const field = document.getElementById("text");
const label = document.getElementById("text-label");
const line = document.getElementById("paste-line");
const root = element("div", { class: "rich-text", role: "textbox", "aria-multiline": "true", contenteditable: "true", dir: "auto", spellcheck: "true", hidden: true });
const toggle = button("Markdown", () => switchMode(), { "aria-pressed": "false", class: "mode", title: "Write in Markdown, and see its signs" });
const count = element("output", { class: "hint", id: "text-count", "aria-label": "Characters" });
const bar = element("div", { class: "text-bar" });
let tools = null;
let editing = null;
let isRich = false;
let changed = null;
let turn = 0; // counts the drafts that were shown

/** Begin to take the text. `onChanged` is called when what is written changes without an event of input. */
export function beginRichText(onChanged) {
  changed = onChanged;
  root.setAttribute("aria-describedby", field.getAttribute("aria-describedby"));
  tools = drawTools(root);
  bar.append(tools, toggle, count);
  label.after(bar, root);
  beginEditor(root);
  beginTyped(root);
  beginPasting(root);
  for (const each of [root, field]) each.addEventListener("input", () => showCount());
  showMode(true);
}

/** Return what is written: `text`, its words or its Markdown, and `rich`, its blocks, or null in Markdown. */
export function textNow() {
  if (!isRich) return { text: field.value, rich: null };
  const rich = blocksNow();
  return { text: wordsOf(rich), rich };
}

/** Show the text of a draft: as it was written, or, where nothing is, in the way that this person writes. */
export function showText(draft) {
  turn += 1;
  forgetPasting();
  editing = draft.editing;
  const isPlain = editing?.text_format === "plain";
  const wants = draft.rich !== null && draft.rich !== undefined;
  showMode(!isPlain && (wants || (draft.text.trim() === "" && editing === null && prefersRich())));
  toggle.hidden = isPlain;
  field.value = isRich ? "" : draft.text;
  showBlocks(isRich ? (draft.rich ?? []) : []);
  showCount();
}

/** Return the draft of an entry in the way that this person writes. */
export function inOwnMode(draft) {
  const { text_format: format, blocks } = draft.editing;
  return prefersRich() && format !== "plain" ? { ...draft, rich: stored(blocks) } : draft;
}

/** Give the text the focus, with the caret at its end. */
export function focusText() {
  if (!isRich) field.focus({ preventScroll: true });
  else focusEnd();
}

/** Type words into the text where the caret is. */
export function insertText(words) {
  if (isRich) typeText(words);
  else field.setRangeText(words, field.selectionStart, field.selectionEnd, "end");
  changed();
}

/** Return whether nothing is written. */
export function isEmpty() {
  return textNow().text.trim() === "";
}

/**
 * Make what is one address alone the embed or the card that readers will see, if the server says so soon enough. `look` is
 * called before anything is changed, and may throw.
 */
export async function settleAddresses(look = () => {}) {
  const found = isRich && blocksNow().some(({ id }) => id) ? loneAddresses() : [];
  const asked = found.map(([, { html }]) => send("POST", "/v1/newsroom/conversions", { html: `<p>${html}</p>` }));
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS, []));
  const answers = await Promise.race([Promise.allSettled(asked), late]);
  look();
  answers.forEach(({ value }, index) => {
    const [node, { html }] = found[index];
    if (!value || value.blocks.length !== 1 || !isPiece(value.blocks[0])) return;
    if (!loneAddresses().some(([each, block]) => each === node && block.html === html)) return; // typed in meanwhile
    const range = document.createRange();
    range.selectNodeContents(node);
    select(range);
    insertBlocks(value.blocks);
  });
}

/**
 * Return a draft as it is sent. Shorthand is read in texts alone: what is formatted and may have some goes out as Markdown, if
 * the server says soon enough that this loses nothing.
 */
export async function asSent(draft) {
  if (draft.rich === null || !mayHaveShorthand(draft.text) || "text" in bodyOf(draft.rich)) return draft;
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS, null));
  const made = await Promise.race([asMarkdown().catch(() => null), late]);
  return made === null ? draft : { ...draft, text: made.text, rich: null };
}

/** Go on in the other way, with what is written turned by the server; without it, or if it has changed meanwhile, nothing changes. */
async function switchMode() {
  toggle.disabled = true;
  const [mine, written] = [turn, JSON.stringify(textNow())];
  try {
    const draft = isRich ? await asMarkdown() : await asBlocks();
    if (mine !== turn) return;
    if (JSON.stringify(textNow()) !== written) throw { detail: "It has changed meanwhile; press again." };
    const isToRich = !isRich;
    keepInBrowser(() => localStorage.setItem(modeKey(), isToRich ? "rich" : "markdown"));
    showMode(isToRich);
    field.value = isToRich ? "" : draft.text;
    showBlocks(isToRich ? draft.rich : []);
    showCount();
    say("");
    changed();
    focusText();
  } catch (problem) {
    if (mine === turn) say(element("span", { class: "wrong" }, `It stays as it is. ${problemText(problem)}`));
  } finally {
    toggle.disabled = false;
  }
}

async function asMarkdown() {
  const rich = blocksNow();
  if (rich.length === 0) return { text: "" };
  if (editing && JSON.stringify(rich) === JSON.stringify(stored(editing.blocks))) return { text: editing.before.text };
  const own = new Set((editing?.blocks ?? []).map(({ id }) => id));
  const sent = rich.map(({ isStored: _, ...block }) => block);
  const made = await send("POST", "/v1/newsroom/conversions", { blocks: sent });
  const { text, isWhole } = markdownOf({ ...made, blocks: made.blocks.filter(({ id }) => !own.has(id)) });
  if (!isWhole) throw { detail: "Markdown has no sign for some of its formatting." };
  return { text };
}

async function asBlocks() {
  const text = field.value;
  if (text.trim() === "") return { rich: [] };
  if (editing && text === editing.before.text) return { rich: stored(editing.blocks) };
  const kept = editing?.blocks ?? [];
  const { blocks } = await send("POST", "/v1/newsroom/conversions", {
    text: withoutShorthand(text), ...(kept.length > 0 && { blocks: kept }),
  });
  const own = new Set(kept.map(({ id }) => id));
  return { rich: blocks.map((block) => (own.has(block.id) || isPiece(block) ? { ...block, isStored: true } : withoutId(block))) };
}

function withoutId({ id: _, ...block }) {
  return block;
}

function showMode(toRich) {
  isRich = toRich;
  root.hidden = tools.hidden = !toRich;
  field.hidden = toRich;
  toggle.setAttribute("aria-pressed", String(!toRich));
  // One of the two is called Text: what is hidden has no name.
  if (toRich) label.removeAttribute("for");
  else label.setAttribute("for", field.id);
  if (toRich) root.setAttribute("aria-labelledby", label.id);
  else root.removeAttribute("aria-labelledby");
}

function showCount() {
  const characters = countCharacters(textNow().text.trim());
  count.textContent = characters > 0 ? String(characters) : "";
}

function prefersRich() {
  return localStorage.getItem(modeKey()) !== "markdown";
}

function modeKey() {
  return `liveblog:${session.who}:writing`;
}

function say(...words) {
  line.replaceChildren(...words.filter(Boolean));
}
