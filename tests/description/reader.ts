// A small front end on the types that openapi-typescript makes. Compiled, and run against a server.
// Each `@ts-expect-error` is an error of its own where the line below it has none.
import type { components, paths } from "./api";

type Schemas = components["schemas"];
type Story = paths["/v1/stories/{story}"]["get"]["responses"][200]["content"]["application/json"];
type Changes = paths["/v1/stories/{story}/changes"]["get"]["responses"][200]["content"]["application/json"];
type NewEntry = paths["/v1/stories/{story}/entries"]["post"]["requestBody"]["content"]["application/json"];

declare const process: { argv: string[] };

const [server = "", story = "", token = ""] = process.argv.slice(2);

async function read<Answer>(path: string): Promise<Answer> {
  const answer = await fetch(`${server}/v1/stories/${story}${path}`);
  if (!answer.ok) throw new Error(((await answer.json()) as Schemas["Problem"]).code);
  return (await answer.json()) as Answer;
}

function describeBlock(block: Schemas["Block"]): string {
  switch (block.type) {
    case "image":
      return `${block.type} ${block.width ?? 0} ${block.alt}`;
    case "heading":
      return `${block.type} ${block.level} ${block.text}`;
    case "list":
      return `${block.type} ${block.items.map((item) => item.items?.length ?? 0).join()}`;
    case "paragraph":
      // @ts-expect-error A paragraph has no alt.
      block.alt;
      return block.type;
    default:
      return `other ${block.html.length > 0}`;
  }
}

function describeMessage(message: Schemas["LiveMessage"] | Schemas["Event"]): string {
  switch (message.type) {
    case "entry.published":
    case "entry.updated":
      return `${message.type} ${message.entry.id} ${message.seq}`;
    case "entry.removed":
      // @ts-expect-error What was removed is named by its id alone.
      message.entry;
      return `${message.type} ${message.id} ${message.cause}`;
    case "story.updated":
      return `${message.type} ${message.fields.title}`;
    case "snapshot":
      return message.state.timeline.items.map((entry) => entry.headline).join();
    default:
      return message.type;
  }
}

const entry: NewEntry = { text: "Written in TypeScript.", importance: "major" };
// @ts-expect-error A misspelt field of a request.
const misspelt: NewEntry = { txet: "Written in TypeScript." };
// @ts-expect-error A value that is not taken.
const unknown: NewEntry = { text: "x", importance: "urgent" };
// @ts-expect-error A field that is required is missing.
const lacking: Schemas["Retraction"] = {};

const posted = await fetch(`${server}/v1/stories/${story}/entries`, {
  method: "POST",
  headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
  body: JSON.stringify(entry),
});
const written = (await posted.json()) as Schemas["NewsroomEntry"];

const state = await read<Story>("?body=both");
// @ts-expect-error A misspelt field of an answer.
state.titel;
// @ts-expect-error A misspelt field of an entry in it.
state.timeline.items[0]?.headlines;
// @ts-expect-error It may be null.
(): number => state.standfirst.length;
const status: Schemas["PublicStoryStatus"] | "later" = state.status === "live" ? state.status : "later";
const changes = await read<Changes>("/changes?after=0");
const event: Schemas["Event"] | undefined = changes.events[0];
// @ts-expect-error A misspelt field of an event.
event?.sequence;

console.log(
  JSON.stringify({
    posted: written.id,
    can: written.can.includes("retract"),
    title: state.title,
    status,
    blocks: state.timeline.items.flatMap((each) => (each.blocks ?? []).map(describeBlock)),
    events: changes.events.map(describeMessage),
  }),
);
