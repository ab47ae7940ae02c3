// A body as blocks, as the editor reads them: the words in it, and the form in which it is sent. Pure.

/** The types that are written as text; the others stand in it as one piece each. */
export const TEXT_TYPES = new Set(["paragraph", "heading", "list", "quote", "divider"]);

const CHARACTERS = { amp: "&", lt: "<", gt: ">", quot: "\"", "#39": "'", "#x27": "'", nbsp: "\u00a0" };
const NAMES = {
  image: "Picture", video: "Film", audio: "Sound", table: "Table", embed: "Embed", link_card: "Link", code: "Code",
};
const ADDRESS = /https?:\/\/[^\s<>"`\\^{|}]+/gi;
const ESCAPED_ADDRESS = /https?:\/\/(?:&amp;|[^\s<>"`\\^{|}&])+/gi; // as it stands in HTML
const AFTER_ADDRESS = /[.,;:!?'*\u2018\u2019\u201c\u201d\u00bb\u203a\u2026\u2014\u3001\u3002]$/;
// What Markdown would read as more than words; `lines` begin with it.
const SIGNS = /[*_`~[\]<>&\\|]/;
const OPENINGS = /^(?:[ \t]|#{1,6}(?:\s|$)|[-+*](?:\s|$)|\d+[.)](?:\s|$)|-{3,}\s*$|=+\s*$)/m;

/** Return the type of a block in words. */
export function nameOf({ type }) {
  return NAMES[type] ?? type;
}

/** Return whether a block is shown as one piece, which is not typed in. */
export function isPiece({ type }) {
  return !TEXT_TYPES.has(type);
}

/** Return whether a block has what its HTML in the editor does not say: it is known by its id, and sent with it. */
export function isKnownById(block) {
  return isPiece(block) || Boolean(block.who || block.role || block.url);
}

/** Return the words of blocks, a blank line between them. */
export function wordsOf(blocks) {
  return blocks.map(wordsIn).filter(Boolean).join("\n\n");
}

function wordsIn(block) {
  if (block.type === "list") return block.items.map((item) => itemWords(item)).join("\n");
  if (block.type === "divider") return "---";
  if (block.type === "code") return block.text;
  if (!isPiece(block)) return plain(block.html.replace(/<\/p>\s*<p/g, "<br><p"));
  const cells = (block.rows ?? []).flat().map(({ html }) => plain(html)).join(" ");
  return block.title || block.caption || block.alt || cells || block.url || nameOf(block);
}

function itemWords({ html, items = [] }, indent = "") {
  return [`${indent}- ${plain(html)}`, ...items.map((item) => itemWords(item, `${indent}  `))].join("\n");
}

/** Return the text of inline HTML as we or the server write it. */
export function plain(html) {
  return html.replace(/<br>/g, "\n").replace(/<[^>]*>/g, "").replace(/&([a-z0-9#]+);/gi, (found, name) => CHARACTERS[name] ?? found);
}

/** Return the text with what HTML would misread escaped. */
export function escaped(text) {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}

/**
 * Return a body as a write sends it: as `text` where it is plain words, which mean the same as Markdown, so that shorthand
 * and addresses alone on a line are read in it; as `html` where it is formatted; and as `blocks` where it has some that are
 * known to the server: those that were not touched arrive as they are, to the letter.
 */
export function bodyOf(blocks, { mayBeText = true } = {}) {
  if (blocks.some(({ id }) => id)) return { blocks: blocks.map(withLinks) };
  const text = mayBeText ? plainText(blocks) : null;
  return text === null ? { html: blocks.map((block) => htmlOf(withLinks(block))).join("\n") } : { text };
}

function plainText(blocks) {
  if (!blocks.every(({ type, html, lang, dir }) => type === "paragraph" && !lang && !dir && !/<(?!br>)/.test(html))) return null;
  const lines = blocks.map(({ html }) => plain(html)).join("\n\n");
  const shown = lines.replace(ADDRESS, "");
  return SIGNS.test(shown) || OPENINGS.test(lines) ? null : lines;
}

/** Return the blocks that are one address alone, as typed: they become an embed or a card once the server has seen them. */
export function isLoneAddress({ type, html }) {
  if (type !== "paragraph") return false;
  const [found] = plain(html).match(/^https?:\/\/[^\s<>"`\\^{|}]+$/i) ?? [];
  return found !== undefined && (html === escaped(found) || html.startsWith("<a ") && !/<\/a>./.test(html));
}

/** Return the HTML of a text block that was made here. */
function htmlOf(block) {
  const { type, html, level } = block;
  if (type === "heading") return `<h${level}${languageOf(block)}>${html}</h${level}>`;
  if (type === "list") return listHtml(block);
  if (type === "quote") return `<blockquote>${html}</blockquote>`;
  return type === "divider" ? "<hr>" : `<p${languageOf(block)}>${html}</p>`;
}

function listHtml({ ordered, start, items, ...said }) {
  const tag = ordered ? "ol" : "ul";
  const from = ordered && start > 1 ? ` start="${start}"` : "";
  const inner = items.map((item) => (
    `<li${languageOf(item)}>${item.html}${item.items ? listHtml({ ordered: item.ordered, items: item.items }) : ""}</li>`
  ));
  return `<${tag}${from}${languageOf(said)}>${inner.join("")}</${tag}>`;
}

function languageOf({ lang, dir }) {
  return `${lang ? ` lang="${lang}"` : ""}${dir ? ` dir="${dir}"` : ""}`;
}

function withLinks(block) {
  if (block.isStored) return unmarked(block);
  if (block.type === "list") return { ...block, items: block.items.map(itemWithLinks) };
  return ["paragraph", "heading", "quote"].includes(block.type) ? { ...block, html: linked(block.html) } : block;
}

/** Return the blocks of an entry, marked as those that the server has: they are sent back as they are. */
export function stored(blocks) {
  return blocks.map((block) => ({ ...block, isStored: true }));
}

function unmarked({ isStored: _, ...block }) {
  return block;
}

function itemWithLinks(item) {
  return { ...item, html: linked(item.html), ...(item.items && { items: item.items.map(itemWithLinks) }) };
}

/** Return inline HTML in which addresses that were typed are links. */
export function linked(html) {
  let within = 0;
  return html.split(/(<[^>]*>)/).map((part) => {
    if (/^<(a|code)[ >]/.test(part)) within += 1;
    else if (/^<\/(a|code)>/.test(part)) within -= 1;
    if (part.startsWith("<") || within > 0) return part;
    return part.replace(ESCAPED_ADDRESS, (found) => {
      const address = withoutSentence(found);
      return `<a href="${address}">${address}</a>${found.slice(address.length)}`;
    });
  }).join("");
}

/** Return an address without what ends the sentence that it stands in; each sign of it is looked at once. */
function withoutSentence(found) {
  let unopened = (found.match(/\)/g) ?? []).length - (found.match(/\(/g) ?? []).length;
  let end = found.length;
  for (; end > 0; end -= 1) {
    if (found[end - 1] === ")" && unopened > 0) unopened -= 1;
    else if (!AFTER_ADDRESS.test(found[end - 1])) break;
  }
  return found.slice(0, end);
}

/** Return a text without `pieces` at its ends. A regular expression for it costs the square of a run in the middle. */
export function withoutEnds(text, pieces) {
  let [start, end] = [0, text.length];
  const first = () => pieces.find((piece) => start < end && text.startsWith(piece, start));
  const last = () => pieces.find((piece) => start < end && text.endsWith(piece, end));
  while (first()) start += first().length;
  while (last()) end -= last().length;
  return text.slice(start, end);
}

/** Return whether a text may have shorthand: at its beginning, at its end, or on a line of its own. */
export function mayHaveShorthand(text) {
  return /^[^\S\n\r\u2028\u2029]*[#＃/@][\p{L}\p{N}]|(?<=^|\s)[#＃/@][\p{L}\p{N}]\S*\s*$|^[#＃/@][\p{L}\p{N}]\S*(\s|$)/mu.test(text);
}

/** Return Markdown in which words that may be shorthand are words, also for a token whose shorthand is taken out of it. */
export function withoutShorthand(text) {
  let isCode = false;
  return text.split("\n").map((line) => {
    if (/^\s*\x60{3}/.test(line)) isCode = !isCode;
    return isCode ? line : line.replace(/(?<=^|\s)(?=[#/@][\p{L}\p{N}])/gu, "\\");
  }).join("\n");
}
