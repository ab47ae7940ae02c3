import assert from "node:assert/strict";
import { test } from "node:test";
import { connectionWords } from "../../../app/web/static/newsroom/pure/connection_words.js";

const words = (fields) => connectionWords({ state: "connected", kept: 0, since: null, over: null, ...fields });

test("a connection, its loss and its end each have their words", () => {
  assert.equal(words({}), "Connected");
  assert.equal(words({ state: "connecting" }), "Connecting …");
  assert.equal(words({ state: "refused" }), "Not connected: reload the page");
  assert.equal(words({ state: "lost", since: new Date(2026, 1, 3, 20, 5) }), "Offline, as of 20:05");
});

test("what is kept here is counted, and a story that is over says so", () => {
  assert.equal(words({ state: "lost", kept: 2 }), "Offline: 2 kept here");
  assert.equal(words({ kept: 1 }), "Connected · 1 kept here");
  assert.equal(words({ over: "ended" }), "Story ended");
  assert.equal(words({ state: "lost", over: "ended" }), "Offline · Story ended");
});
