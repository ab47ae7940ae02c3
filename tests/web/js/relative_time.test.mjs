import assert from "node:assert/strict";
import test from "node:test";

import { isSameClock, timeAgo } from "../../../app/web/static/reading/relative_time.js";

const AT = "2026-11-03T20:00:00.000Z";
const after = (seconds) => Date.parse(AT) + seconds * 1000;

test("a moment is as long ago as whole units have passed, and a day later its date says more", () => {
  const said = [-30, 0, 59, 60, 119, 120, 3_599, 3_600, 7_200, 86_399].map((seconds) => timeAgo(AT, after(seconds), "en"));
  assert.deepEqual(said, [
    "now", "now", "now", "1 min. ago", "1 min. ago", "2 min. ago", "59 min. ago", "1 hr. ago", "2 hr. ago", "23 hr. ago",
  ]);
  assert.equal(timeAgo(AT, after(86_400), "en"), "");
  assert.equal(timeAgo(AT, after(-61), "en"), "", "what is to come");
  assert.equal(timeAgo("no time", after(0), "en"), "");
});

test("it is said in the story's language, with the digits of the page", () => {
  assert.equal(timeAgo(AT, after(120), "de-AT"), "vor 2 Min.");
  assert.match(timeAgo(AT, after(300), "ar"), /5/);
  assert.equal(timeAgo(AT, after(120), "not a tag"), "2 min. ago");
});

test("a time zone is the reader's own when its clocks show the same then", () => {
  assert.equal(isSameClock(AT, "Europe/Berlin", "Europe/Paris"), true);
  assert.equal(isSameClock(AT, "Europe/Lisbon", "Europe/Berlin"), false);
  assert.equal(isSameClock(AT, "Europe/Lisbon", "UTC"), true, "in winter");
  assert.equal(isSameClock("2026-07-03T20:00:00Z", "Europe/Lisbon", "UTC"), false, "in summer");
  assert.equal(isSameClock(AT, "localtime", "UTC"), true, "a zone that this browser does not know");
  assert.equal(isSameClock(AT, "Pacific/Kiritimati", "Pacific/Honolulu"), false, "the same hour of another day");
});
