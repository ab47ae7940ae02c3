// The words beside pictures, films, sounds and tables: read from blocks, and put into them. Pure.

/** The words that each type of block can have. */
export const MEDIA_WORDS = {
  image: ["alt", "caption", "credit"], video: ["caption", "credit"], audio: ["caption", "credit"], table: ["caption"],
};

/** Return the blocks that have such words. */
export function mediaOf(blocks) {
  return blocks.filter(({ type }) => type in MEDIA_WORDS);
}

/** Return the words of each such block, by its id; null if there is none. */
export function wordsOf(blocks) {
  const media = mediaOf(blocks);
  return media.length > 0 ? Object.fromEntries(media.map((block) => [block.id, wordsIn(block)])) : null;
}

/** Return the blocks with the words of `media`; the same array if none differs. */
export function withWords(blocks, media) {
  const changed = blocks.map((block) => {
    const words = block.type in MEDIA_WORDS ? media?.[block.id] : undefined;
    const before = words && wordsIn(block);
    const same = (word) => JSON.stringify(words[word] ?? null) === JSON.stringify(before[word] ?? null);
    if (!words || [...MEDIA_WORDS[block.type], "focal"].every(same)) return block;
    const { focal = null, ...said } = words;
    const worded = [...MEDIA_WORDS[block.type], "focal"];
    const rest = Object.fromEntries(Object.entries(block).filter(([name]) => !worded.includes(name)));
    // What a block of an upload leaves out is what the upload says: what was taken away has to be sent empty.
    const kept = Object.entries(said).filter(([, value]) => value.trim() || block.media);
    return { ...rest, ...Object.fromEntries(kept), ...(focal ? { focal } : {}) };
  });
  return changed.some((block, index) => block !== blocks[index]) ? changed : blocks;
}

/** Return a block's words; a description that is only its caption was not written by anybody. */
function wordsIn(block) {
  const words = Object.fromEntries(MEDIA_WORDS[block.type].map((word) => [word, block[word] ?? ""]));
  if (words.alt && words.alt === words.caption) words.alt = "";
  if (block.type === "image" && block.media) words.focal = block.focal ?? null;
  return words;
}
