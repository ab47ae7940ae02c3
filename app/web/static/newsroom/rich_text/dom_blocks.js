// Blocks drawn as elements that are typed in, and read from them again. Whatever HTML comes in is parsed in a document of
// its own, which runs and fetches nothing, and its words and few inline tags are made anew here: nothing else gets in.

import { element } from "../../entries.js";
import { button } from "../drawing/dialogs.js";
import { escaped, isKnownById, isPiece, nameOf, withoutEnds, wordsOf } from "../pure/body.js";
import { linkAddress } from "./shortcuts.js";

const INLINE = new Set(["a", "b", "strong", "i", "em", "u", "s", "sub", "sup", "code", "mark", "span"]);
const SAME_AS = { strike: "s", del: "s", ins: "u" };
const LISTS = new Set(["ul", "ol"]);
const BLOCKS = new Set(["p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "pre", "hr", "figure"]);
const LEVELS = { h1: 2, h2: 2, h3: 3, h4: 4, h5: 4, h6: 4 };
const LANGUAGE = /^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$/;
const DIRECTIONS = ["ltr", "rtl", "auto"];

const tagOf = (node) => node.nodeName.toLowerCase();

/** Return the words and inline tags of a piece of HTML, as nodes made here. */
export function inlineNodes(html) {
  const read = new DOMParser().parseFromString(html, "text/html").body;
  return [...read.childNodes].flatMap(copied);
}

function copied(node) {
  if (node.nodeType === Node.TEXT_NODE) return [document.createTextNode(node.data.replace(/[\r\n]+/g, " "))];
  if (node.nodeType !== Node.ELEMENT_NODE) return [];
  const tag = SAME_AS[tagOf(node)] ?? tagOf(node);
  if (tag === "br") return [element("br")];
  if (["script", "style", "template", "noscript"].includes(tag)) return [];
  const inner = [...node.childNodes].flatMap(copied);
  const attributes = attributesOf(node, tag);
  return attributes === null ? inner : [element(tag, attributes, inner)];
}

/** Return the attributes that an inline tag keeps; null for a tag of which only the words stay. */
function attributesOf(node, tag) {
  if (!INLINE.has(tag)) return null;
  const said = languageOf(node);
  if (tag === "span") return said.lang || said.dir ? said : null;
  if (tag !== "a") return said;
  const href = linkAddress(node.getAttribute("href") ?? "");
  return href ? { href, title: node.getAttribute("title") || undefined, ...said } : null;
}

function languageOf(node) {
  const lang = node.getAttribute?.("lang") ?? "";
  const dir = node.getAttribute?.("dir") ?? "";
  return { ...(LANGUAGE.test(lang) && { lang }), ...(DIRECTIONS.includes(dir) && { dir }) };
}

/** Draw a block as it is typed in; `known` keeps what its element does not say, by its id. */
export function drawBlock(block, known) {
  const drawn = isPiece(block) ? drawPiece(block) : drawText(block);
  if (block.id) {
    drawn.dataset.block = block.id;
    known.set(block.id, { block, drawn: JSON.stringify(readBlock(drawn)) });
  }
  return drawn;
}

/** Draw a block that was pasted: by its id only where it is more than its words. */
export function drawPasted(block, known) {
  const { id, ...rest } = block;
  return drawBlock(isKnownById(block) ? { ...block, isStored: true } : rest, known);
}

function drawText(block) {
  const said = languageOf({ getAttribute: (name) => block[name] });
  if (block.type === "list") return drawList(block, said);
  if (block.type === "divider") return element("hr");
  if (block.type === "quote") return drawQuote(block, said);
  const made = element(block.type === "heading" ? `h${block.level ?? 2}` : "p", said, inlineNodes(block.html));
  return filled(made);
}

function filled(made) {
  if (made.childNodes.length === 0 || made.lastChild.nodeName === "BR") made.append(element("br")); // else it has no height
  return made;
}

function drawList({ ordered, start, items }, said) {
  const drawn = items.map((item) => element("li", languageOf({ getAttribute: (name) => item[name] }), inlineNodes(item.html),
    item.items ? drawList({ ordered: item.ordered, items: item.items }, {}) : []));
  return element(ordered ? "ol" : "ul", { ...(ordered && start > 1 && { start }), ...said }, drawn);
}

function drawQuote({ html, who, role, url }, said) {
  const read = new DOMParser().parseFromString(html, "text/html").body;
  const quote = read.querySelector("blockquote") ?? read;
  const parts = [...quote.querySelectorAll("p")];
  const by = [who, role].filter(Boolean).join(", ") || url;
  return element("blockquote", { ...said, "data-by": by && `— ${by}` },
    (parts.length > 0 ? parts : [quote]).map((part) => filled(element("p", languageOf(part), [...part.childNodes].flatMap(copied)))));
}

function drawPiece(block) {
  const words = [block.provider_name, wordsOf([block]), block.type === "embed" && (block.frame ? "A player, once a reader agrees." : "A card.")]
    .filter(Boolean).join(" · ");
  const piece = element("figure", { class: "piece", contenteditable: "false", "data-piece": block.type },
    element("b", {}, nameOf(block)), " ", element("span", { dir: "auto" }, words === nameOf(block) ? "" : words));
  piece.append(button("Remove", () => {}, { "data-remove": true, "aria-label": `Remove this: ${nameOf(block)}` }));
  return piece;
}

/** Read the blocks of an editor, those that were not touched as they were. */
export function readBlocks(root, known) {
  const used = new Set();
  return partsOf(root).map((part) => {
    const id = part.dataset?.block;
    const source = id && !used.has(id) ? known.get(id) : null;
    if (id) used.add(id);
    const made = readBlock(part);
    if (made?.piece) return known.has(id) ? pieceOf(known.get(id).block, Boolean(source)) : null;
    if (made === null || !source) return made;
    return JSON.stringify(made) === source.drawn ? source.block : changed(source.block, made);
  }).filter(Boolean);
}

function pieceOf({ id, ...block }, isFirst) {
  return { ...(isFirst && { id }), ...block };
}

function changed({ id, who, role, url }, made) {
  const source = made.type === "quote" ? Object.fromEntries(Object.entries({ who, role, url }).filter(([, value]) => value)) : {};
  return { id, ...made, ...source };
}

/** Return the parts of a container, each an element of a block or an array of inline nodes that stand in none. */
function partsOf(container) {
  const parts = [];
  let loose = null;
  for (const node of container.childNodes) {
    if (!isBlock(node)) {
      if (loose === null) parts.push(loose = []);
      loose.push(node);
      continue;
    }
    loose = null;
    const isWrapper = ["p", "div", "li"].includes(tagOf(node)) && [...node.children].some(isBlock);
    parts.push(...(isWrapper ? partsOf(node) : [node]));
  }
  return parts;
}

function isBlock(node) {
  return BLOCKS.has(tagOf(node));
}

function readBlock(part) {
  if (Array.isArray(part)) return readParagraph(part, {});
  const tag = tagOf(part);
  if (part.dataset.piece) return { piece: true };
  if (tag === "hr") return { type: "divider" };
  if (LISTS.has(tag)) return readList(part);
  if (tag === "blockquote") return readQuote(part);
  if (!(tag in LEVELS)) return readParagraph([...part.childNodes], languageOf(part));
  const html = inlineHtml([...part.childNodes]);
  return html && { type: "heading", level: LEVELS[tag], html, ...languageOf(part) };
}

function readParagraph(nodes, said) {
  const html = inlineHtml(nodes);
  return html ? { type: "paragraph", html, ...said } : null;
}

function readQuote(part) {
  const paragraphs = partsOf(part).flatMap((each) => (LISTS.has(tagOf(each)) ? [...each.children] : [each]))
    .map((each) => inlineHtml(Array.isArray(each) ? each : [...each.childNodes])).filter(Boolean);
  const html = paragraphs.map((inner) => `<p>${inner}</p>`).join("");
  return html ? { type: "quote", html, ...languageOf(part) } : null;
}

function readList(list) {
  const items = readItems(list);
  const start = Number(list.getAttribute("start")) || 1;
  const ordered = tagOf(list) === "ol";
  return items.length > 0 ? { type: "list", ordered, ...(ordered && start > 1 && { start }), items, ...languageOf(list) } : null;
}

function readItems(list) {
  const items = [];
  for (const child of list.children) {
    if (LISTS.has(tagOf(child))) nest(items, child); // as browsers indent: a list beside its item
    else {
      const nested = [...child.querySelectorAll("ul, ol")].filter((each) => each.parentElement.closest("li") === child);
      const html = itemHtml(child);
      if (html) items.push({ html, ...languageOf(child) });
      for (const each of nested) nest(items, each);
    }
  }
  return items;
}

function nest(items, list) {
  const deeper = readItems(list);
  const last = items.at(-1);
  if (deeper.length === 0) return;
  if (!last) items.push(...deeper);
  else Object.assign(last, { ordered: last.ordered ?? tagOf(list) === "ol", items: [...(last.items ?? []), ...deeper] });
}

function itemHtml(item) {
  const lines = partsOf(item).filter((part) => Array.isArray(part) || !LISTS.has(tagOf(part)));
  return lines.map((part) => inlineHtml(Array.isArray(part) ? part : [...part.childNodes])).filter(Boolean).join("<br>");
}

/** Return nodes as inline HTML without blanks and line breaks at its ends; empty if there is no word in it. */
function inlineHtml(nodes) {
  const html = withoutEnds(nodes.map(written).join(""), [" ", "\t", "<br>"]);
  return /[^\s]/.test(html.replace(/<[^>]*>/g, "")) ? html : "";
}

function written(node) {
  if (node.nodeType === Node.TEXT_NODE) return escaped(node.data).replace(/\n/g, "<br>");
  if (node.nodeType !== Node.ELEMENT_NODE) return "";
  const tag = SAME_AS[tagOf(node)] ?? tagOf(node);
  if (tag === "br") return "<br>";
  const inner = [...node.childNodes].map(written).join("");
  const attributes = inner ? attributesOf(node, tag) : null;
  if (attributes === null) return inner;
  const said = Object.entries(attributes).filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}="${escaped(value).replace(/"/g, "&quot;")}"`);
  return `<${tag}${said.join("")}>${inner}</${tag}>`;
}
