"""Text and HTML → blocks → sanitised HTML. Pure: no I/O, no clock, no randomness of its own.

Other packages use the names below (`app/wire` also those of `block_limits`); the modules are this package's own.
"""

from app.content.block_input import complete_blocks
from app.content.block_limits import MAX_BLOCKS, MAX_BODY_BYTES, MAX_ENTRY_BYTES
from app.content.block_matching import dropped_blocks, reuse_ids
from app.content.blocks import TEXT_TYPES, Block, NewId
from app.content.builders import media_block, renditions_json
from app.content.cached_texts import forget_texts
from app.content.html_reader.reader import parse_html
from app.content.kept_blocks import mentioned_block
from app.content.markdown.kept_sources import markdown_source
from app.content.markdown.reader import parse_markdown
from app.content.markdown.serialising import keep_formatting, render_markdown
from app.content.media_addresses import MEDIA_MARK, MediaFacts, MediaFile, media_name, names_in_content
from app.content.plain_text import parse_plain
from app.content.rendering import render_html, render_retracted_html, render_text, warnings_of
from app.content.text.differences import DIFFERENCE_WORK, compare_texts
from app.content.text.graphemes import truncate_text
from app.content.text.lines import split_lines
from app.content.text.shorthand import Shorthand, read_shorthand
from app.content.visible_text import shows_blocks, shows_text

__all__ = [
    "DIFFERENCE_WORK",
    "MAX_BLOCKS",
    "MAX_BODY_BYTES",
    "MAX_ENTRY_BYTES",
    "MEDIA_MARK",
    "TEXT_TYPES",
    "Block",
    "MediaFacts",
    "MediaFile",
    "NewId",
    "Shorthand",
    "compare_texts",
    "complete_blocks",
    "dropped_blocks",
    "forget_texts",
    "keep_formatting",
    "markdown_source",
    "media_block",
    "media_name",
    "mentioned_block",
    "names_in_content",
    "parse_html",
    "parse_markdown",
    "parse_plain",
    "read_shorthand",
    "render_html",
    "render_markdown",
    "render_retracted_html",
    "render_text",
    "renditions_json",
    "reuse_ids",
    "shows_blocks",
    "shows_text",
    "split_lines",
    "truncate_text",
    "warnings_of",
]
