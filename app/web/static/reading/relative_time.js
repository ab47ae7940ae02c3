// How long ago something was, and whether a time is the reader's own. Pure: the clock is handed in.

const DAY_MS = 86_400_000;
const UNITS = [[3_600_000, "hour"], [60_000, "minute"], [1, "second"]];
const formats = new Map();

function formatOf(language) {
  if (!formats.has(language)) {
    const options = { numeric: "auto", style: "short" };
    let format;
    try {
      format = new Intl.RelativeTimeFormat(`${language}-u-nu-latn`, options);
    } catch {
      format = new Intl.RelativeTimeFormat("en", options);
    }
    formats.set(language, format);
  }
  return formats.get(language);
}

/** Return how long ago a moment was, in words; "" from a day on, when its date says more, and for what is to come. */
export function timeAgo(moment, now, language) {
  const passed = now - Date.parse(moment);
  if (!(passed > -60_000 && passed < DAY_MS)) return "";
  const [length, unit] = UNITS.find(([each]) => passed >= each && each > 1) ?? [0, "second"];
  return formatOf(language).format(length ? -Math.floor(passed / length) : 0, unit);
}

/** Return whether clocks in two time zones show the same at a moment; a zone that is not known here is UTC. */
export function isSameClock(moment, zone, other) {
  return clockOf(zone).format(new Date(moment)) === clockOf(other).format(new Date(moment));
}

const clocks = new Map();

function clockOf(timeZone) {
  if (!clocks.has(timeZone)) {
    const parts = { day: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
    let clock;
    try {
      clock = new Intl.DateTimeFormat("en", { ...parts, timeZone });
    } catch {
      clock = new Intl.DateTimeFormat("en", { ...parts, timeZone: "UTC" });
    }
    clocks.set(timeZone, clock);
  }
  return clocks.get(timeZone);
}
