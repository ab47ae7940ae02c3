import assert from "node:assert/strict";
import { test } from "node:test";
import { EMPTY, draftOf, fieldsOf, isBlank, losesFormatting, previewOf, stepsFor } from "../../../app/web/static/newsroom/pure/writing.js";

const names = () => {
  let count = 0;
  return { newId: () => `00000000-${(count += 1)}`, newKey: () => `key-${(count += 1)}`, story: "s1" };
};
const plan = (draft, intent) => (
  stepsFor(draft, { intent, ...names() }).map(({ method, path, body, ifMatch }) => ({ method, path, body, ifMatch }))
);
const PARAGRAPH = { id: "b1", type: "paragraph", html: "<p>Old</p>" };
const IMAGE = { id: "b2", type: "image", url: "https://x.example/a.jpg", alt: "", html: "<figure></figure>" };
const entry = (fields = {}) => ({
  id: "e1", status: "published", headline: "Old", text: "Old", text_format: "markdown", kind: "update",
  importance: "normal", key_event: false, authors: [{ name: "Ana", role: null, place: null, url: "https://a.example" }],
  source: null, tags: [{ slug: "weather", label: "Weather" }], blocks: [PARAGRAPH], working: null, ...fields,
});

test("the smallest entry is its text", () => {
  const [{ method, path, body }] = plan({ ...EMPTY, text: "Polls have closed." }, "published");
  assert.deepEqual([method, path], ["POST", "/v1/stories/s1/entries"]);
  const { id, ...rest } = body;
  assert.match(id, /^0/);
  assert.deepEqual(rest, {
    status: "published", text: "Polls have closed.", kind: "update", importance: "normal", key_event: false, tags: [],
  });
});

test("a pin goes with a new entry alone, however it is sent, and with no edit", () => {
  const picture = { picture_url: "https://x.example/r.jpg" };
  for (const more of [{}, picture, { text: "", ...picture }, { rich: [{ type: "paragraph", html: "<p>Now</p>" }] }]) {
    const [create, ...others] = plan({ ...EMPTY, text: "Now.", pinned: true, ...more }, "published");
    assert.equal(create.body.pinned, true);
    assert.ok(others.every(({ body }) => !("pinned" in body)));
    const [unpinned] = plan({ ...EMPTY, text: "Now.", ...more }, "published");
    assert.ok(!("pinned" in unpinned.body));
  }
  const edit = plan({ ...draftOf(entry(), "1"), text: "Then.", pinned: true }, "published");
  assert.ok(edit.every(({ body }) => !("pinned" in body)));
});

test("text goes out as it was typed, to the letter", () => {
  const text = "  “Quoted” — 40–60 mm\n\n**Some background:** 5 * 3\n";
  assert.equal(fieldsOf({ ...EMPTY, text }).text, text);
});

test("no line of authors is the poster's byline, a ticked box is none, and lines are names, roles and places", () => {
  assert.equal(fieldsOf(EMPTY).authors, undefined);
  assert.deepEqual(fieldsOf({ ...EMPTY, no_byline: true }).authors, []);
  assert.deepEqual(fieldsOf({ ...EMPTY, authors: "Ana Sousa, reporter, Porto\n\nRui" }).authors, [
    { name: "Ana Sousa", role: "reporter", place: "Porto" }, { name: "Rui" },
  ]);
});

test("tags are parted by commas, doubled ones dropped; the server makes their slugs, and known ones keep theirs", () => {
  assert.deepEqual(fieldsOf({ ...EMPTY, tags: "Céu & mar, , 天気,天気" }).tags, [{ label: "Céu & mar" }, { label: "天気" }]);
  const editing = entry({ tags: [{ slug: "fu-ball", label: "Fußball" }] });
  assert.deepEqual(fieldsOf({ ...draftOf(editing), tags: "Fußball, C++" }).tags, [
    { slug: "fu-ball", label: "Fußball" }, { label: "C++" },
  ]);
});

test("a picture goes first, as a block of a draft; the text then says where it stands, and only then it goes out", () => {
  const draft = { ...EMPTY, text: "The river.", picture_url: "https://x.example/r.jpg", picture_credit: "Ana/Agency" };
  const [create, patch, publish] = plan(draft, "published");
  assert.equal(create.body.status, "draft");
  const [picture] = create.body.blocks;
  assert.deepEqual(picture, { id: picture.id, type: "image", url: "https://x.example/r.jpg", credit: "Ana/Agency" });
  assert.deepEqual(patch.body, { text: `[[block:${picture.id}]]\n\nThe river.` });
  assert.equal(patch.path, `/v1/stories/s1/entries/${create.body.id}`);
  assert.equal(publish.path, `${patch.path}/publish`);
  assert.deepEqual([patch.ifMatch, publish.ifMatch], ["previous", "previous"]);
  assert.equal(plan(draft, "draft").length, 2);
});

test("a picture alone is one write", () => {
  const [create, ...more] = plan({ ...EMPTY, picture_url: "https://x.example/r.jpg" }, "published");
  assert.deepEqual(more, []);
  assert.equal(create.body.status, "published");
});

test("an edit sends what was changed, on the version that was read", () => {
  const draft = { ...draftOf(entry(), '"v7"'), headline: "New" };
  assert.deepEqual(plan(draft, "published"), [{
    method: "PATCH", path: "/v1/stories/s1/entries/e1", ifMatch: '"v7"',
    body: { headline: "New", material: true, publish: true },
  }]);
});

test("a silent edit is no material one, and one that is kept aside is not published", () => {
  const draft = { ...draftOf(entry(), '"v7"'), text: "New", change: "typo" };
  assert.deepEqual(plan(draft, "draft").map(({ body }) => body), [
    { text: "New", text_format: "markdown", material: false, publish: false },
  ]);
});

test("an entry with a working revision is edited at its newest, and let out by an action", () => {
  const fields = { headline: "Working", text: "Newer", authors: [], tags: [], blocks: [PARAGRAPH] };
  const draft = draftOf(entry({ working: { status: "draft", fields } }), '"v7"');
  assert.deepEqual([draft.headline, draft.text, draft.no_byline], ["Working", "Newer", true]);
  const [patch, publish] = plan({ ...draft, text: "Newest" }, "published");
  assert.equal(patch.body.publish, false);
  assert.equal(publish.path, "/v1/stories/s1/entries/e1/publish");
});

test("a draft is saved, submitted or published after the edit", () => {
  const draft = draftOf(entry({ status: "draft" }), '"v1"');
  assert.deepEqual(plan(draft, "draft").map(({ method }) => method), ["PATCH"]);
  assert.deepEqual(plan(draft, "submitted").map(({ path }) => path.split("/").at(-1)), ["e1", "submit"]);
  assert.deepEqual(plan(draft, "published").map(({ path }) => path.split("/").at(-1)), ["e1", "publish"]);
  const submitted = draftOf(entry({ status: "submitted" }), '"v1"');
  assert.deepEqual(plan(submitted, "submitted").map(({ method }) => method), ["PATCH"]);
});

test("an author's picture and address survive an edit of something else", () => {
  const draft = draftOf(entry(), '"v1"');
  assert.deepEqual(fieldsOf(draft).authors, [{ name: "Ana", url: "https://a.example" }]);
});

test("a picture taken out of the text is taken out of the blocks first", () => {
  const read = entry({ text: "Old\n\n[[block:b2]]", blocks: [PARAGRAPH, IMAGE] });
  const untouched = plan({ ...draftOf(read, '"v1"'), headline: "New" }, "published");
  assert.equal(untouched.length, 1);
  const [blocks, text, publish] = plan({ ...draftOf(read, '"v1"'), text: "Old" }, "published");
  assert.deepEqual(blocks.body, { blocks: [PARAGRAPH], material: true, publish: false });
  assert.deepEqual([text.body.text, text.ifMatch], ["Old", "previous"]);
  assert.match(publish.path, /publish$/);
});

test("a picture added to a public entry is not seen before its text", () => {
  const draft = { ...draftOf(entry(), '"v1"'), picture_url: "https://x.example/n.jpg", picture_place: "below" };
  const [blocks, text, publish] = plan(draft, "published");
  assert.equal(blocks.body.publish, false);
  assert.match(text.body.text, /^Old\n\n\[\[block:p-[^\]]+\]\]$/);
  assert.match(publish.path, /publish$/);
});

test("a label and an icon are read, sent and taken away, and a label is worth keeping", () => {
  const [{ body }] = plan({ ...EMPTY, text: "Goal!", label: " 67′ ", icon: "goal" }, "published");
  assert.deepEqual([body.label, body.icon], ["67′", "goal"]);
  const read = draftOf(entry({ label: "67′", icon: "goal" }), '"v1"');
  assert.deepEqual([read.label, read.icon], ["67′", "goal"]);
  const [edit] = plan({ ...read, label: "", icon: "" }, "published");
  assert.deepEqual([edit.body.label, edit.body.icon], [null, null]);
  assert.equal(isBlank({ ...EMPTY, label: "67′" }), false);
  const { members } = previewOf({ ...EMPTY, label: "67′", icon: "goal", text: "x" }, { ...names(), isThere: () => true });
  assert.deepEqual([members.label, members.icon], ["67′", "goal"]);
});

test("a draft is blank until something is written", () => {
  assert.equal(isBlank(EMPTY), true);
  assert.equal(isBlank({ ...EMPTY, text: " \n" }), true);
  assert.equal(isBlank({ ...EMPTY, headline: "x" }), false);
  assert.equal(isBlank(draftOf(entry(), '"v1"')), false);
});

test("an edit loses formatting where the text lacks some and was changed", () => {
  const lacking = draftOf(entry({ text_exact: false }), '"v1"');
  assert.equal(losesFormatting(lacking), false);
  assert.equal(losesFormatting({ ...lacking, headline: "New" }), false);
  assert.equal(losesFormatting({ ...lacking, text: "New" }), true);
  assert.equal(losesFormatting({ ...draftOf(entry({ text_exact: true }), '"v1"'), text: "New" }), false);
  assert.equal(losesFormatting({ ...draftOf(entry(), '"v1"'), text: "New" }), false);
  assert.equal(losesFormatting({ ...EMPTY, text: "New" }), false);
});

const preview = (draft, { byline = null, isThere = () => true } = {}) => previewOf(draft, { newId: names().newId, isThere, byline });

test("a preview of a new entry converts its text, and has the poster's byline unless another is given", () => {
  const { members, body, left } = preview({ ...EMPTY, headline: " Closed ", text: "**Now**" }, { byline: "Ana Sousa" });
  assert.deepEqual([body, left], [{ text: "**Now**" }, 0]);
  assert.deepEqual([members.headline, members.authors, members.status], ["Closed", [{ name: "Ana Sousa" }], "published"]);
  assert.deepEqual(preview({ ...EMPTY, text: "x", no_byline: true }, { byline: "Ana" }).members.authors, []);
  assert.equal(preview({ ...EMPTY, headline: "Only a headline" }).body, null);
});

test("a preview names its pictures in the text, and says how many are not there yet", () => {
  const picture = (id) => ({ id, kind: "image", name: "", isOwn: true, place: "below", alt: "Water", caption: "", credit: "", focal: null, touched: ["alt"], isKnown: true });
  const draft = { ...EMPTY, text: "The river.", pictures: [picture("m1"), picture("m2")] };
  const { body, left } = preview(draft, { isThere: (id) => id === "m1" });
  assert.equal(left, 1);
  assert.equal(body.blocks.length, 1);
  assert.deepEqual([body.blocks[0].media, body.blocks[0].alt], ["m1", "Water"]);
  assert.equal(body.text, `The river.\n\n[[block:${body.blocks[0].id}]]`);
});

test("a preview of an edit sends the blocks that its text names, in the format of the entry", () => {
  const of = (text_format) => draftOf(entry({ text: "Old\n\n[[block:b2]]", blocks: [PARAGRAPH, IMAGE], text_format }), "e");
  const { body, members } = preview({ ...of("markdown"), text: "New\n\n[[block:b2]]" });
  assert.deepEqual(body, { text: "New\n\n[[block:b2]]", blocks: [PARAGRAPH, IMAGE] });
  assert.deepEqual([members.id, members.authors[0].url], ["e1", "https://a.example"]);
  assert.equal(preview(of("plain")).body.text_format, "plain");
});

test("a correction goes out with its edit as one change, and after it where an edit was waiting", () => {
  const draft = { ...draftOf(entry(), '"v7"'), text: "New", change: "correction", correction: " It was old. " };
  const steps = stepsFor(draft, { intent: "published", ...names() });
  assert.deepEqual(steps.map(({ method, body }) => [method, body.correction, body.material]), [["PATCH", { text: "It was old." }, true]]);
  assert.equal(stepsFor(draft, { intent: "draft", ...names() })[0].body.correction, undefined);
  const waiting = { ...draft, editing: { ...draft.editing, working: true } };
  assert.deepEqual(stepsFor(waiting, { intent: "published", ...names() }).map(({ path }) => path.split("/").at(-1)).slice(1), ["publish", "corrections"]);
});

test("what is published is held as long as is asked, in whichever request publishes it", () => {
  const held = (draft, intent) => stepsFor(draft, { intent, ...names(), hold: 5 }).map(({ body }) => body.hold_seconds);
  assert.deepEqual(held({ ...EMPTY, text: "New" }, "published"), [5]);
  assert.deepEqual(held({ ...EMPTY, text: "New" }, "draft"), [undefined]);
  assert.deepEqual(held({ ...EMPTY, text: "New", picture_url: "https://p.example/a.jpg" }, "published"), [undefined, undefined, 5]);
  assert.deepEqual(held({ ...draftOf(entry(), '"v7"'), text: "New" }, "published"), [5]);
});
