// Making a story, and changing what it says of itself.

import { ask } from "./dialogs.js";
import { postStory } from "./letters.js";
import { step } from "./outbox.js";
import { get, newId, send } from "./session.js";
import { readStories, story } from "./stories.js";

const FIELDS = [
  { name: "title", label: "Title", required: true },
  { name: "standfirst", label: "Standfirst", rows: 3 },
  { name: "language", label: "Language", value: navigator.language || "en" },
  { name: "time_zone", label: "Time zone", value: Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC" },
];
const SETTINGS = [
  { name: "review_required", label: "Reviewed: what reporters write waits for an editor", type: "checkbox" },
  { name: "hold_seconds", label: "Seconds that everything waits before it goes out", type: "number", required: true },
];

/** Ask for a new story, and send it. */
export async function makeStory() {
  const draft = { name: "draft", label: "Keep it a draft for now", type: "checkbox" };
  const fields = await ask({ title: "New story", yes: "Create", fields: [...FIELDS, draft] });
  if (!fields) return;
  const { draft: isDraft, standfirst, ...rest } = fields;
  const id = newId();
  const body = { id, ...rest, standfirst: standfirst || null, status: isDraft ? "draft" : "live" };
  postStory({ id, label: `New story: ${rest.title}`, steps: [step("POST", "/v1/stories", body, { newKey: newId })] });
}

/** Ask what is to be changed of the chosen story, and change it. Throws a problem. */
export async function editStory() {
  const { body: read, etag } = await get(`/v1/newsroom/stories/${story.id}`);
  const fields = FIELDS.map((field) => ({ ...field, value: read[field.name] ?? "" }));
  const settings = SETTINGS.map((field) => ({ ...field, value: read.settings[field.name] }));
  const given = await ask({ title: "Edit story", yes: "Save", fields: [...fields, ...settings] });
  if (!given) return;
  const { review_required, hold_seconds, ...rest } = given;
  const body = { ...rest, standfirst: given.standfirst || null };
  body.settings = { review_required, hold_seconds: Number(hold_seconds) };
  await send("PATCH", `/v1/stories/${story.id}`, body, { ifMatch: etag });
  await readStories();
}
