// What two people made of the same formatted text, block by block, in one: the formatting of both stays. Pure.

import { allowance, mergeLists, mergePieces, mergedText } from "./word_merge.js";
import { stored, wordsOf } from "../pure/body.js";

/**
 * Return what `mine`, the blocks of an editor, and `theirs`, of the server, made of `before` as pieces like those of a
 * text: what is shown of each is words, and its `blocks` are {text} or, in a clash, {mine, theirs}.
 */
export function mergeBlocks(before, mine, theirs) {
  const known = new Map(); // a block by its JSON; one that the server has is sent back as it is
  const keysOf = (blocks) => blocks.map((block) => {
    const key = keyOf(block);
    if (!known.get(key)?.isStored) known.set(key, block);
    return key;
  });
  const left = allowance(2); // of all blocks together, as of a text that is no blocks
  const lists = [stored(before), mine, stored(theirs)].map(keysOf);
  return mergeLists(...lists).map(({ what, ...sides }) => {
    const blocks = Object.fromEntries(Object.entries(sides).map(([side, keys]) => [side, keys.map((key) => known.get(key))]));
    return joined(what, blocks, left) ?? drawable(what, blocks);
  });
}

/** Return the blocks of merged pieces; where two changes meet, what `choose(index)` says: "mine", "theirs" or "both". */
export function mergedBlocks(pieces, choose) {
  let clashes = 0;
  return pieces.flatMap(({ what, blocks }) => {
    if (what !== "clash") return blocks.text;
    const chosen = choose(clashes);
    clashes += 1;
    if (chosen !== "both") return blocks[chosen];
    const taken = new Set(blocks.mine.map(({ id }) => id));
    return [...blocks.mine, ...blocks.theirs.map((block) => (taken.has(block.id) ? withoutId(block) : block))];
  });
}

/** Return a clash in the same blocks, of which each has changed others, or other words, as what both have made; or null. */
function joined(what, { mine, theirs, removed }, left) {
  if (what !== "clash" || [mine, theirs].some(({ length }) => length !== removed.length)) return null;
  const text = removed.map((was, index) => joinedBlock(was, mine[index], theirs[index], left));
  return text.includes(null) ? null : drawable("alike", { text, removed });
}

function joinedBlock(was, mine, theirs, left) {
  if (was.id === undefined || mine.id !== was.id || theirs.id !== was.id) return null;
  if (keyOf(mine) === keyOf(was)) return theirs;
  if (keyOf(theirs) === keyOf(was) || keyOf(theirs) === keyOf(mine)) return mine;
  const rest = ({ html: _, ...block }) => keyOf(block);
  if (typeof was.html !== "string" || rest(mine) !== rest(was) || rest(theirs) !== rest(was)) return null;
  const pieces = mergePieces(was.html, mine.html, theirs.html, left);
  if (pieces.some(({ what }) => what === "clash")) return null;
  const { isStored: _, ...block } = { ...mine, html: mergedText(pieces) };
  return isNested(block.html) ? block : null;
}

/** Return whether each tag of a piece of HTML is closed, and within the one that it was opened in. */
function isNested(html) {
  const open = [];
  for (const [, isEnd, tag] of html.matchAll(/<(\/?)([a-z0-9]+)[^>]*>/gi)) {
    if (tag === "br") continue;
    if (!isEnd) open.push(tag);
    else if (open.pop() !== tag) return false;
  }
  return open.length === 0;
}

function drawable(what, blocks) {
  const words = Object.entries(blocks).map(([side, list]) => [side, list.length > 0 ? `${wordsOf(list)}\n\n` : ""]);
  return { what, ...Object.fromEntries(words), blocks };
}

function keyOf({ isStored: _, ...block }) {
  return JSON.stringify(block);
}

function withoutId({ id: _, isStored: __, ...block }) {
  return block;
}
