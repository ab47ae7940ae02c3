// Times as they are typed and read where a story happens, whatever the clock of the one who types. Pure.

import { when } from "../../entries.js";

const DAY_MS = 86_400_000;

/** A moment as a field of type datetime-local holds it; "" for none. */
export function inZone(moment, timeZone) {
  if (!moment) return "";
  const at = Date.parse(moment);
  return new Date(at + offsetMs(at, timeZone)).toISOString().slice(0, 16);
}

/**
 * The moment that a field of type datetime-local means in a time zone, as RFC 3339; null for an empty one. Of an hour
 * that comes twice the first is meant. Throws a problem for one that is left out when the clocks go forward.
 */
export function fromZone(local, timeZone) {
  if (!local) return null;
  const wall = Date.parse(`${local}Z`);
  const found = [-DAY_MS, DAY_MS]
    .map((away) => wall - offsetMs(wall + away, timeZone))
    .filter((at) => at + offsetMs(at, timeZone) === wall);
  if (found.length === 0) {
    throw { detail: `There is no ${local.replace("T", ", ")} in ${timeZone}: the clocks go forward then.` };
  }
  return new Date(Math.min(...found)).toISOString();
}

/** A moment for a person: where the story happens, or without a story, where whoever is here is. */
export function momentText(moment, story = { language: "en", time_zone: ownZone() }) {
  const { time, date } = when(moment, story);
  return `${time}, ${date}`;
}

/** The time zone of whoever is here. */
export function ownZone() {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
}

function offsetMs(at, timeZone) {
  const format = new Intl.DateTimeFormat("en-GB", {
    timeZone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric",
    second: "numeric",
  });
  const { year, month, day, hour, minute, second } = Object.fromEntries(
    format.formatToParts(new Date(at)).map(({ type, value }) => [type, Number(value)]),
  );
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at / 1000) * 1000;
}
