"use client";

import type { HeldState } from "liveblog-client";
import { useStory } from "liveblog-client/react";

export function LiveStory({ begin, origin }: { begin: HeldState; origin: string }) {
  const { state, connection } = useStory(begin.id, origin, begin);
  return (
    <>
      <p role="status">{connection}</p>
      {(state ?? begin).timeline.items.map((entry) => (
        <article key={entry.id} dangerouslySetInnerHTML={{ __html: entry.body_html ?? "" }} />
      ))}
    </>
  );
}
