// The types of transports.js: thin shells around a WebSocket, an EventSource and long-polling, without a retry of their own.
import type { Environment } from "./client.js";
import type { Changes, LiveMessage } from "./shapes.js";

export interface Outcome {
  code?: number;
  status?: number;
  retryAfterMs?: number | undefined;
}

export interface Shell {
  /** Ask for the story again on the same connection; false where that cannot be done. */
  subscribe(story: string, after: string): boolean;
  close(): void;
}

export interface SocketShell extends Shell {
  send(message: object): void;
}

interface Listening {
  env: Environment;
  url: string;
  message(received: LiveMessage): void;
  /** Called once, unless `close()` was. */
  closed(outcome: Outcome): void;
}

export declare function openWebSocket(options: Listening): SocketShell;
export declare function openEventSource(options: Listening): Shell;
export declare function openPolling(options: {
  env: Environment;
  /** Asked before each request. */
  url(): string;
  pauseMs: number;
  reply(answer: Changes): void;
  closed(outcome: Outcome): void;
}): Shell;
/** Leave an answer's body unread. */
export declare function discard(response: Response): void;
/** What `Retry-After` asks for, in milliseconds. */
export declare function retryAfterMs(response: Response): number | undefined;
