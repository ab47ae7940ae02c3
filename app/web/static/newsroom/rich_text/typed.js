// Markdown signs that are typed: each becomes what it stands for, by an editing command of the browser, and Ctrl+Z brings it
// back as it was typed. While an input method composes, nothing is touched.

import { element } from "../../entries.js";
import { indent, insertNodes, isWithin, lineNow, rangeNow, run, select, textBefore } from "./editor.js";
import { openerOf, shortcutIn } from "./shortcuts.js";

const COMMANDS = { ul: ["insertUnorderedList"], ol: ["insertOrderedList"] };
const STYLES = { b: "bold", i: "italic", s: "strikeThrough" };

/** Begin to read what is typed in an element. */
export function beginTyped(root) {
  let isTypedHere = false;
  root.addEventListener("beforeinput", (event) => {
    if (event.isComposing || event.inputType !== "insertText" || isTypedHere || isWithin("pre, code")) return;
    if (event.data === " " && beginsBlock()) {
      event.preventDefault();
    } else if (event.cancelable && wordsAtCaret(event.data) !== null) {
      // Typed from here: at the end of its own typing WebKit forgets that what comes next is not bold.
      event.preventDefault();
      isTypedHere = true;
      run("insertText", event.data);
      isTypedHere = false;
      formatWords();
    }
  });
  root.addEventListener("input", (event) => {
    if (event.isComposing || event.inputType !== "insertText" || isTypedHere || isWithin("pre, code")) return;
    formatWords();
  });
  root.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.ctrlKey && !event.metaKey && !event.isComposing && leavesQuote()) event.preventDefault();
    if (event.key === "Backspace" && !event.isComposing && leavesBlock()) event.preventDefault();
  });
}

function beginsBlock() {
  const line = lineNow();
  if (line === null || !rangeNow().collapsed || line.closest("li")) return false;
  const before = textBefore(line);
  const tag = openerOf(before);
  if (tag === null || (line.closest("blockquote") && tag !== "ul" && tag !== "ol") || /^H\d$/.test(line.nodeName)) return false;
  const sign = document.createRange();
  sign.setStart(line, 0);
  sign.setEnd(rangeNow().startContainer, rangeNow().startOffset);
  select(sign);
  run("delete");
  makeBlock(tag);
  return true;
}

/** Make the selected lines a heading, a list or a quote. */
export function makeBlock(tag) {
  if (tag === "blockquote") indent();
  else run(...(COMMANDS[tag] ?? ["formatBlock", tag]));
}

/** Return what signs at the caret stand for, with what is about to be typed; null if that is nothing. */
function wordsAtCaret(next = "") {
  const range = rangeNow();
  if (!range?.collapsed || range.startContainer.nodeType !== Node.TEXT_NODE) return null;
  const before = range.startContainer.data.slice(0, range.startOffset) + next;
  return shortcutIn(before) ?? codeBehind(before);
}

function formatWords() {
  const found = wordsAtCaret();
  if (found === null) return;
  const range = rangeNow();
  const node = range.startContainer;
  const typed = document.createRange();
  typed.setStart(node, found.start);
  typed.setEnd(node, range.startOffset);
  select(typed);
  insertNodes([element(found.tag, { href: found.address }, found.words), found.next].filter(Boolean));
  const command = STYLES[found.tag]; // what is typed next stands behind it, not in it
  if (command && document.queryCommandState(command)) run(command);
}

/** Code is made with the sign behind it: a caret at its end would stay within. */
function codeBehind(text) {
  const next = text.at(-1);
  const found = next === "`" ? null : shortcutIn(text.slice(0, -1), { isCode: true });
  return found && { ...found, next };
}

/** Leave a quote at Enter in an empty line of it. */
function leavesQuote() {
  const line = lineNow();
  if (!line?.closest("blockquote") || line.textContent.trim() || line.closest("li")) return false;
  run("outdent");
  run("formatBlock", "p"); // else what follows stands in no line of its own
  return true;
}

/** Make a heading or a quote a paragraph again at Backspace in front of its first letter. */
function leavesBlock() {
  const line = lineNow();
  if (!line || !rangeNow().collapsed || textBefore(line) !== "") return false;
  if (/^H\d$/.test(line.nodeName)) run("formatBlock", "p");
  else if (line.closest("blockquote") && line === line.closest("blockquote").firstElementChild) run("outdent");
  else return false;
  return true;
}
