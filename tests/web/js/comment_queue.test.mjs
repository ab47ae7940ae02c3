import assert from "node:assert/strict";
import { test } from "node:test";
import { CommentQueue } from "../../../app/web/static/newsroom/pure/comment_queue.js";

const OLDEST = { order: "oldest" };

function reply(id, more = {}) {
  const can = ["approve", "reject", "spam", "remove"];
  return { id, status: "pending", version: 1, time: `2026-11-03T21:0${id.length}:00Z`, can, reports: [], in_story: { title: "S" }, ...more };
}

function shown(ids, next = null) {
  const queue = new CommentQueue();
  queue.show({ items: ids.map((id) => reply(id)), next });
  return queue;
}

test("what arrives waits, is counted, and moves nothing that is shown", () => {
  const queue = shown(["a", "aa"]);
  assert.deepEqual(queue.compare({ items: ["a", "aa", "aaa", "aaaa"].map((id) => reply(id)), next: null }, OLDEST), []);
  assert.deepEqual([...queue.items.keys()], ["a", "aa"]);
  assert.deepEqual(queue.waiting, { count: 2, isMore: false });
  queue.show({ items: ["a", "aa", "aaa"].map((id) => reply(id)), next: null });
  assert.deepEqual(queue.waiting, { count: 0, isMore: false });
});

test("of a list that goes on below, what comes into its first part is more of it and no news", () => {
  const queue = shown(["a"], "position");
  queue.compare({ items: [reply("aa")], next: "position" }, OLDEST);
  assert.deepEqual(queue.waiting, { count: 1, isMore: true });
});

test("of a list from its newest, only what stands above or between is new", () => {
  const queue = shown(["aaa", "aa"]);
  queue.compare({ items: [reply("aaaa"), reply("aaa"), reply("a")], next: null }, { order: "newest" });
  assert.equal(queue.waiting.count, 1);
});

test("what is shown and in the list no more is named, as far as the list was read", () => {
  const queue = shown(["a", "aa", "aaa", "aaaa"]);
  assert.deepEqual(queue.compare({ items: [reply("aa"), reply("aaa")], next: "position" }, OLDEST), ["a"]);
  assert.deepEqual(queue.compare({ items: [reply("aa")], next: null }, OLDEST), ["a", "aaa", "aaaa"]);
});

test("an older state never overwrites a newer one, and notices that a shape lacks stay", () => {
  const queue = new CommentQueue();
  queue.show({ items: [reply("a", { version: 3, reports: [{ outcome: null }] })], next: null });
  assert.equal(queue.merge(reply("a", { version: 2, status: "spam" })), false);
  const bare = { id: "a", version: 4, status: "approved", can: ["remove"], reports: [] };
  assert.equal(queue.told({ comment: { ...bare, decided_at: "2026-11-03T21:10:00Z" }, by: { name: "Ada" } }), true);
  const { status, reports, in_story: story, decided_by_name: by } = queue.items.get("a");
  assert.deepEqual([status, reports.length, story.title, by], ["approved", 1, "S", "Ada"]);
});

test("what was told already changes nothing", () => {
  const queue = shown(["a"]);
  assert.equal(queue.merge(reply("a")), false);
  assert.equal(queue.merge(reply("unknown")), false);
});

test("all that are shown are selected at once, but for those decided about and those that are nobody's here", () => {
  const queue = new CommentQueue();
  const items = [reply("a"), reply("aa", { status: "approved" }), reply("aaa", { can: [] }), reply("aaaa")];
  queue.show({ items, next: null });
  queue.toggleAll("pending");
  assert.deepEqual([...queue.selected], ["a", "aaaa"]);
  queue.toggle("aaa");
  assert.equal(queue.selected.has("aaa"), false);
  queue.toggleAll("pending");
  assert.equal(queue.selected.size, 0);
});

test("each is decided about as it was seen, a hundred at once", () => {
  const queue = new CommentQueue();
  const ids = Array.from({ length: 101 }, (_, number) => `r${number}`);
  queue.show({ items: ids.map((id, number) => reply(id, { version: number + 1 })), next: null });
  const bodies = queue.batches(ids, "reject", { reason: "hate" });
  assert.deepEqual(bodies.map(({ comments }) => comments.length), [100, 1]);
  assert.deepEqual(bodies[1], { action: "reject", comments: ["r100"], versions: { r100: 101 }, reason: "hate" });
});

test("of a batch what was done is shown so, and what was not is named with its reason and stays selected", () => {
  const queue = shown(["a", "aa"]);
  queue.toggleAll("pending");
  for (const id of ["a", "aa"]) queue.acts.set(id, { state: "sending", words: "" });
  queue.items.get("a").reports = [{ outcome: null }];
  const problem = { code: "stale", status: 412 };
  const outcome = queue.decided({ items: [
    { id: "a", status: 200, comment: { id: "a", status: "rejected", version: 2, can: ["approve"], reports: [] } },
    { id: "aa", status: 412, problem },
  ] }, "Ada");
  assert.deepEqual(outcome, { done: ["a"], failed: [["aa", problem]] });
  assert.deepEqual([...queue.selected], ["aa"]);
  const { status, reports, decided_by_name: by } = queue.items.get("a");
  assert.deepEqual([status, reports, by], ["rejected", [{ outcome: "rejected" }], "Ada"]);
  assert.equal(queue.acts.size, 0);
});

test("the keys go from one to the next, and past those that are decided about", () => {
  const queue = shown(["a", "aa", "aaa"]);
  assert.equal(queue.beside(null, 1), "a");
  assert.equal(queue.beside("a", 1), "aa");
  assert.equal(queue.beside("a", -1), "a");
  assert.equal(queue.beside("aaa", 1), "aaa");
  queue.items.get("aa").status = "approved";
  assert.equal(queue.following("a", "pending"), "aaa");
  queue.acts.set("aaa", { state: "sending" });
  assert.equal(queue.following("a", "pending"), "a");
  assert.deepEqual(queue.able(["a", "aaa", "gone"], "approve"), ["a"]);
});

test("one that is gone can neither be selected nor decided about", () => {
  const queue = shown(["a"]);
  queue.toggle("a");
  queue.lose("a");
  queue.toggle("a");
  assert.equal(queue.selected.size, 0);
  assert.equal(queue.isModerated, false);
});

test("a further part follows, and what was shown before is not doubled", () => {
  const queue = shown(["a", "aa"], "position");
  queue.append({ items: [reply("aa"), reply("aaa")], next: null });
  assert.deepEqual([...queue.items.keys()], ["a", "aa", "aaa"]);
  assert.equal(queue.next, null);
});
