import assert from "node:assert/strict";
import { test } from "node:test";
import { readFileSync } from "node:fs";
import { when } from "../../../app/web/static/entries.js";
import { briefMoment, countdownText, fromZone, inZone } from "../../../app/web/static/newsroom/pure/time_zones.js";
import { useWords } from "../../../app/web/static/words.js";

const english = JSON.parse(readFileSync(new URL("../../../app/web/catalogue/en.json", import.meta.url)));
useWords({ language: "en", rules: "en", foreign: null, messages: english });

test("what is typed is the time where the story is, in summer and in winter, on either side of UTC", () => {
  assert.equal(fromZone("2026-07-01T12:00", "Europe/Lisbon"), "2026-07-01T11:00:00.000Z");
  assert.equal(fromZone("2026-12-01T12:00", "Europe/Lisbon"), "2026-12-01T12:00:00.000Z");
  assert.equal(fromZone("2026-12-01T00:30", "Asia/Kathmandu"), "2026-11-30T18:45:00.000Z");
  assert.equal(fromZone("2026-12-31T23:30", "America/New_York"), "2027-01-01T04:30:00.000Z");
});

test("nothing typed is no time, and no time leaves the field empty", () => {
  assert.equal(fromZone("", "UTC"), null);
  assert.equal(inZone(null, "UTC"), "");
});

test("a moment is shown and read back the same in every hour of the days on which the clocks change", () => {
  for (const zone of ["Europe/Lisbon", "America/New_York", "Australia/Lord_Howe", "UTC"]) {
    for (const day of ["2026-03-08", "2026-03-29", "2026-04-05", "2026-10-04", "2026-10-25", "2026-11-01"]) {
      for (let hour = 0; hour < 48; hour += 1) {
        const local = inZone(new Date(Date.parse(`${day}T00:00Z`) + hour * 1_800_000).toISOString(), zone);
        assert.equal(inZone(fromZone(local, zone), zone), local, `${zone} ${local}`);
      }
    }
  }
});

test("of an hour that comes twice the first is meant, and one that is left out is refused with a sentence", () => {
  assert.equal(fromZone("2026-10-25T01:30", "Europe/Lisbon"), "2026-10-25T00:30:00.000Z");
  assert.throws(() => fromZone("2026-03-29T01:30", "Europe/Lisbon"), { detail: /no 2026-03-29, 01:30 in Europe\/Lisbon/ });
});

test("times long ago are times too", () => {
  assert.equal(inZone(fromZone("1900-01-02T03:04", "Europe/Lisbon"), "Europe/Lisbon"), "1900-01-02T03:04");
});

test("a time zone that the engine does not know is shown, and read, as UTC", () => {
  for (const zone of ["localtime", "Factory", "Europe/Nowhere", ""]) {
    assert.deepEqual(
      when("2026-07-01T12:00:00Z", { language: "en", time_zone: zone }), { date: "1 July 2026", time: "12:00" },
    );
    assert.equal(inZone("2026-07-01T12:00:00Z", zone), "2026-07-01T12:00");
    assert.equal(fromZone("2026-07-01T12:00", zone), "2026-07-01T12:00:00.000Z");
  }
});

test("a moment of these hours is its time alone, any other its day too", () => {
  const story = { language: "en", time_zone: "Europe/Lisbon" };
  const now = Date.parse("2026-07-01T12:00:00Z");
  assert.equal(briefMoment("2026-07-01T11:14:00Z", story, now), "12:14");
  assert.equal(briefMoment("2026-07-01T20:00:00Z", story, now), "21:00");
  assert.equal(briefMoment("2026-06-30T11:14:00Z", story, now), "12:14, 30 June 2026");
});

test("a countdown is in whole seconds, and ends at nothing", () => {
  assert.deepEqual([8_000, 7_001, 0, -5].map(countdownText), ["0:08", "0:08", "0:00", "0:00"]);
  assert.deepEqual([600_000, 3_600_000, 3_661_000].map(countdownText), ["10:00", "1:00:00", "1:01:01"]);
});
