"""XML of any length, piece by piece, and safe: no document type, so no entity, external or growing; bounded depth.

expat reads it in chunks. What is in memory is one piece below the containers that are named, and one chunk.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO
from xml.parsers import expat

from app.importers.foreign import FileBroken

CHUNK_BYTES = 65_536
MAX_DEPTH = 32
MAX_PIECE_CHARACTERS = 8_388_608
"""The most text of one piece: a post, or a comment with what is kept beside it."""

_CONTROLS = bytes.maketrans(bytes(set(range(32)) - {9, 10, 13}), b" " * 29)
"""Bytes that XML forbids and exports have all the same, since their databases do."""


@dataclass(slots=True)
class Element:
    """An element with its attributes, its text, and the elements in it. `name` has its namespace's usual prefix."""

    name: str
    line: int
    attributes: dict[str, str] = field(default_factory=dict)
    parts: list[str] = field(default_factory=list)
    children: list[Element] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Return its own text."""
        return "".join(self.parts)

    def text_of(self, name: str) -> str:
        """Return the text of its first child of that name, "" for none."""
        return next((child.text for child in self.children if child.name == name), "")


@dataclass(frozen=True, slots=True)
class Edge:
    """The beginning or the end of a container."""

    name: str
    line: int
    is_end: bool


def xml_items(
    stream: BinaryIO, *, where: str, containers: frozenset[tuple[str, ...]], prefixes: dict[str, str]
) -> Iterator[Edge | Element]:
    """Yield the edges of containers, given by their paths, and the elements right below them, whole.

    `prefixes` maps the beginning of a namespace's address to the prefix of its names. Raises FileBroken.
    """
    reading = _Reading(where, containers, prefixes)
    fed = 0
    while chunk := stream.read(CHUNK_BYTES):
        fed += len(chunk)
        reading.feed(chunk.translate(_CONTROLS), is_last=False)
        yield from reading.take()
        if fed - reading.parser.CurrentByteIndex > MAX_PIECE_CHARACTERS:
            raise FileBroken(reading.where, "A tag or a piece of text is longer than 8 MB.")
    reading.feed(b"", is_last=True)
    yield from reading.take()


class _Reading:
    """The elements that expat has read, and the place it is at."""

    def __init__(self, where: str, containers: frozenset[tuple[str, ...]], prefixes: dict[str, str]) -> None:
        self.file = where
        self.containers = containers
        self.prefixes = prefixes
        self.names: dict[str, str] = {}
        self.found: list[Edge | Element] = []
        self.path: list[str] = []
        self.open: list[Element] = []
        self.size = 0
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._refuse_doctype
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text

    @property
    def where(self) -> str:
        return f"{self.file}, line {self.parser.CurrentLineNumber:,}"

    def feed(self, data: bytes, *, is_last: bool) -> None:
        """Read on. Raises FileBroken."""
        try:
            self.parser.Parse(data, is_last)
        except expat.ExpatError as error:
            sentence = _SENTENCES.get(error.code, f"This is no XML: {expat.errors.messages.get(error.code, 'error')}.")
            raise FileBroken(f"{self.file}, line {error.lineno:,}", sentence) from None
        except (ValueError, LookupError):  # what the parser raises for an encoding it has no table of
            raise FileBroken(self.where, "It is in an encoding that is not read: save it as UTF-8.") from None

    def take(self) -> list[Edge | Element]:
        """Return what was found since it was last asked."""
        found, self.found = self.found, []
        return found

    def _refuse_doctype(self, *_: object) -> None:
        raise FileBroken(self.where, "It declares a document type, which no export needs and which can hide anything.")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        name = self._name(name)
        if len(self.path) >= MAX_DEPTH:
            raise FileBroken(self.where, "It nests deeper than anything that was exported.")
        self.path.append(name)
        line = self.parser.CurrentLineNumber
        if not self.open and tuple(self.path) in self.containers:
            self.found.append(Edge(name, line, is_end=False))
            return
        self._count(sum(map(len, attributes.values())))
        element = Element(name, line, attributes)
        if self.open:
            self.open[-1].children.append(element)
        self.open.append(element)

    def _end(self, _: str) -> None:
        name = self.path.pop()
        if not self.open:
            self.found.append(Edge(name, self.parser.CurrentLineNumber, is_end=True))
            return
        element = self.open.pop()
        if not self.open:
            self.found.append(element)
            self.size = 0

    def _text(self, text: str) -> None:
        if self.open:
            self._count(len(text))
            self.open[-1].parts.append(text)

    def _count(self, characters: int) -> None:
        self.size += characters + 64
        if self.size > MAX_PIECE_CHARACTERS:
            raise FileBroken(self.where, "One piece is longer than 8 MB.")

    def _name(self, name: str) -> str:
        known = self.names.get(name)
        if known is None:
            address, _, local = name.rpartition(" ")
            prefix = next((p for begin, p in self.prefixes.items() if address.startswith(begin)), "")
            known = f"{prefix}:{local}" if prefix else local
            if len(self.names) < 10_000:
                self.names[name] = known
        return known


_SENTENCES = {
    expat.errors.codes[expat.errors.XML_ERROR_NO_ELEMENTS]: "The file ends in the middle.",
    expat.errors.codes[expat.errors.XML_ERROR_UNCLOSED_TOKEN]: "The file ends in the middle.",
    expat.errors.codes[expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION]: "The file ends in the middle.",
    expat.errors.codes[expat.errors.XML_ERROR_PARTIAL_CHAR]: "The file ends in the middle.",
}
