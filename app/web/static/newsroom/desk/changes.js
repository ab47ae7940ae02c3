// The kinds of change to what readers have: a typo leaves no mark, an update leaves one, a correction says what was wrong. Pure.

const TYPO_MS = 10 * 60_000; // as long as few have read it
const FIGURE = /\p{Nd}+(?:[.,:’' ]\p{Nd}+)*/gu;
const WORD = /[\p{L}\p{M}][\p{L}\p{M}’'-]*/gu;
const CAPITAL = /^\p{Lu}/u;
const WITHOUT_CASE = /\p{Lo}/u; // in such a script no word shows that it is a name
const OPENERS = new Set([
  ..."a an and as at but by for from he her his how if in it its no not of on one our she that the their there these they this those to we what when where who why with you".split(" "),
  ..."aber als am an auch auf aus bei das dem den der die ein eine er es für im in ist mit nach nicht sie und von vor wir zu".split(" "),
  ..."au aux avec ce cette dans de des du elle en et il ils je la le les mais nous on par pas pour qui sa ses son sur un une".split(" "),
  ..."a al ante con de del el ella en es esta este ha la las lo los no o para pero por que se su sus un una y".split(" "),
  ..."ao aos as com da das do dos e em mas na nas no nos o os para pela pelo por que se sem um uma".split(" "),
]);
const LONGEST_OPENER = Math.max(...[...OPENERS].map(({ length }) => length));

/** Return the kind of change that is chosen before a person chooses: "typo" or "update". `publishedAt` and `now` in ms. */
export function usualChange({ before, after, publishedAt, now }) {
  const isFresh = publishedAt !== null && now - publishedAt < TYPO_MS;
  return isFresh && isOnlySpelling(before, after) ? "typo" : "update";
}

/** Return whether two drafts differ in nothing but the spelling of words: no figure, no name, nothing beside the text. */
export function isOnlySpelling(before, after) {
  const rest = ({ headline: _, text: __, rich: ___, ...others }) => JSON.stringify(others);
  if (rest(before) !== rest(after)) return false;
  const [was, is] = [before, after].map(({ headline, text }) => `${headline}\n${text}`);
  if (figuresOf(was).join(" ") !== figuresOf(is).join(" ")) return false;
  return changedWords(was, is).every((word) => !mayBeName(word));
}

function figuresOf(text) {
  return text.match(FIGURE) ?? [];
}

/** Return the words that only one of two texts has, as often as it has more of them. */
function changedWords(was, is) {
  const count = new Map();
  for (const word of was.match(WORD) ?? []) count.set(word, (count.get(word) ?? 0) + 1);
  for (const word of is.match(WORD) ?? []) count.set(word, (count.get(word) ?? 0) - 1);
  return [...count].filter(([, times]) => times !== 0).map(([word]) => word);
}

/** Return whether a word may be a name: it is written like one, and is not one with which sentences begin. */
function mayBeName(word) {
  if (WITHOUT_CASE.test(word)) return true;
  return CAPITAL.test(word) && !isOpener(word.toLowerCase());
}

/** Return whether it is a common word, or one with two letters in each other's place. */
function isOpener(word) {
  if (word.length > LONGEST_OPENER) return false; // also one of 50,000 letters, at every key that is pressed
  if (OPENERS.has(word)) return true;
  const letters = [...word];
  return letters.some((letter, index) => index > 0 && OPENERS.has(
    [...letters.slice(0, index - 1), letter, letters[index - 1], ...letters.slice(index + 1)].join(""),
  ));
}

/** Return the draft as it is sent: with the kind of change that holds, and a sentence for a correction alone. */
export function withKind(draft, now) {
  const { editing } = draft;
  const isOut = editing !== null && ["published", "retracted"].includes(editing.status);
  const change = isOut ? draft.change || usualChange({ ...bothTexts(draft), publishedAt: editing.published_at, now }) : "";
  return { ...draft, change, correction: change === "correction" ? draft.correction : "" };
}

function bothTexts({ editing, ...after }) {
  const own = ({ change: _, correction: __, silent: ___, editing: ____, ...rest }) => rest;
  return { before: own(editing.before), after: own(after) };
}
