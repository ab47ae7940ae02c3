// Many followers of one server that goes away and comes back, on one clock that only the test moves. Each follower has
// a chance of its own, drawn from a seed, so that a crowd does the same every time.

import { follow } from "../../../app/web/static/client.js";
import { HELLO, SUBSCRIBED, caughtUp, cursor, stateAt } from "./world.mjs";

const ROUND_TRIP_MS = 20;
const TURNS = 40; // of the microtask queue, between two moments: more than any chain of awaits in client.js

export class Crowd {
  /** `blocked` names the transports that never get through, whatever the server does; `chance` is in place of the seed. */
  constructor({ count, seed, blocked = [], state = stateAt(1), chance = null }) {
    this.time = 0;
    this.timers = []; // the next one is the last
    this.isUp = true;
    this.blocked = blocked;
    this.tried = []; // [name, when] of every connection that was tried
    this.open = new Set();
    this.followers = Array.from({ length: count }, (_, number) => follow({
      story: "s1",
      state,
      origin: "https://news.example",
      env: this.#environment(chance ?? randomOf(seed * 1000 + number)),
      onUpdate() {},
    }));
    for (const follower of this.followers) follower.start();
  }

  /** Return how many followers each transport serves; "null" is nobody's. */
  served() {
    const counts = {};
    for (const { transport } of this.followers) counts[transport] = (counts[transport] ?? 0) + 1;
    return counts;
  }

  goAway() {
    this.isUp = false;
    for (const connection of [...this.open]) connection.lose();
  }

  comeBack() {
    this.isUp = true;
  }

  async pass(ms) {
    const until = this.time + ms;
    while (this.timers.length > 0 && this.timers.at(-1).at <= until) {
      const { at, run, isOff } = this.timers.pop();
      this.time = at;
      if (isOff) continue;
      run();
      for (let turn = 0; turn < TURNS; turn += 1) await Promise.resolve();
    }
    this.time = until;
  }

  #environment(random) {
    const crowd = this;

    class Connection {
      constructor(name) {
        crowd.tried.push([name, crowd.time]);
        this.name = name;
        crowd.#later(ROUND_TRIP_MS, () => {
          if (this.isClosed) return;
          if (!crowd.isUp || crowd.blocked.includes(name)) this.lose();
          else this.#begin();
        });
      }
      #begin() {
        crowd.open.add(this);
        for (const message of [HELLO, SUBSCRIBED, caughtUp(1)]) this.#deliver(message);
        this.#beat();
      }
      #beat() {
        crowd.#later(25_000, () => {
          if (!crowd.open.has(this)) return;
          this.#deliver({ type: "heartbeat", heads: { s1: cursor(1) } });
          this.#beat();
        });
      }
      #deliver(message) { if (!this.isClosed) this.onmessage({ data: JSON.stringify(message) }); }
      lose() {
        this.close();
        if (this.name === "websocket") this.onclose({ code: 1006 });
        else this.onerror({});
      }
      send() {}
      close() {
        this.isClosed = true;
        crowd.open.delete(this);
      }
    }

    return {
      WebSocket: class extends Connection { constructor() { super("websocket"); } },
      EventSource: class extends Connection { constructor() { super("sse"); } },
      fetch: (url, { signal } = {}) => this.#fetch(url, signal),
      setTimeout: (run, delay) => this.#later(delay, run),
      clearTimeout: (timer) => { if (timer) timer.isOff = true; },
      now: () => this.time,
      random,
    };
  }

  #fetch(url, signal) {
    this.tried.push(["poll", this.time]);
    const waitMs = 1000 * Number(new URL(url).searchParams.get("wait") ?? 0);
    return new Promise((resolve, reject) => {
      const request = { lose: () => settle(() => reject(new TypeError("failed to fetch"))) };
      const settle = (outcome) => {
        this.open.delete(request);
        signal?.removeEventListener("abort", request.lose);
        outcome();
      };
      signal?.addEventListener("abort", request.lose);
      this.#later(ROUND_TRIP_MS, () => {
        if (!this.isUp || this.blocked.includes("poll")) {
          request.lose();
          return;
        }
        this.open.add(request);
        const body = JSON.stringify({ events: [], cursor: cursor(1), head: cursor(1), more: false });
        this.#later(waitMs, () => settle(() => resolve(new Response(body))));
      });
    });
  }

  #later(delay, run) {
    const timer = { at: this.time + Math.max(0, delay), run, isOff: false };
    let [low, high] = [0, this.timers.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.timers[middle].at > timer.at) low = middle + 1;
      else high = middle;
    }
    this.timers.splice(low, 0, timer);
    return timer;
  }
}

/** Return a source of numbers in [0, 1) that is a function of its seed. */
export function randomOf(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  };
}
