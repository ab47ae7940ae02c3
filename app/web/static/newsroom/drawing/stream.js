// The newsroom's stream over WebSocket: every change in a story, drafts included, and who is at work on what.
// It carries no state: each message only says that the lists are to be read again, or who is there.

import { backOffMs, isFinalCode } from "../../client.js";
import { openWebSocket } from "../../transports.js";

const PRESENCE_MS = 25_000; // the server forgets who says nothing for a minute
const PATIENCE_MS = 60_000; // a healthy stream is heard from every 25 seconds

/**
 * Watches one story. `ticket()` returns a one-use key, or throws; `onNews` is called when the story's entries may have
 * changed, `onPeople` with [{person, name, doing, entry}] whenever that changes, `onConnection` with "connecting", "connected",
 * "lost" or "refused". With `onComments` the stream tells of readers' replies in all stories, too: it gets each message,
 * and {type: "watching"} once all that comes is told. Call watch(), and stop() at the end.
 */
export class Stream {
  constructor({ origin, ticket, onNews, onPeople, onComments = null, onConnection = () => {}, env }) {
    Object.assign(this, { origin, ticket, onNews, onPeople, onComments, onConnection, env });
    this.story = null;
    this.doing = null;
    this.socket = null;
    this.isOpen = false;
    this.attempt = 0;
    this.turn = 0;
  }

  /** Begin with a story, or change to another one. */
  watch(story) {
    if (this.story === story) return;
    this.stop();
    this.story = story;
    this.onConnection("connecting");
    this.#connect();
  }

  stop() {
    this.turn += 1;
    this.env.clearTimeout(this.timer);
    this.env.clearTimeout(this.presenceTimer);
    this.env.clearTimeout(this.watchdog);
    this.socket?.close();
    this.socket = null;
    this.isOpen = false;
    this.story = null;
    this.doing = null;
    this.onPeople([]);
  }

  /** Try again at once, if the connection is lost: the network may be back. */
  hurry() {
    if (this.story === null || this.socket !== null) return;
    this.env.clearTimeout(this.timer);
    this.turn += 1;
    this.#connect();
  }

  /** Send colleagues what is being done: `{doing, entry}`, or null for nothing. */
  sendPresence(doing) {
    if (JSON.stringify(doing) === JSON.stringify(this.doing)) return;
    this.doing = doing;
    this.#sendPresence();
  }

  #sendPresence() {
    this.env.clearTimeout(this.presenceTimer);
    if (!this.isOpen) return;
    this.#send({ type: "presence", story: this.story, ...(this.doing ?? { doing: null }) });
    if (this.doing) this.presenceTimer = this.env.setTimeout(() => this.#sendPresence(), PRESENCE_MS);
  }

  async #connect() {
    const turn = this.turn;
    let key;
    try {
      key = await this.ticket();
    } catch (problem) {
      if (turn !== this.turn) return;
      if ([401, 403].includes(problem.status)) this.#refused();
      else this.#reconnect();
      return;
    }
    if (turn !== this.turn) return;
    const url = `${this.origin.replace(/^http/, "ws")}/v1/newsroom/live?ticket=${encodeURIComponent(key)}`;
    const socket = openWebSocket({
      env: this.env,
      url,
      message: (message) => this.socket === socket && this.#receive(message),
      closed: ({ code }) => this.socket === socket && this.#lost(code),
    });
    this.socket = socket;
    this.#watchdog();
  }

  #receive(message) {
    this.#watchdog();
    switch (message.type) {
      case "welcome":
        this.attempt = 0;
        this.#send({ type: "watch", story: this.story });
        if (this.onComments) this.#send({ type: "watch" });
        break;
      case "watching":
        if (message.story !== this.story) {
          this.onComments?.({ type: "watching" });
          break;
        }
        this.isOpen = true;
        this.onConnection("connected");
        this.onPeople(message.people);
        this.#sendPresence();
        this.onNews();
        break;
      case "entry":
      case "story":
        if (message.story === this.story) this.onNews();
        break;
      case "comment":
      case "comments":
        this.onComments?.(message);
        break;
      case "presence":
        if (message.story === this.story) this.onPeople(message.people);
        break;
    }
  }

  #watchdog() {
    this.env.clearTimeout(this.watchdog);
    this.watchdog = this.env.setTimeout(() => {
      this.socket?.close();
      this.#lost(1006);
    }, PATIENCE_MS);
  }

  #lost(code) {
    this.env.clearTimeout(this.presenceTimer);
    this.env.clearTimeout(this.watchdog);
    this.socket = null;
    this.isOpen = false;
    this.onPeople([]);
    if (isFinalCode(code)) this.#refused();
    else this.#reconnect();
  }

  #refused() {
    this.onConnection("refused");
    this.onNews(); // the error of reading the lists now says why
  }

  #reconnect() {
    this.onConnection("lost");
    this.timer = this.env.setTimeout(() => this.#connect(), backOffMs(this.attempt, this.env.random));
    this.attempt += 1;
  }

  #send(message) {
    this.socket?.send(message);
  }
}
