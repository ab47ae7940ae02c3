// Which transport a follower uses, and when a better one is worth another try. Pure: the clock and the chance come in.

const ORDER = ["websocket", "sse", "poll"]; // the best first
const SILENT_TRIES = 2; // connections in a row that never said a word, before another transport is tried
const PROBE_MS = [30_000, 3_600_000]; // how long a lesser transport serves before the better ones are tried beside it

/**
 * A server that is away looks like one whose sockets are blocked, and whichever transport is being tried when it comes
 * back serves. So the better ones are tried beside it: as soon as it serves after nothing got through, or after the
 * best one has worked before; else seldom, and ever more seldom.
 */
export class TransportChoice {
  constructor({ without, now, random }) {
    this.names = ORDER.filter((name) => !without.includes(name));
    this.now = now;
    this.random = random;
    this.silent = 0;
    this.current = 0;
    this.draws = 0; // waits drawn in a row, each twice as long as the one before
    this.probeAt = null; // when the better ones may be tried; null: a wait is drawn once a lesser one serves
  }

  /** The transport to connect with. */
  get name() {
    return this.names[this.current];
  }

  /** The transports that are better than the one in use, the best first. */
  get better() {
    return this.names.slice(0, this.current);
  }

  /** Begin with the best one again: another network, or the server has asked for it. */
  restart() {
    this.current = this.silent = 0;
    this.#probeSoon();
  }

  /** Record a connection's first word. */
  heard(name) {
    if (name === this.names[0]) this.restart();
  }

  /** Record the end of a connection; `heard`: it has said a word. */
  ended({ heard }) {
    this.silent = heard ? 0 : this.silent + 1;
    if (this.silent < SILENT_TRIES) return;
    this.silent = 0;
    if (this.current > 0) this.#probeSoon(); // nothing gets through: that says nothing about sockets
    this.current = (this.current + 1) % this.names.length;
  }

  /** Return in how many milliseconds the better ones are to be tried, or null when there is none. */
  probeInMs() {
    if (this.current === 0) return null;
    if (this.probeAt === null) this.#draw();
    return Math.max(0, this.probeAt - this.now());
  }

  /** Record that none of the better ones got through while this one served. */
  probeFailed() {
    this.#draw();
  }

  /** Record that a better one takes over. */
  tookOver(name) {
    this.current = this.names.indexOf(name);
    if (this.current > 0) this.#draw(); // the best one has just failed
  }

  #probeSoon() {
    this.draws = 0;
    this.probeAt = -Infinity;
  }

  #draw() {
    const wait = Math.min(PROBE_MS[1], PROBE_MS[0] * 2 ** this.draws) * (0.5 + this.random());
    this.draws += 1;
    this.probeAt = this.now() + wait;
  }
}
