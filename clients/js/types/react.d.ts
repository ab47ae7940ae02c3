// The types of react.js.
import type { DetailedHTMLProps, HTMLAttributes } from "react";
import type { ConnectionState, HeldState } from "./client.js";
import type { LiveBlog, LiveBlogAttributes, LiveBlogEvents } from "./live-blog.js";

/** Follow a story for as long as the component is shown. `begin` is what a server has rendered, if one has. */
export declare function useStory(
  story: string,
  origin?: string,
  begin?: HeldState | null,
): { state: HeldState | null; connection: ConnectionState };

/** `<live-blog>` in JSX, once liveblog-client/live-blog is imported; `onentry` and the others hear its events. */
export type LiveBlogProps = DetailedHTMLProps<HTMLAttributes<LiveBlog>, LiveBlog> &
  LiveBlogAttributes & { [Name in keyof LiveBlogEvents as `on${Name}`]?: (event: LiveBlogEvents[Name]) => void };

declare module "react" {
  namespace JSX {
    interface IntrinsicElements {
      "live-blog": LiveBlogProps;
    }
  }
}
