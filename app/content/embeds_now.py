"""Embeds as they are understood now, whichever release, or list of providers, has stored them.

The address decides, as when one is written: so what was stored before there were frames is shown as what is written
today, and what an operator adds to the providers, or takes out, counts for all.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from app.content.blocks import Block
from app.content.builders import embed, language_of, shown_address, with_language
from app.content.embeds.providers import find_embed
from app.content.html.sanitising import sanitise
from app.content.rendering import strike_html

_FRAME = re.compile(r' data-(?:frame|ratio|height)="[^"]*"')
_FIRST_TAG = re.compile(r"<figure[^>]*>")
_OF_A_FRAME = frozenset({"frame", "ratio", "height"})


def understand_embeds(blocks: Sequence[Block], html: str) -> tuple[Sequence[Block], str]:
    """Return blocks, and the HTML of a body that has theirs in it, with each embed as it is understood now.

    Blocks that are so already are returned as they are, the same sequence.
    """
    found = [_understood(block) if _leads_to_a_provider(block) else block for block in blocks]
    changed = [(before, after) for before, after in zip(blocks, found, strict=True) if before is not after]
    if not changed:
        return blocks, html
    for before, after in changed:
        old, new = str(before["html"]), str(after["html"])
        if old not in html:  # it was retracted
            old, new = (sanitise(strike_html(block)) for block in (before, after))
        html = html.replace(old, new, 1)
    return found, html


def _leads_to_a_provider(block: Block) -> bool:
    """Tell whether a block is an embed, or the card of an address alone, which would be one today."""
    if block.get("type") == "embed":
        return True
    if block.get("type") != "link_card" or "description" in block or "image" in block:
        return False
    url = str(block["url"])
    return block.get("title") in {url, shown_address(url)} and find_embed(url) is not None


def _understood(block: Block) -> Block:
    url = str(block["url"])
    title = str(block.get("title", "")) if block["type"] == "embed" else ""
    if find_embed(url) is None:
        return _as_card(block)
    made = with_language(embed(url, title=title), language_of(block))
    now = {name: block[name] for name in ("id",) if name in block} | made
    return block if now == block else now


def _as_card(block: Block) -> Block:
    """Return an embed of a provider that is not known any more, without its frame."""
    if not _OF_A_FRAME & block.keys():
        return block
    kept = {name: value for name, value in block.items() if name not in _OF_A_FRAME}
    return kept | {"html": _FIRST_TAG.sub(lambda tag: _FRAME.sub("", tag[0]), str(block["html"]), count=1)}
