import assert from "node:assert/strict";
import { test } from "node:test";
import { actionsFor } from "../../../app/web/static/newsroom/entry_rights.js";

const STORY = { status: "live", role: "editor", settings: { review_required: false }, pinned: [] };
const ENTRY = { id: "e1", status: "published", version: 2, created_by: "ada", working: null };
const names = ({ often, seldom }) => [often, seldom].map((actions) => actions.map(([name]) => name));
const offered = (entry, story, rights = { me: { person: "ed" }, mayPin: story.role !== "reporter" }) => (
  names(actionsFor({ ...ENTRY, ...entry }, { ...STORY, ...story }, rights))
);

test("an editor has what is needed often in sight, and the rest folded away with what cannot be undone last", () => {
  assert.deepEqual(offered({}, STORY), [
    ["edit", "corrections", "retract"], ["pin", "place", "times", "preview", "versions", "unpublish", "remove"],
  ]);
});

test("the end of a pin is offered while there is one", () => {
  const [, seldom] = offered({}, { ...STORY, pinned: [{ entry: "e1", until: null }] });
  assert.deepEqual(seldom.slice(0, 2), ["pin", "pin-end"]);
});

test("a reporter moves and pins nothing, and looks only at what others wrote", () => {
  const reporter = { ...STORY, role: "reporter" };
  assert.deepEqual(offered({}, reporter, { me: { person: "bo" }, mayPin: false }), [["preview", "versions"], []]);
  assert.deepEqual(offered({}, reporter, { me: { person: "ada" }, mayPin: false }), [
    ["edit", "corrections", "retract"], ["times", "preview", "versions", "unpublish", "remove"],
  ]);
});

test("where an editor looks first, a reporter leaves the times of what is out alone", () => {
  const reviewed = { ...STORY, role: "reporter", settings: { review_required: true } };
  const own = { me: { person: "ada" }, mayPin: false };
  assert.deepEqual(offered({}, reviewed, own), [["edit"], ["preview", "versions"]]);
  assert.ok(offered({ status: "draft" }, reviewed, own)[1].includes("times"));
});

test("nobody has seen a draft story: its entries have no place yet", () => {
  assert.ok(!offered({}, { ...STORY, status: "draft" })[1].includes("place"));
});

test("in a story that is closed for good there is only taking back and looking", () => {
  assert.deepEqual(offered({}, { ...STORY, status: "archived" }), [["retract"], ["preview", "versions", "unpublish", "remove"]]);
});
