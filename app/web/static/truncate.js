// Cuts texts where people see one character end: never inside an emoji, a flag, or a letter with its marks.
// The server does the same (app/content/text/graphemes.py).

const segmenter = Intl.Segmenter && new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** Return `text`, or its beginning of at most `most` characters as people count, which ends behind a word and in "…". */
export function truncate(text, most) {
  if (text.length <= most) return text;
  const begun = [];
  for (const character of characters(text)) {
    begun.push(character);
    if (begun.length > most) return `${begun.slice(0, most - 1).join("").replace(/ [^ ]*$/, "")}…`;
  }
  return text;
}

/** Count the characters of `text` as the server's limits do: by code points, in which an emoji may be several. */
export function countCharacters(text) {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

function* characters(text) {
  if (!segmenter) yield* text; // an old browser: by code points
  else for (const { segment } of segmenter.segment(text)) yield segment;
}
