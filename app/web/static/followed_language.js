// The words of the language that a story has, where it has another now than what is drawn: few stories ever do.

import { learnWords } from "./words.js";

const WORDS_AGAIN_MS = 5_000; // after which words that were out of reach are asked for again
const learning = new WeakSet(); // the followers whose story's words are being learned

/**
 * Hand `use` the words of the language that the story of `follower` has, if they are not `words()`, which are those of
 * now. It tries until they are here, or `signal` has aborted; until then the others stand.
 */
export async function followLanguage(follower, { words, use, signal }) {
  const { language, direction } = follower.state ?? words();
  if (learning.has(follower) || language === words().language) return;
  learning.add(follower);
  const learned = await learnWords(language, follower.origin).catch(() => null);
  const isHere = learned && follower.state;
  if (!isHere && !signal.aborted) await new Promise((done) => setTimeout(done, WORDS_AGAIN_MS));
  learning.delete(follower);
  if (signal.aborted) return;
  if (isHere) use(learned, { language, direction });
  else await followLanguage(follower, { words, use, signal });
}
