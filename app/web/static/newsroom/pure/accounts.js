// Whose account did something, and whose name stands over it. Pure.

const NOBODY = { admin: "the operator", clock: "nobody: it came due" };

/** Return the name of an account, as {name, token}: a person's, a bot's, the operator's. */
export function accountName({ name, token }) {
  return name ?? NOBODY[token] ?? token;
}

/** Return an entry's byline, and who posted it, whatever the byline says. */
export function bylineText({ authors }, postedBy) {
  const names = (authors ?? []).map(({ name }) => name).join(", ");
  // An older server beside this one does not say it.
  return [names || "No byline", postedBy && `posted by ${accountName(postedBy)}`].filter(Boolean).join(" · ");
}

/** Return what a writer should know before whose names may stand over an entry; "" where anybody's may. */
export function bylineRule(names) {
  if (!names) return "";
  const own = names.length > 0 ? `your own only, ${names.join(" or ")}` : "none";
  return `Byline here: ${own}. An editor can set another.`;
}
