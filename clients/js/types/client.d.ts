// The types of client.js. What the server sends is in shapes.d.ts, which is made from the server's own description.
import type { Changes, CommentNumbers, Event, LiveMessage, Page, StoryState } from "./shapes.js";

export type * from "./shapes.js";

/** A story as it is held: the answer of `GET /v1/stories/{story}`, kept up to date. Of a story that was withdrawn only the id and no entries are left. */
export type HeldState = StoryState;

export type TransportName = "websocket" | "sse" | "poll";

/** `ended`: the story is over and asked about now and then; `refused`: there is no such story, or none any more, and following stops. */
export type ConnectionState = "connecting" | "live" | "retrying" | "ended" | "refused";

export interface Update {
  /** The story after the change. It is never changed itself: compare with `===`. */
  state: HeldState;
  before: HeldState | null;
  /** The message that made the change; null for a new start and for an older page. */
  message: LiveMessage | Event | null;
  /** `applied`: one change; `replaced`: draw everything anew; `page`: entries were loaded. */
  verdict: "applied" | "replaced" | "page";
  /** With the verdict `page`, the page as it was sent. */
  page?: Page;
}

/** What of the browser is used. A test, or a program without a browser, passes its own. */
export interface Environment {
  fetch: typeof globalThis.fetch;
  WebSocket?: typeof globalThis.WebSocket | undefined;
  EventSource?: typeof globalThis.EventSource | undefined;
  setTimeout(callback: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
  /** Milliseconds that only grow. */
  now(): number;
  /** A number from 0 up to 1. */
  random(): number;
  page?: Document | undefined;
  window?: Window | undefined;
}

export interface FollowOptions {
  /** The story's id or slug. */
  story: string;
  /** What is held already, as the server's page or a server-side render has it; fetched if left out. */
  state?: HeldState | null;
  /** Where the server is, as in `https://live.example`; the page's own origin if left out. */
  origin?: string;
  onUpdate(update: Update): void;
  /** How many comments there are, when that changes. */
  onComments?(numbers: CommentNumbers | { count: Changes["comment_count"] }): void;
  onConnection?(state: ConnectionState): void;
  env?: Environment;
}

export interface Follower {
  /** The story, or null until it is there. */
  readonly state: HeldState | null;
  /** The transport that serves now, or null. */
  readonly transport: TransportName | null;
  start(): void;
  stop(): void;
  /** Load the next older page into the state; false if there is none. Throws if the server is out of reach. */
  loadOlder(): Promise<boolean>;
}

/** Follow a story. Call `start()`, and `stop()` at the end. */
export declare function follow(options: FollowOptions): Follower;

/** The browser's own environment. */
export declare function browserEnvironment(): Environment;

/** uniform(0, min(15 s, 0.5 s · 2ⁿ)). */
export declare function backOffMs(attempt: number, random: () => number): number;

/** Whether a close code says that asking again is no use. */
export declare function isFinalCode(code: number): boolean;

/** Whether an HTTP status says the same. */
export declare function isFinalStatus(status: number): boolean;
