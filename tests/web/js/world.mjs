// A world for client.js without a network or a clock: sockets, streams and requests are kept here until a test answers.

export class World {
  constructor({ random = 0.5, without = [] } = {}) {
    this.time = 0;
    this.timers = [];
    this.sockets = [];
    this.streams = [];
    this.requests = [];
    this.updates = [];
    this.connections = [];
    const world = this;

    class FakeWebSocket {
      constructor(url) {
        Object.assign(this, { url, sent: [], closed: false });
        world.sockets.push(this);
      }
      send(text) { this.sent.push(JSON.parse(text)); }
      close() { this.closed = true; }
      deliver(...messages) { for (const message of messages) this.onmessage({ data: JSON.stringify(message) }); }
      drop(code = 1006) { this.onclose({ code }); }
    }

    class FakeEventSource {
      constructor(url) {
        Object.assign(this, { url, closed: false });
        world.streams.push(this);
      }
      close() { this.closed = true; }
      deliver(...messages) { for (const message of messages) this.onmessage({ data: JSON.stringify(message) }); }
      drop() { this.onerror({}); }
    }

    this.page = Object.assign(new EventTarget(), { visibilityState: "visible" });
    this.window = new EventTarget();
    this.env = {
      fetch: (url, { signal } = {}) => new Promise((resolve, reject) => {
        signal?.addEventListener("abort", () => reject(signal.reason));
        this.requests.push({
          url,
          signal,
          answer: async (body, { status = 200, headers = {} } = {}) => {
            resolve(new Response(JSON.stringify(body), { status, headers }));
            await this.settle();
          },
          fail: async () => {
            reject(new TypeError("failed to fetch"));
            await this.settle();
          },
        });
      }),
      WebSocket: without.includes("websocket") ? undefined : FakeWebSocket,
      EventSource: without.includes("sse") ? undefined : FakeEventSource,
      setTimeout: (run, delay) => {
        const timer = { at: this.time + Math.max(0, delay), run };
        this.timers.push(timer);
        return timer;
      },
      clearTimeout: (timer) => { this.timers = this.timers.filter((other) => other !== timer); },
      now: () => this.time,
      random: () => random,
      page: this.page,
      window: this.window,
    };
  }

  /** Follow the usual story and write down what the page is told. */
  options(more = {}) {
    return {
      story: "s1",
      origin: "https://news.example",
      env: this.env,
      onUpdate: (update) => this.updates.push(update),
      onConnection: (connection) => this.connections.push(connection),
      ...more,
    };
  }

  get socket() { return this.sockets.at(-1); }
  get stream() { return this.streams.at(-1); }
  get request() { return this.requests.at(-1); }

  /** Let time pass, running what falls due. */
  async pass(ms) {
    const until = this.time + ms;
    for (;;) {
      this.timers.sort((a, b) => a.at - b.at);
      const due = this.timers[0];
      if (!due || due.at > until) break;
      this.timers.shift();
      this.time = due.at;
      due.run();
      await this.settle();
    }
    this.time = until;
  }

  async settle() {
    for (let turns = 0; turns < 20; turns += 1) await Promise.resolve();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

export const cursor = (seq) => `k3.${seq}.aaaaaa`;
export const entry = (id, revision = 1, sort_key = id) => ({ id, revision, sort_key });
export const published = (seq, item) => (
  { type: "entry.published", story: "s1", seq, cursor: cursor(seq), entry: item }
);
export const stateAt = (seq, items = [], next = null) => (
  { id: "s1", timeline: { items, next, prev: null }, included: [], head: cursor(seq) }
);
export const HELLO = { type: "hello", protocol: 1, heartbeat_seconds: 25 };
export const SUBSCRIBED = { type: "subscribed", story: "s1", resume: "exact" };
export const caughtUp = (seq) => ({ type: "caught_up", story: "s1", cursor: cursor(seq) });
export const ids = (follower) => follower.state.timeline.items.map((item) => item.id);

/** A browser's localStorage. */
export class Storage {
  constructor() { this.kept = new Map(); }
  get length() { return this.kept.size; }
  key(index) { return [...this.kept.keys()][index]; }
  getItem(key) { return this.kept.get(key) ?? null; }
  setItem(key, value) { this.kept.set(key, value); }
  removeItem(key) { this.kept.delete(key); }
}
