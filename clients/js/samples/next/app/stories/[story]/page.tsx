// The story as it is now, in the HTML; LiveStory goes on from there in the browser. LIVEBLOG_URL is where the server is.
import { connection } from "next/server";
import type { StoryState } from "liveblog-client";
import { LiveStory } from "./LiveStory";

export default async function Page({ params }: { params: Promise<{ story: string }> }) {
  await connection(); // at each request, not when it is built
  const { story } = await params;
  const origin = process.env["LIVEBLOG_URL"] ?? "http://127.0.0.1:8000";
  const answer = await fetch(`${origin}/v1/stories/${encodeURIComponent(story)}`, { cache: "no-store" });
  if (!answer.ok) throw new Error(`${story}: ${answer.status}`);
  const begin = (await answer.json()) as StoryState;
  return (
    <main>
      <h1>{begin.title}</h1>
      <LiveStory begin={begin} origin={origin} />
    </main>
  );
}
