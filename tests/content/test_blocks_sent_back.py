"""Blocks made from any HTML, text or blocks are accepted unchanged when they are sent back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from app.content import Block, block_limits, complete_blocks, parse_markdown, parse_plain
from app.content.block_limits import MAX_ADDRESS_LENGTH, MAX_LINE_LENGTH, MAX_PARAGRAPHS_LENGTH
from app.domain.errors import InvalidInput
from tests.content import attacks
from tests.content.limit_cases import (
    ADDRESS_CASES,
    COUNT_CASES,
    FILM,
    NUMBER_CASES,
    OTHER_WAYS,
    PICTURE,
    TEXT_CASES,
    read,
    send_back,
    words,
)
from tests.content.oracle import counted_ids, violations

ODD = [
    *("\u00a0", "\u200b", "\u3000", "&#12;", "&#13;", "&#10;", "&Tab;", "\t", "\f", "  ", "\n", "\r\n", "\x7f", "\x01"),
    *("word ", "— ", "-", ", ", "é", "<br>", "<b>", "</b>", "&amp;", "<", ">", "“", "</p>", "<p>", "<cite>", "<code>"),
    *("<span lang=ar dir=rtl>", "</span>", "<a href=https://e.org/ title='a&#12;b\n c'>", "</a>", "<pre>", "</pre>"),
    *(
        "<p dir=rtl>",
        "<div lang=ar>",
        "</div>",
        "<ul dir=rtl><li>",
        "<li lang=he>",
        "<td dir=rtl>",
        "<bdi>",
        "<i lang=fr>",
    ),
    *("<pre class=lang-py>", "```", "\u2028", "\x0b", "<div>", "<code>x", "</code>"),
]
LENGTHS = st.sampled_from([MAX_LINE_LENGTH, MAX_ADDRESS_LENGTH, MAX_PARAGRAPHS_LENGTH])
odd_texts = st.lists(st.sampled_from(ODD), max_size=8).map("".join)
texts = st.builds(
    lambda before, length, change, after: before + words(max(length + change, 2)) + after,
    odd_texts,
    st.just(9) | LENGTHS,
    st.integers(-8, 8),
    odd_texts,
)
MARKDOWN_LINES = [
    *(
        "```",
        "```py",
        "  ```",
        "````",
        "# {}",
        "{}",
        "> {}",
        "> — {}",
        "- {}",
        "1. {}",
        "2. {}",
        "  - {}",
        "| {} | a |",
        "|---|---|",
        "",
        "---",
        FILM,
    ),
    *(f'![{{}}]({PICTURE} "{{}}")', "[](https://e.org/)", "    - {}", "![]()", "**", "| | |", ">"),
]
markdown_lines = st.builds(
    lambda line, text: line.replace("{}", text), st.sampled_from(MARKDOWN_LINES), texts | odd_texts
)
fragments = st.one_of(
    st.builds(lambda make, text: make(text), st.sampled_from([*TEXT_CASES.values(), *OTHER_WAYS]), texts | odd_texts),
    st.builds(lambda make, n: make(n), st.sampled_from(list(ADDRESS_CASES.values())), st.integers(2_040, 2_060)),
    st.builds(
        lambda case, change: case[1](case[0] + change), st.sampled_from(list(NUMBER_CASES.values())), st.integers(-2, 2)
    ),
    st.builds(lambda make, n: make(n), st.sampled_from(list(COUNT_CASES.values())), st.sampled_from([0, 1, 3])),
    st.sampled_from(attacks.MARKUP),
    odd_texts,
)


def assert_goes_in_again(blocks: list[Block]) -> None:
    assert send_back(blocks) == blocks
    assert [violations(block["html"]) for block in blocks] == [[]] * len(blocks)


@settings(max_examples=150, deadline=None)
@given(st.lists(fragments, max_size=5).map("".join))
def test_blocks_made_from_html_are_accepted_unchanged(html: str) -> None:
    assert_goes_in_again(read(html))


@settings(max_examples=150, deadline=None)
@given(st.lists(markdown_lines))
def test_blocks_made_from_text_are_accepted_unchanged(lines: list[str]) -> None:
    # A client's text has no control characters: the edge refuses them (app/wire/requests/text.py).
    text = block_limits.CONTROL_CHARACTERS.sub("", "\n".join(lines))
    for parse in (parse_markdown, parse_plain):
        assert_goes_in_again(parse(text, new_id=counted_ids()))


def complete_or_refuse(block: Mapping[str, Any]) -> tuple[list[Block], set[str]]:
    try:
        return complete_blocks([block], new_id=counted_ids()), set()
    except InvalidInput as refused:
        return [], {error.code for error in refused.errors}


@settings(max_examples=150, deadline=None)
@given(st.lists(fragments, max_size=3).map("".join), st.sampled_from(["paragraph", "heading", "quote"]))
def test_blocks_made_from_blocks_are_accepted_unchanged(html: str, kind: str) -> None:
    clean = block_limits.CONTROL_CHARACTERS.sub("", html)
    written = {"type": kind, "html": clean}
    table = {"type": "table", "rows": [[{"html": clean, "header": True}], [{"html": "x", "colspan": 100}]]}
    items = {"type": "list", "items": [{"html": clean, "items": [{"html": clean}]}], "start": 0, "ordered": True}
    for block in (written, table, items):
        made, codes = complete_or_refuse(block)
        assert codes <= {"blank", "too_long"}
        assert_goes_in_again(made)
