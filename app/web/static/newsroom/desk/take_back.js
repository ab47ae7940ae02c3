// Taking back what readers have: one question that quotes it, for both ways of doing so.

import { ask } from "../drawing/dialogs.js";
import { quotedEntry } from "../drawing/quotes.js";

const WAYS = {
  unpublish: "Unpublish: it is gone from readers, and can be published again",
  retract: "Retract: it stays, struck through, with the reason above it",
};

/** Ask how an entry is taken back, and why; `post(action, body, calledOff)` sends it. Throws a problem. */
export async function askTakeBack(entry, story, post) {
  const ways = Object.entries(WAYS).filter(([way]) => entry.can.includes(way));
  await ask({
    title: "Take it back",
    about: quotedEntry(entry, story),
    yes: "Take back",
    isDanger: true,
    fields: [
      { name: "reason", label: "Why (readers see this if it is retracted; else colleagues alone)", rows: 3 },
      { name: "way", label: "How", choices: ways, value: ways[0]?.[0] },
    ],
    send: ({ reason, way }, calledOff) => {
      if (way !== "retract") return post(way, reason ? { note: reason } : {}, calledOff);
      if (!reason) throw { errors: [{ pointer: "/reason", detail: "Say why: readers see it above the text." }] };
      return post(way, { reason }, calledOff);
    },
  });
}
