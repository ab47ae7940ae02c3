// The uploads of this browser: opened with the session, kept in IndexedDB, known to the other tabs.

import { browserEnvironment } from "../../client.js";
import { showProblem } from "../drawing/notices.js";
import { newId, session } from "../drawing/session.js";
import { shrunkFile } from "../drawing/shrunk_file.js";
import { sendFile } from "../drawing/upload_request.js";
import * as store from "../drawing/upload_store.js";
import { Uploads } from "../pure/uploads.js";

const FORGOTTEN_MS = 7 * 24 * 3_600_000; // what no text names for a week is taken out of the browser
const listeners = new Set();
const channel = globalThis.BroadcastChannel ? new BroadcastChannel("liveblog-uploads") : null;
const previews = new Map(); // addresses of the files that this page holds, by upload

/** What waits, or was sent; null while nobody is signed in. */
export let uploads = null;

/** Begin to send what this person has left in the browser, and what they choose from now on; nothing while it `isHeld`. */
export async function openUploads({ isHeld = false } = {}) {
  closeUploads();
  const own = new Uploads({
    store: { list: store.list, get: store.get, put: store.put, delete: store.remove },
    owner: session.who,
    token: session.token,
    csrf: session.csrf,
    prepare: shrunkFile,
    env: {
      ...browserEnvironment(), newId, clock: () => Date.now(), send: isHeld ? unsent : sendFile,
      locked: (name, run) => (navigator.locks ? navigator.locks.request(name, run) : run()),
      tell: (id) => channel?.postMessage(id),
    },
    onChange: () => uploads === own && changed(),
    onSignedOut: () => showProblem({ status: 401 }),
  });
  uploads = own;
  await own.open();
  await own.sweep(isNamed, FORGOTTEN_MS);
}

function unsent() {
  return Promise.reject(new TypeError("held"));
}

/** Stop sending; what waits stays kept. */
export function closeUploads() {
  uploads?.stop();
  uploads = null;
}

/** Call back after each change of an upload. Returns the function that ends it. */
export function onUploads(callback) {
  listeners.add(callback);
  return () => listeners.delete(callback);
}

/** Forget uploads that are shown by what is on the server's disk now. */
export function forgetUploads(ids) {
  for (const id of ids) {
    uploads?.remove(id);
    URL.revokeObjectURL(previews.get(id));
    previews.delete(id);
  }
}

/** Return the address of an upload's picture in this page, as far as there is one. */
export function previewOf(id) {
  const item = uploads?.find(id);
  const isPicture = item?.file && /^image\//.test(item.type || "image/");
  if (isPicture && item.state !== "preparing" && !previews.has(id)) previews.set(id, URL.createObjectURL(item.file));
  return previews.get(id) ?? item?.media?.poster ?? (item?.media?.kind === "image" ? item.media.url : null);
}

function changed() {
  for (const listener of listeners) listener();
}

/** Return whether a text or a write that is kept in this browser names an upload. */
function isNamed(id) {
  return Array.from({ length: localStorage.length }, (_, index) => localStorage.getItem(localStorage.key(index)))
    .some((text) => text?.includes(id));
}

channel?.addEventListener("message", ({ data }) => uploads?.reread(data));
window.addEventListener("online", () => uploads?.run());
