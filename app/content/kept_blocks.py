"""Blocks kept by an edit of the text, which names them by `[[block:<id>]]` on lines of their own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from app.content.block_limits import BLOCK_ID_PATTERN
from app.content.blocks import Block

NOTHING_KEPT: Mapping[str, Block] = MappingProxyType({})

_MENTION = re.compile(rf"\s*\[\[block:({BLOCK_ID_PATTERN})\]\]\s*", re.ASCII)


class KeptBlocks:
    """The blocks of the entry that is being edited, by id, to be put back where its text names them.

    A mention of an unknown block is text. A second mention of the same block becomes a copy with an id of its own.
    """

    def __init__(self, kept: Mapping[str, Block]) -> None:
        self._kept = kept
        self._used: set[str] = set()

    def block_on(self, line: str) -> Block | None:
        """Return the block that `line` mentions, or None if it mentions none that is kept."""
        identifier = mentioned_block(line)
        block = self._kept.get(identifier) if identifier else None
        if block is None or identifier is None:
            return None
        first = identifier not in self._used
        self._used.add(identifier)
        return {key: value for key, value in block.items() if key != "id" or first}


def mentioned_block(line: str) -> str | None:
    """Return the id in a line that is nothing but `[[block:<id>]]`, else None."""
    match = _MENTION.fullmatch(line)
    return match[1] if match else None
