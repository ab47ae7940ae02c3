import assert from "node:assert/strict";
import { test } from "node:test";
import { mediaOf, withWords, wordsOf } from "../../../app/web/static/newsroom/pure/media_words.js";
import { draftOf, stepsFor } from "../../../app/web/static/newsroom/pure/writing.js";

const PARAGRAPH = { id: "b1", type: "paragraph", html: "<p>H<sub>2</sub>O</p>" };
const IMAGE = { id: "b2", type: "image", url: "https://x.example/a.jpg", width: 9, alt: "A rvier", caption: "Here", html: "" };
const TABLE = { id: "b3", type: "table", rows: [], html: "" };

test("pictures, films, sounds and tables have words, text has none", () => {
  assert.deepEqual(mediaOf([PARAGRAPH, IMAGE, TABLE]).map(({ id }) => id), ["b2", "b3"]);
  assert.deepEqual(wordsOf([IMAGE, TABLE]), { b2: { alt: "A rvier", caption: "Here", credit: "" }, b3: { caption: "" } });
  assert.equal(wordsOf([PARAGRAPH]), null);
});

test("a description that is only the caption was written by nobody, and is not written back", () => {
  const block = { ...IMAGE, alt: "Here" };
  assert.equal(wordsOf([block]).b2.alt, "");
  const [changed] = withWords([block], { b2: { alt: "", caption: "There", credit: "" } });
  assert.deepEqual([changed.caption, "alt" in changed, changed.width], ["There", false, 9]);
});

test("what is emptied of an upload is sent empty, since what is left out is what the upload says", () => {
  const block = { ...IMAGE, media: "m1", credit: "Ana" };
  const [changed] = withWords([block], { b2: { alt: "A river", caption: "", credit: " ", focal: null } });
  assert.deepEqual([changed.alt, changed.caption, changed.credit.trim()], ["A river", "", ""]);
});

test("what is left alone stays the same array, of which nothing is to be sent", () => {
  const blocks = [PARAGRAPH, IMAGE];
  assert.equal(withWords(blocks, wordsOf(blocks)), blocks);
  assert.equal(withWords(blocks, null), blocks);
});

test("an edit of the words alone is one write of the blocks, and leaves the text to the letter", () => {
  const entry = {
    id: "e1", status: "published", headline: null, text: "H2O\n\n[[block:b2]]", text_format: "markdown", kind: "update",
    importance: "normal", key_event: false, authors: [], source: null, tags: [], blocks: [PARAGRAPH, IMAGE], working: null,
  };
  const draft = draftOf(entry, '"v3"');
  draft.media.b2.alt = "A river";
  const steps = (intent) => stepsFor(draft, { intent, story: "s1", newId: () => "id", newKey: () => "key" });
  const [{ method, body, ifMatch }, ...more] = steps("published");
  assert.deepEqual([method, ifMatch, more.length], ["PATCH", '"v3"', 0]);
  assert.deepEqual(body, { blocks: [PARAGRAPH, { ...IMAGE, alt: "A river" }], material: true, publish: true });
  assert.deepEqual(steps("draft").map((step) => step.body.publish), [false]);
});
