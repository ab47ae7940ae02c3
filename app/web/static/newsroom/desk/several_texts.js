// Several entries written at once: one text, whose parts are entries, and what became of each. Pure.

export const MOST = 100; // as many as the server takes in one request
const BETWEEN = /^\s*-{3,}\s*$/m;
const HEADLINE = /^#{1,6}\s+(.+)$/;

/** Return the parts of a text, between lines of dashes; empty ones are none. */
export function partsOf(text) {
  return text.replace(/\r\n?/g, "\n").split(BETWEEN).map((part) => part.trim()).filter(Boolean);
}

/** Return the parts as entries to send: a first line that begins with # is the headline, the rest is Markdown. */
export function entriesOf(parts, { status, newId }) {
  return parts.map((part) => {
    const [first, ...rest] = part.split("\n");
    const [, headline] = HEADLINE.exec(first) ?? [];
    const text = headline === undefined ? part : rest.join("\n").trim();
    return { id: newId(), status, ...(headline !== undefined && { headline: headline.trim() }), ...(text && { text }) };
  });
}

/** Return what was not taken, to go on with: {text, lines}, the parts as they were written and what is wrong with each. */
export function leftOf(parts, results) {
  const left = results.map(({ problem }, index) => ({ problem, part: parts[index] })).filter(({ problem }) => problem);
  return {
    text: left.map(({ part }) => part).join("\n\n---\n\n"),
    lines: left.map(({ problem, part }) => `“${part.slice(0, 40)}${part.length > 40 ? "…" : ""}”: ${problem.errors?.[0]?.detail ?? problem.detail}`),
  };
}
