// The buttons of a story and of the site, drawn for those who have the right to each.

import { showAudit } from "./audit.js";
import { askToChange } from "../conflicts/conflict_edit.js";
import { ask, button, sure } from "../drawing/dialogs.js";
import { freezeSite, freezeStory, retractLast } from "./emergency.js";
import { inviteSomebody } from "./invitation.js";
import { showMembers } from "./members.js";
import { writeSeveral } from "../desk/several.js";
import { tried } from "../drawing/notices.js";
import { quotedStory } from "../drawing/quotes.js";
import { showPeople } from "./people.js";
import { showSites } from "./sites.js";
import { get, may, send, session } from "../drawing/session.js";
import { readStories, story } from "../parts/stories.js";
import { editIntro } from "./story_intro.js";
import { editDetails } from "./story_details.js";
import { NEXT_STATUSES, takesChanges, takesEntries } from "../pure/story_states.js";
import { showOwnTokens } from "./tokens.js";
import { fromZone, inZone } from "../pure/time_zones.js";

const SURE = {
  live: "Make this story live? Readers will see it at once.",
  ended: "End this story? It takes corrections then, and new entries once it is reopened.",
  archived: "Archive this story? It is read only then, for good.",
  withdrawn: "Withdraw this story? Readers lose all of it, and it cannot be published again.",
};
const QUICK = ["key-points", "freeze"]; // what stands in the bar
const STARTS = {
  scheduled: { title: "Let this story start by itself: nobody sees it until then", required: true },
  upcoming: { title: "Announce this story: readers see that it is coming", required: false },
};

/** Draw the buttons for the chosen story as it is now. */
export function drawStoryActions() {
  const actions = actionsOf(story);
  draw("story-quick", actions.filter(([name]) => QUICK.includes(name)));
  draw("story-actions", actions.filter(([name]) => !QUICK.includes(name)));
}

/** Draw the buttons of the whole site. */
export function drawSiteActions() {
  const actions = siteActions();
  draw("site-actions", actions);
  document.getElementById("site-more").hidden = actions.length === 0;
}

/** Draw buttons; one that is drawn anew keeps the focus that the one before it had. */
function draw(id, actions) {
  const place = document.getElementById(id);
  const focused = place.contains(document.activeElement) ? document.activeElement.dataset.story : null;
  place.replaceChildren(...actions.map(([name, words, action]) => (
    button(words, tried(async () => (await action()) && readStories()), { "data-story": name })
  )));
  if (focused) place.querySelector(`[data-story="${focused}"]`)?.focus({ preventScroll: true });
}

/** Return the buttons as [name, words, action]; each action returns true once it has changed something of the story. */
function actionsOf(of) {
  const actions = [];
  if (may("create_entry", of) && takesEntries(of)) actions.push(["several", "Several entries at once", () => writeSeveral(of)]);
  if (may("edit_stories", of)) {
    if (takesChanges(of)) {
      actions.push(["key-points", "Key points", () => editKeyPoints(of)]);
      actions.push(["details", "Picture, tags, event and times", () => editDetails(of)]);
      actions.push(["intro", "Intro, authors and sponsor", () => editIntro(of)]);
    }
    for (const [status, words] of NEXT_STATUSES[of.status] ?? []) actions.push([status, words, () => move(of, status, words)]);
  }
  if (may("manage_members", of)) actions.push(["members", "Members", () => showMembers(of)]);
  if (of.status !== "withdrawn") {
    const whose = of.role === "reporter" ? "Retract my last entry" : "Retract the last entry";
    actions.push(["retract-last", whose, () => retractLast(of)]);
  }
  if (may("freeze_story", of)) {
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
  if (may("manage_sites")) actions.push(["sites", "Sites", () => showSites()]);
  if (may("manage_own_tokens") && session.me.person) actions.push(["own-tokens", "Where I am signed in", showOwnTokens]);
  if (may("read_audit")) actions.push(["audit", "Audit", showAudit]);
  if (may("freeze")) actions.push(["freeze-site", story?.site_frozen ? "Thaw the site" : "Freeze the site", freezeSite]);
  return actions;
}

async function move(of, status, words) {
  const change = async (more = {}) => {
    const { etag } = await get(`/v1/newsroom/stories/${of.id}`);
    await send("PATCH", `/v1/stories/${of.id}`, { status, ...more }, { ifMatch: etag });
  };
  if (status in STARTS) return askStart(of, { ...STARTS[status], yes: words }, change);
  const again = of.status === "paused" && status === "live";
  const how = { about: quotedStory(of), isDanger: status === "withdrawn" };
  if (!again && SURE[status]) return sure(SURE[status], words, change, how);
  await change();
  return true;
}

/** Ask when a story is to go live by itself. */
async function askStart(of, { title, yes, required }, change) {
  const { coverage_start: start, time_zone: zone } = of;
  const label = `Goes live at (time in ${zone})`;
  const field = { name: "coverage_start", label, type: "datetime-local", value: inZone(start, zone), required };
  const send = ({ coverage_start: typed }) => change({ coverage_start: fromZone(typed, zone) });
  return (await ask({ title, about: quotedStory(of), yes, fields: [field], send })) !== null;
}

function editKeyPoints(of) {
  const { id } = of;
  return askToChange({
    title: "Key points",
    about: quotedStory(of),
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
