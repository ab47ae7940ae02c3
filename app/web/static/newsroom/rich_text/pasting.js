// What is pasted or dropped into formatted text: its words stand there at once, and its formatting once the server has cleaned
// it by the rules of its own content. Nothing of the clipboard's HTML gets into the page.

import { filesIn } from "../pure/draft_pictures.js";
import { formattedIn } from "./pasted.js";
import { problemText } from "../pure/problems.js";
import { showProblem } from "../drawing/notices.js";
import { button } from "../drawing/dialogs.js";
import { send } from "../drawing/session.js";
import { element } from "../../entries.js";
import { insertBlocks, insertText, rangeNow, run, select } from "./editor.js";
import { linkAddress } from "./shortcuts.js";

const LONE_ADDRESS = /^https?:\/\/\S+$/i;
const line = document.getElementById("paste-line");
let turn = 0;

/** Begin to take pastes and drops into an element. */
export function beginPasting(root) {
  root.addEventListener("paste", (event) => {
    if (event.defaultPrevented || filesIn(event.clipboardData, { isPaste: true }).length > 0) return;
    event.preventDefault();
    paste(event.clipboardData);
  });
  root.addEventListener("beforeinput", (event) => {
    if (!["insertFromDrop", "insertFromYank", "insertFromPasteAsQuotation", "insertFromPaste"].includes(event.inputType)) return;
    event.preventDefault();
    const plain = event.dataTransfer?.getData("text/plain");
    if (plain) insertText(plain);
  });
}

/** Say nothing more of what was pasted last, and leave it as it stands. */
export function forgetPasting() {
  turn += 1;
}

function paste(transfer) {
  forgetPasting();
  line.replaceChildren();
  const plain = transfer.getData("text/plain").replace(/\r\n?/g, "\n");
  const range = rangeNow();
  if (range === null || !plain.trim()) return;
  const address = LONE_ADDRESS.test(plain.trim()) ? linkAddress(plain) : null;
  if (address && !range.collapsed && range.toString().trim() && !range.toString().includes("\n")) {
    run("createLink", address);
    return;
  }
  const given = formattedIn(transfer);
  const isAlone = address !== null && isOnEmptyLine(range);
  const start = startOf(range);
  insertText(plain);
  const pasted = rangeFrom(start);
  const isWhole = bare(pasted.toString()) === bare(plain);
  if (given !== null && !isWhole) say("Pasted as plain text.");
  else if (given !== null) convert(pasted, { html: given.html });
  else if (isAlone && isWhole) convert(pasted, { text: address }, { isQuiet: true });
}

function isOnEmptyLine(range) {
  const node = range.startContainer;
  const parent = (node.nodeType === Node.TEXT_NODE ? node.parentElement : node).closest("p, div, li, h2, h3, h4");
  return parent?.nodeName === "P" && parent.textContent.trim() === "" && !parent.closest("blockquote");
}

/** Return where the caret is, in a way that lasts while the browser makes other elements of an empty line. */
function startOf(range) {
  const node = range.startContainer;
  const line = (node.nodeType === Node.TEXT_NODE ? node.parentElement : node).closest("p, div, li, h2, h3, h4");
  if (!range.collapsed || line === null || line.textContent !== "") return { node, offset: range.startOffset };
  return { parent: line.parentElement, previous: line.previousElementSibling };
}

function rangeFrom({ node, offset, parent, previous }) {
  const made = document.createRange();
  if (node) made.setStart(node, Math.min(offset, node.length ?? node.childNodes.length));
  else made.setStart(previous?.nextElementSibling ?? parent.firstElementChild ?? parent, 0);
  made.setEnd(rangeNow().endContainer, rangeNow().endOffset);
  return made;
}

function bare(text) {
  return text.replace(/\s/g, "");
}

async function convert(pasted, body, { isQuiet = false } = {}) {
  const mine = turn;
  const words = pasted.toString();
  if (!isQuiet) say("Pasting with formatting …");
  try {
    const { blocks } = await send("POST", "/v1/newsroom/conversions", body);
    if (mine !== turn) return;
    const isSame = pasted.toString() === words && pasted.startContainer.isConnected;
    if (!isSame || blocks.length === 0) say(isQuiet ? "" : "Pasted as plain text.");
    else replaceWith(blocks, pasted, isQuiet);
  } catch (problem) {
    if (problem.status === 401) showProblem(problem);
    if (mine === turn && !isQuiet) say(element("span", { class: "wrong" }, `Pasted as plain text, without its links. ${problemText(problem)}`));
  }
}

function replaceWith(blocks, pasted, isQuiet) {
  const caret = rangeNow()?.cloneRange() ?? null;
  const isAtEnd = caret === null || (caret.endContainer === pasted.endContainer && caret.endOffset === pasted.endOffset);
  select(pasted);
  insertBlocks(blocks);
  if (!isAtEnd && caret.startContainer.isConnected) select(caret);
  if (isQuiet) return;
  say("Pasted with its formatting and links. ", button("As plain text", () => {
    run("undo");
    say("Pasted as plain text.");
  }));
}

function say(...words) {
  line.replaceChildren(...words.filter(Boolean));
}
