"""Plain text in, the same text out."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from app.content import Block, parse_plain, render_html, render_text
from tests.content.oracle import counted_ids

characters = st.characters(exclude_categories=["Cs"], exclude_characters="\0")


def normalised(text: str) -> str:
    """What `parse_plain` documents: one kind of line end, blank lines blank, single, and none at the ends."""
    lines = [line if line.strip(" \t") else "" for line in re.split("\r\n|[\n\r\x0b\x0c\u2028\u2029]", text)]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")


@given(st.text(characters) | st.text(st.sampled_from("a \t\n\r&<>\u00a0\x85\u2028\x0b\x0c*[https://e.org")))
def test_no_character_is_changed(text: str) -> None:
    assert render_text(parse_plain(text, new_id=counted_ids())) == normalised(text)


def test_nothing_is_markup() -> None:
    html = "<p>**a** &lt;b&gt; &amp;amp; # c<br>- d</p>"
    assert render_html(parse_plain("**a** <b> &amp; # c\n- d", new_id=counted_ids())) == html


def test_blanks_at_the_beginning_and_within_a_line_are_kept() -> None:
    assert render_html(parse_plain("  a   b ", new_id=counted_ids())) == "<p>  a   b </p>"


def test_an_address_alone_in_its_paragraph_becomes_an_embed_or_a_card() -> None:
    blocks = parse_plain("https://youtu.be/dQw4w9WgXcQ\n\nhttps://e.org/x\n\na\nhttps://e.org/y", new_id=counted_ids())
    assert [block["type"] for block in blocks] == ["embed", "link_card", "paragraph"]


def test_a_mentioned_block_stands_where_it_is_mentioned() -> None:
    image: Block = {"id": "pic", "type": "image", "url": "https://e.org/a.jpg", "alt": "x", "html": "<figure></figure>"}
    blocks = parse_plain("a\n[[block:pic]]\nb\n\n[[block:other]]", new_id=counted_ids(), kept={"pic": image})
    assert [block["id"] for block in blocks] == ["b1", "pic", "b2", "b3"]
    assert render_text(blocks[3:]) == "[[block:other]]"
