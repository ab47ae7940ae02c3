// Markdown that is typed where formatting is seen: what becomes of it. Pure.

const PAIRS = [["**", "b"], ["__", "b"], ["~~", "s"], ["`", "code"], ["*", "i"], ["_", "i"]];
const LINK = /\[([^[\]]+)\]\((https?:\/\/[^\s()<>"]+(?:\([^\s()<>"]*\)[^\s()<>"]*)*)\)$/i;
const OPENERS = [
  [/^#{1,2}$/, "h2"], [/^###$/, "h3"], [/^####$/, "h4"], [/^>$/, "blockquote"], [/^[-*+]$/, "ul"], [/^1[.)]$/, "ol"],
];

/**
 * Return what the end of a line means, once its last character was typed: {start, words, tag} for words between signs,
 * with `address` for a link; null where it is text. Code is asked for by itself. `start` counts UTF-16 units, as the page does.
 */
export function shortcutIn(text, { isCode = false } = {}) {
  const link = isCode ? null : LINK.exec(text);
  if (link) return { start: link.index, words: link[1], tag: "a", address: link[2] };
  for (const [sign, tag] of PAIRS) {
    if (!text.endsWith(sign) || (tag === "code") !== isCode) continue;
    const found = between(text, sign);
    return found && { ...found, tag };
  }
  return null;
}

function between(text, sign) {
  const end = text.length - sign.length;
  const start = text.lastIndexOf(sign, end - 1);
  const words = text.slice(start + sign.length, end);
  if (start < 0 || !words.trim() || words !== words.trim() || words.includes(sign[0])) return null;
  const before = text.slice(0, start);
  const isOpen = before === "" || /[\s\p{P}]$/u.test(before); // snake_case and 5*3*2 are words
  return isOpen && !before.endsWith(sign[0]) && !before.endsWith("\\") ? { start, words } : null;
}

/** Return the tag of the block that a line's beginning stands for when a blank follows it; null if it is text. */
export function openerOf(text) {
  return OPENERS.find(([sign]) => sign.test(text))?.[1] ?? null;
}

/** Return the address that a link shall have, from what was typed or pasted for it; null if it can be none. */
export function linkAddress(typed) {
  const text = typed.trim();
  if (/[\s<>"`\\^{|}]/.test(text)) return null;
  if (/^https?:\/\/[^/?#@]+([/?#].*)?$/i.test(text) || /^(mailto|tel):[^/\s]+/i.test(text)) return text;
  if (/^[^\s@:/]+@[^\s@:/]+\.\p{L}{2,}$/u.test(text)) return `mailto:${text}`;
  return /^[\p{L}\p{N}-]+(\.[\p{L}\p{N}-]+)*\.\p{L}{2,}([/?#].*)?$/u.test(text) ? `https://${text}` : null;
}
