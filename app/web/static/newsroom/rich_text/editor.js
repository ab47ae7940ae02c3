// The field in which formatted text is typed: what is in it as blocks, and what puts something into it. All that changes it
// goes through the browser's own editing commands, so that Ctrl+Z takes each step back.

import { isLoneAddress, withoutEnds } from "../pure/body.js";
import { drawBlock, drawPasted, inlineNodes, readBlocks } from "./dom_blocks.js";
import { element } from "../../entries.js";

const known = new Map(); // the blocks that elements stand for, by id
let root = null;
let shown = "[]";

/** Begin to edit in an element, which shows nothing yet. */
export function beginEditor(place) {
  root = place;
  document.execCommand("defaultParagraphSeparator", false, "p");
  root.addEventListener("input", intoBlocks);
  root.addEventListener("focus", () => document.execCommand("styleWithCSS", false, "false"));
  root.addEventListener("dragstart", (event) => event.preventDefault()); // what is dragged would come back uncleaned
  root.addEventListener("click", (event) => {
    const piece = event.target.closest("[data-remove]")?.closest(".piece");
    if (piece) removePiece(piece);
  });
  begin();
}

function begin() {
  root.replaceChildren(...[element("p", {}, element("br"))]);
  if (document.activeElement === root) getSelection().collapse(root.firstChild, 0);
}

/** Keep what is written in blocks, and the caret in one of them, where a browser leaves either outside. */
function intoBlocks() {
  const selection = getSelection();
  const { anchorNode: node, anchorOffset: offset } = selection;
  if (root.querySelector(":scope > :not(br)") === null) {
    // Firefox leaves a bare line once all is deleted; nothing is made of it before something is typed, for Ctrl+Z's sake.
    if (root.textContent !== "") run("formatBlock", "p");
    else if (root.childElementCount === 0) begin();
  } else if (selection.isCollapsed && root.contains(node) && node.matches?.("ul, ol") && offset > 0) {
    // Firefox leaves the caret between the items once one is deleted, and types in front of the list.
    selection.selectAllChildren(node.childNodes[offset - 1]);
    selection.collapseToEnd();
  }
}

/** Return what is in the field, as blocks. */
export function blocksNow() {
  return readBlocks(root, known);
}

/** Show these blocks. What is shown already stays as it is, with its selection. */
export function showBlocks(blocks) {
  const now = JSON.stringify(blocks);
  if (now === shown && JSON.stringify(blocksNow()) === now) return;
  shown = now;
  known.clear();
  if (blocks.length === 0) {
    begin();
    return;
  }
  root.replaceChildren(...blocks.map((block) => drawBlock(block, known)));
  if (root.lastElementChild.matches(".piece, hr")) root.append(element("p", {}, element("br"))); // room to go on
}

/** Return whether nothing is written. */
export function isEmpty() {
  return blocksNow().length === 0;
}

/** Put the caret at the end. */
export function focusEnd() {
  root.focus({ preventScroll: true });
  getSelection().selectAllChildren(root);
  getSelection().collapseToEnd();
}

/** Return the selection in the field; null when it is elsewhere. */
export function rangeNow() {
  const selection = getSelection();
  if (selection.rangeCount === 0 || !root.contains(selection.anchorNode)) return null;
  if (selection.isCollapsed && selection.anchorNode === root) intoLine(selection, selection.anchorOffset);
  return selection.getRangeAt(0);
}

/** Put the caret into the paragraph that it stands before, or behind: a press beside the lines puts it between them. */
function intoLine(selection, offset) {
  const line = root.children[offset] ?? root.lastElementChild;
  if (!line?.matches("p")) return;
  const isBehind = offset > 0 && offset === root.children.length;
  selection.collapse(line, isBehind ? line.childNodes.length - (line.lastChild?.nodeName === "BR" ? 1 : 0) : 0);
}

/** Select a range, and give the field the focus. */
export function select(range) {
  root.focus({ preventScroll: true });
  getSelection().removeAllRanges();
  getSelection().addRange(range);
}

/** Return the element of the block, item or paragraph that the caret is in; null if it is elsewhere. */
export function lineNow() {
  const node = rangeNow()?.startContainer;
  const line = (node?.nodeType === Node.TEXT_NODE ? node.parentElement : node)?.closest?.("p, h2, h3, h4, li, div");
  return line && line !== root && root.contains(line) ? line : null;
}

/** Return the text of the line from its beginning to the caret. */
export function textBefore(line) {
  const range = rangeNow();
  const before = document.createRange();
  before.setStart(line, 0);
  before.setEnd(range.startContainer, range.startOffset);
  return before.toString();
}

/** Return whether the selection is within a tag of the field. */
export function isWithin(tags) {
  const node = rangeNow()?.commonAncestorContainer;
  return Boolean((node?.nodeType === Node.TEXT_NODE ? node.parentElement : node)?.closest(tags.split(", ").map((tag) => `.rich-text ${tag}`).join(", ")));
}

/** Run one of the browser's editing commands. */
export function run(command, value) {
  root.focus({ preventScroll: true });
  return document.execCommand(command, false, value);
}

/** Make a quote of the selected lines. */
export function indent() {
  const quotes = new Set(root.querySelectorAll("blockquote"));
  run("indent");
  const made = [...root.querySelectorAll("blockquote")].find((each) => !quotes.has(each));
  if (!made || made.contains(getSelection().anchorNode)) return;
  // Behind a list, WebKit leaves the caret in its last item.
  getSelection().selectAllChildren([...made.querySelectorAll("p")].at(-1) ?? made);
  getSelection().collapseToEnd();
}

/** Type words at the caret: a line end is a line break, an empty line a new paragraph. */
export function insertText(text) {
  const parts = withoutEnds(text.replace(/\r\n?/g, "\n"), ["\n"]).split(/\n\s*\n/);
  if (parts.length === 1 && !text.includes("\n")) {
    run("insertText", parts[0]);
    return;
  }
  const lines = (part) => part.split("\n").flatMap((line, index) => (index > 0 ? [element("br"), line] : [line]));
  insertNodes(parts.length === 1 ? lines(parts[0]) : parts.map((part) => element("p", {}, lines(part))));
}

/** Put blocks that the server has made in the place of the selection. */
export function insertBlocks(blocks) {
  const [first] = blocks;
  if (blocks.length === 1 && first.type === "paragraph" && !first.lang && !first.dir && !coversLine()) {
    insertNodes(inlineNodes(first.html));
    return;
  }
  const drawn = blocks.map((block) => drawPasted(block, known));
  insertNodes(drawn.at(-1).matches(".piece, hr") ? [...drawn, element("p", {}, element("br"))] : drawn);
}

/** Return whether the selection is all that stands in its line, or its line is empty. */
function coversLine() {
  const line = lineNow();
  const range = rangeNow();
  return line !== null && !line.closest("li") && line.textContent.trim() === range.toString().trim();
}

/** Put nodes that were made here in the place of the selection, as one step to undo. */
export function insertNodes(nodes) {
  const [first, ...others] = nodes;
  const line = lineNow();
  // Behind words, the first paragraph goes on with them: Firefox would make a line of it.
  const goesOn = others.length > 0 && first.matches?.("p") && line && textBefore(line) !== "";
  const box = element("div", {}, goesOn ? [...first.childNodes, ...others] : nodes);
  // Chromium keeps no more than the words of one element alone: a sign behind it, which is taken away again, prevents that.
  const isAlone = nodes.length === 1 && nodes[0].matches?.("code, mark, sub, sup, u, s, span");
  run("insertHTML", isAlone ? `${box.innerHTML}\u2060` : box.innerHTML);
  if (isAlone) run("delete");
  const selection = getSelection();
  const link = selection.anchorNode?.parentElement?.closest("a");
  const isAtItsEnd = link && root.contains(link) && selection.isCollapsed && selection.anchorOffset === selection.anchorNode.length;
  // Firefox would type on within the link.
  if (isAtItsEnd && link.lastChild.contains(selection.anchorNode)) selection.collapse(link.parentNode, [...link.parentNode.childNodes].indexOf(link) + 1);
}

function selectElement(node) {
  const range = document.createRange();
  range.selectNode(node);
  select(range);
}

function removePiece(piece) {
  selectElement(piece);
  run("delete");
  if (piece.isConnected) piece.remove();
  root.dispatchEvent(new InputEvent("input", { bubbles: true }));
}

/** Return the paragraphs that are one address alone, as [element, block]. */
export function loneAddresses() {
  return [...root.children].filter((node) => node.matches("p, div"))
    .map((node) => [node, readBlocks({ childNodes: [node] }, known)[0]])
    .filter(([, block]) => block && !block.isStored && isLoneAddress(block));
}
