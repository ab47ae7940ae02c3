"""Positions in lists that count down: the number below which a page begins, or the time and id of the last one seen."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

from app.domain.clock import Micros
from app.domain.errors import MalformedInput

Id = TypeVar("Id")

_TIME_AND_ID = re.compile(r"([0-9]{1,16})\.([0-9a-f-]{36})", re.ASCII)


def parse_position(position: str | None, *, max_digits: int) -> int | None:
    """Return the number of a position, None for the beginning of the list. Raises MalformedInput `bad_position`."""
    if position is None:
        return None
    is_number = position.isascii() and position.isdigit() and not position.startswith("0")
    if not is_number or len(position) > max_digits:
        raise bad_position()
    return int(position)


def parse_time_position(position: str | None, kind: Callable[[str], Id]) -> tuple[Micros, Id] | None:
    """Return the time and the id of a position `<time>.<id>`, None for the beginning. Raises MalformedInput."""
    if position is None:
        return None
    match = _TIME_AND_ID.fullmatch(position)
    if match is None:
        raise bad_position()
    return Micros(int(match[1])), kind(match[2])


def bad_position() -> MalformedInput:
    """Make the error of a position that was not made here."""
    return MalformedInput("bad_position", "This position was not made by us; begin without one.")
