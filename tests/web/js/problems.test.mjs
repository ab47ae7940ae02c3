import assert from "node:assert/strict";
import { test } from "node:test";
import { fieldErrors, problemText } from "../../../app/web/static/newsroom/pure/problems.js";

const WRONG = {
  detail: "Two values cannot be accepted.",
  errors: [
    { pointer: "/settings/hold_seconds", code: "x", detail: "is too much" },
    { pointer: "/standfirst", code: "x", detail: "is too long" },
    { pointer: "", code: "x", detail: "say one thing" },
  ],
};

test("each wrong value is told with its place, and a problem without any by its sentence", () => {
  assert.equal(problemText(WRONG), "settings › hold_seconds: is too much\nstandfirst: is too long\nsay one thing");
  assert.equal(problemText({ detail: "It is frozen." }), "It is frozen.");
});

test("what is wrong with a field of the form stands beside it, and the rest above the buttons", () => {
  const has = (name) => name === "hold_seconds";
  assert.deepEqual(fieldErrors(WRONG, has), {
    named: { hold_seconds: "is too much" }, rest: "standfirst: is too long\nsay one thing",
  });
  assert.deepEqual(fieldErrors({ detail: "It is frozen." }, has), { named: {}, rest: "It is frozen." });
});

test("a server that cannot be reached says so, and that nothing is lost", () => {
  assert.match(problemText(new TypeError("Failed to fetch")), /cannot be reached/);
  assert.match(fieldErrors(new TypeError("Failed to fetch"), () => false).rest, /Nothing typed is lost/);
});
