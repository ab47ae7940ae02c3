// The names under which texts are kept in the browser: each tab has its own for each story. Pure.

/** Return the name of a tab's text for a story. */
export function draftKey({ who, story, tab }) {
  return `liveblog:${who}:draft:${story}:${tab}`;
}

/**
 * Return the texts that other tabs have kept for a story, the newest first, as {key, tab, draft}. `tab` is null for one
 * that was kept before each tab had its own; what cannot be read is left alone.
 */
export function othersDrafts(storage, { who, story, tab }) {
  const shared = `liveblog:${who}:draft:${story}`;
  const keys = Array.from({ length: storage.length }, (_, index) => storage.key(index));
  const others = keys.filter((key) => (key === shared || key.startsWith(`${shared}:`)) && key !== `${shared}:${tab}`);
  return others
    .map((key) => ({ key, tab: key.slice(shared.length + 1) || null, draft: parsed(storage.getItem(key)) }))
    .filter(({ draft }) => draft !== null)
    .sort((a, b) => (b.draft.at ?? 0) - (a.draft.at ?? 0));
}

/**
 * Return those of them whose tab is closed; `open` are the tabs that are not, or null if that cannot be known. What a tab
 * has set aside for an edit is its own as long as it is open.
 */
export function leftDrafts(others, open) {
  return others.filter(({ tab }) => tab === null || (open !== null && !open.includes(tab.replace(/-aside$/, ""))));
}

/** Keep something by `keep`. Throws a problem that says so when the browser has no room left. */
export function keepInBrowser(keep) {
  try {
    keep();
  } catch (problem) {
    if (problem.name !== "QuotaExceededError") throw problem;
    throw { detail: "This browser has no room left to keep what is written here. Leave this tab open, and free some room." };
  }
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
