"""Records of another system's story, as its reader would make them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from app.content import parse_html
from app.domain.clock import Micros
from app.newsroom.imports.records import ImportedEntry, ImportedStory, ImportedVersion

NIGHT = Micros(1_780_000_000_000_000)
MINUTE = 60_000_000


def imported_story(external_id: str = "night", **members: Any) -> ImportedStory:
    """Make a story of another system, of a night before START."""
    given: dict[str, Any] = {"title": "Election night", "source": "oldblog", "created_at": NIGHT, **members}
    return ImportedStory(external_id, **given)


def imported_version(text: str, minute: float, **members: Any) -> ImportedVersion:
    """Make a version with one paragraph, so many minutes into the night."""
    number = iter(range(100))
    body = parse_html(f"<p>{text}</p>", new_id=lambda: f"block{next(number)}")
    return ImportedVersion(Micros(NIGHT + round(minute * MINUTE)), body=tuple(body), **members)


def imported_entry(number: int, *texts: str, **members: Any) -> ImportedEntry:
    """Make the entry of a minute, each text a version; by itself it says its number."""
    texts = texts or (f"Update {number}.",)
    versions = tuple(imported_version(text, number + at / 10) for at, text in enumerate(texts))
    at = Micros(NIGHT + number * MINUTE)
    given: dict[str, Any] = {"published_at": at, "aliases": (f"#{number}",), **members}
    return ImportedEntry(f"old-{number}", at, versions, **given)


def imported_entries(count: int, *, first: int = 0) -> Iterator[ImportedEntry]:
    """Make so many entries, the oldest first."""
    return (imported_entry(number) for number in range(first, first + count))
