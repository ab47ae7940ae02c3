// An edit that met a colleague's: what both changed, merged, and what only a person can decide. Pure.

import { mergeBlocks, mergedBlocks } from "./block_merge.js";
import { mergePieces, mergedText } from "./word_merge.js";
import { stored, wordsOf } from "../pure/body.js";
import { draftOf } from "../pure/writing.js";

const WORDED = ["headline", "text"];
const UNITS = [["label"], ["icon"], ["kind"], ["importance"], ["key_event"], ["authors", "no_byline"], ["source_url", "source_name"], ["tags"]];
const NAMES = {
  headline: "Headline", text: "Text", label: "Label", icon: "Icon", kind: "Kind", importance: "Importance", key_event: "Key event", authors: "Byline",
  source_url: "Source", tags: "Tags",
};

/**
 * Return what two edits of an entry are together: `fields`, each {name, label, pieces} of words or one clash, of what was
 * changed; `clashes`, how many of them need a person; and `obstacle`, a sentence, where nothing can be merged at all.
 * `composed` is mine, with the version that it began with; `theirs` the entry as it is now, of the version `etag`.
 */
export function mergeEdits({ composed: mine, theirs: entry, theirEtag: etag }) {
  const { before } = mine.editing;
  const theirs = draftOf(entry, etag);
  const fields = [
    ...WORDED.map((name) => ({
      name,
      pieces: name === "text" && isRich(mine) ? mergeBlocks(mine.editing.blocks, mine.rich, theirs.editing.blocks)
        : mergePieces(before[name], mine[name], theirs[name]),
    })),
    ...UNITS.map((names) => ({ name: names[0], names, pieces: [unitPiece(names, { before, mine, theirs })] })),
  ].map((field) => ({ ...field, label: NAMES[field.name] })).filter(({ pieces }) => pieces.some(({ what }) => what !== "same"));
  const clashes = fields.reduce((sum, { pieces }) => sum + pieces.filter(({ what }) => what === "clash").length, 0);
  return { mine, theirs, fields, clashes, obstacle: obstacleOf({ before, mine, theirs }) };
}

/** Return the draft of a merge, on the version that is there now; `choose(name, index)` says who is right in a clash. */
export function mergedDraft({ mine, theirs, fields }, choose) {
  const draft = { ...theirs, change: mine.change, correction: mine.correction, pictures: mine.pictures, ...pictureOf(mine) };
  if (!isSame(mine.media, mine.editing.before.media)) draft.media = mine.media;
  if (isRich(mine)) Object.assign(draft, formatted(stored(theirs.editing.blocks)));
  for (const { name, names, pieces } of fields) {
    if (name === "text" && isRich(mine)) Object.assign(draft, formatted(mergedBlocks(pieces, (index) => choose(name, index))));
    else if (!names) draft[name] = mergedText(pieces, (index) => choose(name, index));
    else {
      const { what } = pieces[0];
      const from = what === "clash" ? choose(name, 0) : what;
      for (const each of names) draft[each] = (from === "mine" ? mine : theirs)[each];
    }
  }
  return draft;
}

/** Return whether a draft was written formatted: its blocks are its text then, of which `text` has the words alone. */
function isRich({ rich }) {
  return rich !== null && rich !== undefined;
}

function formatted(rich) {
  return { rich, text: wordsOf(rich) };
}

/** Return a unit of members as one piece: it is one person's whole, or there is a clash. */
function unitPiece(names, { before, mine, theirs }) {
  const [was, my, their] = [before, mine, theirs].map((draft) => names.map((name) => draft[name]));
  if (isSame(my, their)) return { what: isSame(my, was) ? "same" : "alike", text: shown(my), removed: shown(was) };
  if (isSame(my, was)) return { what: "theirs", text: shown(their), removed: shown(was) };
  if (isSame(their, was)) return { what: "mine", text: shown(my), removed: shown(was) };
  return { what: "clash", mine: shown(my), theirs: shown(their), removed: shown(was) };
}

function obstacleOf({ before, mine, theirs }) {
  const [was, now] = [mine.editing, theirs.editing];
  if (was.status !== now.status) return `It was ${was.status} and is ${now.status} now.`;
  if (was.working !== now.working) return "One of you has an edit of it that is not published yet.";
  if (was.text_format !== now.text_format) return "Its text is of another form now.";
  if (!isRich(mine) && now.text_exact === false && was.text_exact !== false) return "Theirs has formatting that a text does not show.";
  const touched = [mine.media, theirs.media].filter((media) => !isSame(media, before.media));
  if (touched.length === 2) return "Both of you have changed words of its pictures.";
  return null;
}

function pictureOf(draft) {
  return Object.fromEntries(Object.entries(draft).filter(([name]) => name.startsWith("picture_")));
}

function isSame(one, other) {
  return JSON.stringify(one) === JSON.stringify(other);
}

function shown(values) {
  const words = values.map((value) => (value === true ? "yes" : value === false ? "no" : value));
  return words.length > 1 && values[1] === true ? "No byline" : words.filter((word) => word && word !== "no").join(", ") || "nothing";
}
