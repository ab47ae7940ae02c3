import assert from "node:assert/strict";
import { test } from "node:test";
import {
  blockOf, chosenPicture, filesIn, focalAt, moved, olderPicture, withUpload, withWord, wordsStep,
} from "../../../app/web/static/newsroom/pure/draft_pictures.js";
import { withSegments, wordSegments } from "../../../app/web/static/newsroom/pure/jpeg_metadata.js";
import { withWords, wordsOf } from "../../../app/web/static/newsroom/pure/media_words.js";
import { isAnimated, mayShrink, shrunkSize } from "../../../app/web/static/newsroom/pure/shrinking.js";
import { uploadWords } from "../../../app/web/static/newsroom/pure/media_words.js";
import { EMPTY, draftOf, isBlank, joined, stepsFor } from "../../../app/web/static/newsroom/pure/writing.js";

const names = () => {
  let count = 0;
  return { newId: () => `${(count += 1)}`.padStart(8, "0"), newKey: () => `key-${(count += 1)}`, story: "s1" };
};
const plan = (draft, intent) => stepsFor(draft, { intent, ...names() }).map(({ method, path, body }) => ({ method, path, body }));
const chosen = (id, place = "above", type = "image/jpeg") => chosenPicture({ id, name: `${id}.jpg`, type }, place);

test("several pictures stand in their order, above and below the text, and readers see nothing before all has arrived", () => {
  const pictures = [chosen("m1"), chosen("m2", "below"), chosen("m3")];
  const [create, patch, publish] = plan({ ...EMPTY, text: "The river.", pictures }, "published");
  assert.equal(create.body.status, "draft");
  assert.deepEqual(create.body.blocks.map(({ media }) => media), ["m1", "m2", "m3"]);
  const [one, two, three] = create.body.blocks.map(({ id }) => `[[block:${id}]]`);
  assert.equal(patch.body.text, `${one}\n\n${three}\n\nThe river.\n\n${two}`);
  assert.match(publish.path, /publish$/);
});

test("pictures alone are one write, and a draft with a picture is not blank", () => {
  const draft = { ...EMPTY, pictures: [chosen("m1")] };
  const [create, ...more] = plan(draft, "published");
  assert.deepEqual(more, []);
  assert.deepEqual(create.body.blocks.map(({ type, media }) => [type, media]), [["image", "m1"]]);
  assert.equal(isBlank(draft), false);
});

test("pictures added to a public entry are not seen before its text, which names them behind those it has", () => {
  const blocks = [{ id: "b1", type: "paragraph", html: "<p>Old</p>" }, { id: "b2", type: "image", media: "m0", url: "/x", alt: "" }];
  const entry = {
    id: "e1", status: "published", headline: "", text: "Old\n\n[[block:b2]]", text_format: "markdown", kind: "update",
    importance: "normal", key_event: false, authors: [], source: null, tags: [], blocks, working: null,
  };
  const draft = { ...draftOf(entry, '"v7"'), pictures: [chosen("m1", "below")] };
  const [sent, text, publish] = plan(draft, "published");
  assert.equal(sent.body.publish, false);
  assert.deepEqual(sent.body.blocks.map(({ media }) => media), [undefined, "m0", "m1"]);
  assert.match(text.body.text, /^Old\n\n\[\[block:b2\]\]\n\n\[\[block:p-/);
  assert.match(publish.path, /publish$/);
});

test("what has arrived in part is edited without its pictures, which are there", () => {
  const begun = { text: "[[block:p-1]]", editing: { id: "e1" }, media: {} };
  assert.deepEqual(joined(begun, { ...EMPTY, text: "The river.", pictures: [chosen("m1")] }).pictures, []);
});

test("a word that nobody has typed is left to the upload until it is known, and a typed one is sent", () => {
  const picture = withWord(chosen("m1"), "caption", " The Douro ");
  assert.deepEqual(blockOf(picture, "b1"), { id: "b1", type: "image", media: "m1", caption: "The Douro" });
  const known = withUpload(picture, { kind: "image", caption: "DSC_0001", credit: "Ana/Agency" });
  assert.deepEqual(blockOf(known, "b1"), {
    id: "b1", type: "image", media: "m1", alt: "", caption: "The Douro", credit: "Ana/Agency",
  });
  const emptied = withWord(known, "caption", "");
  assert.equal(blockOf(emptied, "b1").caption, ""); // taken away, and not the file's again
  assert.equal(blockOf(withWord(known, "credit", " "), "b1").credit, "");
  assert.equal(withUpload(emptied, { kind: "image", caption: "DSC_0001" }), emptied);
});

test("what a file is the server says, and a film has no description", () => {
  const unknown = chosen("m1", "above", "");
  assert.equal(unknown.kind, "image");
  const film = withUpload(unknown, { kind: "video", caption: "", credit: "" });
  assert.deepEqual(blockOf(film, "b1"), { id: "b1", type: "video", media: "m1", caption: "", credit: "" });
});

test("an older picture comes with its words and its focal point, which are not written back", () => {
  const media = { id: "m1", kind: "image", alt: "A river", caption: "The Douro", credit: null, focal: { x: 0.2, y: 0.7 } };
  const picture = olderPicture(media, "below");
  assert.deepEqual(blockOf(picture, "b1"), {
    id: "b1", type: "image", media: "m1", alt: "A river", caption: "The Douro", credit: "", focal: { x: 0.2, y: 0.7 },
  });
  assert.equal(wordsStep(withWord(picture, "caption", "Another"), names()), null);
});

test("what was typed beside a new picture is kept with it, too; nothing typed is no write", () => {
  assert.equal(wordsStep(chosen("m1"), names()), null);
  const picture = withWord(withWord(chosen("m1"), "caption", "The Douro"), "focal", focalAt(0.333, 2));
  const { method, path, body, ifMatch } = wordsStep(withWord(picture, "credit", " "), names());
  assert.deepEqual({ method, path, body, ifMatch }, {
    method: "PATCH", path: "/v1/newsroom/media/m1", ifMatch: "*",
    body: { caption: "The Douro", credit: null, focal: { x: 0.33, y: 1 } },
  });
});

test("pictures are moved by one, and not over the ends", () => {
  const pictures = ["a", "b", "c"].map((id) => ({ id }));
  const ids = (list) => list.map(({ id }) => id).join("");
  assert.equal(ids(moved(pictures, "b", -1)), "bac");
  assert.equal(ids(moved(pictures, "b", 1)), "acb");
  for (const [id, by] of [["a", -1], ["c", 1], ["x", 1]]) assert.equal(moved(pictures, id, by), pictures);
});

test("a pasted picture is taken, and text is pasted as text, though a picture of it comes along", () => {
  const file = { name: "image.png", type: "image/png" };
  const transfer = (text, ...files) => ({ files, getData: (type) => (type === "text/plain" ? text : "") });
  assert.deepEqual(filesIn(transfer("", file), { isPaste: true }), [file]);
  assert.deepEqual(filesIn(transfer("A paragraph of a document.", file), { isPaste: true }), []);
  assert.deepEqual(filesIn(transfer("/home/ana/image.png", file), { isPaste: true }), [file]);
  assert.deepEqual(filesIn(transfer("words"), { isPaste: true }), []);
  assert.deepEqual(filesIn(transfer("", { name: "a.pdf", type: "application/pdf" }), { isPaste: true }), []);
  assert.equal(filesIn(transfer("", { name: "a.pdf", type: "application/pdf" }), { isPaste: false }).length, 1); // said, not lost
  assert.deepEqual(filesIn(null, { isPaste: true }), []);
});

test("only what is large and stands still is shrunk, to its longest side", () => {
  const big = { type: "image/jpeg", size: 5_000_000 };
  const still = new Uint8Array(32);
  assert.equal(mayShrink(big, still), true);
  assert.equal(mayShrink({ ...big, size: 300_000 }, still), false);
  for (const type of ["image/gif", "video/mp4", "image/svg+xml", "application/pdf"]) assert.equal(mayShrink({ ...big, type }, still), false);
  assert.deepEqual(shrunkSize({ width: 6000, height: 4000, type: "image/jpeg" }), { width: 2048, height: 1365, type: "image/jpeg" });
  assert.deepEqual(shrunkSize({ width: 3000, height: 9000, type: "image/png" }), { width: 683, height: 2048, type: "image/webp" });
  assert.deepEqual(shrunkSize({ width: 30_000, height: 2, type: "" }), { width: 2048, height: 1, type: "image/jpeg" });
  assert.equal(shrunkSize({ width: 2048, height: 1, type: "image/jpeg" }), null);
  assert.equal(shrunkSize({ width: 0, height: 0, type: "image/jpeg" }), null);
});

test("moving pictures are known by their first bytes", () => {
  const bytes = (...parts) => Uint8Array.from(parts.flatMap((part) => (
    typeof part === "string" ? [...part].map((letter) => letter.charCodeAt(0)) : part
  )));
  const webp = (flags) => bytes("RIFF", [0, 0, 0, 0], "WEBPVP8X", [10, 0, 0, 0], [flags]);
  assert.deepEqual([webp(0x02), webp(0x10)].map(isAnimated), [true, false]);
  assert.equal(isAnimated(bytes([0x89], "PNG....IHDR....acTL")), true);
  assert.equal(isAnimated(bytes([0x89], "PNG....IHDR....IDAT")), false);
  assert.deepEqual(["avis", "avif", "heic"].map((brand) => isAnimated(bytes([0, 0, 0, 28], "ftyp", brand))), [true, false, false]);
  assert.equal(isAnimated(bytes("GIF89a")), true);
  assert.equal(isAnimated(new Uint8Array(0)), false);
});

const letters = (text) => [...text].map((letter) => letter.charCodeAt(0));
const segment = (marker, content) => [0xff, marker, (content.length + 2) >> 8, (content.length + 2) & 0xff, ...content];
const SCAN = [0xff, 0xda, 0, 2, 1, 2, 3, 0xff, 0xd9];
const jpeg = (...parts) => Uint8Array.from([0xff, 0xd8, ...parts.flat(), ...SCAN]);
const exif = (isLittle, orientation) => {
  const two = (value) => (isLittle ? [value & 0xff, value >> 8] : [value >> 8, value & 0xff]);
  const four = (value) => (isLittle ? [...two(value), 0, 0] : [0, 0, ...two(value)]);
  const field = [...two(0x0112), ...two(3), ...four(1), ...two(orientation), 0, 0];
  return segment(0xe1, [...letters("Exif\0\0"), ...letters(isLittle ? "II" : "MM"), ...two(42), ...four(8), ...two(1), ...field, ...four(0)]);
};
const IPTC = segment(0xed, letters("Photoshop 3.0\x008BIM\x04\x04words"));
const XMP = segment(0xe1, letters('http://ns.adobe.com/xap/1.0/\0<x tiff:Orientation="6" dc:rights="Ana"/><tiff:Orientation>8</tiff:Orientation>'));
const ICC = segment(0xe2, letters("ICC_PROFILE\0..."));

test("words of a photograph go with the smaller one, its orientation and its colours do not", () => {
  for (const isLittle of [true, false]) {
    const found = wordSegments(jpeg(segment(0xe0, letters("JFIF\0")), exif(isLittle, 6), ICC, XMP, IPTC));
    assert.equal(found.length, 3);
    assert.deepEqual([...found[0]], exif(isLittle, 1));
    const text = String.fromCharCode(...found[1]);
    assert.match(text, /tiff:Orientation="1" dc:rights="Ana"\/><tiff:Orientation>1</);
    assert.deepEqual([...found[2]], IPTC);
  }
});

test("they stand behind the first segment of the smaller one, or first where there is none", () => {
  const [words] = wordSegments(jpeg(IPTC));
  const jfif = segment(0xe0, letters("JFIF\0"));
  assert.deepEqual([...withSegments(jpeg(jfif, ICC), [words])], [...jpeg(jfif, IPTC, ICC)]);
  assert.deepEqual([...withSegments(jpeg(ICC), [words])], [...jpeg(IPTC, ICC)]);
  const png = Uint8Array.from(letters("\x89PNG"));
  assert.equal(withSegments(png, [words]), png);
});

test("what is no JPEG, is cut off or lies about its lengths has no words, and breaks nothing", () => {
  const whole = jpeg(exif(true, 6), IPTC);
  for (let end = 0; end < whole.length; end += 1) assert.ok(wordSegments(whole.subarray(0, end)).length <= 2);
  assert.deepEqual(wordSegments(Uint8Array.from([0xff, 0xd8, 0xff, 0xe1, 0, 0, 0xff, 0xe1, 0xff, 0xff, 1])), []);
  const lying = exif(true, 6);
  lying[lying.length - 18] = 0xff; // more fields than there are
  assert.equal(wordSegments(jpeg(lying)).length, 1);
});

test("words and focal point of an uploaded block are changed in its place, and what was taken away is sent empty", () => {
  const block = { id: "b1", type: "image", media: "m1", url: "/x", alt: "A river", caption: "Old", focal: { x: 0.5, y: 0.1 } };
  const words = wordsOf([block]);
  assert.deepEqual(words.b1, { alt: "A river", caption: "Old", credit: "", focal: { x: 0.5, y: 0.1 } });
  const blocks = [block];
  assert.equal(withWords(blocks, words), blocks);
  const [changed] = withWords(blocks, { b1: { ...words.b1, caption: "", focal: { x: 0.2, y: 0.2 } } });
  assert.deepEqual(changed, { id: "b1", type: "image", media: "m1", url: "/x", alt: "A river", caption: "", credit: "", focal: { x: 0.2, y: 0.2 } });
});

test("each state of an upload is said, and a browser without room, too", () => {
  const item = { state: "sending", progress: 0.417, problem: null, isKept: true };
  const words = (change) => uploadWords({ ...item, ...change });
  assert.equal(words({}).text, "Sending … 41 %");
  assert.equal(words({ progress: 1 }).text, "Sent; the server is working on it …");
  assert.deepEqual(words({ state: "refused", problem: { detail: "This is an SVG." } }), { text: "Not accepted. This is an SVG.", isWrong: true });
  assert.equal(
    words({ state: "waiting", problem: { detail: "The server cannot be reached." } }).text,
    "Kept here. The server cannot be reached. It is tried again by itself.",
  );
  assert.match(words({ isKept: false }).text, /no room to keep it: leave this tab open until it is sent/);
  assert.equal(uploadWords(null).text, "Kept on the server.");
});
