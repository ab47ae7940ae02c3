// Uploads: pictures, films and sounds that the server has not kept yet, sent one after the other until it has. Pure.
// Each is kept in the browser with its own id and Idempotency-Key before it is sent, and both stay what they are: after
// a reload, in another tab or once the network is back the same upload is sent again, and the server keeps it once.

import { backOffMs } from "../../client.js";
import { retryAfterMs } from "../../transports.js";
import { headersFor, problemOf } from "./outbox.js";

const TRIED_AGAIN = [408, 425, 429];
const UNREACHABLE = { code: "unreachable", detail: "The server cannot be reached." };
const LOST = {
  code: "upload_lost",
  detail: "A picture is not in this browser any more. Edit it to take the picture out, or to choose it again.",
};
const UNWORDED = ["caption", "credit"]; // words that the server may have found in the file itself

/** Return the kind of block that shows a file, as far as its declared type tells. */
export function kindOf(type) {
  const [kind] = (type ?? "").split("/");
  return ["video", "audio"].includes(kind) ? kind : "image";
}

/**
 * Sends uploads. One is {id, key, owner, name, type, size, at, file, state, progress, problem, media, isKept}; its state is
 * "preparing", "sending", "waiting" (tried again by itself), "refused", "signed-out" or "done", and then `media` is what
 * the API says of it. `progress` is the part that has been sent, from 0 to 1.
 *
 * `store` keeps uploads in the browser: async `list()`, `get(id)`, `put(upload)` (throws when there is no room),
 * `delete(id)`. `prepare(file)` returns the file to send. `env` has `send({path, headers, body, onProgress, signal})`
 * that returns a Response, `locked(name, run)` that runs in one tab at a time, `setTimeout`, `clearTimeout`, `random`,
 * `clock`, `newId` and `tell(id)`, which lets other tabs know that an upload has changed. `onChange` is called after each
 * change.
 */
export class Uploads {
  constructor({ store, owner, token, csrf, prepare, env, onChange, onSignedOut }) {
    Object.assign(this, { store, owner, credentials: { token, csrf }, prepare, env, onChange, onSignedOut });
    this.items = [];
    this.isOpen = false;
    this.busy = false;
    this.failures = 0;
    this.stopped = false;
    this.current = null; // {id, abort} of the one that is being sent
  }

  /** Load what was kept in this browser, and begin to send it. What cannot be read counts as nothing. */
  async open() {
    const kept = await this.store.list().catch(() => []);
    const own = kept.filter(({ owner, id }) => owner === this.owner && !this.find(id));
    this.items.push(...own.sort((a, b) => a.at - b.at).map(awakened));
    this.isOpen = true;
    this.onChange();
    this.run();
  }

  find(id) {
    return this.items.find((item) => item.id === id) ?? null;
  }

  /** Take a file. Returns the upload at once; it is prepared, kept and sent from here on. */
  add(file) {
    const { name = "", type = "", size } = file;
    const item = {
      id: this.env.newId(), key: this.env.newId(), owner: this.owner, name, type, size, at: this.env.clock(), file,
      state: "preparing", progress: 0, problem: null, media: null, isKept: false,
    };
    this.items.push(item);
    item.keeping = this.#prepare(item);
    this.onChange();
    return item;
  }

  /** Wait until these are in the browser's storage, or it is known that there is no room for them. */
  async kept(ids) {
    await Promise.all(ids.map((id) => this.find(id)?.keeping));
  }

  /** Return {state: "ready"}, "pending" (with a problem, if they wait for a reason) or "refused", with its problem. */
  check(ids) {
    const found = ids.map((id) => this.find(id));
    if (found.includes(null)) return this.isOpen ? { state: "refused", problem: LOST } : { state: "pending", problem: null };
    const refused = found.find(({ state }) => state === "refused");
    if (refused) return { state: "refused", problem: refused.problem };
    const pending = found.find(({ state }) => state !== "done");
    return pending ? { state: "pending", problem: pending.problem } : { state: "ready" };
  }

  /** Return the part of these that has been sent, from 0 to 1. */
  progressOf(ids) {
    const found = ids.map((id) => this.find(id)).filter(Boolean);
    const total = found.reduce((sum, { size }) => sum + size, 0);
    const sent = found.reduce((sum, { state, size, progress }) => sum + size * (state === "done" ? 1 : progress), 0);
    return total > 0 ? sent / total : 0;
  }

  /** Wait until an upload is done and return what the API says of it. Throws its problem, also where it has to wait. */
  finished(id) {
    return new Promise((resolve, reject) => {
      const look = () => {
        const item = this.find(id);
        if (item?.state === "done") resolve(item.media);
        else if (item === null || item.state === "refused") reject(item?.problem ?? LOST);
        else if (["waiting", "signed-out"].includes(item.state)) reject(item.problem);
        else return false;
        return true;
      };
      if (look()) return;
      this.watching = (this.watching ?? new Set()).add(look);
    });
  }

  /** Take an upload out, wherever it is on its way; what the server has kept of it already nobody sees. */
  remove(id) {
    const item = this.find(id);
    this.items = this.items.filter((other) => other.id !== id);
    if (this.current?.id === id) this.current.abort.abort();
    const gone = (item?.keeping ?? Promise.resolve()).then(() => this.store.delete(id)).catch(() => {});
    this.#changed();
    return gone.then(() => this.env.tell(id));
  }

  /** Send what was refused, or what waits, once more: the same file under the same id. */
  retry(id) {
    const item = this.find(id);
    if (item?.state === "refused") this.#set(item, { state: "sending", problem: null, progress: 0 });
    this.run();
  }

  /** Read again what another tab has changed: sent, or taken out. */
  async reread(id) {
    const item = this.find(id);
    const kept = await this.store.get(id).catch(() => undefined);
    if (kept === undefined) return;
    if (kept === null) {
      if (!item?.isKept) return;
      this.items = this.items.filter((other) => other.id !== id);
      if (this.current?.id === id) this.current.abort.abort();
    } else if (item === null) {
      if (kept.owner !== this.owner) return;
      this.items.push(awakened(kept));
      this.run();
    } else if (kept.state === "done") this.#finish(item, kept.media);
    this.#changed();
  }

  /** Forget the kept uploads that nothing names any more. */
  async sweep(isNamed, olderThanMs) {
    const old = this.items.filter(({ id, at }) => at < this.env.clock() - olderThanMs && !isNamed(id));
    await Promise.all(old.map(({ id }) => this.remove(id)));
  }

  /** Send all that can be sent. Repeats by itself while the network fails; call it when the network is back. */
  async run() {
    this.env.clearTimeout(this.timer);
    if (this.busy || this.stopped) return;
    this.busy = true;
    const waited = new Set();
    let waitMs = null;
    try {
      for (let item; !this.stopped && (item = this.#next(waited)); ) {
        const ms = await this.#send(item);
        if (ms === null) continue;
        waited.add(item.id); // those behind it are tried, too: it may be about this one alone
        waitMs = Math.min(waitMs ?? ms, ms);
        if (item.problem?.code === UNREACHABLE.code) break;
      }
    } finally {
      this.busy = false;
    }
    if (this.stopped) return;
    if (waitMs !== null) this.timer = this.env.setTimeout(() => this.run(), waitMs);
    else if (this.#next(new Set())) this.run();
  }

  stop() {
    this.stopped = true;
    this.env.clearTimeout(this.timer);
    this.current?.abort.abort();
  }

  #next(waited) {
    return this.items.find(({ id, state }) => ["sending", "waiting"].includes(state) && !waited.has(id));
  }

  async #prepare(item) {
    const file = await this.prepare(item.file).catch(() => item.file); // the server says what is wrong with it
    if (this.find(item.id) === null) return;
    Object.assign(item, { file, type: file.type, size: file.size, state: "sending" });
    item.isKept = await this.#keep(item);
    this.#changed();
    this.run();
  }

  async #keep(item) {
    const { keeping, isKept, progress, ...kept } = item;
    try {
      await this.store.put(kept);
    } catch {
      return false; // there is no room: it is sent from memory, and the page says so
    }
    this.env.tell(item.id);
    return true;
  }

  /** Send one: null when it needs no more sending, else milliseconds until the next try. */
  #send(item) {
    return this.env.locked(`liveblog-upload:${item.id}`, async () => {
      const kept = item.isKept ? await this.store.get(item.id).catch(() => undefined) : undefined;
      if (this.stopped || this.find(item.id) === null) return null;
      if (kept === null) { // another tab has taken it out
        this.items = this.items.filter((other) => other !== item);
        this.#changed();
        return null;
      }
      if (kept?.state === "done") { // another tab was quicker
        this.#finish(item, kept.media);
        return null;
      }
      this.#set(item, { state: "sending", problem: null, progress: 0 });
      return this.#settle(item, await this.#request(item));
    });
  }

  async #request(item) {
    const abort = new AbortController();
    this.current = { id: item.id, abort };
    try {
      const type = { "Content-Type": "application/octet-stream" }; // what it is the server sees by its content
      return await this.env.send({
        path: `/v1/media?id=${encodeURIComponent(item.id)}`,
        headers: { ...headersFor(this.credentials, { key: item.key }), ...type },
        body: item.file,
        signal: abort.signal,
        onProgress: (progress) => {
          item.progress = progress;
          this.#changed();
        },
      });
    } catch {
      return null;
    } finally {
      this.current = null;
    }
  }

  async #settle(item, response) {
    if (this.stopped || this.find(item.id) === null) return null; // taken out while it was sent
    const media = response?.ok ? await response.json().catch(() => null) : null;
    if (media !== null) {
      this.failures = 0;
      this.#finish(item, media);
      await this.#keep(item);
      return null;
    }
    const problem = response === null || response.ok ? UNREACHABLE : await problemOf(response);
    if (problem === UNREACHABLE || TRIED_AGAIN.includes(problem.status) || problem.status >= 500) {
      const waitMs = (response && retryAfterMs(response)) ?? backOffMs(this.failures, this.env.random);
      this.failures += 1;
      this.#set(item, { state: "waiting", problem, progress: 0 });
      return waitMs;
    }
    if (problem.status === 401) {
      this.onSignedOut();
      this.#set(item, { state: "signed-out", problem });
    } else {
      this.#set(item, { state: "refused", problem });
      await this.#keep(item);
    }
    return null;
  }

  #finish(item, media) {
    this.#set(item, { state: "done", media, problem: null, progress: 1, file: null });
  }

  #set(item, change) {
    Object.assign(item, change);
    this.#changed();
  }

  #changed() {
    this.onChange();
    for (const look of this.watching ?? []) if (look()) this.watching.delete(look);
  }
}

/** Return the words that stand in the file itself, for those of a picture's words that nobody has typed. */
export function offeredWords(media, touched) {
  const offered = UNWORDED.filter((word) => media[word] && !touched.includes(word));
  return Object.fromEntries(offered.map((word) => [word, media[word]]));
}

function awakened(item) {
  const state = ["refused", "done"].includes(item.state) ? item.state : "sending";
  return { ...item, state, progress: state === "done" ? 1 : 0, problem: state === "refused" ? item.problem : null, isKept: true };
}
