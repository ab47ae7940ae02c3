"""Line ends of every origin end a line, in text and in HTML."""

from __future__ import annotations

import pytest

from app.content import Block, complete_blocks, parse_html, parse_markdown, parse_plain, render_text, split_lines
from tests.content.oracle import counted_ids

ENDS = ["\n", "\r\n", "\r", "\x0b", "\x0c", "\u2028", "\u2029"]


@pytest.mark.parametrize("end", ENDS)
def test_a_line_ends_there(end: str) -> None:
    assert split_lines(f"a{end}b{end}") == ["a", "b", ""]
    for parse in (parse_markdown, parse_plain):
        (block,) = parse(f"a{end}b", new_id=counted_ids())
        assert block["html"] == "<p>a<br>b</p>"
        assert render_text(parse(f"a{end}{end}b", new_id=counted_ids())) == "a\n\nb"


@pytest.mark.parametrize("end", ["\x0b", "\u2028", "\u2029"])
def test_line_ends_that_are_no_white_space_in_html_break_the_line(end: str) -> None:
    assert _html(f"<p>a{end}b</p>")[0]["html"] == "<p>a<br>b</p>"
    block = {"type": "list", "items": [{"html": f"a{end}b"}]}
    assert complete_blocks([block], new_id=counted_ids())[0]["items"] == [{"html": "a<br>b"}]


def test_a_form_feed_is_a_blank_in_html() -> None:
    assert _html("<p>a\x0cb</p>")[0]["html"] == "<p>a b</p>"


def _html(html: str) -> list[Block]:
    return parse_html(html, new_id=counted_ids())
