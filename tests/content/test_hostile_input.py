"""No input, through any of the four ways in, brings out anything but allowed HTML; none takes long."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.content import (
    MAX_BLOCKS,
    Block,
    complete_blocks,
    parse_html,
    parse_markdown,
    parse_plain,
    render_html,
    render_markdown,
    render_retracted_html,
    render_text,
)
from app.content.html.sanitising import sanitise
from app.domain.errors import InvalidInput
from tests.content import attacks
from tests.content.oracle import counted_ids, violations

PAYLOADS = attacks.SCHEMES + attacks.ODD_BUT_REAL + attacks.MARKUP
PIECES = [
    *("<table>", "<tr>", "<td>", "</td>", "<ul>", "<ol start=3>", "<li>", "</li>", "<credit>", "<small>", "</h3>"),
    *("</footer>", "</figcaption>", "</caption>", "</pre>", "<source src=https://e.org/v.mp4>", "<audio>", "<svg>"),
    *("<b>", "</b>", "<p>", "</p>", "<div>", "<ul><li>", "</ul>", "<table><tr><td>", "<th>", "</table>", "<caption>"),
    *("<blockquote>", "</blockquote>", "<footer>", "<cite>", "</cite>", "<figure>", "</figure>", "<figcaption>"),
    *("<img src=https://e.org/a.jpg>", "<a href=https://e.org/>", "</a>", "<br>", "<hr>", "<h2>", "</h2>", "<pre>"),
    *("<video>", "</video>", "<iframe>", "<span dir=rtl>", "</span>", "<!--", "-->", "<s>", "<i>", "</i>", "<code>"),
    *(
        "**",
        "*",
        "_",
        "~~",
        "`",
        "[",
        "](https://e.org/x)",
        "](",
        ")",
        "![",
        "> ",
        "- ",
        "1. ",
        "2. ",
        "## ",
        "| ",
        "|-|",
    ),
    *(
        "\n",
        "\n\n",
        "  ",
        "\\",
        "---",
        "https://youtu.be/dQw4w9WgXcQ",
        "https://e.org/a_b",
        "“x”",
        "&amp;",
        "&",
        "<",
        ">",
    ),
    *("word", "é", "\u00a0", "😀", "שלום", "[[block:b1]]", "—", "\t", "\r", '"', "'"),
]
mixed = st.lists(st.sampled_from(PIECES) | st.text(max_size=4), max_size=40).map("".join)
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=200) | mixed


def assert_clean(blocks: list[Block]) -> None:
    for html in [render_html(blocks), render_retracted_html(blocks, 'No "reason" <b>')]:
        assert violations(html) == []
        assert sanitise(html) == html
    for inner in _inner_html(blocks):
        assert violations(inner) == []
        assert sanitise(inner) == inner


def _inner_html(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [value["html"]] if "html" in value else []
        return own + [html for inner in value.values() for html in _inner_html(inner)]
    return [html for inner in value for html in _inner_html(inner)] if isinstance(value, list) else []


def test_the_oracle_sees_what_is_not_allowed() -> None:
    for html in [
        "<script></script>",
        "<b onclick=x></b>",
        "<a href='java\nscript:x'></a>",
        "<img src=data:x>",
        "<p><p></p></p>",
        "<b>",
        "</b>",
        "<!--x-->",
    ]:
        assert violations(html) != [], html


@pytest.mark.parametrize("template", attacks.MARKDOWN)
def test_markdown_lets_no_attack_through(template: str) -> None:
    for payload in PAYLOADS:
        assert_clean(parse_markdown(template.replace("{}", payload), new_id=counted_ids()))


@pytest.mark.parametrize("template", attacks.HTML)
def test_html_lets_no_attack_through(template: str) -> None:
    for payload in PAYLOADS:
        assert_clean(parse_html(template.replace("{}", payload), new_id=counted_ids()))


def test_plain_text_shows_every_attack_as_the_text_it_is() -> None:
    for payload in PAYLOADS:
        blocks = parse_plain(payload, new_id=counted_ids())
        assert_clean(blocks)
        assert render_text(blocks) == re.sub("\r\n|[\r\x0b\x0c\u2028\u2029]", "\n", payload).strip("\n")


def test_written_blocks_let_no_attack_through_a_text() -> None:
    for payload in PAYLOADS:
        assert_clean(complete_blocks(_blocks_full_of(payload), new_id=counted_ids()))


def _blocks_full_of(attack: str) -> list[dict[str, Any]]:
    return [
        {"type": "paragraph", "html": f"x{attack}"},
        {"type": "paragraph", "text": f"x{attack}"},
        {"type": "heading", "text": f"x{attack}"},
        {"type": "heading", "html": f"x{attack}"},
        {"type": "list", "items": [attack, {"html": attack, "items": [attack]}]},
        {"type": "quote", "html": f"x{attack}", "who": attack, "role": attack},
        {"type": "image", "url": "https://e.org/a.jpg", "alt": attack, "caption": attack, "credit": attack},
        {"type": "video", "url": "https://e.org/a.mp4", "caption": attack, "credit": attack},
        {"type": "audio", "url": "https://e.org/a.mp3", "caption": attack, "credit": attack},
        {"type": "embed", "url": "https://youtu.be/dQw4w9WgXcQ", "title": attack},
        {"type": "link_card", "url": "https://e.org/", "title": attack, "description": attack},
        {"type": "table", "caption": attack, "rows": [[{"html": f"x{attack}", "header": True}], [attack]]},
    ]


@pytest.mark.parametrize(
    ("field", "block"),
    [
        ("url", {"type": "image"}),
        ("url", {"type": "video"}),
        ("poster", {"type": "video", "url": "https://e.org/v.mp4"}),
        ("url", {"type": "audio"}),
        ("url", {"type": "embed"}),
        ("url", {"type": "link_card"}),
        ("image", {"type": "link_card", "url": "https://e.org/"}),
        ("url", {"type": "quote", "html": "x"}),
    ],
)
def test_an_address_that_is_none_is_refused_where_it_stands(field: str, block: dict[str, Any]) -> None:
    for scheme in attacks.SCHEMES:
        with pytest.raises(InvalidInput) as refused:
            complete_blocks([{**block, field: scheme}], new_id=counted_ids())
        assert (refused.value.errors[0].pointer, refused.value.errors[0].code) == (
            f"/blocks/0/{field}",
            "invalid_address",
        )


@settings(max_examples=150, deadline=None)
@given(texts)
def test_whatever_is_written_comes_out_clean_and_a_fixed_point_of_sanitising(text: str) -> None:
    for parse in (parse_markdown, parse_plain, parse_html):
        assert_clean(parse(text, new_id=counted_ids()))


@settings(max_examples=100, deadline=None)
@given(texts)
def test_blocks_that_were_completed_are_completed_already(text: str) -> None:
    made = parse_html(text, new_id=counted_ids())
    once = complete_blocks(made, new_id=counted_ids())
    assert complete_blocks(once, new_id=counted_ids()) == once
    assert_clean(once)


@settings(max_examples=150, deadline=None)
@given(texts)
def test_the_source_of_markdown_gives_the_same_blocks_when_it_says_so(text: str) -> None:
    blocks = parse_markdown(text, new_id=counted_ids())
    source, is_exact = render_markdown(blocks)
    again = parse_markdown(source, new_id=counted_ids(), kept={block["id"]: block for block in blocks})
    if is_exact:
        assert [(b["type"], b["html"]) for b in again] == [(b["type"], b["html"]) for b in blocks]


CPU_SECONDS = 10.0
"""Far above what any of it takes (0.4 s), on the slowest day too, and far below what time that grows with the square or
worse would come to."""
REFUSALS = {"too_complex", "too_long", "too_many_blocks"}
NESTED: dict[str, tuple[Callable[..., list[Block]], str]] = {
    "quotes in Markdown": (parse_markdown, "> " * 100_000 + "x"),
    "angles in Markdown": (parse_markdown, ">" * 100_000 + "x"),
    "brackets in Markdown": (parse_markdown, "[" * 100_000 + "x" + "]" * 100_000),
    "picture brackets": (parse_markdown, "![" * 100_000),
    "stars": (parse_markdown, "*a **b " * 40_000),
    "backticks": (parse_markdown, "".join("`" * n + "x" for n in range(1, 500))),
    "few brackets": (parse_markdown, "[" * 9_999),
    "few pictures": (parse_markdown, "![" * 4_999),
    "few stars": (parse_markdown, "*a " * 9_999),
    "open links": (parse_markdown, "[a](https://e.org/ " * 3_000),
    "closing brackets after an address": (parse_markdown, "https://e.org/" + ")" * 900_000),
    "addresses of schemes": (parse_markdown, "http://" * 9_999),
    "indented lists": (parse_markdown, "".join(" " * n + "- a\n" for n in range(1_000))),
    "a list that is none": (parse_markdown, "1. a\n" * 19_000),
    "a wide table": (parse_markdown, "|-" * 250_000 + "\n" + "|-" * 250_000),
    "a long table": (parse_markdown, "a|b\n-|-\n" + "a|b\n" * 19_000),
    "a megabyte of blanks": (parse_markdown, " " * 1_000_000),
    "divs": (parse_html, "<div>" * 100_000),
    "quotes in HTML": (parse_html, "<blockquote>" * 80_000),
    "fewer divs": (parse_html, "<div>" * 19_999),
    "fewer quotes": (parse_html, "<blockquote>x" * 19_999),
    "lists": (parse_html, "<ul><li>x" * 9_999),
    "tables": (parse_html, "<table><tr><td>x" * 6_666),
    "bold": (parse_html, "<b>x" * 19_999),
    "distinct spans before paragraphs": (parse_html, "<span lang=a>" * 10_000 + "<p>x" * 150),
    "attributes": (parse_html, "<a " + "b=c " * 200_000 + ">"),
    "an unclosed quote in every tag": (parse_html, "<a b='" * 19_999),
    "unclosed comments": (parse_html, "<!--" * 19_999),
    "unclosed frames": (parse_html, "<iframe>" * 19_999),
}


@pytest.mark.parametrize("name", NESTED)
def test_input_made_to_be_slow_is_refused_or_read_in_bounded_time(name: str) -> None:
    parse, text = NESTED[name]
    before = time.process_time()
    blocks = refused = None
    try:
        blocks = parse(text, new_id=counted_ids())
    except InvalidInput as error:
        refused = error.errors[0].code
    assert refused in REFUSALS if blocks is None else len(blocks) <= MAX_BLOCKS
    assert time.process_time() - before < CPU_SECONDS


def test_a_megabyte_of_ordinary_text_is_read_whole() -> None:
    paragraph = "The mayor said “no” – and **left**; 5 * 3.\n" * 100
    text = (paragraph + "\n") * 180
    before = time.process_time()
    blocks = parse_markdown(text, new_id=counted_ids())
    assert time.process_time() - before < CPU_SECONDS
    assert len(blocks) == 180
    assert render_text(blocks).count("“no” – and") == 18_000
