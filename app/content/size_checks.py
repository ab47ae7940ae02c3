"""Checks of how much a text, a piece of HTML or a list of blocks holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from app.content.block_limits import MAX_BLOCKS, MAX_BODY_BYTES, MAX_COMPLEXITY, MAX_ENTRY_BYTES
from app.domain.errors import FieldError, InvalidInput

_WRITTEN_HTML = frozenset({"paragraph", "heading", "quote"})
"""The types whose `html` is read; that of all others is made from their fields."""


def check_text(text: str) -> None:
    """Raise InvalidInput if `text` is too long, or has more lines or signs to escape than any text for people."""
    _check_size(text, "/text")
    for sign in "\n\r&<>":
        _check_count(text, sign, "/text")


def check_html(html: str, pointer: str) -> None:
    """Raise InvalidInput if `html` is too long, or has more tags or character references than any page for people."""
    _check_size(html, pointer)
    _check_markup(html, pointer)


def check_written_blocks(blocks: Sequence[Mapping[str, Any]]) -> None:
    """Raise InvalidInput if blocks from a client are too many, too long or too complex; counts without recursion."""
    check_block_count(len(blocks), "/blocks")
    html, values = _contents(blocks)
    check_html(html, "/blocks")
    _check_values(values, "/blocks")


def check_made_blocks(blocks: Sequence[Mapping[str, Any]], pointer: str) -> None:
    """Raise InvalidInput if blocks are too complex to be accepted when they are sent back.

    Blocks larger than an entry may be are let pass: they are never stored, and refused for their size.
    """
    # Each tag, sign and value takes a character of the block's HTML or more; no sign is counted more than twice.
    if 2 * sum(len(block["html"]) for block in blocks) <= MAX_COMPLEXITY:
        return
    html, values = _contents(blocks)
    if len(html) <= MAX_ENTRY_BYTES:
        _check_markup(html, pointer)
        _check_values(values, pointer)


def check_block_count(count: int, pointer: str) -> None:
    """Raise InvalidInput if there are more than MAX_BLOCKS blocks."""
    if count > MAX_BLOCKS:
        raise InvalidInput([FieldError(pointer, "too_many_blocks", f"A body has at most {MAX_BLOCKS} blocks.")])


def _contents(blocks: Sequence[Mapping[str, Any]]) -> tuple[str, int]:
    """Return all texts of the blocks as one, without the HTML that is made from other fields, and count the values."""
    texts: list[str] = []
    waiting: list[Any] = []
    for block in blocks:
        is_read = block.get("type") in _WRITTEN_HTML
        waiting.extend(value for name, value in block.items() if is_read or name != "html")
    count = len(blocks)
    while waiting:
        value = waiting.pop()
        count += 1
        if isinstance(value, str):
            texts.append(value)
        elif isinstance(value, Mapping):
            waiting.extend(value.values())
        elif isinstance(value, Sequence):
            waiting.extend(value)
    return "".join(texts), count


def _check_size(text: str, pointer: str) -> None:
    if len(text) > MAX_BODY_BYTES or len(text.encode("utf-8", "surrogatepass")) > MAX_BODY_BYTES:
        raise InvalidInput([FieldError(pointer, "too_long", f"A body has at most {MAX_BODY_BYTES} bytes.")])


def _check_markup(html: str, pointer: str) -> None:
    for sign in "<&":
        _check_count(html, sign, pointer)


def _check_count(text: str, sign: str, pointer: str) -> None:
    if text.count(sign) > MAX_COMPLEXITY:
        detail = f"A body has at most {MAX_COMPLEXITY} lines, tags or signs that must be escaped."
        raise InvalidInput([FieldError(pointer, "too_complex", detail)])


def _check_values(count: int, pointer: str) -> None:
    if count > MAX_COMPLEXITY:
        raise InvalidInput([FieldError(pointer, "too_complex", f"Blocks have at most {MAX_COMPLEXITY} values.")])
