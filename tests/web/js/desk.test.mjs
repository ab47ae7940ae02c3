import assert from "node:assert/strict";
import { test } from "node:test";
import { matchIn, merged } from "../../../app/web/static/newsroom/desk/found.js";
import { HOLDS, holdOf } from "../../../app/web/static/newsroom/desk/holds.js";
import { countOf, kindsFor, newsIn, sorted, stateOf, statesOf } from "../../../app/web/static/newsroom/desk/queue_kinds.js";
import { entriesOf, leftOf, partsOf } from "../../../app/web/static/newsroom/desk/several_texts.js";

test("a publication is held as long as the person says, and what is breaking or a correction is not", () => {
  assert.equal(HOLDS[1], 5);
  assert.equal(holdOf({ importance: "normal", correction: "" }, 5), 5);
  assert.equal(holdOf({ importance: "major" }, 10), 10);
  assert.equal(holdOf({ importance: "breaking", correction: "" }, 5), 0);
  assert.equal(holdOf({ importance: "normal", correction: "It was 1931." }, 5), 0);
});

const entry = (id, status, more = {}) => ({ id, status, working: null, posted_by: { person: null, token: "t" }, ...more });
const ids = (entries) => entries.map(({ id }) => id);

test("the queue has what was submitted, edits too, the longest waiting first", () => {
  const listed = [entry("c", "submitted"), entry("b", "draft"), entry("a", "submitted"), entry("e", "published", { working: { status: "submitted" } })];
  assert.deepEqual(ids(sorted("waiting", listed, {})), ["e", "a", "c"]);
  assert.deepEqual(ids(sorted("drafts", listed, {})), ["b"]);
  assert.deepEqual(ids(sorted("scheduled", [entry("s", "scheduled"), entry("w", "published", { working: { status: "scheduled" } })], {})), ["w", "s"]);
});

test("reporters have what is theirs, out too, and only what is not out is counted", () => {
  const me = { person: "p1" };
  const mine = { posted_by: { person: "p1", token: "other" } };
  const listed = [entry("c", "published", mine), entry("b", "submitted", mine), entry("a", "draft", mine), entry("x", "submitted")];
  assert.deepEqual(ids(sorted("mine", listed, me)), ["a", "b", "c"]);
  assert.equal(countOf(sorted("mine", listed, me)), 2);
  assert.equal(kindsFor({ role: "reporter" }, me)[0], "mine");
  assert.equal(kindsFor({ role: "editor" }, me)[0], "waiting");
  assert.equal(kindsFor({}, { role: "admin" })[0], "waiting");
});

test("what is done with stands behind what waits, and says what became of it", () => {
  const mine = { posted_by: { person: "p1", token: "other" } };
  const listed = [entry("e", "published", mine), entry("d", "rejected", mine), entry("c", "draft", mine), entry("b", "submitted", mine), entry("a", "published", { ...mine, working: { status: "submitted" } })];
  assert.deepEqual(ids(sorted("mine", listed, { person: "p1" })), ["a", "b", "c", "e", "d"]);
  assert.equal(countOf(sorted("mine", listed, { person: "p1" })), 3);
  assert.deepEqual(listed.map((each) => stateOf(each, each.id === "c")), ["published", "rejected", "returned", "submitted", "edit submitted"]);
});

test("news is what came from others to decide about, and what they decided about one's own; never the first look", () => {
  const [me, theirs, mine] = [{ person: "p1" }, { posted_by: { person: "p2" } }, { posted_by: { person: "p1" } }];
  const before = statesOf([entry("a", "submitted", theirs)]);
  const waiting = [entry("a", "submitted", theirs), entry("b", "submitted", theirs), entry("c", "submitted", mine)];
  assert.deepEqual(newsIn("waiting", null, waiting, me), []);
  assert.deepEqual(ids(newsIn("waiting", before, waiting, me)), ["b"]);
  assert.deepEqual(newsIn("waiting", statesOf(waiting), waiting, me), []);
  const own = [entry("a", "submitted", mine), entry("b", "submitted", mine), entry("c", "draft", mine), entry("d", "published", mine)];
  const now = [entry("a", "draft", mine), entry("b", "published", mine), entry("c", "submitted", mine), entry("d", "published", mine), entry("n", "draft", mine)];
  assert.deepEqual(ids(newsIn("mine", statesOf(own), now, me)), ["a", "b"]);
});

test("one text is several entries, and what was refused of them stays with its reason", () => {
  const parts = partsOf("# First\r\nPolls have closed.\n\n---\nSecond, with a -- dash\n\n- and a list\n-----\n\n---\n## Alone\n");
  assert.deepEqual(parts, ["# First\nPolls have closed.", "Second, with a -- dash\n\n- and a list", "## Alone"]);
  let number = 0;
  assert.deepEqual(entriesOf(parts, { status: "draft", newId: () => `id${(number += 1)}` }), [
    { id: "id1", status: "draft", headline: "First", text: "Polls have closed." },
    { id: "id2", status: "draft", text: "Second, with a -- dash\n\n- and a list" },
    { id: "id3", status: "draft", headline: "Alone" },
  ]);
  const left = leftOf(parts, [{ status: 201 }, { status: 422, problem: { detail: "No.", errors: [{ detail: "Too long." }] } }, { status: 409, problem: { detail: "Taken." } }]);
  assert.deepEqual(partsOf(left.text), parts.slice(1));
  assert.deepEqual(left.lines, ["“Second, with a -- dash\n\n- and a list”: Too long.", "“## Alone”: Taken."]);
});

test("what was found in this story stands first, and nothing twice", () => {
  const item = (story, id) => ({ story: { id: story }, entry: id && { id } });
  const both = merged([item("s1", "e1")], [item("s2", "e9"), item("s1", "e1"), item("s2", null)]);
  assert.deepEqual(both.map(({ story, entry: of }) => [story.id, of?.id]), [["s1", "e1"], ["s2", "e9"], ["s2", undefined]]);
});

test("the words around a match are shown, whatever their case and accents", () => {
  assert.deepEqual(matchIn("The São João bridge", "sao"), [["The ", false], ["São", true], [" João bridge", false]]);
  const long = `${"x".repeat(100)} levee ${"y".repeat(100)}`;
  const [before, match, after] = matchIn(long, "levee");
  assert.deepEqual([before[0][0], match, after[0].at(-1)], ["…", ["levee", true], "…"]);
  assert.ok(before[0].length <= 71 && after[0].length <= 71);
  assert.deepEqual(matchIn("Nothing of it", "levee"), [["Nothing of it", false]]);
  assert.deepEqual(matchIn("👍 İstanbul", "istanbul")[1], ["İstanbul", true]);
  assert.deepEqual(matchIn("Abc", ""), [["Abc", false]]);
});
