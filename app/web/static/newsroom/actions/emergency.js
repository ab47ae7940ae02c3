// Emergencies: retracting the last publication, and freezing a story or the site.

import { ask, sure } from "../drawing/dialogs.js";
import { listPeople } from "./people_picker.js";
import { announce } from "../drawing/notices.js";
import { get, keysForTries, send, session } from "../drawing/session.js";
import { truncate } from "../../truncate.js";

/** Ask why (and editors, whose), and retract the last publication. Returns true once it was done. Throws a problem. */
export async function retractLast(story) {
  const keyFor = keysForTries();
  const whose = story.role === "reporter" ? [] : [await whoseField()];
  const label = "Why (readers see this, above the text struck through)";
  const reason = { name: "reason", label, rows: 3, required: true };
  const given = await ask({
    title: `Retract what ${whose.length ? "somebody" : "I"} published last in this story`,
    yes: "Retract",
    fields: [...whose, reason],
    send: async ({ reason: why, person }) => {
      const body = person ? { reason: why, person } : { reason: why };
      const done = await send("POST", `/v1/stories/${story.id}/retract-last`, body, { key: keyFor(body) });
      announce(`Retracted: ${done.headline ?? truncate(done.text, 80)}`);
    },
  });
  return given !== null;
}

async function whoseField() {
  const people = (await listPeople()).filter(({ id }) => id !== session.me.person);
  const options = [["", "I did"], ...people.map(({ id, name }) => [id, name])];
  return { name: "person", label: "Who published it", options };
}

/** Freeze a story or thaw it, after a question. Returns true once it was done. Throws a problem. */
export function freezeStory({ id, frozen }, words) {
  const question = frozen
    ? "Thaw this story? What came due meanwhile waits as submissions."
    : "Freeze this story? Nothing goes out until it is thawed; what is out can still be taken back.";
  return sure(question, words, () => setFreeze({ story: id, frozen: !frozen }));
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
