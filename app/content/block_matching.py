"""Blocks of an edited body, matched with those that were there before: which are dropped, which keep their ids."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable

from app.content.addresses import lone_address
from app.content.blocks import TEXT_TYPES, Block
from app.content.kept_blocks import mentioned_block
from app.content.text.lines import split_lines


def dropped_blocks(text: str, blocks: Iterable[Block]) -> list[str]:
    """Return the ids of blocks other than text that `text`, written to replace `blocks`, no longer mentions.

    An embed or link card is also mentioned by its address alone on a line.
    """
    lines = [line.strip(" \t") for line in split_lines(text)]
    mentioned = {mentioned_block(line) for line in lines if line.startswith("[[block:")}
    addresses = {lone_address(line) for line in lines if line.startswith("http")}
    return [
        block["id"]
        for block in blocks
        if block["type"] not in TEXT_TYPES
        and block["id"] not in mentioned
        and not (block["type"] in {"embed", "link_card"} and block["url"] in addresses)
    ]


def reuse_ids(old: Iterable[Block], new: Iterable[Block]) -> list[Block]:
    """Return `new` with the ids of the `old` blocks that are the same (type and HTML), each used once."""
    new = list(new)
    taken = {block["id"] for block in new}
    free: defaultdict[tuple[str, str], deque[str]] = defaultdict(deque)
    old_ids = set()
    for block in old:
        old_ids.add(block["id"])
        if block["id"] not in taken:
            free[block["type"], block["html"]].append(block["id"])
    return [{**block, "id": _reused(block, free, old_ids)} for block in new]


def _reused(block: Block, free: defaultdict[tuple[str, str], deque[str]], old_ids: set[str]) -> str:
    candidates = free.get((block["type"], block["html"]))
    return candidates.popleft() if candidates and block["id"] not in old_ids else str(block["id"])
