// What is done to a whole story, and to the whole newsroom: the buttons, for those who may press them.

import { showAudit } from "./audit.js";
import { askToChange } from "./changing.js";
import { button, sure } from "./dialogs.js";
import { freezeSite, freezeStory, retractLast } from "./emergency.js";
import { inviteSomebody } from "./invitation.js";
import { showMembers } from "./members.js";
import { tried } from "./notices.js";
import { showPeople } from "./people.js";
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
  draw("story-actions", actionsOf(story));
}

/** Draw the buttons for what is no single story's. */
export function drawSiteActions() {
  const actions = siteActions();
  draw("site-actions", actions);
  document.getElementById("site-more").hidden = actions.length === 0;
}

function draw(place, actions) {
  document.getElementById(place).replaceChildren(...actions.map(([name, words, action]) => (
    button(words, tried(async () => (await action()) && readStories()), { "data-story": name })
  )));
}

/** As [name, words, action]; each action gives true once it has changed something of the story. */
function actionsOf(of) {
  const actions = [];
  if (may("edit_stories", of)) {
    if (takesChanges(of)) actions.push(["key-points", "Key points", () => editKeyPoints(of)]);
    for (const [status, words] of MOVES[of.status] ?? []) actions.push([status, words, () => move(of, status, words)]);
  }
  if (may("manage_members", of)) actions.push(["members", "Members", () => showMembers(of)]);
  if (of.status !== "withdrawn") {
    const whose = of.role === "reporter" ? "Retract my last entry" : "Retract the last entry";
    actions.push(["retract-last", whose, () => retractLast(of)]);
  }
  if (may("freeze")) {
    const words = of.frozen ? "Thaw this story" : "Freeze this story";
    actions.push(["freeze", words, () => freezeStory(of, words)]);
  }
  return actions;
}

function siteActions() {
  const actions = [];
  if (may("manage_people")) {
    actions.push(["invite", "Invite somebody", inviteSomebody], ["people", "People and tokens", () => showPeople()]);
  }
  if (may("read_audit")) actions.push(["audit", "Who did what", showAudit]);
  if (may("freeze")) actions.push(["freeze-site", story?.site_frozen ? "Thaw the site" : "Freeze the site", freezeSite]);
  return actions;
}

async function move(of, status, words) {
  const change = async () => {
    const { etag } = await get(`/v1/newsroom/stories/${of.id}`);
    await send("PATCH", `/v1/stories/${of.id}`, { status }, { ifMatch: etag });
  };
  const again = of.status === "paused" && status === "live";
  if (!again && SURE[status]) return sure(SURE[status], words, change);
  await change();
  return true;
}

function editKeyPoints({ id }) {
  return askToChange({
    title: "Key points",
    read: `/v1/newsroom/stories/${id}`,
    write: { method: "PUT", path: `/v1/stories/${id}/key-points` },
    fieldsOf: ({ key_points: points }) => [{
      name: "points", label: "What to know, one a line; readers see it above the timeline", rows: 6,
      value: points.map(({ text }) => text).join("\n"),
    }],
    bodyOf: ({ points: lines }, { key_points: points }) => {
      const texts = lines.split("\n").map((line) => line.trim()).filter(Boolean);
      // A point whose words were left alone goes on pointing at its entry.
      return { items: texts.map((text) => points.find((point) => point.text === text) ?? { text }) };
    },
  });
}
