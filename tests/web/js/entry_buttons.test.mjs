import assert from "node:assert/strict";
import { test } from "node:test";
import { buttonsOf } from "../../../app/web/static/newsroom/pure/entry_buttons.js";

const STORY = { pinned: [] };
const OUT = ["edit", "unpublish", "retract", "correct", "move", "remove", "pin", "set_expiry", "preview"];
const ENTRY = { id: "e1", status: "published", version: 2, working: null, can: OUT };
const names = ({ often, seldom }) => [often, seldom].map((buttons) => buttons.map(([name]) => name));
const words = ({ often, seldom }) => Object.fromEntries([...often, ...seldom]);
const buttons = (entry, story = STORY) => buttonsOf({ ...ENTRY, ...entry }, story);

test("what is needed often is in sight, and the rest folded away with what cannot be undone last", () => {
  assert.deepEqual(names(buttons({})), [
    ["edit", "correct", "retract"], ["pin", "move", "times", "preview", "versions", "unpublish", "remove"],
  ]);
});

test("only what is listed has a button, and looking at versions", () => {
  assert.deepEqual(names(buttons({ can: [] })), [["versions"], []]);
  assert.deepEqual(names(buttons({ can: ["preview"], version: 1 })), [["preview"], []]);
  assert.deepEqual(names(buttons({ can: ["retract", "unpublish", "remove", "preview"] })), [
    ["retract"], ["preview", "versions", "unpublish", "remove"],
  ]);
});

test("a name that a later server lists has no button yet, and does no harm", () => {
  assert.deepEqual(names(buttons({ can: ["edit", "translate"], version: 1 })), [["edit"], []]);
});

test("the end of a pin is offered while there is one", () => {
  const pinned = buttons({}, { pinned: [{ entry: "e1", until: null }] });
  assert.deepEqual(names(pinned)[1].slice(0, 2), ["pin", "pin-end"]);
  assert.equal(words(pinned).pin, "Unpin");
  assert.equal(words(buttons({})).pin, "Pin");
});

test("a button says whether it is about the edit or about the entry", () => {
  const working = { status: "draft" };
  const edited = words(buttons({ working, can: ["edit", "submit", "publish", "schedule", "discard", "retract"] }));
  assert.deepEqual(edited, {
    edit: "Edit", publish: "Publish the edit", submit: "Submit the edit", schedule: "Schedule the edit",
    discard: "Discard the edit", retract: "Retract", versions: "Versions",
  });
  const takenOut = words(buttons({ status: "unpublished", working, can: ["submit", "publish", "discard"] }));
  assert.equal(takenOut.publish, "Publish");
  assert.equal(takenOut.submit, "Submit the edit");
  assert.equal(words(buttons({ working: { status: "scheduled" }, can: ["cancel"] })).cancel, "Do not publish the edit");
  assert.equal(words(buttons({ status: "scheduled", can: ["cancel"] })).cancel, "Do not publish");
});

test("what leads nowhere is not offered: editing what is rejected, rejecting an edit that can be discarded", () => {
  assert.deepEqual(names(buttons({ status: "rejected", can: ["edit", "remove", "set_expiry", "preview"] })), [
    ["preview", "versions", "remove"], [],
  ]);
  assert.ok(!names(buttons({ working: { status: "submitted" }, can: ["reject", "discard"] }))[0].includes("reject"));
});
