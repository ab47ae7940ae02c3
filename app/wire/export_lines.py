"""The lines of an export: each an object of JSON with a sum over all that stands before it.

`sum`, the last member, is the beginning of the SHA-256 of the previous line's sum and the line without it. So a
line that was changed, left out, doubled or moved is found, with its number. It tells of damage; it is no signature.
"""

from __future__ import annotations

import hashlib
import re
from typing import Any

from pydantic_core import from_json

from app.wire.encoding import encode_json

FORMAT = 2
"""The version of what the lines mean (docs/export.md). 2 has the versions of the story itself, and comments."""

READABLE_FORMATS = frozenset({1, FORMAT})
"""A release reads its own format, and those before."""

MAX_LINE_BYTES = 8 * 1024 * 1024
_CHECK_LENGTH = 16
_CHECK = re.compile(rb',"sum":"([0-9a-f]{16})"\}\n')
_TAIL_LENGTH = len(b',"sum":""}\n') + _CHECK_LENGTH


class BadLine(Exception):
    """A line of a file that is no export, or was damaged; the message is a sentence, `number` counts from 1."""

    def __init__(self, number: int, reason: str) -> None:
        super().__init__(f"Line {number:,}: {reason}")
        self.number = number
        self.reason = reason


class LineWriter:
    """Makes the lines of one export, in their order."""

    def __init__(self) -> None:
        self._last = b""
        self.lines = 0

    def line(self, members: dict[str, Any]) -> bytes:
        """Return the next line."""
        payload = encode_json(members)
        self._last = _check(self._last, payload)
        self.lines += 1
        return b'%b,"sum":"%b"}\n' % (payload[:-1], self._last)


class LineReader:
    """Reads the lines of one export, in their order."""

    def __init__(self) -> None:
        self._last = b""
        self.lines = 0

    @property
    def check(self) -> str:
        """Return the check of the last line, which stands for all of the file so far."""
        return self._last.decode()

    def read(self, line: bytes) -> dict[str, Any]:
        """Return the members of the next line. Raises BadLine."""
        self.lines += 1
        if len(line) > MAX_LINE_BYTES:
            raise BadLine(self.lines, f"it is longer than {MAX_LINE_BYTES:,} bytes.")
        if not line.endswith(b"\n"):
            raise BadLine(self.lines, "it has no end: the file was cut off here.")
        tail = _CHECK.fullmatch(line[-_TAIL_LENGTH:])
        if tail is None:
            raise BadLine(self.lines, "it has no sum: this is no export, or it was changed.")
        payload = line[:-_TAIL_LENGTH] + b"}"
        if _check(self._last, payload) != tail[1]:
            raise BadLine(self.lines, "it, or the order of the lines, was changed since the export.")
        self._last = tail[1]
        try:
            members = from_json(payload)
        except ValueError:
            raise BadLine(self.lines, "it is no JSON.") from None
        if not isinstance(members, dict):
            raise BadLine(self.lines, "it is no object.")
        return members


def _check(before: bytes, payload: bytes) -> bytes:
    return hashlib.sha256(before + payload).hexdigest()[:_CHECK_LENGTH].encode()
