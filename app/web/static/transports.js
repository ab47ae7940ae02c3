// The three transports: WebSocket, EventSource and long-polling. Each is a thin shell that calls `message` (or `reply`)
// and, once, `closed` with what is known about why; its close() is silent. Nothing here decides whether to try again.

const LONGEST_SECONDS = 86_400; // that anybody is sent away for

/** Open one WebSocket. `closed` gets {code}. A frame that is not JSON closes it, as 1007 would. */
export function openWebSocket({ env, url, message, closed }) {
  const socket = new env.WebSocket(url);
  const ending = once(closed);
  socket.onmessage = ({ data }) => {
    if (!ending.done) message(JSON.parse(data));
  };
  socket.onclose = ({ code }) => ending.call({ code });
  socket.onerror = () => ending.call({ code: 1006 }); // Node 20 says no more than this when it cannot connect
  return {
    /** Ask for the story again, on the same socket. */
    subscribe(story, after) {
      this.send({ type: "subscribe", story, after });
      return true;
    },
    send(message) {
      socket.send(JSON.stringify(message));
    },
    close() {
      ending.done = true;
      socket.close();
    },
  };
}

/** Open one EventSource. The browser's own reconnecting is not used: it knows no back-off. `closed` gets {}. */
export function openEventSource({ env, url, message, closed }) {
  const source = new env.EventSource(url);
  const ending = once(closed);
  source.onmessage = ({ data }) => {
    if (!ending.done) message(JSON.parse(data));
  };
  source.onerror = () => {
    source.close();
    ending.call({});
  };
  return {
    subscribe: () => false,
    close() {
      ending.done = true;
      source.close();
    },
  };
}

/**
 * Open long-polling. `url()` is asked before each request, `reply` gets each answer. `pauseMs` is kept between two
 * requests that bring nothing; with a server that waits it is small. `closed` gets {status, retryAfterMs} or {}.
 */
export function openPolling({ env, url, pauseMs, reply, closed }) {
  const ending = once(closed);
  const abort = new AbortController();
  let timer;

  async function ask() {
    const asked = env.now();
    const response = await env.fetch(url(), { signal: abort.signal, cache: "no-store" });
    if (!response.ok) {
      discard(response);
      ending.call({ status: response.status, retryAfterMs: retryAfterMs(response) });
      return;
    }
    const answer = await response.json();
    if (ending.done) return;
    reply(answer);
    const rest = answer.events.length > 0 ? 0 : Math.max(0, pauseMs - (env.now() - asked));
    if (!ending.done) timer = env.setTimeout(next, rest);
  }

  function next() {
    ask().catch(() => ending.call({}));
  }

  next();
  return {
    subscribe: () => false,
    close() {
      ending.done = true;
      env.clearTimeout(timer);
      abort.abort();
    },
  };
}

/** Leave an answer's body unread: until then a browser keeps its connection, of which it has six to a server. */
export function discard(response) {
  response.body?.cancel().catch(() => {});
}

/**
 * Return what a Retry-After header of whole seconds asks for, in milliseconds; undefined without one, and for none at
 * all: then the back-off counts. A browser's timers know no more than 24 days, and take more for nothing.
 */
export function retryAfterMs(response) {
  const seconds = Number.parseInt(response.headers.get("retry-after") ?? "", 10);
  return seconds > 0 ? Math.min(seconds, LONGEST_SECONDS) * 1000 : undefined;
}

function once(callback) {
  const ending = {
    done: false,
    call(outcome) {
      if (ending.done) return;
      ending.done = true;
      callback(outcome);
    },
  };
  return ending;
}
