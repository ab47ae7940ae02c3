"""JSON of any length, one item of a list at a time: what is in memory is a window of the text, and one value.

The window grows by doubling while a value does not fit, so that the whole costs time in proportion to its length.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from app.importers.foreign import FileBroken

Path = tuple[str, ...]

CHUNK_BYTES = 65_536
MAX_VALUE_CHARACTERS = 8_388_608
"""The longest item, or value beside the lists. An entry of ours has 131,072 bytes; a page of an API has its items."""

_SPACE = re.compile(r"[ \t\r\n]*")
_WIDE = ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


class JsonItems:
    """The values of one JSON text: each item of the lists at `lists`, and each other value that is beside them.

    `lists` are paths of members from the top; () is a list at the top. Iterating yields `(path, value)`; of an item,
    `number` is its place in its list, from 1. Raises FileBroken where the text ends early, is no JSON, or nests deeper
    than anything real.
    """

    def __init__(self, stream: BinaryIO, *, where: str, lists: frozenset[Path]) -> None:
        self._stream = stream
        self._where = where
        self._lists = lists
        self._decoder = json.JSONDecoder(parse_constant=_refuse_constant)
        self._text = ""
        self._at = 0
        self._before = 0
        self._has_ended = False
        self.number = 0
        first = stream.read(CHUNK_BYTES)
        encoding = next((name for mark, name in _WIDE if first.startswith(mark)), "utf-8-sig")
        self._characters = codecs.getincrementaldecoder(encoding)()
        self._take(first)

    @property
    def where(self) -> str:
        """Return the place that is read now."""
        return f"{self._where}, character {self._before + self._at:,}"

    def __iter__(self) -> Iterator[tuple[Path, Any]]:
        yield from self._values(())
        self._skip_space()
        if self._peek():
            raise FileBroken(self.where, "More follows after the end of the JSON.")

    def _values(self, path: Path) -> Iterator[tuple[Path, Any]]:
        """Yield the values at a path. It recurses as deep as the paths of `lists` are long, and no deeper."""
        self._skip_space()
        opening = self._peek()
        if opening == "[" and path in self._lists:
            yield from self._items(path)
        elif opening == "{" and any(each[: len(path)] == path and len(each) > len(path) for each in self._lists):
            yield from self._members(path)
        else:
            yield path, self._value()

    def _items(self, path: Path) -> Iterator[tuple[Path, Any]]:
        self._at += 1
        self.number = 0
        self._skip_space()
        while self._peek() != "]":
            self.number += 1
            yield path, self._value()
            self._separator("]")
        self._at += 1

    def _members(self, path: Path) -> Iterator[tuple[Path, Any]]:
        self._at += 1
        self._skip_space()
        while self._peek() != "}":
            name = self._value()
            self._skip_space()
            if not isinstance(name, str) or self._peek() != ":":
                raise FileBroken(self.where, "This is no JSON: a name and a colon belong here.")
            self._at += 1
            yield from self._values((*path, name))
            self._separator("}")
        self._at += 1

    def _separator(self, closing: str) -> None:
        self._skip_space()
        if self._peek() == ",":
            self._at += 1
            self._skip_space()
            if self._peek() == closing:
                raise FileBroken(self.where, "This is no JSON: a value belongs here.")
        elif self._peek() != closing:
            raise FileBroken(self.where, self._ended_or("This is no JSON: a comma belongs here."))

    def _value(self) -> Any:
        self._skip_space()
        while True:
            try:
                value, end = self._decoder.raw_decode(self._text, self._at)
            except RecursionError:
                raise FileBroken(self.where, "It nests deeper than anything that was exported.") from None
            except ValueError:
                if self._has_ended:
                    raise FileBroken(self.where, self._ended_or("This is no JSON.")) from None
                if len(self._text) - self._at > MAX_VALUE_CHARACTERS:
                    raise FileBroken(self.where, "A value is longer than 8 MB, or is no JSON.") from None
                self._more()
                continue
            if self._may_go_on(end):
                self._more()
                continue
            self._at = end
            return value

    def _may_go_on(self, end: int) -> bool:
        """Return whether a number that was read may be the beginning of a longer one, of which the window ends."""
        return not self._has_ended and (
            end == len(self._text) or (len(self._text) - end < 4 and self._text[end] in ".eE")
        )

    def _ended_or(self, sentence: str) -> str:
        return "The file ends in the middle." if self._has_ended and not self._text[self._at :].strip() else sentence

    def _skip_space(self) -> None:
        while True:
            found = _SPACE.match(self._text, self._at)
            self._at = found.end() if found else self._at
            if self._at < len(self._text) or self._has_ended:
                return
            self._more()

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _more(self) -> None:
        self._take(self._stream.read(max(CHUNK_BYTES, len(self._text) - self._at)))

    def _take(self, data: bytes) -> None:
        self._has_ended = not data
        try:
            text = self._characters.decode(data, final=self._has_ended)
        except UnicodeDecodeError as error:
            raise FileBroken(self.where, f"A byte near here is no {error.encoding.upper()} text.") from None
        self._before += self._at
        self._text = self._text[self._at :] + text
        self._at = 0


def _refuse_constant(name: str) -> None:
    raise ValueError(name)


def read_json(text: str, *, where: str) -> Any:
    """Parse a short JSON text that is held whole. Raises FileBroken."""
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except RecursionError:
        raise FileBroken(where, "It nests deeper than anything that was exported.") from None
    except ValueError:
        raise FileBroken(where, "This is no JSON, or it ends in the middle.") from None
