import assert from "node:assert/strict";
import { test } from "node:test";
import { bodyOf, isLoneAddress, linked, mayHaveShorthand, stored, withoutEnds, withoutShorthand, wordsOf } from "../../../app/web/static/newsroom/pure/body.js";
import { EMPTY, draftOf, losesFormatting, previewOf, stepsFor } from "../../../app/web/static/newsroom/pure/writing.js";
import { linkAddress, openerOf, shortcutIn } from "../../../app/web/static/newsroom/rich_text/shortcuts.js";

const p = (html, more = {}) => ({ type: "paragraph", html, ...more });
const IMAGE = { id: "i1", type: "image", url: "https://x.example/a.jpg", alt: "A", html: "<figure></figure>" };
const names = () => {
  let count = 0;
  return { newId: () => `00000000-${(count += 1)}`, newKey: () => `key-${(count += 1)}`, story: "s1" };
};
const plan = (draft, intent) => (
  stepsFor(draft, { intent, ...names() }).map(({ method, path, body, ifMatch }) => ({ method, path, body, ifMatch }))
);
const entry = (fields = {}) => ({
  id: "e1", status: "published", headline: "Old", text: "One\n\n[[block:i1]]", text_format: "markdown", text_exact: false, kind: "update",
  importance: "normal", key_event: false, authors: [], source: null, tags: [],
  blocks: [{ id: "b1", type: "paragraph", html: "<p>On<sub>e</sub></p>" }, IMAGE], working: null, ...fields,
});
const edited = (blocks, fields) => {
  const draft = draftOf(entry(fields), '"v1"');
  return { ...draft, rich: blocks(stored(draft.editing.blocks)), text: "words" };
};

test("plain words are sent as the text that they are, so that shorthand and addresses are read in them", () => {
  assert.deepEqual(bodyOf([p("/key Polls “have” closed – 5 &lt; 6.".replace(" 5 &lt; 6", "")), p("Two.<br>Lines.")]), {
    text: "/key Polls “have” closed –.\n\nTwo.\nLines.",
  });
  assert.deepEqual(bodyOf([p("https://e.org/a_b?x=1&amp;y=*")]), { text: "https://e.org/a_b?x=1&y=*" });
});

test("what Markdown would read otherwise, or cannot say, is sent as HTML", () => {
  for (const words of ["5 * 3", "- said he", "1. first", "# one", "a_b", "x | y", "&lt;b&gt;", " in", "C:\\x", "~~", "a`b", "---"]) {
    assert.deepEqual(bodyOf([p(words)]), { html: `<p>${words}</p>` }, words);
  }
  assert.deepEqual(bodyOf([p("a <u>b</u>"), { type: "heading", level: 3, html: "H" }, { type: "divider" }]), {
    html: "<p>a <u>b</u></p>\n<h3>H</h3>\n<hr>",
  });
  const items = [{ html: "one", ordered: true, items: [{ html: "deep", lang: "fr" }] }];
  assert.deepEqual(bodyOf([{ type: "list", ordered: true, start: 3, items, dir: "rtl" }]), {
    html: '<ol start="3" dir="rtl"><li>one<ol><li lang="fr">deep</li></ol></li></ol>',
  });
});

test("a body with blocks of the server is sent as blocks, those that it has as they are", () => {
  const [known] = stored([p("https://e.org", { id: "b1" })]);
  assert.deepEqual(bodyOf([known, p("see https://e.org.")]), {
    blocks: [p("https://e.org", { id: "b1" }), p('see <a href="https://e.org">https://e.org</a>.')],
  });
});

test("addresses that were typed are links, those of links and code stay, and the sentence around them does too", () => {
  assert.equal(linked("(https://e.org/a_(b)), x"), '(<a href="https://e.org/a_(b)">https://e.org/a_(b)</a>), x');
  assert.equal(linked("“https://e.org?a=1&amp;b=2”"), '“<a href="https://e.org?a=1&amp;b=2">https://e.org?a=1&amp;b=2</a>”');
  assert.equal(linked("&lt;https://e.org&gt; &amp; 5 &lt; 6"), '&lt;<a href="https://e.org">https://e.org</a>&gt; &amp; 5 &lt; 6');
  for (const kept of ['<a href="https://e.org">https://e.org</a>', "<code>https://e.org</code>", "a &amp;lt; b"]) {
    assert.equal(linked(kept), kept);
  }
});

test("words are those of every block, for what is kept and quoted", () => {
  assert.equal(wordsOf([
    p("a &amp; <b>b</b><br>c"), { type: "list", ordered: false, items: [{ html: "x", items: [{ html: "y" }] }] },
    { type: "quote", html: "<p>q</p><p>r</p>" }, IMAGE, { type: "table", rows: [[{ html: "1" }, { html: "2" }]] },
  ]), "a & b\nc\n\n- x\n  - y\n\nq\nr\n\nA\n\n1 2");
});

test("signs are what they stand for only around words", () => {
  const tags = (text) => { const { tag, words, address } = shortcutIn(text) ?? {}; return [tag, words, address]; };
  assert.deepEqual(tags("so **bold words**"), ["b", "bold words", undefined]);
  assert.deepEqual(tags("(_it_"), ["i", "it", undefined]);
  assert.deepEqual(tags("~~no~~"), ["s", "no", undefined]);
  assert.deepEqual(tags("[a b](https://e.org/x_(y))"), ["a", "a b", "https://e.org/x_(y)"]);
  assert.deepEqual(shortcutIn("`x_y`", { isCode: true }), { start: 0, words: "x_y", tag: "code" });
  assert.equal(shortcutIn("👩‍👧 **x**").start, "👩‍👧 ".length);
  for (const text of ["snake_case_", "5*3*", "** x**", "**x **", "****", "**x*", "\\*x*", "a**b**", "[x](javascript:alert(1))", "* x*"]) {
    assert.equal(shortcutIn(text), null, text);
  }
  assert.deepEqual(["#", "##", "###", "####", ">", "-", "*", "1.", "1)"].map(openerOf), ["h2", "h2", "h3", "h4", "blockquote", "ul", "ul", "ol", "ol"]);
  for (const text of ["", "#####", "2.", "1", "a-", "–", "#polls"]) assert.equal(openerOf(text), null, text);
});

test("a link leads to a page, a mailbox or a telephone, and nowhere else", () => {
  for (const [typed, address] of [
    [" https://e.org/a?b#c ", "https://e.org/a?b#c"], ["e.org/x", "https://e.org/x"], ["ana@e.org", "mailto:ana@e.org"], ["tel:+351", "tel:+351"],
  ]) assert.equal(linkAddress(typed), address);
  for (const typed of ["", "word", "javascript:alert(1)", "JaVaScRiPt:x", "java\nscript:x", "\u0001javascript:x", "data:text/html,x", "https://a@b.org/", "//e.org", "https://e.org/<", "file:///x"]) {
    assert.equal(linkAddress(typed), null, typed);
  }
});

test("words that may be shorthand stay words where Markdown is turned, and are looked for at the ends alone", () => {
  assert.equal(withoutShorthand("/key Polls #polls\n```\n#if\n```\n# Head @ada a/b"), "\\/key Polls \\#polls\n```\n#if\n```\n# Head \\@ada a/b");
  for (const text of ["/key x", "x #polls", "x\n@ada\ny", "#größe x"]) assert.equal(mayHaveShorthand(text), true, text);
  for (const text of ["x", "C# x", "a/b c", "x #1 y", "see #polls there", "# x"]) assert.equal(mayHaveShorthand(text), false, text);
});

test("an address alone is told from one in a sentence", () => {
  assert.equal(isLoneAddress(p("https://e.org/?a=1&amp;b")), true);
  assert.equal(isLoneAddress(p("see https://e.org")), false);
  assert.equal(isLoneAddress(p("<b>https://e.org</b>")), false);
  assert.equal(isLoneAddress({ type: "heading", html: "https://e.org" }), false);
});

test("a new formatted entry with a picture goes out in one write, and its preview is the same body", () => {
  const draft = { ...EMPTY, rich: [p("The <b>river</b>")], text: "The river", picture_url: "https://x.example/r.jpg", picture_credit: "Ana" };
  const [create, ...rest] = plan(draft, "published");
  assert.deepEqual([create.body.status, rest], ["published", []]);
  const [picture] = create.body.blocks;
  assert.deepEqual(create.body.blocks, [{ id: picture.id, type: "image", url: "https://x.example/r.jpg", credit: "Ana" }, p("The <b>river</b>")]);
  assert.equal("text" in create.body, false);
  const { body } = previewOf(draft, { newId: names().newId, isThere: () => true, byline: null });
  assert.deepEqual(Object.keys(body), ["blocks"]);
});

test("an edit without a change of the body sends no body, and one with a change sends each untouched block as it was", () => {
  const [same] = plan({ ...edited((blocks) => blocks), headline: "New" }, "published");
  assert.deepEqual(same.body, { headline: "New", material: true, publish: true });
  const [more] = plan(edited((blocks) => [...blocks, p("More")]), "published");
  assert.deepEqual(more.body.blocks, [...entry().blocks, p("More")]);
  assert.equal("text" in more.body, false);
  const [aside] = plan(edited((blocks) => [...blocks, p("More")]), "draft");
  assert.equal(aside.body.publish, false);
  assert.equal(losesFormatting(edited((blocks) => [...blocks, p("More")])), false);
});

test("a picture that was taken out of formatted text is gone, and never refused as one that was not seen", () => {
  const [step] = plan(edited(() => [p("Only words")]), "published");
  assert.deepEqual(step.body.html, "<p>Only words</p>");
  const [words] = plan(edited(() => [p("Only words")], { blocks: [entry().blocks[0]] }), "published");
  assert.equal(words.body.text, "Only words");
});

test("what is cut off at the ends of a text is those pieces alone, and nothing of its middle", () => {
  const ends = [" ", "\t", "<br>"];
  for (const [text, left] of [["", ""], [" ", ""], ["<br> <br>", ""], [" <br>a <br>b\t<br>", "a <br>b"], ["br>", "br>"], ["<br><br", "<br"]]) {
    assert.equal(withoutEnds(text, ends), left, text);
  }
});

test("long runs of one sign are read once: by squares each of these would take minutes", () => {
  const run = (sign) => sign.repeat(400_000);
  assert.equal(withoutEnds(` a${run(" ")}b `, [" ", "\t", "<br>"]).length, 400_002);
  assert.equal(withoutEnds(`<br>${run("<br>")}`, [" ", "\t", "<br>"]), "");
  assert.equal(mayHaveShorthand(`x${run("\n")}x`), false);
  assert.equal(mayHaveShorthand(`x${run("\n ")}#x`), true);
  assert.equal(linked(`<b>a</b> https://e.org/${run(")")}`), `<b>a</b> <a href="https://e.org/">https://e.org/</a>${run(")")}`);
  assert.equal(linked(`<b>a</b> https://e.org/${run(".")}x`).length, 2 * 400_000 + 54);
  const draft = edited((blocks) => blocks);
  const [{ body }] = stepsFor({ ...draft, rich: null, text: `x${run("\n")}[[block:i1]]${run("\n")}y` }, { intent: "published", ...names() });
  assert.equal(body.text.length, 800_014);
});
