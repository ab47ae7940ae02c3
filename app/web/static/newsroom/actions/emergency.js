// Emergencies: retracting the last publication, and freezing a story or the site.

import { briefly } from "../../pins_and_key_points.js";
import { ask, sure } from "../drawing/dialogs.js";
import { postAction } from "./entry_actions.js";
import { announce } from "../drawing/notices.js";
import { quotedEntry, quotedStory } from "../drawing/quotes.js";
import { get, send } from "../drawing/session.js";
import { truncate } from "../../truncate.js";

const OFFERED = 5; // entries to choose from
const PAGES = 5; // of a hundred entries each, until one of one's own is among them

/**
 * Ask which of the newest publications, and why, and retract that one, whatever is published meanwhile. The newest is
 * chosen, and each is quoted. Returns true once it was done. Throws a problem.
 */
export async function retractLast(story) {
  const found = await lastPublished(story);
  if (found.length === 0) throw { detail: "Nothing that you could retract was published lately in this story." };
  const label = "Why (readers see this, above the text struck through)";
  const choices = found.map((entry) => [entry.id, quotedEntry(entry, story)]);
  const given = await ask({
    title: `Retract what ${story.role === "reporter" ? "I" : "was"} published last in this story`,
    yes: "Retract",
    isDanger: true,
    fields: [
      { name: "reason", label, rows: 3, required: true },
      { name: "entry", label: "This one", choices, value: found[0].id },
    ],
    send: async ({ reason, entry: id }, calledOff) => {
      const entry = found.find((each) => each.id === id);
      const done = await postAction({ action: "retract", entry, seen: story, body: { reason }, calledOff });
      if (done) announce(`Retracted: ${truncate(briefly(entry), 80)}`);
    },
  });
  return given !== null;
}

/** Read the newest entries that the caller may retract, the one published last first. Throws a problem. */
async function lastPublished({ id }) {
  const found = [];
  let position = "";
  for (let page = 0; page < PAGES && position !== null && found.length === 0; page += 1) {
    const more = position && `&position=${encodeURIComponent(position)}`;
    const { body } = await get(`/v1/newsroom/stories/${id}/entries?status=published&limit=100${more}`);
    found.push(...body.items.filter(({ can }) => can.includes("retract")));
    position = body.next;
  }
  return found.sort((a, b) => Date.parse(b.published_at) - Date.parse(a.published_at)).slice(0, OFFERED);
}

/** Freeze a story or thaw it, after a question. Returns true once it was done. Throws a problem. */
export function freezeStory(story, words) {
  const { id, frozen } = story;
  const question = frozen
    ? "Thaw this story? What came due meanwhile waits as submissions."
    : "Freeze this story? Nothing goes out until it is thawed; what is out can still be taken back.";
  return sure(question, words, () => setFreeze({ story: id, frozen: !frozen }), { about: quotedStory(story) });
}

/** Freeze the whole site or thaw it, after a question. Returns true once it was done. Throws a problem. */
export async function freezeSite() {
  const { body: { frozen, stories } } = await get("/v1/newsroom/freeze");
  const alone = stories.length > 0 ? ` Frozen by themselves still: ${stories.length}.` : "";
  const question = frozen
    ? `Thaw the whole site? What came due meanwhile waits as submissions.${alone}`
    : "Freeze the whole site? Nothing goes out in any story until it is thawed; what is out can still be taken back.";
  return sure(question, frozen ? "Thaw the site" : "Freeze the site", () => setFreeze({ frozen: !frozen }));
}

async function setFreeze(freeze) {
  await send("POST", "/v1/newsroom/freeze", freeze);
  announce(freeze.frozen ? "Frozen." : "Thawed.");
}
