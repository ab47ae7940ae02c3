import assert from "node:assert/strict";
import test from "node:test";

import { correctionsOfRead, difference, tidyVisit } from "../../../app/web/static/reading/visits.js";

const text = (runs, ...kinds) => runs.filter(([kind]) => kinds.includes(kind)).map(([, words]) => words).join(" ");

test("what is kept of visits is bounded, and the newest of it", () => {
  const numbered = (from, to) => Object.fromEntries(Array.from({ length: to - from }, (_, at) => [`e${from + at}`, `${from + at}`]));
  const first = tidyVisit(null, numbered(0, 50), 1);
  assert.equal(first.at, 1);
  const second = tidyVisit(first, { ...numbered(60, 90), e49: "read again", long: "x".repeat(5_000) }, 2);
  assert.equal(Object.keys(second.read).length, 60);
  assert.equal(second.read.e49, "read again");
  assert.equal(second.read.e0, undefined);
  assert.equal(second.read.e89, "89");
  assert.equal(second.read.long, "", "its id alone");
  assert.ok(JSON.stringify(tidyVisit(null, Object.fromEntries(
    Array.from({ length: 500 }, (_, at) => [`e${at}`, "ü".repeat(2_000)]),
  ), 3)).length < 130_000);
});

test("of corrections those count that are of what was read, and came after it", () => {
  const last = { at: Date.parse("2026-11-03T20:00:00Z"), read: { a: "", b: "" } };
  const all = [["a", "20:01"], ["b", "19:59"], ["c", "20:30"]].map(([entry, at]) => ({ entry, at: `2026-11-03T${at}:00Z` }));
  assert.deepEqual(correctionsOfRead(last, all).map(({ entry }) => entry), ["a"]);
});

test("a difference has each word of both texts, and what is common once", () => {
  const runs = difference("It was forty per cent of all votes.", "It is 41 per cent of the votes.");
  assert.equal(text(runs, "same", "gone"), "It was forty per cent of all votes.");
  assert.equal(text(runs, "same", "new"), "It is 41 per cent of the votes.");
  assert.deepEqual(runs.filter(([kind]) => kind === "gone").map(([, words]) => words), ["was forty", "all"]);
  assert.deepEqual(difference("the same", " the\nsame "), [["same", "the same"]]);
  assert.deepEqual(difference("", ""), []);
  assert.equal(difference("x ".repeat(301), "y"), null, "too long to compare");
  let seed = 7;
  const random = () => (seed = (seed * 48_271) % 2_147_483_647);
  for (let round = 0; round < 200; round += 1) {
    const words = () => Array.from({ length: random() % 12 }, () => "abc"[random() % 3]).join(" ");
    const [before, now] = [words(), words()];
    const found = difference(before, now);
    assert.equal(text(found, "same", "gone"), before);
    assert.equal(text(found, "same", "new"), now);
  }
});
