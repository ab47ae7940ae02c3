// follow(): keeps one story up to date for as long as the page lives.
// It begins with a state (or fetches one), stays connected by whatever transport gets through, and resumes exactly from
// the head it holds. What a message does to the state is decided in apply.js; this file decides when to connect.

import {
  changesWantedAfter, foldChanges, mergeNamed, mergePage, missingEntries, readerOf, receive,
} from "./apply.js";
import { TransportChoice } from "./transport_choice.js";
import { discard, openEventSource, openPolling, openWebSocket } from "./transports.js";

const MAX_BACK_OFF_MS = 15_000; // after an outage of any length everybody is back within this
const FIRST_WORD_MS = 15_000; // a connection on which nothing was heard by then does not get through
const ANSWER_MS = 20_000; // an answer that has not come whole by then is not waited for
const STEADY_MS = 10_000; // a connection that lived this long was a good one: the next back-off starts small again
const LONG_POLL_SECONDS = 25;
const OPEN = ["upcoming", "live", "paused"]; // the statuses of a story worth a connection
const MAX_REPLIES = 50; // for one older page; a reader that far behind is better served by a snapshot

/** Return a back-off of uniform(0, min(15 s, 0.5 s · 2ⁿ)): those cut off together do not return together. */
export function backOffMs(attempt, random) {
  return random() * Math.min(MAX_BACK_OFF_MS, 500 * 2 ** attempt);
}

/** Return whether a close code says that asking again is no use: 45xx; every other close is worth another try. */
export function isFinalCode(code) {
  return code >= 4500 && code < 4600;
}

/** Return whether an HTTP status says the same. */
export function isFinalStatus(status) {
  return status >= 400 && status < 500 && ![408, 410, 425, 429].includes(status);
}

/** Return the status of a story's refusal: its 410 is final, while that of a cursor means to begin again. */
function goneForGood(status) {
  return status === 410 ? 404 : status;
}

/** Return the browser's own environment. A test passes another. */
export function browserEnvironment() {
  return {
    fetch: globalThis.fetch.bind(globalThis),
    WebSocket: globalThis.WebSocket,
    EventSource: globalThis.EventSource,
    setTimeout: globalThis.setTimeout.bind(globalThis),
    clearTimeout: globalThis.clearTimeout.bind(globalThis),
    now: () => performance.now(),
    random: Math.random,
    page: globalThis.document,
    window: globalThis.window,
  };
}

/**
 * Follow a story.
 *
 * `story` is its id or slug; `state`, what is held already (its `head` says from where); `origin`, the server.
 * `onUpdate` gets {state, before, message, verdict} after each change; verdict is "applied", "replaced" (redraw
 * everything) or "page" (and `page`, as it was sent). `onComments` gets {count}, how many comments there are, when that changes. `onConnection` gets
 * "connecting", "live", "retrying", "ended" or "refused". Call start(), and stop() at the end.
 */
export function follow(options) {
  return new Follower(options);
}

class Follower {
  constructor({
    story, state = null, origin = "", onUpdate, onComments, onConnection = () => {}, env = browserEnvironment(),
  }) {
    Object.assign(this, { story, origin, onUpdate, onConnection, onComments, env });
    this.reader = state && readerOf(state);
    const without = [...(env.WebSocket ? [] : ["websocket"]), ...(env.EventSource ? [] : ["sse"])];
    this.choice = new TransportChoice({ without, now: env.now, random: env.random });
    this.attempt = 0;
    this.connection = null;
    this.probe = this.probeTimer = null;
    this.running = false;
    this.snapshots = 0;
    // The pace the server has asked us to poll at, while it has.
    this.slowPollSeconds = null;
    // When we are to try a connection again instead; none for a story that has ended.
    this.liveTimer = null;
    this.listeners = [];
    this.fetching = new Set();
  }

  get state() {
    return this.reader?.state ?? null;
  }

  /** The name of the transport that serves now, or null: "websocket", "sse" or "poll". */
  get transport() {
    return this.connection?.heard ? this.connection.transport : null;
  }

  start() {
    this.running = true;
    this.listeners = [
      [this.env.window, "online", () => this.#onOnline()],
      [this.env.page, "visibilitychange", () => this.#onVisibility()],
      [this.env.window, "pagehide", () => this.#disconnect()],
      [this.env.window, "pageshow", ({ persisted }) => persisted && this.#hurry()],
    ].filter(([target]) => target);
    for (const [target, name, listener] of this.listeners) target.addEventListener(name, listener);
    this.#connect();
  }

  stop() {
    this.running = false;
    for (const [target, name, listener] of this.listeners) target.removeEventListener(name, listener);
    this.env.clearTimeout(this.liveTimer);
    this.#disconnect();
  }

  /** Load the next older page into the state. Returns false if there is none; throws if the server is out of reach. */
  async loadOlder() {
    const { next } = this.state.timeline;
    if (next === null) return false;
    const { pathname, search } = new URL(next, "http://unused");
    return this.#load(pathname + search, mergePage);
  }

  /** Merge a page into the state. Returns false when what it belongs to is held no more. */
  async #load(path, merge) {
    const began = this.snapshots;
    const page = await this.#get(path);
    const replies = [];
    for (let wanted; (wanted = changesWantedAfter(this.state, page, replies)) !== null; ) {
      if (replies.length === MAX_REPLIES) throw new Error("the page is too far behind");
      replies.push(await this.#get(`${this.#path}/changes?after=${encodeURIComponent(wanted)}`));
    }
    if (began !== this.snapshots) return false;
    const before = this.state;
    this.reader = { ...this.reader, state: merge(before, page, replies) };
    this.onUpdate({ state: this.state, before, message: null, verdict: "page", page });
    return true;
  }

  get #path() {
    return `/v1/stories/${encodeURIComponent(this.story)}`;
  }

  async #get(path) {
    const abort = new AbortController();
    const timer = this.env.setTimeout(() => abort.abort(), ANSWER_MS);
    try {
      const response = await this.env.fetch(this.origin + path, { cache: "no-cache", signal: abort.signal });
      if (response.ok) return await response.json();
      discard(response);
      throw Object.assign(new Error(`${path}: ${response.status}`), { status: response.status });
    } finally {
      this.env.clearTimeout(timer);
    }
  }

  // Connecting

  async #connect() {
    this.env.clearTimeout(this.timer);
    this.onConnection("connecting");
    const transport = this.slowPollSeconds === null ? this.choice.name : "poll";
    const connection = this.#connectionOver(transport);
    this.connection = connection;
    this.#watch(connection, FIRST_WORD_MS);
    const closed = (outcome) => this.#closed(connection, outcome);
    if (this.reader === null) {
      try {
        const state = await this.#get(this.#path);
        if (this.connection !== connection) return;
        this.#replace(state);
      } catch ({ status }) {
        closed({ status: goneForGood(status) });
        return;
      }
    }
    connection.shell = this.#open(connection, closed);
  }

  #connectionOver(transport) {
    return { transport, opened: this.env.now(), heard: false, shell: { close() {}, subscribe: () => false } };
  }

  /** Try the better transports, when it is time, beside one that serves. */
  #probeLater() {
    const wait = this.slowPollSeconds === null ? this.choice.probeInMs() : null;
    if (wait === null || this.probe !== null || this.probeTimer !== null) return;
    this.probeTimer = this.env.setTimeout(() => this.#probe(this.choice.better), wait);
  }

  /** Try them one after the other; the first that is heard takes over, without a moment in between. */
  #probe([name, ...others]) {
    const probe = this.#connectionOver(name);
    const failed = () => {
      this.#endProbe();
      if (others.length > 0) {
        this.#probe(others);
        return;
      }
      this.choice.probeFailed();
      this.#probeLater();
    };
    this.#endProbe();
    this.probe = probe;
    this.probeTimer = this.env.setTimeout(failed, FIRST_WORD_MS);
    probe.shell = this.#open(probe, (outcome) => (this.probe === probe ? failed() : this.#closed(probe, outcome)));
  }

  #endProbe() {
    this.env.clearTimeout(this.probeTimer);
    this.probe?.shell.close();
    this.probe = this.probeTimer = null;
  }

  #takeOver(probe) {
    this.env.clearTimeout(this.probeTimer);
    this.probe = this.probeTimer = null;
    this.#disconnect();
    this.choice.tookOver(probe.transport);
    this.connection = probe;
  }

  #socketAddress() {
    return `${this.origin.replace(/^http/, "ws")}${this.#path}/live?after=${encodeURIComponent(this.state.head)}`;
  }

  #open(connection, closed) {
    const { env } = this;
    const after = () => encodeURIComponent(this.state.head);
    const message = (received) => this.#guarded(connection, () => this.#hear(connection, received));
    const { transport } = connection;
    if (transport === "websocket") return openWebSocket({ env, url: this.#socketAddress(), message, closed });
    if (transport === "sse") {
      return openEventSource({ env, url: `${this.origin}${this.#path}/events?after=${after()}`, message, closed });
    }
    const pauseMs = 1000 * (this.slowPollSeconds ?? 1);
    const reply = (received) => this.#guarded(connection, () => this.#hearReply(connection, received, pauseMs));
    const wait = () => (connection.heard && this.slowPollSeconds === null ? LONG_POLL_SECONDS : 0);
    const url = () => `${this.origin}${this.#path}/changes?after=${after()}&wait=${wait()}`;
    return openPolling({ env, url, pauseMs, reply, closed });
  }

  #disconnect() {
    this.env.clearTimeout(this.timer);
    this.env.clearTimeout(this.watchdog);
    this.#endProbe();
    this.connection?.shell.close();
    this.connection = null;
  }

  /** Connect at once instead of sitting out the back-off: something makes it likely that a connection works now. */
  #hurry() {
    if (this.running && this.connection === null) this.#connect();
  }

  /** Connect anew on another network: what was open belongs to the old one, and what was blocked may get through. */
  #onOnline() {
    this.#disconnect();
    this.attempt = 0;
    this.choice.restart();
    this.#hurry();
  }

  #onVisibility() {
    const polling = this.slowPollSeconds !== null || this.choice.name === "poll";
    if (this.env.page.visibilityState === "hidden") {
      if (polling) this.#disconnect(); // nobody is looking: a socket costs nothing, questions do
    } else if (this.connection !== null && this.env.now() - this.lastHeard > this.patienceMs) {
      this.#closed(this.connection, {}); // it slept; the watchdog's timer slept with it
    } else {
      this.#hurry();
    }
  }

  #closed(connection, outcome) {
    if (this.connection !== connection) return;
    this.#disconnect();
    const steady = connection.heard && this.env.now() - connection.opened >= STEADY_MS;
    this.attempt = steady ? 0 : this.attempt + 1;
    this.choice.ended(connection);
    if (outcome.status === 410) this.reader = null; // the cursor cannot be honoured: begin again
    if (isFinalCode(outcome.code ?? 0) || isFinalStatus(outcome.status ?? 0)) {
      this.running = false;
      this.onConnection("refused");
      return;
    }
    this.onConnection(this.#hasEnded ? "ended" : "retrying");
    this.#connectIn(outcome.retryAfterMs ?? connection.returnAt - this.env.now());
  }

  #connectIn(askedMs) {
    // Two seconds after a connection that lasted: all who were cut off with it come, too (docs/sizing.md).
    const delay = askedMs >= 0 ? askedMs : backOffMs(this.attempt ? this.attempt - 1 : 2, this.env.random);
    this.timer = this.env.setTimeout(() => this.#connect(), delay);
  }

  /** Cut a connection that has gone quiet; a healthy one is heard from every `heartbeat_seconds`. */
  #watch(connection, patienceMs) {
    this.lastHeard = this.env.now();
    this.patienceMs = patienceMs;
    this.env.clearTimeout(this.watchdog);
    this.watchdog = this.env.setTimeout(() => this.#closed(connection, {}), patienceMs);
  }

  // Hearing

  /** Begin again with a snapshot after a message that cannot be understood: the page must not be silently wrong. */
  #guarded(connection, hear) {
    try {
      hear();
    } catch (error) {
      this.reader = null;
      this.#closed(connection, {});
      throw error;
    }
  }

  #hear(connection, message) {
    if (connection === this.probe) this.#takeOver(connection);
    this.#heard(connection);
    if (message.type === "hello") connection.heartbeatMs = 1000 * message.heartbeat_seconds;
    this.#watch(connection, 2.2 * (connection.heartbeatMs ?? 25_000));
    if (message.type === "goodbye") this.#leave(connection, message);
    if (message.type === "comments") this.onComments?.(message);
    if (message.type === "refused" && [this.story, this.state.id].includes(message.story)) {
      this.#closed(connection, { status: goneForGood(message.status) });
      return;
    }
    const before = this.state;
    const [reader, verdict] = receive(this.reader, message);
    this.reader = reader;
    if (message.type === "caught_up" && reader.mode === "live") {
      this.onConnection("live");
      this.#probeLater();
    }
    if (verdict === "resume") this.#resume(connection);
    if (verdict === "replaced") this.snapshots += 1;
    if (verdict === "applied" || verdict === "replaced") {
      this.onUpdate({ state: reader.state, before, message, verdict });
    }
    if (verdict !== "ignored" || message.type === "heartbeat") this.#fetchMissing();
  }

  #heard(connection) {
    if (!connection.heard) this.choice.heard(connection.transport);
    connection.heard = true;
  }

  #hearReply(connection, reply, pauseMs) {
    this.#heard(connection);
    this.#watch(connection, 2 * (1000 * LONG_POLL_SECONDS + pauseMs));
    this.onComments?.({ count: reply.comment_count });
    for (const event of reply.events) {
      const before = this.state;
      const [reader, verdict] = foldChanges(this.reader, { events: [event], cursor: event.cursor, more: false });
      this.reader = reader;
      if (verdict === "applied") this.onUpdate({ state: reader.state, before, message: event, verdict });
    }
    [this.reader] = foldChanges(this.reader, { ...reply, events: [] });
    this.#fetchMissing();
    if (this.#hasEnded && OPEN.includes(this.state.status)) this.#goLive();
    else if (!reply.more) {
      this.onConnection(this.#hasEnded ? "ended" : "live");
      this.#probeLater();
    }
  }

  /** Fetch each entry that pins and key points name and that is not held, once live. */
  async #fetchMissing() {
    if (this.reader.mode !== "live") return;
    for (const id of missingEntries(this.state).filter((missing) => !this.fetching.has(missing))) {
      this.fetching.add(id);
      try {
        await this.#load(`${this.#path}/entries?around=${id}&limit=1`, mergeNamed);
      } catch {
        // It is gone, and the event that says so is on its way; or the next change or heartbeat asks again.
      } finally {
        this.fetching.delete(id);
      }
    }
  }

  #resume(connection) {
    if (!connection.shell.subscribe(this.story, this.state.head)) this.#closed(connection, {});
  }

  /**
   * The server asks to go, at a moment of our choosing in the window; until then this connection still serves. It may
   * ask to poll instead: until that moment, or without a window until the story is open again.
   */
  #leave(connection, { reconnect_after_ms: window, use, poll_seconds: pollSeconds = 30 }) {
    const drawn = ([from, to]) => from + this.env.random() * (to - from);
    let wait = drawn(window ?? [0, 0]);
    if (use === "poll") {
      this.slowPollSeconds = pollSeconds;
      this.env.clearTimeout(this.liveTimer);
      this.liveTimer = window ? this.env.setTimeout(() => this.#goLive(), wait) : null;
      wait = drawn([0, 1000 * pollSeconds]);
    }
    connection.returnAt = this.env.now() + wait;
    this.env.clearTimeout(this.timer);
    this.timer = this.env.setTimeout(() => this.#closed(connection, {}), wait);
  }

  get #hasEnded() {
    return this.slowPollSeconds !== null && this.liveTimer === null;
  }

  /** Try the best transport again after polling for a while. */
  #goLive() {
    this.slowPollSeconds = this.liveTimer = null;
    this.attempt = 0;
    this.choice.restart();
    this.#disconnect();
    this.#connect();
  }

  #replace(state) {
    const before = this.state;
    this.snapshots += 1;
    this.reader = readerOf(state);
    this.onUpdate({ state, before, message: null, verdict: "replaced" });
  }
}
