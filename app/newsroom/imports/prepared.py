"""Records that were checked and can be written, and the count of what became of them."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.entry import EntryContent
from app.domain.errors import FieldError, InvalidInput
from app.newsroom.context.media_use import ShownMedia
from app.newsroom.context.newsroom import Newsroom
from app.newsroom.imports.checking import BadRecord, contents_of, fingerprint_of
from app.newsroom.imports.records import ImportedEntry
from app.storage.newsroom.media import list_media_named


@dataclass(frozen=True, slots=True)
class PreparedEntry:
    """A record, checked, with the contents it is made of: all that needs no lock."""

    record: ImportedEntry
    contents: tuple[EntryContent, ...]
    fingerprint: str


@dataclass(slots=True)
class TakenEntries:
    """The number of entries of one call by what became of them."""

    added: int = 0
    changed: int = 0
    same: int = 0
    left_alone: list[tuple[str, str]] = dataclasses.field(default_factory=list)
    """External ids of those that could not be brought up to date, each with the reason."""


def prepare_entries(newsroom: Newsroom, records: Sequence[ImportedEntry]) -> list[PreparedEntry]:
    """Check all of the records, and look up the uploads they show. Raises InvalidInput with what is wrong with each."""
    errors: list[FieldError] = []
    prepared: list[PreparedEntry] = []
    now = newsroom.clock()
    with newsroom.database.snapshot() as tx:
        media = ShownMedia(newsroom, lambda ids, names: list_media_named(tx, ids=ids, names=names))
        for number, record in enumerate(records):
            try:
                contents = contents_of(record, now=now, media=media)
            except BadRecord as error:
                errors += [FieldError(f"/entries/{number}", "invalid", problem) for problem in error.problems]
            else:
                prepared.append(PreparedEntry(record, contents, fingerprint_of(record)))
    if errors:
        raise InvalidInput(errors)
    return prepared
