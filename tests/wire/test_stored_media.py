"""The mark in stored JSON: only addresses of our media have it, and it becomes a host without a trace."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from app.content import MEDIA_MARK, parse_html, parse_markdown, parse_plain
from app.wire.encoding import (
    EncodedEntry,
    encode_json,
    encode_stored,
    stored_media_names,
    with_media_addresses,
    with_media_base,
)
from tests.content.oracle import counted_ids

NAME = "k3J9xQ2vT7mW5zR8bN4cL6pY"
ADDRESS = f"{MEDIA_MARK}{NAME}/640.webp"
PIECES = ["\\", "\\\\", "u001a", "\\u001a", "media:", f"{NAME}/640.webp", '"', "&#26;", "&#x1a;", "a", "\u2028"]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=12).map("".join)


@given(TEXTS)
def test_no_text_is_taken_for_an_address_once_it_is_encoded(text: str) -> None:
    stored = encode_stored({"text": text, "url": ADDRESS})
    assert stored.count(b"\x1a") == 1
    assert json.loads(with_media_base(stored, b"https://cdn.example/")) == {
        "text": text, "url": f"https://cdn.example/{NAME}/640.webp",
    }  # fmt: skip
    shown = with_media_addresses(encode_json({"text": text, "url": ADDRESS}), lambda name, file: f"s/{name}/{file}")
    assert json.loads(shown) == {"text": text, "url": f"s/{NAME}/640.webp"}


@given(TEXTS)
def test_no_reader_of_texts_makes_the_mark(text: str) -> None:
    for parse in (parse_html, parse_markdown, parse_plain):
        blocks = parse(f"<p>{text}</p>", new_id=counted_ids())
        assert b"\\u001a" not in encode_json(blocks).replace(b"\\\\", b"")


def test_an_entry_without_media_is_the_same_object() -> None:
    entry = EncodedEntry(b"{}", b'"<p>text</p>"', b"[]", b'"text"')
    assert entry.as_shown(b"https://cdn.example/") is entry
    assert entry.media_names == frozenset()


def test_the_names_in_what_is_stored_are_found() -> None:
    stored = encode_stored({"srcset": f"{ADDRESS} 320w, {ADDRESS} 640w", "text": f"media:{'b' * 24}/1.jpg"})
    assert stored_media_names(stored, b"") == {NAME}
