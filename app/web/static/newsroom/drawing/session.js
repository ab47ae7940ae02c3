// The signed-in session, and calls to the API with its rights. A token is kept for this tab, and sent as a header only;
// an invitation starts a session in a cookie that no script can read, with a word (csrf) that is sent with each write.

import { headersFor, problemOf } from "../pure/outbox.js";

const TOKEN = "liveblog-token";
const PATIENCE_MS = 20_000; // then it is said that the server cannot be reached

/**
 * `token` or `csrf` while signed in, else null; `who` names the person (or kind of token) whose drafts these are; `me`
 * is what the API says of them.
 */
export const session = { token: sessionStorage.getItem(TOKEN), csrf: null, who: null, me: null };

/** Ask the API who is signed in, with the token or the cookie there is. Throws a problem. */
export async function enter() {
  const { body: me } = await get("/v1/newsroom/me");
  Object.assign(session, { me, who: me.person ?? me.kind, csrf: me.csrf ?? null });
  keepToken();
}

/** Forget what this tab was signed in with. */
export function forget() {
  session.token = session.csrf = null;
  keepToken();
}

/** Return whether the caller has a right: in that story, if it was read with its `can`, else everywhere. */
export function may(right, story = null) {
  return (story?.can ?? session.me.can).includes(right);
}

function keepToken() {
  if (session.token === null) sessionStorage.removeItem(TOKEN);
  else sessionStorage.setItem(TOKEN, session.token);
}

/** Return whether a token or a session is there. */
export function isSignedIn() {
  return session.token !== null || session.csrf !== null;
}

/** Take an invitation's secret out of the page's address: it works once. Returns null if there is none. */
export function takeInvitation() {
  const [, secret] = /^#invite=(.+)$/.exec(location.hash) ?? [];
  if (secret === undefined) return null;
  history.replaceState(null, "", location.pathname);
  return secret;
}

/** Begin a session with an invitation. Throws a problem. */
export async function accept(secret) {
  const response = await fetch("/v1/newsroom/sessions", {
    method: "POST", headers: headersFor({}), body: JSON.stringify({ secret }), signal: AbortSignal.timeout(PATIENCE_MS),
  });
  if (!response.ok) throw await problemOf(response);
  session.token = null;
}

/** End the cookie's session, if it is one that we are signed in with. Throws a problem if it may still be there. */
export async function leave() {
  if (session.token !== null || session.csrf === null) return;
  const response = await fetch("/v1/newsroom/session", {
    method: "DELETE", headers: headersFor(session), signal: AbortSignal.timeout(PATIENCE_MS),
  });
  if (!response.ok && response.status !== 401) throw await problemOf(response);
}

let clockAheadMs = 0; // how far the server's clock is ahead of this one; nothing counts as far as that is not told

/** Return the server's time, in milliseconds, as far as it is known. */
export function serverNow() {
  return Date.now() + clockAheadMs;
}

/** Read from the newsroom's API: {body, etag}. Throws a problem. */
export async function get(path) {
  const response = await fetch(path, {
    headers: headersFor(session), cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MS),
  });
  if (!response.ok) throw await problemOf(response);
  const ahead = Date.parse(response.headers.get("date")) - Date.now();
  if (!Number.isNaN(ahead)) clockAheadMs = Math.abs(ahead) > 2_000 ? ahead : 0; // the header has whole seconds
  return { body: await response.json(), etag: response.headers.get("etag") };
}

/**
 * Send a small change while the person waits for it; written entries are sent by the outbox. With the same `key`, what
 * was done already is not done twice. Throws a problem.
 */
export async function send(method, path, body, { ifMatch, key } = {}) {
  const headers = headersFor(session, { ifMatch, key });
  const response = await fetch(path, {
    method, headers, body: JSON.stringify(body), signal: AbortSignal.timeout(PATIENCE_MS),
  });
  if (!response.ok) throw await problemOf(response);
  return response.json();
}

/** Download a file of the API under a name, however long it takes while it comes. Throws a problem. */
export async function download(path, name) {
  const over = new AbortController();
  const response = await inTime(fetch(path, { headers: headersFor(session), cache: "no-store", signal: over.signal }), over);
  if (!response.ok) throw await problemOf(response);
  const link = Object.assign(document.createElement("a"), {
    href: URL.createObjectURL(new Blob(await partsOf(response, over), { type: response.headers.get("content-type") ?? "" })), download: name,
  });
  link.click();
  URL.revokeObjectURL(link.href);
}

/** Return the parts of an answer, each of which has to come in time: what stands still is given up. */
async function partsOf(response, over) {
  const [reader, parts] = [response.body.getReader(), []];
  for (let next = await inTime(reader.read(), over); !next.done; next = await inTime(reader.read(), over)) parts.push(next.value);
  return parts;
}

/** Return what a promise brings; throw once it has not come for too long, and end what it waits for. */
async function inTime(promise, over) {
  const timer = setTimeout(() => over.abort(new DOMException("Nothing came.", "TimeoutError")), PATIENCE_MS);
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
  }
}

/** Return a function that returns an Idempotency-Key for a body: the same one for the same body. */
export function keysForTries() {
  const keys = new Map();
  return (body) => {
    const tried = JSON.stringify(body);
    if (!keys.has(tried)) keys.set(tried, newId());
    return keys.get(tried);
  };
}

/** Fetch a ticket that opens the newsroom's stream once. Throws a problem. */
export async function ticket() {
  const response = await fetch("/v1/newsroom/live/tickets", {
    method: "POST", headers: headersFor(session), body: "{}", signal: AbortSignal.timeout(PATIENCE_MS),
  });
  if (!response.ok) throw await problemOf(response);
  return (await response.json()).ticket;
}

/** Return a random UUID. randomUUID exists in secure contexts only; a newsroom on a local network may have none. */
export function newId() {
  return crypto.randomUUID?.() ?? uuid4();
}

function uuid4() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
