// Links to entries of a story that was brought from another system: their anchors and queries, which no server sees, are
// looked up, and the reader is taken to the entry.

const OURS = ["entry", "position", "only", "tag", "order", "embed"];
const OURS_LIKE = /^(utm_|fbclid|gclid|#entry-)/;
const MOST = 3;
const ANSWER_MS = 20_000;

/** List the parts of an address that may be an entry's elsewhere: its fragment, unless `has` it, and each parameter. */
export function oldAddresses({ search, hash }, has) {
  const pairs = search.slice(1).split("&").filter((pair) => pair && !OURS.includes(pair.split("=")[0]));
  const found = [hash, ...pairs.map((pair) => `?${pair}`)];
  return found.filter((alias) => alias.length > 1 && !OURS_LIKE.test(alias.replace(/^\?/, "")) && !has(alias)).slice(0, MOST);
}

/** Go to the entry that the address of the page means, if it means one. */
export async function followOldAddress(story, { place = location, page = document, ask = fetch } = {}) {
  const has = (alias) => alias[0] === "#" && page.getElementById(decoded(alias.slice(1))) !== null;
  for (const alias of oldAddresses(place, has)) {
    const query = new URLSearchParams({ alias, limit: 1, fields: "id" });
    const answer = await ask(`/v1/stories/${encodeURIComponent(story)}/entries?${query}`, {
      signal: AbortSignal.timeout(ANSWER_MS),
    }).catch(() => null);
    const [entry] = answer?.ok ? (await answer.json()).items : [];
    if (entry) return place.replace(`${place.pathname}?entry=${entry.id}#entry-${entry.id}`);
  }
}

function decoded(fragment) {
  try {
    return decodeURIComponent(fragment);
  } catch {
    return fragment; // no fragment that a browser wrote
  }
}
