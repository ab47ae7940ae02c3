// The browser's environment for follow(), whose network can be cut: open sockets are closed as if the line had failed, and
// nothing connects until it is mended. Everything that comes over it is told as it came. Event streams are left out: what
// is shown are the frames of a socket, or the answers to polling where sockets do not get through.

const PASSED_ON = ["online", "pagehide", "pageshow"];

export class CuttableNetwork {
  /** `browser` is the environment of client.js; `onFrame` gets (direction, text): "in", "out" or "line". */
  constructor(browser, onFrame) {
    Object.assign(this, { browser, onFrame, isCut: false, open: new Set(), abort: new AbortController() });
    const network = this;
    const events = new EventTarget();
    for (const name of PASSED_ON) {
      browser.window.addEventListener(name, (event) => events.dispatchEvent(new event.constructor(name, event)));
    }
    this.window = events;
    this.env = {
      ...browser,
      window: events,
      EventSource: undefined,
      fetch: (url, options) => this.#fetch(url, options),
      WebSocket: class extends CuttableSocket {
        constructor(url) {
          super(network, url);
        }
      },
    };
  }

  cut() {
    this.isCut = true;
    this.abort.abort();
    for (const socket of [...this.open]) socket.fail();
  }

  /** Let connections through again, and tell the client, as a browser does that is back on a network. */
  mend() {
    this.isCut = false;
    this.abort = new AbortController();
    this.window.dispatchEvent(new Event("online"));
  }

  async #fetch(url, { signal, ...options } = {}) {
    if (this.isCut) throw new TypeError("the network is cut");
    const signals = [this.abort.signal, signal].filter(Boolean);
    const response = await this.browser.fetch(url, { ...options, signal: AbortSignal.any(signals) });
    if (url.includes("/changes?")) response.clone().text().then((text) => this.onFrame("in", text), () => {});
    return response;
  }
}

class CuttableSocket {
  constructor(network, url) {
    this.network = network;
    this.isOver = false;
    if (network.isCut) {
      network.browser.setTimeout(() => this.#end(1006), 0);
      return;
    }
    network.open.add(this);
    network.onFrame("line", `WebSocket ${url}`);
    this.socket = new network.browser.WebSocket(url);
    this.socket.onmessage = ({ data }) => {
      if (this.isOver) return;
      network.onFrame("in", data);
      this.onmessage?.({ data });
    };
    this.socket.onclose = ({ code }) => this.#end(code);
  }

  send(text) {
    this.network.onFrame("out", text);
    this.socket.send(text);
  }

  close() {
    this.#leave();
    this.socket?.close();
  }

  /** End as a connection does whose line fails. */
  fail() {
    this.socket.close();
    this.#end(1006);
  }

  #end(code) {
    if (this.isOver) return;
    this.#leave();
    this.network.onFrame("line", `closed (${code})`);
    this.onclose?.({ code });
  }

  #leave() {
    this.isOver = true;
    this.network.open.delete(this);
  }
}
