// Reverting what a token did since a time, with the outcome of each item.

import { element } from "../../entries.js";
import { ask, show } from "../drawing/dialogs.js";
import { namesOf } from "../drawing/titles.js";
import { keysForTries, send } from "../drawing/session.js";
import { fromZone, inZone, ownZone } from "../pure/time_zones.js";

const HOUR_MS = 3_600_000;
const DONE = {
  taken_out: "taken out", restored: "as it was before", withdrawn: "withdrawn",
  nothing: "nothing was left to undo",
};

/** Ask since when, revert, and show the outcome item by item. Throws a problem. */
export async function askToRevert({ id, label }) {
  const zone = ownZone();
  const keyFor = keysForTries();
  let told = null;
  await ask({
    title: `Undo what “${label}” did`,
    intro: "What it created leaves readers; what is others’ is again as it was. What somebody has changed since stays. "
      + "It is told item by item, and the token goes on working: revoke it first if it is in wrong hands.",
    yes: "Undo it",
    fields: [{
      name: "since", label: `Since (time in ${zone})`, type: "datetime-local", required: true,
      value: inZone(new Date(Date.now() - HOUR_MS).toISOString(), zone),
    }],
    send: async ({ since }) => {
      const body = { since: fromZone(since, zone) };
      told = await send("POST", `/v1/newsroom/tokens/${id}/revert`, body, { key: keyFor(body) });
    },
  });
  if (told) await showOutcome(label, told);
}

async function showOutcome(label, { items, not_reverted: kept }) {
  const left = items.filter(({ reverted }) => !reverted).length + kept.length;
  const names = await namesOf(items);
  const lines = items.map(({ story, entry, field, reverted, done, why }) => drawLine(
    entry ? names.get(entry) ?? `entry ${entry}` : field ? `${field} of the story` : "the story",
    names.get(story) ?? `story ${story}`, reverted ? DONE[done] ?? done : `not undone: ${why}`, reverted,
  ));
  const others = kept.map(({ object, object_id: id, action, why }) => (
    drawLine(`${action.replaceAll("_", " ")} of ${object} ${id}`, null, why, false)
  ));
  show(
    lines.length + others.length > 0 ? `What became of what “${label}” did` : `“${label}” has done nothing since then`,
    left > 0 && element("p", { class: "problem" }, `To be looked at by somebody: ${left}.`),
    element("ul", { class: "outcome" }, [...others, ...lines]),
  );
}

function drawLine(what, where, outcome, isDone) {
  return element(
    "li", { "data-done": String(isDone) },
    element("b", {}, what), where && element("span", { class: "hint" }, ` in ${where}`),
    element("p", { class: isDone ? "hint" : "note" }, outcome),
  );
}
