// Texts compared and merged word by word: what two people made of the same text, in one. Pure.
// A word is what stands between spaces; in scripts without spaces, a character. So an address is one word, never half merged.

const WORD = /\s+|[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Thai}\p{scx=Khmer}\p{scx=Lao}\p{scx=Myanmar}]\p{M}*|(?:(?![\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Thai}\p{scx=Khmer}\p{scx=Lao}\p{scx=Myanmar}])\S)+/gu;
const MOST_EDITS = 1_500; // of texts that differ in more, all between their first and last difference is one change

/**
 * Return what may be spent on looking for the shortest way from one text to another. Given to several comparisons they
 * spend it together; where nothing is left of it, all between the first and last difference is one change.
 */
export function allowance(texts = 1) {
  return { steps: texts * (MOST_EDITS + 1) * (MOST_EDITS + 2) / 2 };
}

/** Return a text's words, and what stands between them, in order; joined they are the text. */
export function wordsOf(text) {
  return text.match(WORD) ?? [];
}

/** Return the changes that lead from one list of words to another, in order: [{start, end, words}] of the first. */
export function changesBetween(from, to, left = allowance()) {
  let head = 0;
  while (head < from.length && head < to.length && from[head] === to[head]) head += 1;
  let tail = 0;
  const most = Math.min(from.length, to.length) - head;
  while (tail < most && from[from.length - 1 - tail] === to[to.length - 1 - tail]) tail += 1;
  const [before, after] = [from.slice(head, from.length - tail), to.slice(head, to.length - tail)];
  if (before.length === 0 && after.length === 0) return [];
  return changesIn(before, after, left).map(({ start, end, words }) => ({ start: start + head, end: end + head, words }));
}

/** The shortest way from one list to another (Myers), as changes. */
function changesIn(from, to, left) {
  const trace = [];
  let reached = new Map([[1, 0]]);
  for (let edits = 0; edits <= Math.min(from.length + to.length, MOST_EDITS); edits += 1) {
    left.steps -= edits + 1;
    if (left.steps < 0) break;
    trace.push(new Map(reached));
    for (let line = -edits; line <= edits; line += 2) {
      const isDown = line === -edits || (line !== edits && (reached.get(line - 1) ?? -1) < (reached.get(line + 1) ?? -1));
      let x = isDown ? reached.get(line + 1) : reached.get(line - 1) + 1;
      while (x < from.length && x - line < to.length && from[x] === to[x - line]) x += 1;
      reached.set(line, x);
      if (x >= from.length && x - line >= to.length) return changesAlong(trace, from, to);
    }
    reached = new Map([...reached].filter(([line]) => Math.abs(line) <= edits + 1));
  }
  return [{ start: 0, end: from.length, words: to }];
}

function changesAlong(trace, from, to) {
  const changes = [];
  let [x, y] = [from.length, to.length];
  for (let edits = trace.length - 1; edits > 0; edits -= 1) {
    const [reached, line] = [trace[edits], x - y];
    const isDown = line === -edits || (line !== edits && (reached.get(line - 1) ?? -1) < (reached.get(line + 1) ?? -1));
    const before = isDown ? line + 1 : line - 1;
    const [oldX, oldY] = [reached.get(before), reached.get(before) - before];
    const step = isDown ? { start: oldX, end: oldX, words: [to[oldY]] } : { start: oldX, end: oldX + 1, words: [] };
    const next = changes[0];
    if (next && next.start === step.end) {
      changes[0] = { start: step.start, end: next.end, words: [...step.words, ...next.words] };
    } else changes.unshift(step);
    [x, y] = [oldX, oldY];
  }
  return changes;
}

/**
 * Return what two people made of a text, as pieces in order: {what: "same", text}; {what: "mine" or "theirs", text,
 * removed}, changed by one of them, or by both alike ("alike"); {what: "clash", mine, theirs, removed}, where they meet.
 * Changes meet where no word that both kept stands between them.
 */
export function mergePieces(before, mine, theirs, left = allowance(2)) {
  return mergeLists(...[before, mine, theirs].map(wordsOf), left).map((piece) => (
    Object.fromEntries(Object.entries(piece).map(([name, words]) => [name, name === "what" ? words : words.join("")]))
  ));
}

/** Return the same of what two people made of a list: each piece has lists where those of a text have texts. */
export function mergeLists(base, mine, theirs, left = allowance(2)) {
  const sides = { mine: changesBetween(base, mine, left), theirs: changesBetween(base, theirs, left) };
  const pieces = [];
  let at = 0;
  const keep = (until) => {
    if (until > at) pieces.push({ what: "same", text: base.slice(at, until) });
    at = Math.max(at, until);
  };
  const rest = { mine: [...sides.mine], theirs: [...sides.theirs] };
  while (rest.mine.length > 0 || rest.theirs.length > 0) {
    const first = firstOf(rest);
    const met = { mine: [], theirs: [], start: first.start, end: first.end };
    for (let side = first.side; side; side = meeting(rest, met)) {
      const change = rest[side].shift();
      met[side].push(change);
      met.end = Math.max(met.end, change.end);
    }
    keep(met.start);
    pieces.push(pieceOf(base, met));
    at = met.end;
  }
  keep(base.length);
  return pieces;
}

function firstOf({ mine, theirs }) {
  if (mine.length === 0 || (theirs.length > 0 && theirs[0].start < mine[0].start)) return { side: "theirs", ...theirs[0] };
  return { side: "mine", ...mine[0] };
}

/** Return the side whose next change meets those taken, or null. */
function meeting(rest, { end }) {
  return ["mine", "theirs"].find((side) => rest[side].length > 0 && rest[side][0].start <= end) ?? null;
}

function pieceOf(base, { mine, theirs, start, end }) {
  const removed = base.slice(start, end);
  const made = (changes) => {
    const words = [];
    let at = start;
    for (const change of changes) {
      words.push(...base.slice(at, change.start), ...change.words);
      at = change.end;
    }
    return [...words, ...base.slice(at, end)];
  };
  const [my, their] = [made(mine), made(theirs)];
  if (theirs.length === 0) return { what: "mine", text: my, removed };
  if (mine.length === 0) return { what: "theirs", text: their, removed };
  if (my.length === their.length && my.every((word, index) => word === their[index])) return { what: "alike", text: my, removed };
  return { what: "clash", mine: my, theirs: their, removed };
}

/** Return the text of merged pieces; where two changes meet, what `choose(index)` says: "mine", "theirs" or "both". */
export function mergedText(pieces, choose) {
  let clashes = 0;
  return pieces.map((piece) => {
    if (piece.what !== "clash") return piece.text;
    const chosen = choose(clashes);
    clashes += 1;
    if (chosen === "both") return bothOf(piece);
    return piece[chosen];
  }).join("");
}

function bothOf({ mine, theirs }) {
  const isApart = !mine || !theirs || /\s$/.test(mine) || /^\s/.test(theirs);
  return `${mine}${isApart ? "" : " "}${theirs}`;
}
