"""Blocks as a client writes them."""

from __future__ import annotations

from typing import Any

import pytest

from app.content import Block, complete_blocks
from app.domain.errors import InvalidInput
from tests.content.oracle import counted_ids

ALL: list[dict[str, Any]] = [
    {"type": "paragraph", "html": "<b>Some background:</b> “x” & <u>y</u>"},
    {"type": "paragraph", "text": "1 < 2\nnext"},
    {"type": "heading", "level": 3, "text": "Polls & <close>"},
    {"type": "list", "ordered": True, "start": 4, "items": ["a <b>", {"html": "<i>b</i>", "items": ["c"]}]},
    {"type": "quote", "html": "one<p>two</p>", "who": "Jane", "role": "mayor", "url": "https://e.org/q"},
    {"type": "image", "url": "https://e.org/a.jpg", "width": 3, "height": 2, "caption": "Cap", "credit": "AFP"},
    {"type": "video", "url": "https://e.org/v.mp4", "poster": "https://e.org/p.jpg", "caption": "Cap"},
    {"type": "audio", "url": "https://e.org/a.mp3", "credit": "AFP"},
    {"type": "embed", "url": "https://www.youtube.com/shorts/dQw4w9WgXcQ", "title": "T"},
    {"type": "link_card", "url": "https://e.org/", "title": "T", "description": "D", "image": "https://e.org/i.jpg"},
    {"type": "table", "caption": "C", "rows": [[{"html": "a", "header": True}], [{"text": "<1>", "colspan": 2}]]},
    {"type": "divider"},
]


def complete(*blocks: dict[str, Any]) -> list[Block]:
    return complete_blocks(blocks, new_id=counted_ids())


def errors(*blocks: dict[str, Any]) -> list[tuple[str, str]]:
    with pytest.raises(InvalidInput) as refused:
        complete(*blocks)
    return [(error.pointer, error.code) for error in refused.value.errors]


def test_every_type_gets_an_id_and_html() -> None:
    made = complete(*ALL)
    assert [block["id"] for block in made] == [f"b{number}" for number in range(1, 13)]
    assert [block["type"] for block in made] == [block["type"] for block in ALL]
    assert made[0]["html"] == "<p><b>Some background:</b> “x” &amp; <u>y</u></p>"
    assert made[1]["html"] == "<p>1 &lt; 2<br>next</p>"
    assert made[2]["html"] == "<h3>Polls &amp; &lt;close&gt;</h3>"
    assert made[3]["html"] == '<ol start="4"><li>a &lt;b&gt;</li><li><i>b</i><ul><li>c</li></ul></li></ol>'
    assert made[4]["html"] == (
        '<figure class="lb-quote"><blockquote cite="https://e.org/q"><p>one</p><p>two</p></blockquote>'
        '<figcaption>— <a href="https://e.org/q" rel="noopener">Jane, mayor</a></figcaption></figure>'
    )
    assert made[5]["alt"] == "Cap"
    assert (made[8]["provider"], made[8]["ratio"], made[8]["consent"]) == ("youtube", "9/16", True)
    assert made[10]["rows"] == [[{"html": "a", "header": True}], [{"html": "&lt;1&gt;", "colspan": 2}]]


def test_what_was_completed_goes_in_again_unchanged() -> None:
    made = complete(*ALL)
    assert complete(*made) == made


def test_a_field_that_is_null_is_a_field_that_is_absent() -> None:
    quote = {"type": "quote", "html": "<blockquote>x<footer>Jane, mayor</footer></blockquote>"}
    assert complete({**quote, "who": None, "role": None, "url": None, "id": None}) == complete(quote)
    assert complete(quote)[0]["who"] == "Jane"


def test_a_new_text_of_a_heading_replaces_its_html() -> None:
    made = complete({"type": "heading", "text": "New", "html": "<h2>Old</h2>"})
    assert (made[0]["text"], made[0]["html"]) == ("New", "<h2>New</h2>")


def test_a_new_name_replaces_the_attribution_in_the_html_of_a_quote() -> None:
    old = complete({"type": "quote", "html": "x", "who": "Jane", "role": "mayor"})[0]
    new = complete({**old, "who": "Joan", "role": ""})[0]
    assert new["html"] == (
        '<figure class="lb-quote"><blockquote><p>x</p></blockquote><figcaption>— Joan</figcaption></figure>'
    )
    assert "role" not in new


def test_the_html_of_a_picture_that_was_written_is_not_believed() -> None:
    block = complete({"type": "image", "url": "https://e.org/a.jpg", "alt": "x", "html": "<script>alert(1)</script>"})[
        0
    ]
    assert block["html"].startswith('<figure class="lb-image"><img src="https://e.org/a.jpg" alt="x"')


@pytest.mark.parametrize(
    ("block", "pointer", "code"),
    [
        ({"type": "paragraph", "html": "<b> </b><br>"}, "/blocks/0/html", "blank"),
        ({"type": "paragraph", "text": " "}, "/blocks/0/text", "blank"),
        ({"type": "heading", "text": ""}, "/blocks/0/text", "blank"),
        ({"type": "heading", "text": "x", "level": 1}, "/blocks/0/level", "out_of_range"),
        ({"type": "list", "items": []}, "/blocks/0/items", "blank"),
        ({"type": "quote", "html": " "}, "/blocks/0/html", "blank"),
        ({"type": "image", "url": "javascript:alert(1)"}, "/blocks/0/url", "invalid_address"),
        ({"type": "image", "url": "mailto:a@b.c"}, "/blocks/0/url", "invalid_address"),
        ({"type": "image", "url": "https://e.org/a.jpg", "width": 0}, "/blocks/0/width", "out_of_range"),
        ({"type": "video", "url": ""}, "/blocks/0/url", "invalid_address"),
        ({"type": "embed", "url": "https://e.org/"}, "/blocks/0/url", "unknown_provider"),
        ({"type": "link_card", "url": "https://e.org/", "image": "x"}, "/blocks/0/image", "invalid_address"),
        ({"type": "table", "rows": [[""], []]}, "/blocks/0/rows", "blank"),
        ({"type": "poll"}, "/blocks/0/type", "unknown_type"),
        ({"type": "divider", "id": "a b"}, "/blocks/0/id", "invalid_id"),
    ],
)
def test_a_value_that_cannot_be_accepted_is_pointed_at(block: dict[str, Any], pointer: str, code: str) -> None:
    assert errors(block) == [(pointer, code)]


def test_all_errors_are_told_at_once() -> None:
    image = {"type": "image", "url": "x"}
    assert errors(image, {"type": "divider"}, image) == [
        ("/blocks/0/url", "invalid_address"),
        ("/blocks/2/url", "invalid_address"),
    ]


def test_an_id_used_twice_is_pointed_at() -> None:
    assert errors({"type": "divider", "id": "a"}, {"type": "divider", "id": "a"}) == [("/blocks/1/id", "duplicate_id")]


def test_a_list_that_nests_too_deep_is_pointed_at() -> None:
    items: list[Any] = ["x"]
    for _ in range(6):
        items = [{"html": "x", "items": items}]
    nested = "/blocks/0/items" + "/0/items" * 6
    assert errors({"type": "list", "items": items}) == [(nested, "too_deep")]


@pytest.mark.parametrize(
    ("blocks", "code"),
    [
        ([{"type": "divider"}] * 201, "too_many_blocks"),
        ([{"type": "paragraph", "html": "<b>" * 20_001}], "too_complex"),
        ([{"type": "list", "items": ["a"] * 20_001}], "too_complex"),
        ([{"type": "paragraph", "html": "a" * 600_000}] * 2, "too_long"),
    ],
)
def test_blocks_over_a_limit_are_refused(blocks: list[dict[str, Any]], code: str) -> None:
    assert errors(*blocks) == [("/blocks", code)]
