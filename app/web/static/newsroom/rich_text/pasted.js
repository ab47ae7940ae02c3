// What a paste of formatted text becomes in a field of Markdown, by the server's conversion of its HTML. Pure.

const FORMATTED = /<(?:a|b|strong|i|em|u|s|strike|del|ins|p|h[1-6]|ul|ol|li|table|blockquote|pre|code|sub|sup|mark|img)[\s>]/i;
const FROM_AN_EDITOR = "vscode-editor-data"; // source text, which its colours make no formatted one
const MENTION = /^\[\[block:([A-Za-z0-9_-]+)\]\]$/gm;
const SIGNS = { a: null, b: "**", strong: "**", i: "*", em: "*", s: "~~" };
const CHARACTERS = { amp: "&", lt: "<", gt: ">", quot: "\"", "#39": "'", "#x27": "'", nbsp: "\u00a0" };

/** Return {html, plain} of a paste that has formatting to keep; null for any other, which the browser pastes itself. */
export function formattedIn(transfer) {
  if ([...(transfer?.types ?? [])].includes(FROM_AN_EDITOR)) return null;
  const html = transfer?.getData("text/html") ?? "";
  const plain = (transfer?.getData("text/plain") ?? "").replace(/\r\n?/g, "\n");
  return plain.trim() && FORMATTED.test(html) ? { html, plain } : null;
}

/**
 * Return {text, isWhole} of a conversion: the Markdown that stands for itself, without blocks to be named in it, and whether
 * it has all that was pasted.
 */
export function markdownOf({ text, text_exact: isExact, blocks }) {
  let isWhole = isExact;
  const known = new Map(blocks.map((block) => [block.id, block]));
  const written = text.replace(MENTION, (mention, id) => {
    const block = known.get(id);
    if (!block) return mention;
    const [markdown, keepsAll] = blockMarkdown(block);
    isWhole &&= keepsAll;
    return markdown;
  });
  return { text: written.replace(/\n{3,}/g, "\n\n").trim(), isWhole };
}

/** Return `value` with what was pasted at `start` as `plain` in the form of `text`; null if it stands there no more. */
export function replacedIn(value, { start, plain, text }) {
  const end = start + plain.length;
  return value.slice(start, end) === plain ? value.slice(0, start) + text + value.slice(end) : null;
}

function blockMarkdown(block) {
  if (block.type === "image") {
    const title = block.caption ? ` "${oneLine(block.caption).replace(/["\\]/g, "\\$&")}"` : "";
    return [`![${oneLine(block.alt ?? "").replace(/[[\]\\]/g, "\\$&")}](<${block.url}>${title})`, !block.credit];
  }
  if (block.type === "table") return tableMarkdown(block);
  return block.url ? [block.url, !block.title && !block.caption && !block.credit] : ["", false];
}

function tableMarkdown({ rows, caption }) {
  const width = Math.max(...rows.map((cells) => cells.length));
  const cellsOf = (cells) => Array.from({ length: width }, (_, at) => cellMarkdown(cells[at]?.html ?? ""));
  const [head, ...rest] = rows.map((cells) => `| ${cellsOf(cells).join(" | ")} |`);
  const isPlain = rows.every((cells, at) => cells.length === width && cells.every(({ header, colspan, rowspan }) => (
    !colspan && !rowspan && Boolean(header) === (at === 0)
  )));
  return [[head, `|${" --- |".repeat(width)}`, ...rest].join("\n"), isPlain && !caption];
}

function cellMarkdown(html) {
  const links = [];
  const written = html.replace(/<(\/?)([a-z0-9]+)([^>]*)>|&([a-z0-9#]+);|([\\*_`~[\]|])/gi, (found, closing, tag, rest, name, sign) => {
    if (sign) return `\\${sign}`;
    if (name) return CHARACTERS[name] ?? found;
    if (tag === "br") return " ";
    if (tag !== "a") return SIGNS[tag] ?? "";
    if (!closing) {
      links.push(/href="([^"]*)"/.exec(rest)?.[1].replaceAll("&amp;", "&") ?? "");
      return "[";
    }
    return `](<${links.pop()}>)`;
  });
  return oneLine(written);
}

function oneLine(text) {
  return text.replace(/\s+/g, " ").trim();
}
