import assert from "node:assert/strict";
import { test } from "node:test";
import { mergeBlocks, mergedBlocks } from "../../../app/web/static/newsroom/conflicts/block_merge.js";
import { changesBetween, mergePieces, mergedText, wordsOf } from "../../../app/web/static/newsroom/conflicts/word_merge.js";
import { mergeEdits, mergedDraft } from "../../../app/web/static/newsroom/conflicts/entry_merge.js";

const never = () => assert.fail("there is no clash");
const merged = (before, mine, theirs) => mergedText(mergePieces(before, mine, theirs), never);
const clashes = (pieces) => pieces.filter(({ what }) => what === "clash");

/** A generator of numbers that is the same in every run. */
function numbers(seed) {
  let state = seed * 2_654_435_761 + 1;
  return (below) => {
    state = (Math.imul(state ^ (state >>> 15), 2_246_822_519) + 3_266_489_917) >>> 0;
    return ((state ^ (state >>> 13)) >>> 0) % below;
  };
}

const VOCABULARY = ["polls", "close", "at", "ten", "in", "Lisbon.", "The", "the", "count", "begins", "42 %", "選挙", "é", "\u{1F469}‍\u{1F680}", "[a](https://x.example/y?z=1)"];
const textOf = (next, length) => Array.from({ length }, () => VOCABULARY[next(VOCABULARY.length)]).join(next(9) === 0 ? "\n\n" : " ");

/** A text with a few random edits of its words. */
function edited(next, text, marker) {
  const words = wordsOf(text);
  for (let edits = 1 + next(4); edits > 0; edits -= 1) {
    const at = next(words.length + 1);
    const what = next(3);
    if (what === 0) words.splice(at, 0, ` ${marker}${next(1000)}`);
    else if (what === 1) words.splice(at, 1 + next(3));
    else if (at < words.length) words[at] = `${marker}${next(1000)}`;
  }
  return words.join("");
}

test("words joined are the text, whatever its script", () => {
  for (const text of ["", " ", "Polls close.\n\n- one\n- two", "選挙の結果", "สวัสดี x", "a\u0301b", "\u{1F469}‍\u{1F680} ok"]) {
    assert.equal(wordsOf(text).join(""), text);
  }
  assert.deepEqual(wordsOf("see [a](https://x.example/y)"), ["see", " ", "[a](https://x.example/y)"]);
});

test("applied, the changes between two texts lead from one to the other", () => {
  for (let seed = 1; seed <= 400; seed += 1) {
    const next = numbers(seed);
    const from = wordsOf(textOf(next, next(40)));
    const to = next(3) === 0 ? wordsOf(textOf(next, next(40))) : wordsOf(edited(next, from.join(""), "x"));
    const words = [...from];
    for (const { start, end, words: put } of changesBetween(from, to).reverse()) words.splice(start, end - start, ...put);
    assert.deepEqual(words, to, `seed ${seed}`);
  }
});

test("what only one has changed is that one's text, and what both changed alike is taken once", () => {
  for (let seed = 1; seed <= 200; seed += 1) {
    const next = numbers(seed);
    const before = textOf(next, 1 + next(40));
    const now = edited(next, before, "m");
    assert.equal(merged(before, now, before), now);
    assert.equal(merged(before, before, now), now);
    assert.equal(merged(before, now, now), now);
  }
});

test("no word that either wrote is lost: it stands in the text, or in a clash that shows both", () => {
  let [met, apart] = [0, 0];
  for (let seed = 1; seed <= 1_500; seed += 1) {
    const next = numbers(seed);
    const before = textOf(next, 3 + next(60));
    const [mine, theirs] = [edited(next, before, "m"), edited(next, before, "t")];
    const pieces = mergePieces(before, mine, theirs);
    if (clashes(pieces).length > 0) met += 1;
    else apart += 1;
    const both = mergedText(pieces, () => "both");
    for (const [word] of [...mine.matchAll(/m\d+/g), ...theirs.matchAll(/t\d+/g)]) {
      const written = mine.split(word).length + theirs.split(word).length - 2;
      assert.ok(both.split(word).length - 1 >= Math.min(1, written), `seed ${seed}: ${word} is lost`);
    }
    // Taken all from one side, the other's changes that meet nothing are all that is added to it.
    const without = (side) => pieces.map((piece) => {
      if (piece.what === "clash") return piece[side];
      return piece.what === "same" || piece.what === side || piece.what === "alike" ? piece.text : piece.removed;
    }).join("");
    assert.equal(without("mine"), mine, `seed ${seed}`);
    assert.equal(without("theirs"), theirs, `seed ${seed}`);
  }
  assert.ok(met > 100 && apart > 100, `${met} met and ${apart} did not`);
});

test("it does not matter who is first", () => {
  const turned = { mine: "theirs", theirs: "mine" };
  for (let seed = 1; seed <= 300; seed += 1) {
    const next = numbers(seed);
    const before = textOf(next, 3 + next(40));
    const [mine, theirs] = [edited(next, before, "m"), edited(next, before, "t")];
    const other = mergePieces(before, theirs, mine).map(({ what, mine: a, theirs: b, ...piece }) => (
      what === "clash" ? { what, mine: b, theirs: a, ...piece } : { what: turned[what] ?? what, ...piece }
    ));
    const plain = (pieces) => pieces.map((piece) => [piece.what, piece.text, piece.mine, piece.theirs, piece.removed]);
    assert.deepEqual(plain(mergePieces(before, mine, theirs)), plain(other), `seed ${seed}`);
  }
});

test("changes of different words are merged, and those of the same or of neighbours are for a person", () => {
  const before = "Polls close at ten in Lisbon and Porto.";
  assert.equal(
    merged(before, before.replace("ten", "eleven"), `${before.replace("Porto", "Braga")} More soon.`),
    "Polls close at eleven in Lisbon and Braga. More soon.",
  );
  const [clash] = clashes(mergePieces(before, before.replace("ten", "nine"), before.replace("ten", "eleven")));
  assert.deepEqual(clash, { what: "clash", mine: "nine", theirs: "eleven", removed: "ten" });
  assert.equal(clashes(mergePieces(before, `${before} Mine.`, `${before} Theirs.`)).length, 1);
  assert.equal(clashes(mergePieces(before, "", before.replace("ten", "nine"))).length, 1);
});

test("two long texts that have nothing in common are compared without an end to the work", () => {
  const [one, other] = [7, 8].map((seed) => Array.from({ length: 20_000 }, (_, index) => `${seed}-${index}`).join(" "));
  const [change] = changesBetween(wordsOf(one), wordsOf(other));
  assert.deepEqual([change.start, change.end], [0, wordsOf(one).length]);
});

const AUTHOR = { id: null, name: "Ada Lind", role: null, place: null };
const entryOf = (fields) => ({
  id: "e1", status: "published", working: null, headline: null, text: "Polls close at ten in Lisbon.", kind: "update",
  importance: "normal", key_event: false, authors: [AUTHOR], source: null, tags: [], blocks: [], text_format: "markdown",
  text_exact: true, ...fields,
});

async function editsOf(mine, theirs, begun = {}) {
  const { draftOf } = await import("../../../app/web/static/newsroom/pure/writing.js");
  const composed = { ...draftOf(entryOf(begun), '"v1"'), ...mine };
  return mergeEdits({ composed, theirs: entryOf({ ...begun, ...theirs }), theirEtag: '"v2"' });
}

test("an edit of the text and a colleague's of the headline and the tags are one draft, on the colleague's version", async () => {
  const merge = await editsOf(
    { text: "Polls close at eleven in Lisbon.", importance: "major" },
    { headline: "Portugal votes", tags: [{ slug: "pt", label: "Portugal" }], text: "Polls close at ten in Lisbon. No queues." },
  );
  assert.deepEqual([merge.clashes, merge.obstacle], [0, null]);
  const draft = mergedDraft(merge, never);
  assert.equal(draft.text, "Polls close at eleven in Lisbon. No queues.");
  assert.deepEqual([draft.headline, draft.tags, draft.importance], ["Portugal votes", "Portugal", "major"]);
  assert.deepEqual([draft.editing.etag, draft.editing.before.headline], ['"v2"', "Portugal votes"]);
});

test("a member that both have changed is one clash, taken whole from whom the person says", async () => {
  const merge = await editsOf({ authors: "", no_byline: true }, { authors: [AUTHOR, { ...AUTHOR, name: "Bo Berg" }] });
  assert.equal(merge.clashes, 1);
  const [{ name, label, pieces: [piece] }] = merge.fields;
  assert.deepEqual([name, label, piece.mine, piece.theirs], ["authors", "Byline", "No byline", "Ada Lind\nBo Berg"]);
  assert.deepEqual([mergedDraft(merge, () => "mine").no_byline, mergedDraft(merge, () => "theirs").authors], [true, "Ada Lind\nBo Berg"]);
});

test("nothing is merged into an entry that has become another thing meanwhile", async () => {
  const mine = { text: "Mine." };
  assert.match((await editsOf(mine, { status: "retracted" })).obstacle, /was published and is retracted now/);
  assert.match((await editsOf(mine, { working: { fields: { text: "W" } } })).obstacle, /not published yet/);
  assert.match((await editsOf(mine, { text_exact: false })).obstacle, /formatting/);
  assert.match((await editsOf(mine, { text_format: "plain" })).obstacle, /another form/);
});

const PARAGRAPHS = [
  { id: "b1", type: "paragraph", html: "Polls close at <b>ten</b> in Lisbon." },
  { id: "b2", type: "paragraph", html: "H<sub>2</sub>O" },
  { id: "b3", type: "quote", html: "<p>Said.</p>", who: "Ana" },
];
const stored = (blocks) => blocks.map((block) => ({ ...block, isStored: true }));
const changed = (at, html, blocks = PARAGRAPHS) => blocks.map((block, index) => (index === at ? { ...block, html } : block));
const bare = (blocks) => blocks.map(({ isStored: _, ...block }) => block);

async function formattedEdits(mine, theirs, fields = {}) {
  const rich = stored(PARAGRAPHS).map((block, index) => (mine[index] && mine[index].html !== block.html ? mine[index] : block));
  return editsOf({ rich: [...rich, ...mine.slice(3)], text: "words alone" }, { blocks: theirs, text: "Theirs.", text_exact: false, ...fields }, { blocks: PARAGRAPHS });
}

test("a formatted edit that meets a colleague's keeps the formatting of both, block by block", async () => {
  const more = { type: "paragraph", html: "<i>More</i>" };
  const merge = await formattedEdits([...changed(0, "Polls close at <b>eleven</b> in Lisbon."), more], changed(1, "H<sub>3</sub>O"), { headline: "Theirs" });
  assert.deepEqual([merge.clashes, merge.obstacle], [0, null]);
  const draft = mergedDraft(merge, never);
  const expected = changed(1, "H<sub>3</sub>O", changed(0, "Polls close at <b>eleven</b> in Lisbon."));
  assert.deepEqual(bare(draft.rich), [...expected, more]);
  assert.deepEqual(draft.rich.map(({ isStored }) => isStored === true), [false, true, true, false]);
  assert.match(draft.text, /^Polls close at eleven in Lisbon\.\n\nH3O/);
  assert.deepEqual([draft.headline, draft.editing.etag], ["Theirs", '"v2"']);
  const { stepsFor } = await import("../../../app/web/static/newsroom/pure/writing.js");
  const [{ body }] = stepsFor(draft, { intent: "published", story: "s", newId: () => "n", newKey: () => "k" });
  assert.deepEqual(body.blocks, [...expected, more]);
});

test("a formatted edit of a headline alone leaves a colleague's blocks as they are", async () => {
  const theirs = changed(1, "H<sub>3</sub>O");
  const draft = mergedDraft(await formattedEdits(PARAGRAPHS, theirs), never);
  assert.deepEqual(draft.rich, stored(theirs));
  assert.deepEqual(mergedDraft(await formattedEdits(PARAGRAPHS, PARAGRAPHS), never).rich, stored(PARAGRAPHS));
});

test("other words of one block are merged, its same words are for a person, and tags never cross", async () => {
  const mine = changed(0, "Polls close at <b>eleven</b> in Lisbon.");
  const merge = await formattedEdits(mine, changed(0, "Polls close at <b>ten</b> in Braga."));
  assert.equal(mergedDraft(merge, never).rich[0].html, "Polls close at <b>eleven</b> in Braga.");
  const met = await formattedEdits(mine, changed(0, "Polls close at <b>nine</b> in Lisbon."));
  assert.equal(met.clashes, 1);
  assert.equal(mergedDraft(met, () => "mine").rich[0].html, "Polls close at <b>eleven</b> in Lisbon.");
  assert.equal(mergedDraft(met, () => "theirs").rich[0].html, "Polls close at <b>nine</b> in Lisbon.");
  const both = mergedDraft(met, () => "both").rich;
  assert.deepEqual(both.slice(0, 2).map(({ id, html }) => [id, html.match(/<b>(\w+)/)[1]]), [["b1", "eleven"], [undefined, "nine"]]);
  const crossed = await formattedEdits(
    changed(0, "<i>Polls close at</i> <b>ten</b> in Lisbon."), changed(0, "Polls <u>close at <b>ten</b> in</u> Lisbon."),
  );
  assert.equal(crossed.clashes, 1);
});

/** Return how often a map is written to while `run` runs: the steps of a comparison. */
function stepsOf(run) {
  const { set } = Map.prototype;
  let steps = 0;
  Map.prototype.set = function counted(...given) {
    steps += 1;
    return set.apply(this, given);
  };
  try {
    run();
  } finally {
    Map.prototype.set = set;
  }
  return steps;
}

test("many blocks in which everything was changed cost no more than a text of which that is true", () => {
  const words = (mark, length) => Array.from({ length }, (_, index) => `${mark}${index}`).join(" ");
  const blocks = (mark) => Array.from({ length: 8 }, (_, at) => ({ id: `b${at}`, type: "paragraph", html: words(`${mark}${at}-`, 400) }));
  const ofText = stepsOf(() => mergePieces(words("b", 2_000), words("m", 2_000), words("t", 2_000)));
  let pieces;
  const ofBlocks = stepsOf(() => { pieces = mergeBlocks(blocks("b"), blocks("m"), blocks("t")); });
  assert.ok(ofBlocks <= 1.1 * ofText, `${ofBlocks} steps, ${ofText} of a text`);
  assert.deepEqual(pieces.map(({ what }) => what), ["clash"]);
  assert.deepEqual(bare(mergedBlocks(pieces, () => "theirs")), blocks("t"));
  assert.deepEqual(bare(mergedBlocks(pieces, () => "mine")), blocks("m"));
});

test("every member of a draft takes part in a merge: none that was changed is lost", async () => {
  const { EMPTY } = await import("../../../app/web/static/newsroom/pure/writing.js");
  const kept = new Set(["editing", "media", "rich", "key_event", "no_byline", "pinned"]); // pinned is of new entries alone
  for (const [name, value] of Object.entries(EMPTY)) {
    if (kept.has(name)) continue;
    const mine = name === "pictures" ? [{ id: "p" }] : `${value} mine`;
    const draft = mergedDraft(await editsOf({ [name]: mine }, { headline: "Theirs" }), () => "mine");
    assert.deepEqual(draft[name], mine, name);
  }
});
