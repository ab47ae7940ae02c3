"""Entries made of the records of other systems, with all of their versions."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from app.domain.clock import Micros, parse_time
from app.domain.entry import Entry, EntryContent, EntryStatus, JsonObject
from app.domain.identifiers import EntryId
from app.domain.sort_keys import sort_key_at
from app.newsroom.context.write_context import StoryContext
from app.newsroom.entries.corrections import correction_line
from app.newsroom.imports.records import ImportedEntry, ImportedVersion
from app.storage.imports.states import insert_aliases
from app.storage.newsroom.entries import append_version, insert_entry
from app.storage.newsroom.search import index_entry

IMPORT = "import"
"""The action of all that an import does, in versions and in the audit."""


def make_entry(
    context: StoryContext, record: ImportedEntry, contents: Sequence[EntryContent], *, fingerprint: str
) -> Entry:
    """Make an entry of a record, as it stands now; no reader has seen it. A retraction is a version of its own."""
    published_at = record.created_at if record.published_at is None else record.published_at
    is_retracted = record.status == "retracted"
    changed_at = last_change(record)
    return Entry(
        story=context.story.id,
        id=EntryId(context.newsroom.random.uuid("entry", f"{context.story.id}:{record.external_id}")),
        status=EntryStatus(record.status),
        version=len(contents) + is_retracted,
        content=contents[-1],
        created_at=record.created_at,
        status_at=published_at,
        created_by=None,
        created_by_token=context.actor.token_id,
        creation_fingerprint=fingerprint,
        external_id=record.external_id,
        published_at=None if record.status == "draft" else published_at,
        updated_at=changed_at,
        sort_key=None if record.place_at is None else sort_key_at(record.place_at, 0),
        corrections=corrections_of(record),
        retraction_stands=is_retracted,
        pin_wanted=record.pinned,
    )


def corrections_of(record: ImportedEntry) -> tuple[JsonObject, ...]:
    """Return the lines of an entry's public log, with the retraction's."""
    lines = tuple(
        correction_line(line["text"], line["severity"], at=parse_time(line["at"])) for line in record.corrections
    )
    if record.status != "retracted":
        return lines
    at = last_change(record) or record.current.at
    return (*lines, correction_line(record.retraction_reason or "", "retraction", at=at))


def last_change(record: ImportedEntry) -> Micros | None:
    """Return when readers were last told of a change; None for never."""
    if record.status == "draft":
        return None
    if record.updated_at is not None:
        return record.updated_at
    return record.current.at if len(record.versions) > 1 or record.status == "retracted" else None


def add_imported(context: StoryContext, entry: Entry, record: ImportedEntry, contents: Sequence[EntryContent]) -> None:
    """Insert a new entry with its versions, its words for the search and its old addresses."""
    insert_entry(context.tx, entry)
    index_entry(context.tx, entry)
    insert_aliases(context.tx, entry.story, entry.id, record.aliases)
    first = EntryStatus.DRAFT if entry.status is EntryStatus.DRAFT else EntryStatus.PUBLISHED
    for number, (version, content) in enumerate(zip(record.versions, contents, strict=True), start=1):
        state = dataclasses.replace(
            entry, version=number, content=content, status=first, corrections=(), retraction_stands=False
        )
        _append(context, state, version, record)
    if entry.version > len(contents):
        _append(
            context, entry, dataclasses.replace(record.current, at=last_change(record) or record.current.at), record
        )


def _append(context: StoryContext, state: Entry, version: ImportedVersion, record: ImportedEntry) -> None:
    note = version.note or record.publisher
    append_version(context.tx, state, at=version.at, actor=context.actor, action=IMPORT, note=note)
