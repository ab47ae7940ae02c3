import assert from "node:assert/strict";
import { test } from "node:test";
import {
  arrivalWords, commentButtons, decisionWords, howSent, outcomeWords, refusalWords, whyHeld, withCount,
} from "../../../app/web/static/newsroom/pure/comment_words.js";

const HOW = { reasons: { off_topic: "It is not about the story." }, timeText: () => "21:05" };

test("the buttons are those that the server lists, in one order, and those alone", () => {
  assert.deepEqual(commentButtons({ can: ["remove", "approve", "unheard_of"] }), [["approve", "Approve"], ["remove", "Remove"]]);
  assert.deepEqual(commentButtons({ can: [] }), []);
  assert.deepEqual(commentButtons({ can: ["make_entry"], made_entry: "e" }), [["make_entry", "Make another entry"]]);
});

test("why it deserves a look is said, the notices first; a flag of tomorrow is said as it is", () => {
  const marked = {
    flags: ["no_form", "hold_word", "new_flag"], links: 2, appeal: "No.", reports: [{ outcome: null }, { outcome: "approved" }],
  };
  assert.deepEqual(whyHeld(marked), ["reported once", "objection", "hold-word", "new flag", "2 links"]);
  assert.deepEqual(whyHeld({ flags: [], links: 0, appeal: null }), []);
  assert.equal(howSent(marked), "not sent with the form");
});

test("what was decided is said with who, when, and what its writer is told", () => {
  const decided = { reason: "off_topic", decided_by_name: "Ada", decided_at: "x" };
  assert.equal(
    decisionWords({ status: "rejected", ...decided }, HOW),
    "Rejected by Ada at 21:05. Its writer is told: “It is not about the story.”",
  );
  assert.equal(decisionWords({ status: "approved", ...decided, reason: null }, HOW), "Approved by Ada at 21:05. Readers see it.");
  assert.equal(decisionWords({ status: "pending" }, HOW), "");
});

test("who was late is told what the other did, and everybody what the server says", () => {
  const now = { status: "rejected", decided_by_name: "Ada" };
  assert.equal(refusalWords({ code: "stale" }, now), "Not done: Ada was faster. It is rejected; decide again if it should not be.");
  assert.match(refusalWords({ code: "stale" }, { status: "pending" }), /changed since you read it/);
  assert.equal(refusalWords({ code: "frozen", detail: "It is frozen." }, now), "Not done: It is frozen.");
  assert.equal(refusalWords({}), "Not done: the server cannot be reached.");
});

test("one act on several is summed up", () => {
  assert.equal(outcomeWords("approve", { done: 1, failed: 0 }), "1 reply approved.");
  assert.equal(outcomeWords("spam", { done: 2, failed: 1 }), "2 replies marked as spam. 1 reply not: the reason is beside each.");
});

test("what waits is counted, with the way to it", () => {
  assert.equal(arrivalWords({ count: 2, isMore: false }, "oldest"), "2 new ↓");
  assert.equal(arrivalWords({ count: 2, isMore: false }, "newest"), "2 new ↑");
  assert.equal(arrivalWords({ count: 9, isMore: true }, "oldest"), "9 more ↓");
  assert.equal(withCount("Waiting", 3), "Waiting (3)");
  assert.equal(withCount("Waiting", 0), "Waiting");
});
