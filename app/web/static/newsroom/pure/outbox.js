// The outbox: writes that the server has not acknowledged yet, sent in order and kept until it has. Pure.
// Every write is put into the browser's storage before it is sent, and stays there, with its Idempotency-Key, until the
// server says that it is on disk. A reload, a dead battery or a tunnel costs nothing, and nothing is posted twice.
// One that shows pictures waits until they are uploaded; what was written after it does not, unless it is about the same entry.
// Nor does all wait for a write at which the server fails again and again: what is about the same entry does.

import { backOffMs } from "../../client.js";
import { retryAfterMs } from "../../transports.js";
import { newest } from "./revisions.js";

const PATIENCE_MS = 20_000; // a server that says nothing for so long is asked again
const MERGES = 5; // of one item, then a person looks
const FAILURES = 4; // of one item, then what was written after it goes out before it
const NO_PICTURES = { check: () => ({ state: "ready" }) };
const COMPARED = ["headline", "label", "icon", "text", "kind", "importance", "key_event"];
const MANNER = ["material", "publish", "hold_seconds", "text_format"]; // how an edit is made, and nothing of what it says

/** Return the headers of a call to the API: the token, sent nowhere else, or the cookie session's CSRF word. */
export function headersFor({ token, csrf }, { key, ifMatch } = {}) {
  const headers = { "Content-Type": "application/json" };
  if (token) headers.Authorization = `Bearer ${token}`;
  else if (csrf) headers["X-CSRF-Token"] = csrf;
  if (key) headers["Idempotency-Key"] = key;
  if (ifMatch) headers["If-Match"] = ifMatch;
  return headers;
}

/** Return what an answer that is no success says, for a person: {status, code, detail, errors}. */
export async function problemOf(response) {
  const body = await response.json().catch(() => ({}));
  const { code = "", detail, title, errors = [] } = body;
  const { status } = response;
  return { status, code, detail: detail ?? title ?? `The server answered ${status}.`, errors };
}

/**
 * Return one write with a key of its own, by which the server answers a retry without doing it again; `ifMatch` is the
 * version that it changes, or "previous", the one just made.
 */
export function step(method, path, body, { ifMatch = null, newKey }) {
  return { method, path, body, ifMatch, key: newKey() };
}

/**
 * Sends items in the order in which they were added. An item is {id, story, entry, label, steps, composed}: the steps
 * are sent one after the other; `composed` is what was written, to be put back into the form if the server refuses it;
 * `awaits`, if there, names the uploads that have to be done first: `pictures.check(ids)` says whether they are.
 * `merge(item, theirs, etag)` returns the `steps` and `composed` of an edit with a quicker one merged in, or null if a
 * person has to decide; `onMerged` gets the item as it was, and the version of theirs. `onChange` gets all items after each
 * change, `onDone` each item that has been acknowledged, with the last answer.
 */
export class Outbox {
  constructor({
    storage, prefix, token, csrf, env, pictures = NO_PICTURES, merge = () => null, onChange, onDone, onSignedOut, onMerged,
  }) {
    const credentials = { token, csrf };
    Object.assign(this, { storage, prefix: `${prefix}:out:`, credentials, env, pictures, merge });
    Object.assign(this, { onChange, onDone, onSignedOut, onMerged });
    this.items = this.#stored();
    this.busy = false;
    this.failures = 0;
  }

  /** Store an item, and begin to send. Throws when the browser cannot keep it: then nothing was sent. */
  add(item) {
    const kept = { ...item, at: this.env.clock(), etag: null, state: "sending", problem: null };
    this.#keep(kept);
    this.items.push(kept);
    this.onChange(this.items);
    this.run();
  }

  /** Remove an item, unsent. */
  drop(id) {
    this.storage.removeItem(this.prefix + id);
    this.items = this.items.filter((item) => item.id !== id);
    this.onChange(this.items);
  }

  /** Send an item that met a newer version after all, over the version named. */
  sendOver(id, etag) {
    const item = this.items.find((other) => other.id === id);
    item.steps[0].ifMatch = etag;
    Object.assign(item, { state: "sending", problem: null, theirs: undefined });
    this.#keep(item);
    this.onChange(this.items);
    this.run();
  }

  /** Send an item that met a newer version with that merged into it: `steps` and `composed` of both. */
  sendMerged(id, both) {
    const item = this.items.find((other) => other.id === id);
    Object.assign(item, both, { state: "sending", problem: null, theirs: undefined });
    this.#keep(item);
    this.onChange(this.items);
    this.run();
  }

  /** Send an item that was refused once more, as it is. */
  retry(id) {
    const item = this.items.find((other) => other.id === id);
    this.#set(item, { state: "sending", problem: null });
    this.run();
  }

  /** Look again at what waits for its pictures: call it when one of them is uploaded, refused, or not to be had. */
  lookAgain() {
    for (const item of this.items.filter(({ state }) => state === "pictures")) this.#holdForPictures(item);
    this.run();
  }

  /** Leave out an item that another tab, which has the same outbox, has sent or dropped. */
  forget(id) {
    if (!this.items.some((item) => item.id === id)) return;
    this.items = this.items.filter((item) => item.id !== id);
    this.onChange(this.items);
  }

  /** Send all that can be sent. Repeats by itself while the network fails; call it when the network is back. */
  async run() {
    this.env.clearTimeout(this.timer);
    if (this.busy) return;
    this.busy = true;
    const waited = new Set();
    let waitMs = null;
    try {
      for (let item; (item = this.#next(waited)); ) {
        const ms = await this.#send(item);
        if (ms === null) continue;
        waited.add(item.id); // others are tried, too: it may be about this one alone
        waitMs = Math.min(waitMs ?? ms, ms);
        if (isAboutAll(item)) break;
      }
    } finally {
      this.busy = false;
    }
    if (waitMs !== null) this.timer = this.env.setTimeout(() => this.run(), waitMs);
  }

  /** Return an item's state; what is not sent before another one that waits is waiting, too. */
  stateOf(item) {
    if (item.state !== "sending") return item.state;
    const isWaiting = this.items.some(isAboutAll) || this.#before(item).some((first) => first.state === "waiting" && holdsBack(first, item));
    return isWaiting ? "waiting" : "sending";
  }

  stop() {
    this.env.clearTimeout(this.timer);
    this.items = [];
  }

  /** Send one item as far as it goes: null when it needs no more sending, else milliseconds until the next try. */
  async #send(item) {
    for (let answer = null; ; ) {
      if (this.storage.getItem(this.prefix + item.id) === null) { // another tab was quicker
        this.forget(item.id);
        return null;
      }
      if (this.#holdForPictures(item)) return null;
      if (item.steps.length === 0) {
        this.drop(item.id);
        this.onDone(item, answer);
        return null;
      }
      const outcome = await this.#sendStep(item);
      if (outcome.isMerged) continue;
      if (outcome.waitMs !== undefined) return this.#wait(item, outcome);
      if (outcome.state) {
        this.#set(item, outcome);
        return null;
      }
      this.failures = 0;
      answer = outcome.answer;
      item.steps.shift();
      this.#set(item, { state: "sending", problem: null, failures: 0, etag: outcome.etag });
    }
  }

  /** Return what is sent next: those at which the server has failed often come last. */
  #next(waited) {
    const next = this.items.filter((item) => (
      ["sending", "waiting"].includes(item.state) && !waited.has(item.id)
      && !this.#before(item).some((first) => ["pictures", "waiting"].includes(first.state) && holdsBack(first, item))
    ));
    return next.find((item) => !failsOften(item)) ?? next[0];
  }

  #before(item) {
    return this.items.slice(0, this.items.indexOf(item));
  }

  /** Hold an item until its pictures are uploaded; return whether it is held. One of which a picture is refused is, too. */
  #holdForPictures(item) {
    if (!item.awaits?.length) return false;
    if (this.storage.getItem(this.prefix + item.id) === null) { // another tab has sent it
      this.forget(item.id);
      return true;
    }
    const { state, problem = null } = this.pictures.check(item.awaits);
    if (state === "ready") {
      this.#set(item, { state: "sending", problem: null, awaits: [] });
      return false;
    }
    const next = state === "refused" ? "refused" : "pictures";
    if (item.state !== next || item.problem?.detail !== problem?.detail) this.#set(item, { state: next, problem });
    return true;
  }

  async #sendStep(item) {
    const { method, path, body, key, ifMatch } = item.steps[0];
    const tag = ifMatch === "previous" ? item.etag : ifMatch;
    let response;
    try {
      const headers = headersFor(this.credentials, { key, ifMatch: tag });
      const signal = AbortSignal.timeout(PATIENCE_MS);
      response = await this.env.fetch(path, { method, headers, body: JSON.stringify(body), signal });
      if (response.ok) return { answer: await response.json(), etag: response.headers.get("etag") };
    } catch {
      const problem = { detail: "The server cannot be reached." };
      return { waitMs: backOffMs(this.failures, this.env.random), problem };
    }
    return this.#refusal(item, response);
  }

  async #refusal(item, response) {
    const problem = await problemOf(response);
    if ([408, 425, 429].includes(problem.status) || problem.status >= 500) {
      return { waitMs: retryAfterMs(response) ?? backOffMs(Math.max(this.failures, item.failures ?? 0), this.env.random), problem };
    }
    if (problem.status === 401) {
      this.onSignedOut();
      return { state: "signed-out", problem };
    }
    if (problem.code === "reply_removed") return { answer: null, etag: null }; // done, and what it said removed since
    if (problem.status === 412 && item.steps[0].method === "PATCH") return this.#afterConflict(item, problem);
    return { state: "refused", problem };
  }

  /**
   * Read the entry after a 412: another edit was quicker. One that was kept without a key, by an earlier release, may also
   * have arrived and its answer been lost: what is not there to the letter is then left to a person.
   */
  async #afterConflict(item, problem) {
    let response;
    try {
      response = await this.env.fetch(item.entry, {
        headers: headersFor(this.credentials), signal: AbortSignal.timeout(PATIENCE_MS),
      });
      if (!response.ok) return { state: "refused", problem };
      const theirs = await response.json();
      const etag = response.headers.get("etag");
      if (says(newest(theirs), item.steps[0].body)) return { answer: theirs, etag };
      const { merges = 0 } = item;
      const both = merges < MERGES && item.steps[0].key ? this.merge(item, theirs, etag) : null;
      if (both === null) return { state: "conflict", problem, theirs, theirEtag: etag };
      this.onMerged?.({ ...item }, etag);
      this.#set(item, { ...both, merges: merges + 1 });
      return { isMerged: true };
    } catch {
      return { waitMs: backOffMs(this.failures, this.env.random), problem };
    }
  }

  #wait(item, { waitMs, problem }) {
    const isFailing = problem.status >= 500;
    if (!isFailing) this.failures += 1;
    this.#set(item, { state: "waiting", problem, failures: (item.failures ?? 0) + (isFailing ? 1 : 0) });
    return waitMs;
  }

  #set(item, change) {
    Object.assign(item, change);
    if (this.items.includes(item)) this.#keep(item);
    this.onChange(this.items);
  }

  #keep(item) {
    this.storage.setItem(this.prefix + item.id, JSON.stringify(item));
  }

  #stored() {
    const keys = Array.from({ length: this.storage.length }, (_, index) => this.storage.key(index));
    return keys
      .filter((key) => key.startsWith(this.prefix))
      .map((key) => JSON.parse(this.storage.getItem(key)))
      .map((item) => ({ ...item, state: item.state === "signed-out" ? "sending" : item.state }))
      .sort((a, b) => a.at - b.at);
  }
}

/** Return whether an item waits for a reason that the others have, too: the server is not reached, or asks to be left alone. */
function isAboutAll({ state, problem }) {
  return state === "waiting" && !(problem?.status >= 500);
}

function failsOften({ failures = 0 }) {
  return failures >= FAILURES;
}

/** Return whether an item is sent after an earlier one that waits: of the same entry, or of the story that it begins. */
function holdsBack(first, item) {
  if (first.begins ? first.story === item.story : first.entry === item.entry) return true;
  const areWritten = first.composed && item.composed && first.story === item.story; // in their order, for readers
  return Boolean(areWritten) && first.state === "waiting" && !failsOften(first);
}

/** Return whether an entry says all that an edit would make it say, as far as that can be compared at all. */
function says(entry, body) {
  if (body.publish && entry.working && !entry.working.held) return false; // readers do not see it
  const named = Object.keys(body).filter((name) => !MANNER.includes(name));
  return named.length > 0 && named.every((name) => COMPARED.includes(name) && (body[name] ?? null) === (entry[name] ?? null));
}
