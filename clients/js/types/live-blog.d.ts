// The types of <live-blog>. Importing it defines the element; where there is no document, it does nothing.
import type { ConnectionState, HeldState } from "./client.js";
import type { PublicEntry } from "./shapes.js";

/** What may stand on the element, in HTML and in JSX. */
export interface LiveBlogAttributes {
  /** The address of the story's page at its server, as in `https://live.example/stories/election-night`. */
  src: string;
  /** `ticker`: its newest entries in a line each. */
  mode?: "full" | "ticker";
  /** How many entries at first, from 1 to 20. */
  limit?: number | string;
  order?: "newest" | "oldest";
  /** The language of its own words, if not the story's. */
  lang?: string;
  /** After each how many entries there is a place for an advertisement. */
  "ad-every"?: number | string;
  /** Categories or names of providers whose frames are shown without asking, with blanks between them. */
  consent?: string;
}

/** The events that it tells the page of, by their names; all of them rise. */
export interface LiveBlogEvents {
  /** A new entry has arrived, drawn or waiting behind the button. */
  entry: CustomEvent<{ story: string; entry: PublicEntry }>;
  /** An entry was seen for a second, for the first time. */
  entryview: CustomEvent<{ story: string; id: string; headline: string | null }>;
  /** The story or the connection is in another state. What is not known yet is absent. */
  status: CustomEvent<{ story?: string; status?: HeldState["status"] | "withdrawn"; connection?: ConnectionState }>;
  /** A place for an advertisement has been made. */
  adslot: CustomEvent<{ slot: HTMLElement; after: string }>;
}

export declare class LiveBlog extends HTMLElement {
  static observedAttributes: string[];
  /** What is held of the story; null before there is anything. */
  get state(): HeldState | null;
  connectedCallback(): void;
  disconnectedCallback(): void;
  attributeChangedCallback(name: string, before: string | null, after: string | null): void;
  addEventListener<Name extends keyof LiveBlogEvents>(
    name: Name,
    listener: (this: LiveBlog, event: LiveBlogEvents[Name]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    name: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | AddEventListenerOptions,
  ): void;
}

declare global {
  interface HTMLElementTagNameMap {
    "live-blog": LiveBlog;
  }
}
