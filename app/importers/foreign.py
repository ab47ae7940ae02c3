"""The stories and entries of another system as a reader of its files finds them, before their bodies become blocks.

A body is one piece of HTML: what a system keeps apart (pictures, quotes, links) its reader writes as HTML
(`markup.py`), so that one set of rules reads them all. Times are microseconds since 1970 UTC.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, BinaryIO, Literal

from app.domain.clock import Micros
from app.domain.entry import JsonObject

ForeignStatus = Literal["published", "retracted", "draft", "removed"]
"""`removed` is what the other system had and took back: nothing is made of it, and what an earlier run made goes."""


class Severity(StrEnum):
    """The consequence of a problem: something to know, an entry that is not brought, a story that is not brought."""

    NOTE = "note"
    LEFT_OUT = "left out"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a file: its place in it, and a sentence for a person."""

    severity: Severity
    where: str
    sentence: str


class FileBroken(Exception):
    """A file that ends early, lies about its form, or is over a limit; `where` is the place, the message a sentence."""

    def __init__(self, where: str, sentence: str) -> None:
        super().__init__(f"{where}: {sentence}")
        self.where = where
        self.sentence = sentence

    @property
    def problem(self) -> Problem:
        """Return it as a problem of the story that was being read."""
        return Problem(Severity.BROKEN, self.where, self.sentence)


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file to read: its name as a person gave it, its size in bytes, and a way to open it from its beginning."""

    name: str
    size: int
    open: Callable[[], BinaryIO]


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """The surroundings of a reading: the time now, and the zone of times that name none."""

    now: Micros
    time_zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class ForeignVersion:
    """One state of an entry, from `at` on."""

    at: Micros
    html: str = ""
    headline: str = ""
    authors: tuple[JsonObject, ...] = ()
    """Each `{name, role?, url?, avatar?}`."""
    tags: tuple[str, ...] = ()
    label: str = ""
    source_url: str = ""


@dataclass(frozen=True, slots=True)
class ForeignEntry:
    """One entry, with all that the file tells of its history; `where` is its place in the file."""

    id: str
    where: str
    created_at: Micros
    versions: tuple[ForeignVersion, ...]
    """The oldest first, the last one as it stands; none for what was removed."""
    aliases: tuple[str, ...] = ()
    published_at: Micros | None = None
    updated_at: Micros | None = None
    key_event: bool = False
    pinned: bool = False
    importance: Literal["normal", "major", "breaking"] = "normal"
    status: ForeignStatus = "published"
    retraction_reason: str = ""
    publisher: str = ""
    order: float | None = None
    """The number by which the other system orders its entries, the greater the later; None where it goes by time."""
    unknown_kinds: tuple[str, ...] = ()
    """Kinds of content that we have no block for: kept as the HTML or the words they came with."""

    @property
    def changed_at(self) -> Micros:
        """Return when it was last changed there."""
        return max([self.updated_at or Micros(0), self.created_at, *(version.at for version in self.versions)])


@dataclass(slots=True)
class ForeignStory:
    """A live blog that was found in a file, with its entries as they were found, and what is wrong with it."""

    id: str
    source: str
    title: str
    where: str
    slug: str = ""
    language: str = ""
    is_live: bool = False
    """Whether the other system has it running; else it has ended."""
    is_draft: bool = False
    fields: dict[str, Any] = field(default_factory=dict)
    """Other members as `POST /v1/stories` takes them."""
    created_at: Micros | None = None
    aliases: tuple[str, ...] = ()
    entries: list[ForeignEntry] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def note(self, where: str, sentence: str) -> None:
        """Add something that a person should know."""
        self.problems.append(Problem(Severity.NOTE, where, sentence))

    def leave_out(self, where: str, sentence: str) -> None:
        """Add the reason why an entry is not brought."""
        self.problems.append(Problem(Severity.LEFT_OUT, where, sentence))

    def leave_unplaced(self, where: str, kind: str, identifier: str, reason: Exception) -> None:
        """Add that an entry has no id, or no time to stand at."""
        named = f"The {kind} {identifier[:80]}" if identifier else f"This {kind}"
        self.leave_out(where, f"{named} cannot be placed: {reason}.")


Reader = Callable[[Sequence[SourceFile], ReadOptions], Iterator[ForeignStory]]
"""Reads the live blogs of some files. Raises FileBroken for files in which there is none of this kind."""

JsonValue = Mapping[str, Any]
