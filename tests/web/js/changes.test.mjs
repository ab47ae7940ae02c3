import assert from "node:assert/strict";
import { test } from "node:test";
import { isOnlySpelling, usualChange, withKind } from "../../../app/web/static/newsroom/desk/changes.js";

const MINUTE = 60_000;
const draft = (text, more = {}) => ({ headline: "", text, kind: "update", importance: "normal", tags: "", ...more });
const isTypo = (before, after, more = {}) => isOnlySpelling(draft(before), draft(after, more));

test("a word spelled otherwise is a typo", () => {
  assert.equal(isTypo("The bridge is closd now.", "The bridge is closed now."), true);
  assert.equal(isTypo("Teh bridge is closed.", "The bridge is closed."), true);
  assert.equal(isTypo("the bridge is closed.", "The bridge is closed."), true);
  assert.equal(isTypo("It is closed , she said.", "It is closed, she said."), true);
});

test("a figure that changes, comes or goes is none", () => {
  assert.equal(isTypo("It has 61 seats.", "It has 16 seats."), false);
  assert.equal(isTypo("It has seats.", "It has 16 seats."), false);
  assert.equal(isTypo("It has 1,300 seats.", "It has 1.300 seats."), false);
  assert.equal(isTypo("A at 3, B at 4.", "A at 4, B at 3."), false);
  assert.equal(isTypo("عدد المقاعد ٦١", "عدد المقاعد ١٦"), false);
});

test("a name that changes is none, at the beginning of a sentence too, and in a script that has no capitals", () => {
  assert.equal(isTypo("She met Merkel there.", "She met Merkle there."), false);
  assert.equal(isTypo("Merkel came.", "Merkle came."), false);
  assert.equal(isTypo("She met there.", "She met Merkel there."), false);
  assert.equal(isTypo("安倍が来た", "阿部が来た"), false);
});

test("a word of any length is looked up no more often than a short one", (context) => {
  const has = context.mock.method(Set.prototype, "has");
  assert.equal(isTypo("", "Teh"), true);
  const ofShort = has.mock.callCount();
  assert.equal(isTypo("", `T${"e".repeat(3_000)}h`), false);
  assert.ok(has.mock.callCount() <= 2 * ofShort, `${has.mock.callCount()} times, ${ofShort} for a short one`);
});

test("what is changed beside the text is none", () => {
  assert.equal(isTypo("It is closd.", "It is closed.", { importance: "breaking" }), false);
  assert.equal(isTypo("It is closd.", "It is closed.", { tags: "Bridges" }), false);
});

test("the same spelling is a typo in the first ten minutes, and an update after them or when it never came out", () => {
  const mended = { before: draft("closd"), after: draft("closed"), now: 100 * MINUTE };
  assert.equal(usualChange({ ...mended, publishedAt: 90 * MINUTE + 1 }), "typo");
  assert.equal(usualChange({ ...mended, publishedAt: 90 * MINUTE }), "update");
  assert.equal(usualChange({ ...mended, publishedAt: null }), "update");
});

test("what a person has chosen holds, and a sentence goes with a correction alone", () => {
  const before = draft("closd");
  const editing = { status: "published", published_at: 0, before };
  const sent = (more) => withKind({ ...draft("closed"), change: "", correction: "", editing, ...more }, MINUTE);
  assert.equal(sent({}).change, "typo");
  assert.equal(sent({ change: "update" }).change, "update");
  assert.deepEqual([sent({ change: "correction", correction: "Why." })].map(({ change, correction }) => [change, correction]), [["correction", "Why."]]);
  assert.equal(sent({ correction: "Left over." }).correction, "");
  assert.equal(withKind({ ...draft("x"), change: "typo", correction: "", editing: null }, 0).change, "");
});
