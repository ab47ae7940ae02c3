"""Text and HTML → blocks → sanitised HTML. Pure: no I/O, no clock, no randomness of its own.

Other rooms use what is named here; the modules below it are this room's own.
"""

from app.content.blocks import BLOCK_TYPES, MAX_BLOCKS, MAX_BODY_BYTES, TEXT_TYPES, Block, NewId
from app.content.differences import DIFFERENCE_WORK, compare_texts
from app.content.html_blocks import parse_html
from app.content.markdown import parse_markdown
from app.content.plain import parse_plain
from app.content.rendering import render_html, render_retracted_html, render_text, warnings_of
from app.content.shorthand import Shorthand, read_shorthand
from app.content.silence import shows_blocks, shows_text
from app.content.source import dropped_blocks, render_source, reuse_ids
from app.content.written import complete_blocks

__all__ = [
    "BLOCK_TYPES",
    "DIFFERENCE_WORK",
    "MAX_BLOCKS",
    "MAX_BODY_BYTES",
    "TEXT_TYPES",
    "Block",
    "NewId",
    "Shorthand",
    "compare_texts",
    "complete_blocks",
    "dropped_blocks",
    "parse_html",
    "parse_markdown",
    "parse_plain",
    "read_shorthand",
    "render_html",
    "render_retracted_html",
    "render_source",
    "render_text",
    "reuse_ids",
    "shows_blocks",
    "shows_text",
    "warnings_of",
]
