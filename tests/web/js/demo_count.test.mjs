import assert from "node:assert/strict";
import { test } from "node:test";
import { Count, countLine } from "../../../app/web/static/demo/count.js";

const published = (seq, id) => ({ type: "entry.published", seq, entry: { id } });
const removed = (seq, id) => ({ type: "entry.removed", seq, id });
const story = (seq) => ({ type: "story.updated", seq, fields: {} });

function counted(...events) {
  const count = new Count("e.4.c");
  for (const event of events) count.apply(event);
  return count;
}

test("what was applied once each is neither lost nor doubled", () => {
  const count = counted(published(5, "a"), story(6), removed(7, "a"));
  const found = count.compare([story(6), removed(7, "a")], "e.7.c");
  assert.deepEqual(found, { received: 3, lost: 0, doubled: 0, waiting: 0 });
});

test("a change that is behind the head and was not applied is lost, and one ahead of it waits", () => {
  const found = counted(published(5, "a")).compare([published(5, "a"), published(6, "b"), published(8, "c")], "e.7.c");
  assert.deepEqual(found, { received: 1, lost: 1, doubled: 0, waiting: 1 });
});

test("a change in whose place a later one of the same entry was applied is not lost", () => {
  assert.equal(counted(published(9, "a")).compare([published(5, "a")], "e.9.c").lost, 0);
});

test("what was applied again is doubled", () => {
  assert.equal(counted(published(5, "a"), published(5, "a")).compare([published(5, "a")], "e.5.c").doubled, 1);
});

test("the line says from where and after how long it was resumed", () => {
  const found = { received: 3, lost: 0, doubled: 0, waiting: 0 };
  assert.equal(countLine(found, { from: 41, seconds: 20 }), "0 lost, 0 doubled, resumed from 41 after 20 s, 3 received");
  assert.equal(countLine({ ...found, waiting: 2 }, null), "0 lost, 0 doubled, 3 received, 2 waiting on the server");
});
