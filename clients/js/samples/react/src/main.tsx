// A page of one story: index.html?origin=https://live.example&story=election-night, drawn by React, or with
// `&element` by <live-blog> as the server's own page draws it.
import "liveblog-client/live-blog";
import { useStory } from "liveblog-client/react";
import { StrictMode, useState } from "react";
import { createRoot } from "react-dom/client";

function Story({ story, origin }: { story: string; origin: string }) {
  const { state, connection } = useStory(story, origin);
  if (state === null) return <p role="status">{connection}</p>;
  return (
    <main data-head={state.head}>
      <h1>{state.title}</h1>
      <p role="status">{connection}</p>
      {state.timeline.items.map((entry) => (
        <article key={entry.id} id={entry.id} data-revision={entry.revision}>
          {entry.headline && <h2>{entry.headline}</h2>}
          {/* The server has sanitised it. */}
          <div dangerouslySetInnerHTML={{ __html: entry.body_html ?? "" }} />
        </article>
      ))}
    </main>
  );
}

function Element({ story, origin }: { story: string; origin: string }) {
  const [connection, setConnection] = useState("connecting");
  const src = `${origin}/stories/${encodeURIComponent(story)}`;
  return (
    <>
      <p role="status">{connection}</p>
      <live-blog src={src} onstatus={({ detail }) => setConnection(detail.connection ?? "connecting")} />
    </>
  );
}

const query = new URLSearchParams(location.search);
const Shown = query.has("element") ? Element : Story;
const root = document.getElementById("root");
if (root === null) throw new Error("the page has no #root");
createRoot(root).render(
  <StrictMode>
    <Shown story={query.get("story") ?? "demo"} origin={query.get("origin") ?? ""} />
  </StrictMode>,
);
