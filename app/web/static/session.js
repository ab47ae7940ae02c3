// Who is at the desk, and how their calls go to the API. The token is kept for this tab, and sent as a header only.

import { headersFor, problemOf } from "./outbox.js";

const TOKEN = "liveblog-token";

/** `token` while signed in, else null; `who` names the person (or kind of token) whose drafts these are. */
export const session = { token: sessionStorage.getItem(TOKEN), who: null };

/** Keep the token that was accepted, or forget it. */
export function keepToken() {
  if (session.token === null) sessionStorage.removeItem(TOKEN);
  else sessionStorage.setItem(TOKEN, session.token);
}

/** Read from the newsroom's API: {body, etag}. Throws a problem. */
export async function get(path) {
  const response = await fetch(path, { headers: headersFor(session.token), cache: "no-store" });
  if (!response.ok) throw await problemOf(response);
  return { body: await response.json(), etag: response.headers.get("etag") };
}

/** Change something small while the person waits for it; what was written goes through the outbox. Throws a problem. */
export async function patch(path, body, ifMatch) {
  const headers = headersFor(session.token, { ifMatch });
  const response = await fetch(path, { method: "PATCH", headers, body: JSON.stringify(body) });
  if (!response.ok) throw await problemOf(response);
}

/** A key that opens the newsroom's stream once. Throws a problem. */
export async function ticket() {
  const response = await fetch("/v1/newsroom/live/tickets", {
    method: "POST", headers: headersFor(session.token), body: "{}",
  });
  if (!response.ok) throw await problemOf(response);
  return (await response.json()).ticket;
}

/** A random id. randomUUID exists in secure contexts only; a newsroom on a local network may have none. */
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
