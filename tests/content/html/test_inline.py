"""The writer of inline HTML, and reading inline HTML back."""

from __future__ import annotations

import pytest

from app.content.html.inline import MAX_INLINE_DEPTH, InlineWriter, inline_html, inline_text, trim_breaks


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("a <b>b</b>", "a <b>b</b>"),
        ("<p>a</p><p>b</p>", "a<br>b"),
        ("<div><div>a</div></div>", "a"),
        ("a<br><br>b<br>", "a<br><br>b"),
        ("<b><b>a</b>b</b>c", "<b>ab</b>c"),
        ("<b>a<i>b</b>c</i>", "<b>a<i>b</i></b><i>c</i>"),
        ("<a href=https://e.org/>a<a href=https://e.org/b>b</a></a>", '<a href="https://e.org/" rel="noopener">ab</a>'),
        ("<a href=javascript:x>a</a>b", "ab"),
        ("<b></b>a</i>", "a"),
        ("a  b\nc", "a  b c"),
        ("<img src=x>a<h2>b</h2>", "a<br>b"),
    ],
)
def test_only_inline_tags_are_left_and_they_are_closed(html: str, expected: str) -> None:
    assert inline_html(html) == expected


def test_tags_deeper_than_the_limit_are_left_out_and_their_text_is_not() -> None:
    html = inline_html("".join(f'<span lang="x-{n}">{n} ' for n in range(100)))
    assert html.count("<span") == MAX_INLINE_DEPTH
    assert inline_text(html).split() == [str(n) for n in range(100)]


def test_an_open_tag_goes_on_in_the_next_part() -> None:
    writer = InlineWriter()
    writer.start("b", {})
    writer.text("one")
    assert writer.take() == "<b>one</b>"
    assert writer.is_blank
    writer.text("two")
    writer.end("b")
    writer.text("three")
    assert writer.take() == "<b>two</b>three"


def test_inline_html_reads_as_text_with_line_ends() -> None:
    assert inline_text("a &amp; <b>b</b><br>c\u00a0&lt;") == "a & b\nc\u00a0<"


def test_breaks_and_blanks_are_trimmed_at_the_ends_only() -> None:
    assert trim_breaks(" <br>a<br> b<br> \n<br>") == "a<br> b"
    assert trim_breaks("\u00a0a\u00a0") == "\u00a0a\u00a0"
    assert trim_breaks("<br> <br>") == ""
