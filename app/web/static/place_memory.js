// Opens the page where it is to be read: at the entry that a link names, or, by the browser's back, forward and reload,
// where the reader has left it. Browsers remember a number of pixels, which is another place once entries have come
// above it, or before its pictures have their size; so the entry is remembered here, for as long as the tab lives.

const PAGES = 10; // older pages that are loaded to find an entry again, at most
const key = () => `liveblog-place:${location.pathname}${location.search}`;

/** Remember the reading place whenever the page is left. */
export function rememberPlace(place) {
  const remember = () => write(place.describe());
  window.addEventListener("pagehide", remember);
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && remember());
}

/** Bring the page to its place; `loadOlder` loads the next older page, and resolves to false if there is none. */
export async function openAtPlace(place, loadOlder) {
  history.scrollRestoration = "manual";
  const [{ type } = {}] = performance.getEntriesByType("navigation");
  const kept = ["back_forward", "reload"].includes(type) ? read() : null;
  if (kept === null) {
    const linked = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (linked) place.openAt(linked);
    return;
  }
  const { scrolls } = place;
  for (let page = 0; !place.restore(kept) && page < PAGES; page += 1) {
    const loaded = await loadOlder().catch(() => false);
    if (!loaded || place.scrolls !== scrolls) return; // it is gone, or the reader is reading elsewhere by now
  }
}

function write(described) {
  try {
    sessionStorage.setItem(key(), JSON.stringify(described));
  } catch {
    // A frame without storage of its own: the page opens at its beginning.
  }
}

function read() {
  try {
    return JSON.parse(sessionStorage.getItem(key()));
  } catch {
    return null;
  }
}
