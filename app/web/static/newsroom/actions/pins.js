// Pinning entries above a story's timeline, and the end of a pin.

import { askToChange, change } from "../conflicts/conflict_edit.js";
import { announce } from "../drawing/notices.js";
import { quotedEntry } from "../drawing/quotes.js";
import { fromZone, inZone } from "../pure/time_zones.js";

/** Pin an entry above all others, or leave it as a colleague has just pinned it. Throws a problem. */
export async function pin(story, entry) {
  const isPinned = (pins) => pins.some((each) => each.entry === entry);
  await change({
    ...addressesOf(story),
    bodyOf: ({ pinned }) => ({ items: isPinned(pinned) ? pinned : [{ entry }, ...pinned] }),
  });
  announce("Pinned above the timeline.");
}

/** Take an entry's pin away. Throws a problem. */
export async function unpin(story, entry) {
  await change({
    ...addressesOf(story),
    bodyOf: ({ pinned }) => ({ items: pinned.filter((each) => each.entry !== entry) }),
  });
  announce("Not pinned any more.");
}

/** Ask when a pin is to come down by itself. Throws a problem. */
export async function askPinEnd(story, pinned) {
  const entry = pinned.id;
  const zone = story.time_zone;
  await askToChange({
    ...addressesOf(story),
    title: "When does this pin come down?",
    about: quotedEntry(pinned, story),
    fieldsOf: ({ pinned }) => [{
      name: "until", label: `Comes down at (time in ${zone})`, type: "datetime-local",
      hint: "Left empty, it stays until somebody takes it down. The entry itself stays where it is.",
      value: inZone(pinned.find((pin) => pin.entry === entry)?.until, zone),
    }],
    bodyOf: ({ until }, { pinned }) => {
      if (!pinned.some((pin) => pin.entry === entry)) throw { detail: "This entry is not pinned any more." };
      return { items: pinned.map((pin) => (pin.entry === entry ? { entry, until: fromZone(until, zone) } : pin)) };
    },
  });
}

function addressesOf({ id }) {
  return { read: `/v1/newsroom/stories/${id}`, write: { method: "PUT", path: `/v1/stories/${id}/pinned` } };
}
