"""The Markdown of long bodies, kept for the next who reads the same version of an entry."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Callable, Sequence
from hashlib import blake2b
from threading import Lock

from app.content.blocks import Block
from app.content.markdown.serialising import render_markdown

SHORT_BODY_CHARACTERS = 200
"""Rendering a shorter body takes about half a millisecond, which a cache would not make less by much."""

KEPT_LIMIT_CHARACTERS = 8 * 1024 * 1024
"""Sources kept: those of a hundred entries of the largest size, or of all the long ones of a night."""


Source = tuple[str, bool]
"""A Markdown text, and whether it has all that is seen of the blocks."""


class KeptSources:
    """Sources by a digest of the blocks they were rendered from, the least recently read dropped first. Thread-safe."""

    def __init__(self, render: Callable[[Sequence[Block]], Source], *, limit: int = KEPT_LIMIT_CHARACTERS) -> None:
        self.kept_characters = 0
        self._render = render
        self._limit = limit
        self._kept: OrderedDict[bytes, Source] = OrderedDict()
        self._forgotten = 0
        self._lock = Lock()

    def source_of(self, blocks: Sequence[Block]) -> Source:
        """Return the blocks' Markdown, rendered once while it is kept. Two who ask at once may both render it."""
        if sum(len(block["html"]) for block in blocks) <= SHORT_BODY_CHARACTERS:
            return self._render(blocks)
        key = blake2b(json.dumps(blocks).encode(), digest_size=16).digest()
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
            forgotten = self._forgotten
        source = self._render(blocks)
        self._keep(key, source, forgotten)
        return source

    def forget(self) -> None:
        """Drop every source; one that is being rendered is not kept."""
        with self._lock:
            self._forgotten += 1
            self._kept.clear()
            self.kept_characters = 0

    def _keep(self, key: bytes, source: Source, forgotten: int) -> None:
        with self._lock:
            if self._forgotten != forgotten:
                return
            self.kept_characters += len(source[0]) - len(self._kept.pop(key, ("", True))[0])
            self._kept[key] = source
            while self.kept_characters > self._limit:
                _, dropped = self._kept.popitem(last=False)
                self.kept_characters -= len(dropped[0])


_sources = KeptSources(render_markdown)


def markdown_source(blocks: Sequence[Block]) -> Source:
    """Return what `render_markdown` does, of a long body once for all who read it."""
    return _sources.source_of(blocks)


def forget_sources() -> None:
    """Drop the sources that are kept."""
    _sources.forget()
