import assert from "node:assert/strict";
import { test } from "node:test";
import { formattedIn, markdownOf, replacedIn } from "../../../app/web/static/newsroom/rich_text/pasted.js";

const paste = (html, plain = "Words", more = {}) => {
  const data = { "text/html": html, "text/plain": plain, ...more };
  return { types: Object.keys(data), getData: (type) => data[type] ?? "" };
};
const converted = (text, blocks = [], text_exact = true) => markdownOf({ text, blocks, text_exact });

test("what has formatting is converted: links, weights, lists, paragraphs; its plain text has plain ends of lines", () => {
  for (const html of ["<a href='https://a.example'>Words</a>", "<B>Words</B>", "<p class=MsoNormal>Words</p>", "<table><tr>", "<ul>\n<li>x"]) {
    assert.deepEqual(formattedIn(paste(html, "Two\r\nlines")), { html, plain: "Two\nlines" });
  }
});

test("what is text alone is left to the browser: no HTML, colours alone, source of an editor, nothing to be read", () => {
  assert.equal(formattedIn(paste("")), null);
  assert.equal(formattedIn(paste("<meta charset=utf-8><span style='color:red'>Words</span>")), null);
  assert.equal(formattedIn(paste("<p><b>**x**</b></p>", "**x**", { "vscode-editor-data": "{}" })), null);
  assert.equal(formattedIn(paste("<img src='https://a.example/a.png'>", "  ")), null);
  assert.equal(formattedIn(null), null);
});

test("a conversion's Markdown stands as it is, and says whether it has everything", () => {
  assert.deepEqual(converted("**Now** [the figures](https://a.example)"), {
    text: "**Now** [the figures](https://a.example)", isWhole: true,
  });
  assert.equal(converted("H2O", [], false).isWhole, false);
});

test("a picture is named by its address, with its words; only its credit has no sign", () => {
  const image = { id: "a1", type: "image", url: "https://a.example/x(1).jpg", alt: "A [red]\nboat", caption: 'Said "no"', credit: "" };
  assert.deepEqual(converted("Before\n\n[[block:a1]]\n\nAfter", [image]), {
    text: 'Before\n\n![A \\[red\\] boat](<https://a.example/x(1).jpg> "Said \\"no\\"")\n\nAfter', isWhole: true,
  });
  assert.equal(converted("[[block:a1]]", [{ ...image, credit: "Ana" }]).isWhole, false);
});

test("a table is one of Markdown, links in its cells are kept, bars and signs are text", () => {
  const head = [{ html: "Party", header: true }, { html: "Seats", header: true }];
  const row = [{ html: '<a href="https://a.example/?a=1&amp;b=2" rel="noopener">A|B</a>' }, { html: "<b>4*</b><br>&lt;5&gt;" }];
  const table = { id: "t", type: "table", rows: [head, row] };
  assert.deepEqual(converted("[[block:t]]", [table]), {
    text: "| Party | Seats |\n| --- | --- |\n| [A\\|B](<https://a.example/?a=1&b=2>) | **4\\*** <5> |", isWhole: true,
  });
  const uneven = { id: "t", type: "table", rows: [row, [{ html: "alone", colspan: 2 }]] };
  const { text, isWhole } = converted("[[block:t]]", [uneven]);
  assert.deepEqual([text.split("\n").length, text.split("\n")[2], isWhole], [3, "| alone |  |", false]);
});

test("films and cards are their addresses on a line, and a mention of nothing known stays text", () => {
  const film = { id: "v", type: "video", url: "https://a.example/v.mp4", caption: "The count" };
  assert.deepEqual(converted("[[block:v]]", [film]), { text: "https://a.example/v.mp4", isWhole: false });
  assert.equal(converted("[[block:nobody]]").text, "[[block:nobody]]");
});

test("it takes the place of the plain text where that still stands, and of nothing else", () => {
  const at = { start: 4, plain: "Two", text: "**Two**" };
  assert.equal(replacedIn("One Two three", at), "One **Two** three");
  assert.equal(replacedIn("One two three", at), null);
  assert.equal(replacedIn("One", at), null);
});
