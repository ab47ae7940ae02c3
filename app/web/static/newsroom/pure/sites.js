// What forms say of sites, and of roles in them, as the API takes it.

const LISTS = ["hosts", "consent", "cors_origins"];
const OPTIONAL = ["logo", "language", "theme"];

/** Return whether a site is the one of the operator's settings. */
export const ofSettings = ({ slug }) => slug === "default";

/** Return a list as lines of text. */
export const linesIn = (list) => list.join("\n");

const listOf = (text) => text.split(/[\n,]/).map((line) => line.trim()).filter(Boolean);

/** Return the body that says what was filled in; `now` is the site that is changed, null for a new one. */
export function siteBody({ slug: _slug, framing, frame_ancestors: named, ...given }, now = null) {
  const body = { ...given };
  for (const name of LISTS) if (name in body) body[name] = listOf(body[name]);
  for (const name of OPTIONAL) if (name in body) body[name] ||= null;
  if (framing === undefined && named === undefined) return body;
  const isNamed = framing === undefined ? now?.frame_ancestors != null : framing === "named";
  const kept = named ?? linesIn(now?.frame_ancestors ?? []);
  body.frame_ancestors = isNamed ? listOf(kept) : null;
  return body;
}

/** Return a person's roles in some sites alone as lines, `evening-post: editor`; nothing for one role in all. */
export const roleLines = (sites) => linesIn(Object.entries(sites ?? {}).map(([site, role]) => `${site}: ${role}`));

/** Return what is sent of a person's role: in the sites named in these lines, or in all. */
export function rolesBody({ role, sites }, before) {
  const lines = listOf(sites ?? "").map((line) => line.split(":").map((part) => part.trim()));
  if (lines.length > 0) return { sites: Object.fromEntries(lines.map(([site, each = role]) => [site, each])) };
  return before ? { role, sites: null } : { role };
}
