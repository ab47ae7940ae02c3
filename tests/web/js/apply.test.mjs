// Runs the shared cases of docs/apply-fixtures.json (or the file named by LIVEBLOG_FIXTURES) against apply.js.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import {
  changesWantedAfter, foldChanges, mergeNamed, mergePage, readerOf, receive, seqOf,
} from "../../../app/web/static/apply.js";

const file = process.env.LIVEBLOG_FIXTURES ?? new URL("../../../docs/apply-fixtures.json", import.meta.url);
const { cases } = JSON.parse(readFileSync(file, "utf8"));

function take(reader, step) {
  if ("wanted" in step) {
    const [merge, page] = "page" in step ? [mergePage, step.page] : [mergeNamed, step.named];
    const wanted = changesWantedAfter(reader.state, page, step.replies);
    assert.equal(wanted, step.wanted);
    return wanted === null ? readerOf(merge(reader.state, page, step.replies), reader.mode) : reader;
  }
  const given = step.changes ?? step.message;
  if (step.verdict === "refused") {
    assert.throws(() => (step.changes ? foldChanges(reader, given) : receive(reader, given)), TypeError, JSON.stringify(given));
    return reader;
  }
  const [next, verdict] = step.changes ? foldChanges(reader, given) : receive(reader, given);
  assert.equal(verdict, step.verdict, JSON.stringify(given));
  return next;
}

for (const { name, mode, state, steps, end } of cases) {
  test(name, () => {
    const before = structuredClone(state);
    const reader = steps.reduce(take, readerOf(state, mode));
    assert.deepEqual(reader, end);
    assert.deepEqual(state, before, "what goes in is never changed");
  });
}

test("text that is no cursor is refused", () => {
  for (const text of ["", "1205", "k3.-1.aaaaaa", "k3.01.aaaaaa", "k3.1", "k3.1.aaaaaa\n", undefined]) {
    assert.throws(() => seqOf(text), TypeError, String(text));
  }
});

test("a page behind the state is not merged without its changes", () => {
  const state = { timeline: { items: [], next: "/next", prev: null }, head: "k3.5.aaaaaa" };
  assert.throws(() => mergePage(state, { items: [], next: null, prev: null, head: "k3.4.aaaaaa" }), RangeError);
});
