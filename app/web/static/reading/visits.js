// What is kept of a visit, and what a correction has changed in words that were read. Pure.

const MOST_ENTRIES = 60;
const MOST_CHARACTERS = 2_000;
const MOST_WORDS = 300; // their product is what a comparison costs

/** Return the visit to keep: what was read in this one and before, the last of it. `read` has texts by ids; a long one is kept by its id alone. */
export function tidyVisit(last, read, now) {
  const all = Object.entries({ ...last?.read, ...read }).filter(([id]) => !(id in read));
  const kept = [...all, ...Object.entries(read)].slice(-MOST_ENTRIES);
  return {
    at: now,
    read: Object.fromEntries(kept.map(([id, text]) => [id, text.length > MOST_CHARACTERS ? "" : text])),
  };
}

/** Return the corrections that are of what was read, and came after it. */
export function correctionsOfRead({ at, read }, corrections) {
  return corrections.filter(({ entry, at: moment }) => entry in read && Date.parse(moment) > at);
}

/** Compare two texts word by word: a list of ["same" | "gone" | "new", words]. null for texts too long to compare. */
export function difference(before, after) {
  const [old, now] = [before, after].map((text) => text.split(/\s+/).filter(Boolean));
  if (old.length > MOST_WORDS || now.length > MOST_WORDS) return null;
  const common = lengthsOfCommon(old, now);
  const runs = [];
  const add = (kind, word) => {
    if (runs.at(-1)?.[0] === kind) runs.at(-1)[1] += ` ${word}`;
    else runs.push([kind, word]);
  };
  let [x, y] = [0, 0];
  while (x < old.length || y < now.length) {
    if (x < old.length && y < now.length && old[x] === now[y]) {
      add("same", old[x]);
      [x, y] = [x + 1, y + 1];
    } else if (y >= now.length || (x < old.length && common[x + 1][y] >= common[x][y + 1])) {
      add("gone", old[x]);
      x += 1;
    } else {
      add("new", now[y]);
      y += 1;
    }
  }
  return runs;
}

/** The length of the longest common part of the rest of both, from each pair of places on. */
function lengthsOfCommon(old, now) {
  const lengths = Array.from({ length: old.length + 1 }, () => new Uint16Array(now.length + 1));
  for (let x = old.length - 1; x >= 0; x -= 1) {
    for (let y = now.length - 1; y >= 0; y -= 1) {
      lengths[x][y] = old[x] === now[y] ? lengths[x + 1][y + 1] + 1 : Math.max(lengths[x + 1][y], lengths[x][y + 1]);
    }
  }
  return lengths;
}
