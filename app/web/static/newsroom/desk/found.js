// What a search has found: its order, and the words around a match. Pure.

const AROUND = 70;

/** Return what was found in this story, and after it what was found anywhere else; each once. */
export function merged(here, everywhere) {
  const nameOf = ({ story, entry }) => `${story.id} ${entry?.id ?? ""}`;
  const known = new Set(here.map(nameOf));
  return [...here, ...everywhere.filter((item) => !known.has(nameOf(item)))];
}

/** Return a text around the first of the words that is in it, as [part, isMatch]; without one, its beginning. */
export function matchIn(text, words) {
  const [plain, places] = withoutAccents(text);
  const found = words.trim().split(/\s+/).map((word) => [plain.indexOf(withoutAccents(word)[0]), withoutAccents(word)[0].length])
    .filter(([at, length]) => at >= 0 && length > 0).sort(([a], [b]) => a - b)[0];
  const letters = [...text.replace(/\s/g, " ")];
  if (!found) return [[piece(letters, 0, 2 * AROUND).trimEnd() + (letters.length > 2 * AROUND ? "…" : ""), false]];
  const [start, end] = [places[found[0]], places[found[0] + found[1] - 1] + 1];
  const [from, to] = [Math.max(0, start - AROUND), Math.min(letters.length, end + AROUND)];
  return [
    [(from > 0 ? "…" : "") + piece(letters, from, start), false],
    [piece(letters, start, end), true],
    [piece(letters, end, to) + (to < letters.length ? "…" : ""), false],
  ].filter(([part]) => part !== "");
}

function piece(letters, from, to) {
  return letters.slice(from, to).join("");
}

/** Return the text without case and accents, and of each of its units the letter of the text that it comes from. */
function withoutAccents(text) {
  let plain = "";
  const places = [];
  [...text].forEach((letter, index) => {
    const bare = letter.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
    plain += bare;
    for (let unit = 0; unit < bare.length; unit += 1) places.push(index);
  });
  return [plain, places];
}
