// What is done to a whole story: its way through its life, what stands above its timeline, and the brakes.

import { ask, sure } from "./asking.js";
import { element } from "./entries.js";
import { get, send } from "./session.js";

const MOVES = {
  draft: [["live", "Make it live"]],
  scheduled: [["live", "Make it live"], ["draft", "Do not start it"]],
  upcoming: [["live", "Make it live"], ["withdrawn", "Withdraw"]],
  live: [["paused", "Pause"], ["ended", "End"], ["withdrawn", "Withdraw"]],
  paused: [["live", "Resume"], ["ended", "End"], ["withdrawn", "Withdraw"]],
  ended: [["live", "Reopen"], ["archived", "Archive"], ["withdrawn", "Withdraw"]],
  archived: [["withdrawn", "Withdraw"]],
};
const SURE = {
  live: "Make this story live? Readers will see it at once.",
  ended: "End this story? It takes corrections then, and new entries once it is reopened.",
  archived: "Archive this story? It is read only then, for good.",
  withdrawn: "Withdraw this story? Readers lose all of it, and it cannot be brought back.",
};
const CLOSED = {
  ended: "This story has ended: corrections and edits are taken, new entries once it is reopened.",
  archived: "This story is archived: it is read only.",
  withdrawn: "This story has been withdrawn: nothing can be done with it any more.",
};

/** Whether something new can be written into a story. */
export function takesEntries({ status }) {
  return !(status in CLOSED);
}

/** The story to begin with: the one worked on last, unless that is over; else the first that goes on. */
export function storyToBeginWith(stories, wanted) {
  const open = stories.filter(takesEntries);
  return open.find(({ id }) => id === wanted) ?? open.find(({ status }) => status === "live") ?? open[0] ?? stories[0];
}

/** Why little or nothing can be written in a story now; "" if there is no reason. */
export function closedSentence(story) {
  if (story.site_frozen) return "The whole site is frozen: only retract, unpublish and remove work until an admin thaws it.";
  if (story.frozen) return "This story is frozen: only retract, unpublish and remove work until an admin thaws it.";
  return CLOSED[story.status] ?? "";
}

/** The buttons for a story, as [name, words, action]; each action gives true once it has changed something. */
export function storyActions(story, ofTheSite) {
  const can = [...ofTheSite, ...(story.can ?? [])];
  const actions = [];
  if (story.status !== "withdrawn") {
    actions.push(["retract-last", "Retract my last entry", () => retractLast(story)]);
  }
  if (can.includes("edit_stories")) {
    if (!["archived", "withdrawn"].includes(story.status)) {
      actions.push(["key-points", "Key points", () => editKeyPoints(story)]);
    }
    for (const [status, words] of MOVES[story.status] ?? []) {
      actions.push([status, words, () => move(story, status, words)]);
    }
  }
  if (can.includes("freeze")) {
    const words = story.frozen ? "Thaw this story" : "Freeze this story";
    actions.push(["freeze", words, () => freeze(story, words)]);
  }
  if (can.includes("manage_people")) actions.push(["invite", "Invite somebody", invite]);
  return actions;
}

/** Pin an entry above all others, or take its pin away. Throws a problem. */
export async function togglePin(story, entry) {
  const { body: { pinned }, etag } = await get(`/v1/newsroom/stories/${story.id}`);
  const others = pinned.filter((pin) => pin.entry !== entry);
  const items = others.length < pinned.length ? others : [{ entry }, ...pinned];
  await send("PUT", `/v1/stories/${story.id}/pinned`, { items }, etag);
}

async function move(story, status, words) {
  const { etag } = await get(`/v1/newsroom/stories/${story.id}`);
  const again = story.status === "paused" && status === "live";
  if (!again && SURE[status] && !(await sure(SURE[status], words))) return false;
  await send("PATCH", `/v1/stories/${story.id}`, { status }, etag);
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
  await send("PUT", `/v1/stories/${story.id}/key-points`, { items }, etag);
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
  const dialog = document.getElementById("show");
  const code = element("div", { class: "qr" });
  code.innerHTML = picture; // made by our server, of an address of ours
  dialog.querySelector("h2").textContent = `For ${name} (${role}) alone, once, within a day`;
  dialog.querySelector(".shown").replaceChildren(
    code, element("label", {}, "Link", element("input", { readonly: true, value: url })),
  );
  dialog.showModal();
}
