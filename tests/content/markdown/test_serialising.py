"""Blocks as Markdown that can be edited, and what an edit keeps."""

from __future__ import annotations

import pytest

from app.content import Block, dropped_blocks, keep_formatting, parse_html, parse_markdown, render_markdown, reuse_ids
from tests.content.oracle import counted_ids


def read(text: str) -> list[Block]:
    return parse_markdown(text, new_id=counted_ids())


EXACT = [
    "**Some background:** a *b* ~~c~~ `d`",
    "5 * 3 * 2, snake_case, AT&T, <3, C:\\x",
    "a [b](https://e.org/x) https://e.org/y_z. <mailto:a@b.c>",
    '[a](https://e.org/ "t")',
    "## Head *x*",
    "#### Low",
    "- a\n- b\n  1. c\n  2. d\n- e\n  more",
    "> q\n> r\n>\n> s\n> — Jane, mayor",
    "---",
    "https://youtu.be/dQw4w9WgXcQ",
    "https://e.org/x",
    "a\nb\n\nc",
    "- said",
]


@pytest.mark.parametrize("text", EXACT)
def test_the_source_of_what_was_typed_is_what_was_typed(text: str) -> None:
    assert render_markdown(read(text)) == (text, True)


@pytest.mark.parametrize(
    "text", ["\\*a\\*", "1\\. a\n2\\. b", "\\- a\n\\- b", "\\# a", "\\> a", "[a\\](https://e.org/)", "\\---", "\\`a\\`"]
)
def test_what_was_escaped_is_escaped_again(text: str) -> None:
    blocks = read(text)
    source, is_exact = render_markdown(blocks)
    assert is_exact
    assert [block["html"] for block in read(source)] == [block["html"] for block in blocks]


def test_what_is_no_text_stands_as_a_mention() -> None:
    blocks = parse_html("<p>a</p><img src=https://e.org/a.jpg><table><tr><td>x</table><p>b", new_id=counted_ids())
    assert render_markdown(blocks) == ("a\n\n[[block:b2]]\n\n[[block:b3]]\n\nb", True)


def test_formatting_that_markdown_lacks_is_told_to_be_lost() -> None:
    blocks = parse_html("<p><b>Some: </b>x <u>u</u></p>", new_id=counted_ids())
    assert render_markdown(blocks) == ("**Some:** x u", False)


LOOKS_THE_SAME = [
    "<p><b>Some background:</b> more</p>",
    "<p><b>Bold </b>and <i>italic</i></p>",
    "<p><b><i>both</i></b></p>",
    "<p><del>old</del></p>",
    "<ul><li><b>a</b><li>b</ul>",
    "<h2><b>Head</b></h2>",
    "<blockquote><p><i>q</i></p><footer>Jane</footer></blockquote>",
]
LACKS_SOMETHING = [
    "<p>H<sub>2</sub>O</p>",
    "<p>E = mc<sup>2</sup></p>",
    "<p><u>under</u></p>",
    "<p><mark>marked</mark></p>",
    "<p><span lang=fr>oui</span></p>",
    "<p><span dir=rtl>x</span></p>",
    "<ul><li>CO<sub>2</sub><li>b</ul>",
    "<h2>H<sub>2</sub>O</h2>",
    "<blockquote cite=https://e.org/>q</blockquote>",
    "<ul><li>only one</ul>",
    "<ol start=3><li>c<li>d</ol>",
    "<ul><li>a<li>b</ul><ul><li>c<li>d</ul>",
]


@pytest.mark.parametrize("html", LOOKS_THE_SAME)
def test_a_text_that_gives_what_looks_the_same_is_exact(html: str) -> None:
    assert render_markdown(parse_html(html, new_id=counted_ids()))[1]


@pytest.mark.parametrize("html", LACKS_SOMETHING)
def test_a_text_that_lacks_something_is_not_exact(html: str) -> None:
    assert not render_markdown(parse_html(html, new_id=counted_ids()))[1]


@pytest.mark.parametrize("html", [*LOOKS_THE_SAME, *LACKS_SOMETHING[:-1]])
def test_an_edit_keeps_all_that_it_left_alone(html: str) -> None:
    before = parse_html(f"<p>Teh start</p>{html}<p>end</p>", new_id=counted_ids())
    text = render_markdown(before)[0]
    for changed in (text.replace("Teh", "The"), f"New.\n\n{text}", text.replace("\n\nend", "")):
        after = keep_formatting(before, parse_markdown(changed, new_id=counted_ids()))
        assert before[1] in after
        assert [block["html"] for block in after if block["id"] == before[1]["id"]].count(before[1]["html"]) >= 1


def test_a_paragraph_that_was_edited_is_as_its_markdown_says() -> None:
    before = parse_html("<p>H<sub>2</sub>O</p><p>CO<sub>2</sub></p>", new_id=counted_ids())
    after = keep_formatting(before, parse_markdown("H2O!\n\nCO2\n\nCO2", new_id=counted_ids()))
    assert [block["html"] for block in after] == ["<p>H2O!</p>", "<p>CO<sub>2</sub></p>", "<p>CO2</p>"]


def test_an_edit_that_leaves_out_a_block_is_told_its_id() -> None:
    blocks = parse_html(
        "<p>a</p><img src=https://e.org/a.jpg><hr><p>https://e.org/x</p><p>https://youtu.be/dQw4w9WgXcQ</p>",
        new_id=counted_ids(),
    )
    assert dropped_blocks("new text", blocks) == ["b2", "b4", "b5"]
    assert dropped_blocks("new\n [[block:b2]] \nhttps://e.org/x\n[[block:b5]]", blocks) == []
    assert dropped_blocks("within [[block:b2]] a line\n\n[[block:b4]]\r[[block:b5]]", blocks) == ["b2"]


def test_unchanged_blocks_keep_their_ids_each_once() -> None:
    old = [{"id": f"old{n}", "type": "paragraph", "html": html} for n, html in enumerate(["a", "b", "a", "c"])]
    new = [{"id": f"new{n}", "type": "paragraph", "html": html} for n, html in enumerate(["c", "a", "x", "a", "a"])]
    assert [block["id"] for block in reuse_ids(old, new)] == ["old3", "old0", "new2", "old2", "new4"]


def test_a_block_that_was_kept_by_its_id_is_not_given_another() -> None:
    old = [{"id": "one", "type": "divider", "html": "<hr>"}, {"id": "two", "type": "divider", "html": "<hr>"}]
    new = [{"id": "two", "type": "divider", "html": "<hr>"}, {"id": "new", "type": "divider", "html": "<hr>"}]
    assert [block["id"] for block in reuse_ids(old, new)] == ["two", "one"]
