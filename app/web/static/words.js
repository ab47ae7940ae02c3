// The words of the page in the story's language. The server puts them into the page (templates/words.html), from the
// catalogue that its templates have them from too; where the language changes, those of another are asked for.

const ANSWER_MS = 20_000;
const STATUS = { upcoming: "upcoming", paused: "paused", ended: "ended", archived: "ended" };

let words = onPage();
let rules = null;

function onPage() {
  const holder = globalThis.document?.querySelector("meta[name=liveblog-words]");
  return holder ? JSON.parse(holder.content) : null;
}

/** Use these words from now on. Where a page has stories in several languages, whoever draws one says so first. */
export function useWords(given) {
  if (words === given) return;
  words = given;
  rules = null;
}

/** The words that are used now; null where none have been learnt yet. */
export function wordsInUse() {
  return words;
}

/**
 * Ask the server at `origin` for the words of a language, and return them: wherever this module is, in a bundle of others
 * too. Throws what fetch throws, or the answer that is none.
 */
export async function learnWords(language, origin) {
  const address = `${origin}/static/words/${encodeURIComponent(language)}.json`;
  const response = await fetch(address, { signal: AbortSignal.timeout?.(ANSWER_MS) });
  if (!response.ok) throw response;
  return response.json();
}

/** The language whose words these are. */
export function languageOfWords() {
  return words.language;
}

/** Return a text as pieces, in which the value of each placeholder stands as it is: a text or a node. */
export function pieces(key, values = {}) {
  return filled(words.messages[key], values);
}

/** Return a text. */
export function say(key, values) {
  return pieces(key, values).join("");
}

/** Return a text that counts. */
export function sayCount(key, count) {
  rules ??= new Intl.PluralRules(words.rules);
  return filled(words.messages[key][rules.select(count)], { count }).join("");
}

/** Return a date in words. `month` is 1 for January. */
export function sayDate({ day, month, year }) {
  return say("date", { day, month: words.messages.months[month - 1], year });
}

/** Return the attributes of an element that shows this text: by its key it is said again in another language. */
export function saidAs(key) {
  return { "data-say": key, ...words.foreign };
}

/** Return the key of the words for a story's status. */
export function statusKey({ status }) {
  return `status.${STATUS[status] ?? "live"}`;
}

function filled(text = "", values) {
  return text.split(/\{([a-z_]+)\}/).map((part, at) => (at % 2 ? values[part] : part)).filter((part) => part !== "");
}
