// Conversion between RFC 3339 times and local times in a story's time zone, whatever the browser's own zone. Pure.

import { when, zonedFormat } from "../../entries.js";

const TODAY_MS = 18 * 3_600_000; // in which a time alone says when it was
const DAY_MS = 86_400_000;

/** Return a moment as the value of a datetime-local field; "" for none. */
export function inZone(moment, timeZone) {
  if (!moment) return "";
  const at = Date.parse(moment);
  return new Date(at + offsetMs(at, timeZone)).toISOString().slice(0, 16);
}

/**
 * Return the moment that a datetime-local field means in a time zone, as RFC 3339; null for an empty one. Of an hour
 * that comes twice the first is meant. Throws a problem for one that is skipped when the clocks go forward.
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

/** Return a moment as text, in the story's time zone, or without a story in the browser's. */
export function momentText(moment, story = { time_zone: ownZone() }) {
  const { time, date } = when(moment, story);
  return `${time}, ${date}`;
}

/** Return a moment of the last hours, or of the next, as its time alone; any other as `momentText` does. `now` in ms. */
export function briefMoment(moment, story, now) {
  const isNear = Math.abs(now - Date.parse(moment)) < TODAY_MS;
  return isNear ? when(moment, story).time : momentText(moment, story);
}

/** Return how long it is until something, in whole seconds: "0:08", "12:00", "1:00:00"; "0:00" once it is due. */
export function countdownText(ms) {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  const two = (part) => String(part).padStart(2, "0");
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return [...(hours > 0 ? [hours, two(minutes)] : [minutes]), two(seconds % 60)].join(":");
}

/** Return the browser's time zone. */
export function ownZone() {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
}

function offsetMs(at, timeZone) {
  const format = zonedFormat(timeZone, {
    year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric",
  });
  const { year, month, day, hour, minute, second } = Object.fromEntries(
    format.formatToParts(new Date(at)).map(({ type, value }) => [type, Number(value)]),
  );
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at / 1000) * 1000;
}
