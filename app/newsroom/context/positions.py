"""Positions in lists that count down: the number below which a page begins."""

from __future__ import annotations

from app.domain.errors import MalformedInput


def parse_position(position: str | None, *, max_digits: int) -> int | None:
    """Return the number of a position, None for the beginning of the list. Raises MalformedInput `bad_position`."""
    if position is None:
        return None
    is_number = position.isascii() and position.isdigit() and not position.startswith("0")
    if not is_number or len(position) > max_digits:
        raise bad_position()
    return int(position)


def bad_position() -> MalformedInput:
    """Make the error of a position that was not made here."""
    return MalformedInput("bad_position", "This position was not made by us; begin without one.")
