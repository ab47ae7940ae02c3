"""The newsroom's tables of what was brought from elsewhere: how far each import is, and old addresses of entries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Row, and_, bindparam, delete, func, insert, or_, select, update

from app.domain.clock import Micros
from app.domain.entry import PUBLIC_STATUSES, Entry
from app.domain.identifiers import EntryId, StoryId
from app.domain.story import StoryStatus
from app.storage.database import schema
from app.storage.database.transactions import ReadTransaction, WriteTransaction
from app.storage.newsroom.entries import entry_of_row

_imports = schema.imports
_aliases = schema.entry_aliases
_entries = schema.entries

# Built once: building a statement takes SQLAlchemy eight times as long as running it.
_SELECT_ALIASES = (
    select(_aliases.c.alias)
    .where(_aliases.c.story_id == bindparam("of_story"), _aliases.c.entry_id == bindparam("of_entry"))
    .order_by(_aliases.c.alias)
)

_SELECT_TAKEN = select(_aliases.c.alias).where(
    _aliases.c.story_id == bindparam("of_story"), _aliases.c.alias.in_(bindparam("any_of", expanding=True))
)
_INSERT_ALIASES = insert(_aliases)

ImportState = Literal["taking", "showing", "complete", "opening"]
"""`taking`: entries come into the newsroom's tables. `showing`: the public ones are put into the readers' tables, where
no reader can see them yet. `complete`: the story is what it is to be. `opening`: it was complete as a draft, and its
entries are put into the readers' tables."""


@dataclass(frozen=True, slots=True)
class StoryImport:
    """The import of one story, and how far it is."""

    story: StoryId
    source: str
    external_id: str
    state: ImportState
    status: StoryStatus
    """What the story is once it is complete."""
    fingerprint: str
    """Digest of the file that it comes from; empty where a later run may bring what is new."""
    public_since: Micros
    shown_to: tuple[Micros, EntryId] | None = None
    """The (status_at, id) of the last entry that was put into the readers' tables."""


def insert_import(tx: WriteTransaction, made: StoryImport) -> None:
    """Insert the import of a new story."""
    tx.connection.execute(insert(_imports).values(**_columns(made)))


def update_import(tx: WriteTransaction, changed: StoryImport) -> None:
    """Update how far an import is. The caller has locked its story."""
    tx.connection.execute(update(_imports).where(_imports.c.story_id == changed.story).values(**_columns(changed)))


def read_import(tx: ReadTransaction, story: str) -> StoryImport | None:
    """Return the import of a story; None for one that was written here."""
    row = tx.connection.execute(select(_imports).where(_imports.c.story_id == story)).one_or_none()
    return None if row is None else _import(row)


def read_import_by_external_id(tx: ReadTransaction, source: str, external_id: str) -> StoryImport | None:
    """Return the import of what a source calls by this id."""
    where = (_imports.c.source == source, _imports.c.external_id == external_id)
    row = tx.connection.execute(select(_imports).where(*where)).one_or_none()
    return None if row is None else _import(row)


def list_unshown_entries(
    tx: ReadTransaction, story: StoryId, *, after: tuple[Micros, EntryId] | None, limit: int
) -> list[Entry]:
    """List public entries of a story in the order in which they became so, from `after` on."""
    public = [status.value for status in PUBLIC_STATUSES]
    query = select(_entries).where(_entries.c.story_id == story, _entries.c.status.in_(public))
    if after is not None:
        at, entry = after
        level = and_(_entries.c.status_at == at, _entries.c.id > entry)
        query = query.where(_entries.c.status_at >= at, or_(_entries.c.status_at > at, level))
    query = query.order_by(_entries.c.status_at, _entries.c.id).limit(limit)
    return [entry_of_row(row) for row in tx.connection.execute(query)]


def list_wanted_pins(tx: ReadTransaction, story: StoryId, *, limit: int) -> list[EntryId]:
    """List the published entries of a story that want to be pinned, the newest first."""
    wanted = (_entries.c.story_id == story, _entries.c.pin_wanted.is_(True), _entries.c.status == "published")
    query = select(_entries.c.id).where(*wanted).order_by(_entries.c.status_at.desc(), _entries.c.id).limit(limit)
    return [EntryId(entry) for entry in tx.connection.execute(query).scalars()]


def update_pins_granted(tx: WriteTransaction, story: StoryId) -> None:
    """Let no entry of a story want to be pinned any more."""
    where = (_entries.c.story_id == story, _entries.c.pin_wanted.is_(True))
    tx.connection.execute(update(_entries).where(*where).values(pin_wanted=False))


def read_last_status_at(tx: ReadTransaction, story: StoryId) -> Micros | None:
    """Return when the last of a story's public entries became so."""
    public = [status.value for status in PUBLIC_STATUSES]
    query = select(func.max(_entries.c.status_at)).where(_entries.c.story_id == story, _entries.c.status.in_(public))
    last: int | None = tx.connection.execute(query).scalar_one()
    return None if last is None else Micros(last)


def list_entries_by_external_id(tx: ReadTransaction, story: StoryId, external_ids: Sequence[str]) -> dict[str, Entry]:
    """Return those of a story's entries that another system knows under these ids."""
    query = select(_entries).where(_entries.c.story_id == story, _entries.c.external_id.in_(external_ids))
    return {row.external_id: entry_of_row(row) for row in tx.connection.execute(query)}


_OF_ENTRIES = (
    schema.public_aliases, schema.public_labels, schema.public_media, schema.public_corrections,
    schema.entry_versions, schema.entry_aliases, schema.media_uses, schema.search_documents,
)  # fmt: skip
"""Tables with rows of an entry that name it as `entry_id`."""


def delete_part_of_import(tx: WriteTransaction, story: StoryId, *, limit: int) -> bool:
    """Delete some entries of a story that is not complete, with all that is about them; return whether there were any.

    What is left at last is the story's own: `delete_story`.
    """
    query = select(_entries.c.id).where(_entries.c.story_id == story).limit(limit)
    entries = list(tx.connection.execute(query).scalars())
    if not entries:
        return False
    tx.connection.execute(
        delete(schema.events).where(schema.events.c.story_id == story, schema.events.c.entry_id.in_(entries))
    )
    for table in _OF_ENTRIES:
        tx.connection.execute(delete(table).where(table.c.story_id == story, table.c.entry_id.in_(entries)))
    for table in (schema.public_entries, _entries):
        tx.connection.execute(delete(table).where(table.c.story_id == story, table.c.id.in_(entries)))
    return True


def insert_aliases(tx: WriteTransaction, story: StoryId, entry: EntryId, aliases: Sequence[str]) -> None:
    """Add old addresses of an entry; one that another entry of the story has already stays that entry's."""
    if not aliases:
        return
    known = set(tx.connection.execute(_SELECT_TAKEN, {"of_story": story, "any_of": list(aliases)}).scalars())
    rows = [
        {"story_id": story, "alias": alias, "entry_id": entry} for alias in dict.fromkeys(aliases) if alias not in known
    ]
    if rows:
        tx.connection.execute(_INSERT_ALIASES, rows)


def list_aliases(tx: ReadTransaction, story: StoryId, entry: EntryId) -> list[str]:
    """List the old addresses of an entry."""
    return list(tx.connection.execute(_SELECT_ALIASES, {"of_story": story, "of_entry": entry}).scalars())


def _columns(made: StoryImport) -> dict[str, Any]:
    at, entry = made.shown_to or (None, None)
    return {
        "story_id": made.story,
        "source": made.source,
        "external_id": made.external_id,
        "state": made.state,
        "status": made.status.value,
        "fingerprint": made.fingerprint,
        "public_since": made.public_since,
        "shown_to_at": at,
        "shown_to_id": entry,
    }


def _import(row: Row[Any]) -> StoryImport:
    return StoryImport(
        story=StoryId(row.story_id),
        source=row.source,
        external_id=row.external_id,
        state=row.state,
        status=StoryStatus(row.status),
        fingerprint=row.fingerprint,
        public_since=Micros(row.public_since),
        shown_to=None if row.shown_to_id is None else (Micros(row.shown_to_at), EntryId(row.shown_to_id)),
    )
