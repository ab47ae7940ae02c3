"""After a purge of text nothing that this package keeps for speed has a word of it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from app.content import Block, forget_texts, markdown_source, parse_html
from app.content.html.inline import inline_text
from app.content.markdown.kept_sources import SHORT_BODY_CHARACTERS
from tests.content.oracle import counted_ids

SECRET = "purged word " * SHORT_BODY_CHARACTERS
HTML = f'<p style="font-weight: bold">{SECRET}<a href="https://purged.example/">x</a></p>'


def read() -> list[Block]:
    return parse_html(HTML, new_id=counted_ids())


def kept_by_arguments() -> Iterator[tuple[str, int]]:
    """Find how much each cache of this package has that is kept by what a function was given, and that of urllib."""
    caches: list[tuple[str, Any]] = [
        (f"{module}.{name}", value)
        for module in sys.modules
        if module.startswith("app.content.")
        for name, value in vars(sys.modules[module]).items()
        if hasattr(value, "cache_parameters") and value.cache_parameters()["maxsize"] is not None
    ]
    for name, cache in [*caches, ("urllib.parse.urlsplit", urlsplit)]:
        yield name, cache.cache_info().currsize


def test_no_cache_has_anything_after_texts_were_forgotten() -> None:
    inline_text(read()[0]["html"][:50])
    kept = dict(kept_by_arguments())
    assert len(kept) >= 3
    assert all(kept.values()), kept
    forget_texts()
    assert set(dict(kept_by_arguments()).values()) == {0}


def test_what_was_forgotten_is_made_anew_and_is_the_same() -> None:
    blocks = read()
    source, text, address = markdown_source(blocks), inline_text("purged <b>word</b>"), "https://purged.example/"
    split = urlsplit(address)
    assert markdown_source(blocks) is source
    assert inline_text("purged <b>word</b>") is text
    assert urlsplit(address) is split
    forget_texts()
    assert markdown_source(blocks) is not source
    assert inline_text("purged <b>word</b>") is not text
    assert urlsplit(address) is not split
    assert (markdown_source(blocks), inline_text("purged <b>word</b>"), read()) == (source, text, blocks)
