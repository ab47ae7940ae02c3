// What a front end writes on the package's types. Each `@ts-expect-error` is an error of its own where the line below has none.
import { follow, type Event, type LiveMessage, type NewsroomEntry, type PublicEntry } from "liveblog-client";
import type { LiveBlog, LiveBlogAttributes } from "liveblog-client/live-blog";
import { useStory } from "liveblog-client/react";
import { readerOf, receive, type Verdict } from "liveblog-client/apply";
import type { EntryDraft, NewsroomMessage } from "liveblog-client/shapes";

export function hear(element: LiveBlog, attributes: LiveBlogAttributes): void {
  element.addEventListener("entry", ({ detail }) => void detail.entry.headline?.length);
  // @ts-expect-error A misspelt member of an event.
  element.addEventListener("entryview", ({ detail }) => void detail.entry);
  // @ts-expect-error A mode that there is not.
  attributes.mode = "tiny";
  document.querySelector("live-blog")?.state?.timeline.items.at(0);
}
// @ts-expect-error A story has to be named.
useStory();

export const draft: EntryDraft = { text: "Polls have closed.", importance: "major" };
// @ts-expect-error A misspelt field of a request.
export const misspelt: EntryDraft = { txet: "Polls have closed." };

export const follower = follow({
  story: "election-night",
  onUpdate({ state, verdict }) {
    const entry: PublicEntry | undefined = state.timeline.items[0];
    // @ts-expect-error A verdict that there is not.
    if (verdict === "apply") return;
    // @ts-expect-error A misspelt field of an entry.
    void entry?.headlines;
    void entry?.headline?.length;
  },
});
// @ts-expect-error Without a story there is nothing to follow.
follow({ onUpdate() {} });

export function describe(message: LiveMessage): string {
  switch (message.type) {
    case "entry.published":
      return message.entry.headline ?? "";
    case "goodbye":
      return message.reason;
    case "snapshot":
      // @ts-expect-error A snapshot has a state, and no entry.
      return message.entry;
    default:
      return message.type;
  }
}

export function take(state: Parameters<typeof readerOf>[0], event: Event, own: NewsroomMessage): Verdict {
  // @ts-expect-error The newsroom's own stream is not the readers'.
  receive(readerOf(state), own as NewsroomEntry);
  return receive(readerOf(state), event)[1];
}
