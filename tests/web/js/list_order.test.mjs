import assert from "node:assert/strict";
import { test } from "node:test";
import { arrivedWords, heldOrder } from "../../../app/web/static/newsroom/pure/list_order.js";

test("what is shown keeps its place, what arrives above or between waits, and what is older follows", () => {
  assert.deepEqual(heldOrder(["b", "a"], ["d", "b", "c", "a", "z"]), { order: ["b", "a", "z"], arrived: ["d", "c"] });
});

test("what has moved up stays where it was shown", () => {
  assert.deepEqual(heldOrder(["c", "b", "a"], ["a", "c", "b"]), { order: ["c", "b", "a"], arrived: [] });
});

test("what is not read any more keeps its place, and does not make the newest look old", () => {
  assert.deepEqual(heldOrder(["b", "a"], ["c", "a"]), { order: ["b", "a"], arrived: ["c"] });
  assert.deepEqual(heldOrder(["b", "a"], ["d", "c"]), { order: ["b", "a"], arrived: ["d", "c"] });
});

test("what waits is counted", () => {
  assert.equal(arrivedWords(2), "2 new ↑");
});
