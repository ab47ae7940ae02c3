// The types of apply.js: the client law, for front ends with connections of their own. docs/apply.md of the source has it in words.
import type { HeldState } from "./client.js";
import type { Changes, Event, LiveMessage, Page } from "./shapes.js";

export type Mode = "live" | "catching_up" | "waiting";

/** `resume`: something is missing; subscribe again after `reader.state.head`. */
export type Verdict = "applied" | "ignored" | "replaced" | "resume";

export interface Reader {
  readonly state: HeldState;
  readonly mode: Mode;
}

/** The number inside a cursor. Throws TypeError for what is no cursor. */
export declare function seqOf(cursor: string): number;
export declare function readerOf(state: HeldState, mode?: Mode): Reader;
/** Receive one message of any transport. */
export declare function receive(reader: Reader, message: LiveMessage | Event): [Reader, Verdict];
/** Receive a reply of `changes`; `resume` while there is more. */
export declare function foldChanges(reader: Reader, reply: Changes): [Reader, Verdict];
/** The state after one numbered event; whether it is to be applied is decided by `receive()`. */
export declare function apply(state: HeldState, event: Event): HeldState;
/** The entries that pins and key points name and that are not held. */
export declare function missingEntries(state: HeldState): string[];
/** The cursor to ask `changes` after before a page may be merged, or null. */
export declare function changesWantedAfter(state: HeldState, page: Page, replies?: Changes[]): string | null;
/** The state with the next older page in it. Throws RangeError while `changesWantedAfter()` returns a cursor. */
export declare function mergePage(state: HeldState, page: Page, replies?: Changes[]): HeldState;
/** The state with a page's entries in `included`, as far as pins and key points name them. */
export declare function mergeNamed(state: HeldState, page: Page, replies?: Changes[]): HeldState;
