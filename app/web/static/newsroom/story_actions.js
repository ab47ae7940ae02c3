// What is done to a whole story: its way through its life, what stands above its timeline, and the brakes.

import { ask, button, show, sure } from "./dialogs.js";
import { element } from "../entries.js";
import { tried } from "./notices.js";
import { get, may, send } from "./session.js";
import { readStories, story } from "./stories.js";
import { MOVES, takesChanges } from "./story_states.js";

const SURE = {
  live: "Make this story live? Readers will see it at once.",
  ended: "End this story? It takes corrections then, and new entries once it is reopened.",
  archived: "Archive this story? It is read only then, for good.",
  withdrawn: "Withdraw this story? Readers lose all of it, and it cannot be brought back.",
};

/** Draw the buttons for the chosen story as it is now. */
export function drawStoryActions() {
  document.getElementById("story-actions").replaceChildren(...actionsOf(story).map(([name, words, action]) => (
    button(words, tried(async () => (await action()) && readStories()), { "data-story": name })
  )));
}

/** Pin an entry above all others, or take its pin away. Throws a problem. */
export async function togglePin({ id }, entry) {
  const { body: { pinned }, etag } = await get(`/v1/newsroom/stories/${id}`);
  const others = pinned.filter((pin) => pin.entry !== entry);
  const items = others.length < pinned.length ? others : [{ entry }, ...pinned];
  await send("PUT", `/v1/stories/${id}/pinned`, { items }, { ifMatch: etag });
}

/** As [name, words, action]; each action gives true once it has changed something. */
function actionsOf(of) {
  const actions = [];
  if (of.status !== "withdrawn") actions.push(["retract-last", "Retract my last entry", () => retractLast(of)]);
  if (may("edit_stories", of)) {
    if (takesChanges(of)) actions.push(["key-points", "Key points", () => editKeyPoints(of)]);
    for (const [status, words] of MOVES[of.status] ?? []) actions.push([status, words, () => move(of, status, words)]);
  }
  if (may("freeze")) {
    const words = of.frozen ? "Thaw this story" : "Freeze this story";
    actions.push(["freeze", words, () => freeze(of, words)]);
  }
  if (may("manage_people")) actions.push(["invite", "Invite somebody", invite]);
  return actions;
}
async function move(story, status, words) {
  const { etag } = await get(`/v1/newsroom/stories/${story.id}`);
  const again = story.status === "paused" && status === "live";
  if (!again && SURE[status] && !(await sure(SURE[status], words))) return false;
  await send("PATCH", `/v1/stories/${story.id}`, { status }, { ifMatch: etag });
  return true;
}

async function editKeyPoints(story) {
  const { body: { key_points: points }, etag } = await get(`/v1/newsroom/stories/${story.id}`);
  const value = points.map(({ text }) => text).join("\n");
  const field = { name: "points", label: "What to know, one a line; readers see it above the timeline", rows: 6, value };
  const given = await ask({ title: "Key points", yes: "Save", fields: [field] });
  if (!given) return false;
  const texts = given.points.split("\n").map((line) => line.trim()).filter(Boolean);
  // A point whose words were left alone goes on pointing at its entry.
  const items = texts.map((text) => points.find((point) => point.text === text) ?? { text });
  await send("PUT", `/v1/stories/${story.id}/key-points`, { items }, { ifMatch: etag });
  return true;
}

async function retractLast(story) {
  const reason = { name: "reason", label: "Why (readers see this, above the text struck through)", rows: 3, required: true };
  const given = await ask({ title: "Retract what I published last in this story", yes: "Retract", fields: [reason] });
  if (!given) return false;
  await send("POST", `/v1/stories/${story.id}/retract-last`, given);
  return true;
}

async function freeze(story, words) {
  const question = story.frozen
    ? "Thaw this story? What came due meanwhile waits as submissions."
    : "Freeze this story? Nothing goes out until it is thawed; what is out can still be taken back.";
  if (!(await sure(question, words))) return false;
  await send("POST", "/v1/newsroom/freeze", { story: story.id, frozen: !story.frozen });
  return true;
}

async function invite() {
  const fields = [
    { name: "name", label: "Name", required: true },
    { name: "role", label: "Role of somebody new", options: ["reporter", "editor", "admin"] },
  ];
  const given = await ask({ title: "Invite somebody", yes: "Make a link", fields });
  if (!given) return false;
  const { body: { items: people } } = await get("/v1/newsroom/people");
  const known = people.filter(({ name }) => name === given.name);
  if (known.length > 1) throw { detail: `There are several people called ${given.name}; use the command line.` };
  const person = known[0] ?? await send("POST", "/v1/newsroom/people", given);
  showInvitation(person, await send("POST", "/v1/newsroom/invites", { person: person.id }));
  return false;
}

function showInvitation({ name, role }, { url, qr_svg: picture }) {
  const code = element("div", { class: "qr" });
  code.innerHTML = picture; // made by our server, of an address of ours
  show(
    `For ${name} (${role}) alone, once, within a day`,
    code, element("label", {}, "Link", element("input", { readonly: true, value: url })),
  );
}
