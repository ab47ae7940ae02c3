import assert from "node:assert/strict";
import { test } from "node:test";
import { draftKey, keepInBrowser, leftDrafts, othersDrafts } from "../../../app/web/static/newsroom/pure/kept_drafts.js";

const storage = (kept) => ({
  length: Object.keys(kept).length, key: (index) => Object.keys(kept)[index], getItem: (key) => kept[key] ?? null,
});
const me = { who: "ana", story: "s1", tab: "t1" };
const kept = storage({
  [draftKey(me)]: '{"text":"mine","at":9}',
  [draftKey({ ...me, tab: "t2" })]: '{"text":"of another tab","at":3}',
  [draftKey({ ...me, tab: "t3" })]: '{"text":"of a third","at":5}',
  "liveblog:ana:draft:s1": '{"text":"of an earlier release"}',
  [draftKey({ ...me, story: "s12" })]: '{"text":"of another story"}',
  [draftKey({ ...me, who: "bo" })]: '{"text":"of somebody else"}',
  [draftKey({ ...me, tab: "t4" })]: "{half",
});

test("a tab has a name of its own for each story and person", () => {
  const names = [me, { ...me, tab: "t2" }, { ...me, story: "s2" }, { ...me, who: "bo" }].map(draftKey);
  assert.equal(new Set(names).size, 4);
});

test("the texts of other tabs are found, the newest first, and nobody else's", () => {
  assert.deepEqual(othersDrafts(kept, me).map(({ tab, draft }) => [tab, draft.text]), [
    ["t3", "of a third"], ["t2", "of another tab"], [null, "of an earlier release"],
  ]);
});

test("those of open tabs are left to them; where that is not known, all but the oldest kind are", () => {
  const others = othersDrafts(kept, me);
  assert.deepEqual(leftDrafts(others, ["t1", "t3"]).map(({ tab }) => tab), ["t2", null]);
  assert.deepEqual(leftDrafts(others, null).map(({ tab }) => tab), [null]);
});

test("what a tab has set aside for an edit is its own as long as it is open", () => {
  const others = othersDrafts(storage({ [draftKey({ ...me, tab: "t2-aside" })]: '{"text":"half"}' }), me);
  assert.deepEqual(leftDrafts(others, ["t1", "t2"]), []);
  assert.deepEqual(leftDrafts(others, ["t1"]).map(({ tab }) => tab), ["t2-aside"]);
});

test("a browser that is full is said, and another fault is not taken for it", () => {
  const full = () => { throw new DOMException("full", "QuotaExceededError"); };
  assert.throws(() => keepInBrowser(full), ({ detail }) => detail.startsWith("This browser has no room left"));
  assert.throws(() => keepInBrowser(() => { throw new TypeError("broken"); }), TypeError);
});
