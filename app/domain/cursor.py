"""The cursor: a reader's position in a story's events, written `<epoch>.<seq>.<check>` and sent back whole."""

from __future__ import annotations

import re
from dataclasses import dataclass

EPOCH_LENGTH = 8
CHECK_LENGTH = 6
MAX_SEQ = 2**53 - 1
"""The largest integer that every JSON client can represent exactly (RFC 8259 §6)."""

FROM_THE_BEGINNING = "0"
"""The one cursor that names no event: it asks for everything from the first event on."""

_CURSOR = re.compile(r"([0-9A-Za-z]{1,16})\.(0|[1-9][0-9]{0,15})\.([0-9A-Za-z]{1,16})", re.ASCII)


class MalformedCursor(ValueError):
    """Text that is no cursor. Readers who send it get a snapshot, as for any cursor that cannot be honoured."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """One event of one story in one epoch; `check` is random per event, so that a fork is noticed."""

    epoch: str
    seq: int
    check: str

    def __str__(self) -> str:
        return f"{self.epoch}.{self.seq}.{self.check}"


def parse_cursor(text: str) -> Cursor:
    """Parse a cursor. Raises MalformedCursor for anything that `str(Cursor)` would not write."""
    match = _CURSOR.fullmatch(text)
    if match is None or int(match[2]) > MAX_SEQ:
        raise MalformedCursor(text[:80])
    return Cursor(epoch=match[1], seq=int(match[2]), check=match[3])
