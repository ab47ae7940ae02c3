"""Lists in Markdown, and what only looks like one."""

from __future__ import annotations

import pytest

from app.content import Block, parse_markdown, render_html, render_text
from app.content.block_limits import MAX_LIST_DEPTH
from tests.content.oracle import counted_ids


def read(text: str) -> list[Block]:
    return parse_markdown(text, new_id=counted_ids())


def test_two_items_make_a_list() -> None:
    assert render_html(read("- a\n- *b*")) == "<ul><li>a</li><li><em>b</em></li></ul>"


def test_numbers_from_one_make_an_ordered_list() -> None:
    blocks = read("1. a\n2. b\n3. c")
    assert render_html(blocks) == "<ol><li>a</li><li>b</li><li>c</li></ol>"
    assert render_text(blocks) == "1. a\n2. b\n3. c"


@pytest.mark.parametrize(
    "text", ["- a", "1. a", "1. a\n1. b", "2. a\n3. b", "0. a\n1. b", "1. a\n3. c", "2024. a\n2025. b"]
)
def test_what_would_change_a_number_or_lose_a_dash_is_text(text: str) -> None:
    blocks = read(text)
    assert [block["type"] for block in blocks] == ["paragraph"]
    assert render_text(blocks) == text


def test_a_list_ends_where_its_numbers_break() -> None:
    blocks = read("1. a\n2. b\n7. c")
    assert [block["type"] for block in blocks] == ["list", "paragraph"]
    assert render_text(blocks) == "1. a\n2. b\n\n7. c"


def test_a_list_may_follow_text_and_text_a_list_without_a_blank_line() -> None:
    assert [block["type"] for block in read("Results:\n- a\n- b\nMore soon.")] == ["paragraph", "list", "paragraph"]


def test_a_blank_line_may_stand_between_items() -> None:
    assert render_html(read("- a\n\n- b\n\ntext")) == "<ul><li>a</li><li>b</li></ul>\n<p>text</p>"


def test_indented_lines_go_on_with_their_item() -> None:
    assert render_html(read("- a\n  more\n- b")) == "<ul><li>a<br>more</li><li>b</li></ul>"


def test_indented_items_are_a_list_in_their_item() -> None:
    block = read("- a\n  1. x\n  2. y\n- b")[0]
    assert block["html"] == "<ul><li>a<ol><li>x</li><li>y</li></ol></li><li>b</li></ul>"
    assert block["items"] == [
        {"html": "a", "ordered": True, "items": [{"html": "x"}, {"html": "y"}]},
        {"html": "b"},
    ]


def test_items_deeper_than_the_limit_join_the_deepest_list() -> None:
    html = render_html(read("".join(f"{'  ' * depth}- {depth}\n" for depth in range(20))))
    assert html.count("<ul>") == MAX_LIST_DEPTH
    assert html.count("<li>") == 20
