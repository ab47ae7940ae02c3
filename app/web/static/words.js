// The words of the page in the story's language. The server puts them into the page (templates/words.html), from the
// catalogue that its templates have them from too; where the language changes, those of another are asked for.

let words = onPage();
let rules = null;

function onPage() {
  const holder = globalThis.document?.querySelector("meta[name=liveblog-words]");
  return holder ? JSON.parse(holder.content) : null;
}

/** Use these words from now on. */
export function useWords(given) {
  words = given;
  rules = null;
}

/** Ask for the words of a language, and use them. Throws what fetch throws, or the answer that is none. */
export async function learnWords(language) {
  const response = await fetch(new URL(`words/${encodeURIComponent(language)}.json`, import.meta.url));
  if (!response.ok) throw response;
  useWords(await response.json());
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

/** Say all texts in `root` again, in the words of now. What stands in the place of a placeholder stays. */
export function sayAgain(root) {
  for (const said of root.querySelectorAll("[data-say]")) {
    const [kept = ""] = said.children;
    said.replaceChildren(...pieces(said.dataset.say, new Proxy({}, { get: () => kept })));
    for (const name of ["lang", "dir"]) said.removeAttribute(name);
    Object.entries(words.foreign ?? {}).forEach((each) => said.setAttribute(...each));
  }
  for (const labelled of root.querySelectorAll("[data-say-label]")) {
    labelled.setAttribute("aria-label", say(labelled.dataset.sayLabel));
  }
}

function filled(text, values) {
  return text.split(/\{([a-z_]+)\}/).map((part, at) => (at % 2 ? values[part] : part)).filter((part) => part !== "");
}
