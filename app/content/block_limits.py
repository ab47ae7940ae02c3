"""The limits of a body, of each block and of each of its fields, each stated once.

The readers of HTML, Markdown and plain text make nothing beyond them, and what a client sends as blocks is held to
them (block_input.py, app/wire/requests/blocks.py): every block that is stored is accepted when it is sent back
unchanged. No word of a text is lost to a limit:

- a number or an address out of range is left out, and a list that nests too deep continues the one around it;
- a text too long for its field stands in a paragraph of its own: after the block, or within a quote;
- code too long to be a block of its own is a paragraph;
- a heading too long to be one is a paragraph, a Markdown picture or link with too long a text stays text;
- too many blocks, or too many values and tags, are refused (`too_many_blocks`, `too_complex`), as in blocks.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

MAX_BLOCKS = 200

MAX_BODY_BYTES = 1_048_576
"""The longest text, in bytes of UTF-8, that is looked at at all."""

MAX_ENTRY_BYTES = 131_072
"""The largest entry that is stored and pushed (blocks as JSON, their HTML included)."""

MAX_COMPLEXITY = 20_000
"""The most lines, tags, escaped characters or values (items, cells, fields) of a body.

It bounds the time hostile input takes; no real entry comes near. Lists and tables have no other limit to their items,
rows and cells.
"""

MAX_ID_LENGTH = 40
BLOCK_ID_PATTERN = rf"[A-Za-z0-9_-]{{1,{MAX_ID_LENGTH}}}"

MAX_ADDRESS_LENGTH = 2_048
MAX_LINE_LENGTH = 300
MAX_PARAGRAPHS_LENGTH = 4_000

MAX_CODE_LENGTH = 50_000
LANGUAGE_PATTERN = r"[A-Za-z0-9][A-Za-z0-9+#._-]{0,39}"
"""The name of the language that code is written in."""
LANGUAGE_TAG_PATTERN = r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8}){0,7}"
"""The tag of the language that words are written in (BCP 47)."""

MIN_HEADING_LEVEL = 2
MAX_HEADING_LEVEL = 4
MAX_LIST_DEPTH = 6
MAX_LIST_START = 999_999_999
MAX_PIXELS = 100_000
MAX_SPAN = 100

CONTROL_CHARACTERS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
"""Characters that no text has; tabs and line ends (app/content/text/lines.py) are none of them."""


@dataclass(frozen=True, slots=True)
class TextLimit:
    """The limit of a plain-text field: its length in characters, whether it has lines, and whether it must show."""

    max_length: int
    is_multiline: bool = False
    must_show: bool = True


_LINE = TextLimit(MAX_LINE_LENGTH)
_PARAGRAPHS = TextLimit(MAX_PARAGRAPHS_LENGTH, is_multiline=True, must_show=False)

TEXT_LIMITS: Mapping[tuple[str, str], TextLimit] = MappingProxyType(
    {
        ("heading", "text"): TextLimit(MAX_LINE_LENGTH, is_multiline=True),
        ("code", "text"): TextLimit(MAX_CODE_LENGTH, is_multiline=True),
        ("quote", "who"): _LINE,
        ("quote", "role"): _LINE,
        ("image", "alt"): _PARAGRAPHS,
        ("image", "caption"): _PARAGRAPHS,
        ("image", "credit"): _LINE,
        ("video", "caption"): _PARAGRAPHS,
        ("video", "credit"): _LINE,
        ("audio", "caption"): _PARAGRAPHS,
        ("audio", "credit"): _LINE,
        ("embed", "title"): _LINE,
        # The title of a card is its address where nothing better was written.
        ("link_card", "title"): TextLimit(MAX_ADDRESS_LENGTH),
        ("link_card", "description"): _PARAGRAPHS,
        ("table", "caption"): _PARAGRAPHS,
    }
)
"""The limits of the plain-text fields, by type of block and name."""
