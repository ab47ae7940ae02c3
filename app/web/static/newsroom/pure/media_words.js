// The words beside pictures, films, sounds and tables: read from blocks, put into them, and said of an upload. Pure.

import { problemText } from "./problems.js";

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

const SOON = "It is tried again by itself.";

/** Return {text, isWrong} about an upload; null stands for one of the library. */
export function uploadWords(item) {
  if (item === null) return { text: "Kept on the server.", isWrong: false };
  const { state, progress, problem, isKept } = item;
  if (state === "unknown") return { text: "Looking for it in this browser …", isWrong: false };
  if (state === "refused") return { text: `Not accepted. ${problemText(problem)}`, isWrong: true };
  if (state === "done") return { text: "Kept on the server.", isWrong: false };
  if (state === "preparing") return { text: "Preparing …", isWrong: false };
  const kept = isKept ? "" : " This browser has no room to keep it: leave this tab open until it is sent.";
  if (state === "signed-out") return { text: `Sign in to send it.${kept}`, isWrong: true };
  if (state === "waiting") return { text: `${isKept ? "Kept here. " : ""}${problemText(problem)} ${SOON}${kept}`, isWrong: true };
  const sent = progress < 1 ? `Sending … ${Math.floor(progress * 100)} %` : "Sent; the server is working on it …";
  return { text: `${sent}${kept}`, isWrong: !isKept };
}
