"""Rules of what can be seen: characters without width or ink are no words, however many there are."""

from __future__ import annotations

import re
from collections.abc import Sequence

from app.content.blocks import TEXT_TYPES, Block
from app.content.html.lexer import tokenise

_WORD_TYPES = (TEXT_TYPES | {"table"}) - {"divider"}
"""The types that have nothing to show but words."""

_VISIBLE = re.compile(
    # White space, the Braille pattern without a dot, and what Unicode has displays leave out (Default_Ignorable).
    "[^\\s\u2800\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)


def shows_text(text: str) -> bool:
    """Return whether there is anything in `text` to be seen."""
    return _VISIBLE.search(text) is not None


def shows_blocks(blocks: Sequence[Block]) -> bool:
    """Return whether there is anything in a body to be seen; pictures, players, cards and dividers always are."""
    return any(block["type"] not in _WORD_TYPES or _shows_html(str(block["html"])) for block in blocks)


def _shows_html(html: str) -> bool:
    # Most paragraphs begin with a letter or a digit, and no tag has to be read to know it.
    first = html[3:4] if html.startswith("<p>") else ""
    if first.isascii() and first.isalnum():
        return True
    return any(token.kind == "text" and shows_text(token.value) for token in tokenise(html))
