// The dialog of an entry's times: when it is published by itself, the time shown to readers, and when it expires.

import { askToChange } from "../conflicts/conflict_edit.js";
import { quotedEntry } from "../drawing/quotes.js";
import { dueOf, newest } from "../pure/revisions.js";
import { fromZone, inZone, momentText } from "../pure/time_zones.js";

/** Ask for an entry's times in the story's time zone. Returns true once something was changed. Throws a problem. */
export function askTimes(entry, story, { read }) {
  const zone = story.time_zone;
  return askToChange({
    title: "Times of this entry",
    about: quotedEntry(entry, story),
    intro: introOf(zone, story),
    read,
    write: { method: "PATCH", path: `/v1/stories/${story.id}/entries/${entry.id}` },
    fieldsOf: (now) => fieldsOf(now, story, zone),
    bodyOf: (changed) => Object.fromEntries(
      Object.entries(changed).map(([name, local]) => [name, fromZone(local, zone)]),
    ),
  });
}

function introOf(zone, story) {
  const now = momentText(new Date().toISOString(), story);
  return ({ working, status }) => [
    `All times are those of the story, ${zone}: it is ${now} there.`,
    working && status !== "draft" && " An edit is not published yet: the time shown changes with it.",
  ].filter(Boolean).join("");
}

function fieldsOf(entry, story, zone) {
  const due = dueOf(entry);
  const out = entry.published_at;
  const shown = out ? `it is when it came out (${momentText(out, story)})` : "it will be when it comes out";
  const field = (name, label, hint, at) => ({
    name, label, hint, type: "datetime-local", value: inZone(at, zone), required: name === "publish_at",
  });
  return [
    due && entry.can.includes("reschedule") && field("publish_at", "Goes out at", "It can still be stopped until then.", due),
    field("display_time", "Time that readers are shown", `It says where the entry stands, too. Left empty, ${shown}.`,
      newest(entry).display_time),
    field("expires_at", "Leaves readers at", "For good. Left empty, it stays. Readers do not see this time.",
      entry.expires_at),
  ].filter(Boolean);
}
