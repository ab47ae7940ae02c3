"""The newsroom's table of entries, and every version of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import Row, and_, bindparam, exists, func, insert, not_, select, update

from app.domain.clock import Micros
from app.domain.entry import PUBLIC_STATUSES, Entry, EntryContent, EntryStatus, WorkingRevision
from app.domain.identifiers import EntryId, PersonId, StoryId
from app.domain.rights import Actor
from app.storage.database import schema
from app.storage.database.prepared import PreparedWrite
from app.storage.database.transactions import ReadTransaction, WriteTransaction

_entries = schema.entries
_versions = schema.entry_versions
_CONTENT = tuple(field.name for field in fields(EntryContent))
_KNOWN = frozenset(_CONTENT)
_KEPT_IF_SET = ("label", "icon")
"""Members of a content that releases before them could not read: they are stored where there are any."""
_PARTICULARS = (
    "sort_key",
    "corrections",
    "retraction_stands",
    "publish_at",
    "held",
    "expires_at",
    "external_version",
    "edited_by_hand",
    "pin_wanted",
)
"""The other members of a version: everything about an entry that can change, apart from its content."""

# Built once: building a statement takes SQLAlchemy eight times as long as running it.
_OF_ENTRY = (_entries.c.story_id == bindparam("of_story"), _entries.c.id == bindparam("of_entry"))
_SELECT = select(_entries).where(*_OF_ENTRY)
_SELECT_EXTERNAL = select(_entries).where(
    _entries.c.story_id == bindparam("of_story"), _entries.c.external_id == bindparam("of_external_id")
)
_INSERT = PreparedWrite(insert(_entries))
_UPDATE = PreparedWrite(update(_entries).where(*_OF_ENTRY))
_INSERT_VERSION = PreparedWrite(insert(_versions))


@dataclass(frozen=True, slots=True)
class EntryVersion:
    """One newsroom change of an entry, with its author, its action and the entry's content after it."""

    version: int
    at: Micros
    person: PersonId | None
    token_id: str
    action: str
    status: EntryStatus
    content: EntryContent
    working: WorkingRevision | None
    note: str | None
    particulars: Mapping[str, Any] | None
    """Other members of Entry by name: position, times, corrections; None for versions stored without them."""

    @property
    def newest_content(self) -> EntryContent:
        """Return the content an editor continues from: the working revision's if there is one."""
        return self.content if self.working is None else self.working.content


def read_entry(tx: ReadTransaction, story: StoryId, entry: EntryId) -> Entry | None:
    """Return the entry, whatever its status, or None."""
    row = tx.connection.execute(_SELECT, {"of_story": story, "of_entry": entry}).one_or_none()
    return None if row is None else entry_of_row(row)


def read_entry_by_external_id(tx: ReadTransaction, story: StoryId, external_id: str) -> Entry | None:
    """Return the entry that another system knows under `external_id` in this story, or None."""
    named = {"of_story": story, "of_external_id": external_id}
    row = tx.connection.execute(_SELECT_EXTERNAL, named).one_or_none()
    return None if row is None else entry_of_row(row)


@dataclass(frozen=True, slots=True)
class EntryChoice:
    """The entries of a story that a list shows: all, or those to which each of these applies."""

    statuses: frozenset[EntryStatus] | None = None
    key_events: bool = False
    """Key events alone."""
    account: tuple[PersonId | None, str] | None = None
    """Those alone that this account made: a person, or the token without one."""
    edited: bool = False
    """Those alone that have an edit which is not published."""


def list_entries(
    tx: ReadTransaction, story: StoryId, choice: EntryChoice, *, before: tuple[Micros, EntryId] | None, limit: int
) -> list[Entry]:
    """List a story's entries, latest change of status first; `before` is the (status_at, id) of the last one seen."""
    query = select(_entries).where(_entries.c.story_id == story)
    if choice.statuses is not None:
        query = query.where(_entries.c.status.in_([status.value for status in choice.statuses]))
    if choice.key_events:
        query = query.where(_entries.c.content["key_event"].as_boolean())
    if choice.edited:
        query = query.where(_entries.c.working.is_not(None))
    if choice.account is not None:
        person, token = choice.account
        own = (_entries.c.created_by == person,) if person else (_entries.c.created_by.is_(None),)
        query = query.where(*own, *(() if person else (_entries.c.created_by_token == token,)))
    if before is not None:
        at, entry = before
        query = query.where((_entries.c.status_at < at) | ((_entries.c.status_at == at) & (_entries.c.id < entry)))
    query = query.order_by(_entries.c.status_at.desc(), _entries.c.id.desc()).limit(limit)
    return [entry_of_row(row) for row in tx.connection.execute(query)]


def list_entries_in_status(tx: ReadTransaction, story: StoryId, status: EntryStatus) -> list[Entry]:
    """List all entries of a story in one status, in the order in which they entered it."""
    query = (
        select(_entries)
        .where(_entries.c.story_id == story, _entries.c.status == status.value)
        .order_by(_entries.c.status_at, _entries.c.created_at, _entries.c.id)
    )
    return [entry_of_row(row) for row in tx.connection.execute(query)]


def read_last_published(
    tx: ReadTransaction, story: StoryId, *, person: PersonId | None, token: str | None
) -> Entry | None:
    """Return the entry published last, of a person or of a token without a person, among those still published."""
    query = (
        select(_entries)
        .where(_entries.c.story_id == story, _entries.c.status == EntryStatus.PUBLISHED.value)
        .order_by(_entries.c.published_at.desc(), _entries.c.id)
        .limit(1)
    )
    if person is not None:
        query = query.where(_entries.c.created_by == person)
    else:
        query = query.where(_entries.c.created_by.is_(None), _entries.c.created_by_token == token)
    row = tx.connection.execute(query).one_or_none()
    return None if row is None else entry_of_row(row)


def has_others_published(tx: ReadTransaction, story: StoryId, token: str, *, since: Micros) -> bool:
    """Return whether an entry is public that another token created, and another token made public after `since`."""
    public = [status.value for status in PUBLIC_STATUSES]
    earlier = _versions.alias()
    of_entry = (_versions.c.story_id == _entries.c.story_id, _versions.c.entry_id == _entries.c.id)
    of_version = (earlier.c.story_id == _versions.c.story_id, earlier.c.entry_id == _versions.c.entry_id)
    was_out = exists().where(*of_version, earlier.c.version < _versions.c.version, earlier.c.status.in_(public))
    let_out = exists().where(
        *of_entry,
        _versions.c.status.in_(public),
        _versions.c.token_id != token,
        _versions.c.at > since,
        not_(was_out),
    )
    made = and_(_entries.c.story_id == story, _entries.c.created_by_token != token, _entries.c.status.in_(public))
    return tx.connection.execute(select(_entries.c.id).where(made, let_out).limit(1)).first() is not None


def count_entries_by_status(tx: ReadTransaction, story: StoryId) -> dict[EntryStatus, int]:
    """Count a story's entries by status; statuses without entries are left out."""
    query = select(_entries.c.status, func.count()).where(_entries.c.story_id == story).group_by(_entries.c.status)
    return {EntryStatus(status): count for status, count in tx.connection.execute(query)}


def insert_entry(tx: WriteTransaction, entry: Entry) -> None:
    """Insert a new entry. The caller has locked the story and checked that the ids are free."""
    _INSERT.run(tx, _columns(entry))


def update_entry(tx: WriteTransaction, entry: Entry) -> None:
    """Update every column of the entry."""
    _UPDATE.run(tx, {"of_story": entry.story, "of_entry": entry.id, **_columns(entry)})


def append_version(
    tx: WriteTransaction, entry: Entry, *, at: Micros, actor: Actor, action: str, note: str | None
) -> None:
    """Append the entry's present state as its newest version."""
    _INSERT_VERSION.run(
        tx,
        {
            "story_id": entry.story,
            "entry_id": entry.id,
            "version": entry.version,
            "at": at,
            "person_id": actor.person,
            "token_id": actor.token_id,
            "action": action,
            "status": entry.status.value,
            "content": content_json(entry.content),
            "working": _working_json(entry.working),
            "note": note,
            "particulars": {name: getattr(entry, name) for name in _PARTICULARS},
        },
    )


def insert_versions(tx: WriteTransaction, story: StoryId, entry: EntryId, versions: Sequence[EntryVersion]) -> None:
    """Insert versions that an entry had elsewhere, as they were there."""
    for version in versions:
        _INSERT_VERSION.run(
            tx,
            {
                "story_id": story,
                "entry_id": entry,
                "version": version.version,
                "at": version.at,
                "person_id": version.person,
                "token_id": version.token_id,
                "action": version.action,
                "status": version.status.value,
                "content": content_json(version.content),
                "working": _working_json(version.working),
                "note": version.note,
                "particulars": None if version.particulars is None else dict(version.particulars),
            },
        )


def has_version(tx: ReadTransaction, story: StoryId, entry: EntryId, version: int) -> bool:
    """Return whether an entry has a version of that number."""
    of_entry = (_versions.c.story_id == story, _versions.c.entry_id == entry)
    return (
        tx.connection.execute(select(_versions.c.version).where(*of_entry, _versions.c.version == version)).first()
        is not None
    )


def update_purged_at(tx: WriteTransaction, entry: Entry) -> None:
    """Write that an entry's text was purged elsewhere before it came."""
    values = {"of_story": entry.story, "of_entry": entry.id, "purged_at": entry.purged_at}
    tx.connection.execute(update(_entries).where(*_OF_ENTRY), values)


def list_versions(
    tx: ReadTransaction, story: StoryId, entry: EntryId, *, below: int | None, limit: int
) -> list[EntryVersion]:
    """List the versions of an entry, newest first; with `below`, those with a lower number."""
    query = (
        select(_versions)
        .where(_versions.c.story_id == story, _versions.c.entry_id == entry)
        .order_by(_versions.c.version.desc())
        .limit(limit)
    )
    if below is not None:
        query = query.where(_versions.c.version < below)
    return [_version(row) for row in tx.connection.execute(query)]


def list_versions_after(
    tx: ReadTransaction, story: StoryId, entry: EntryId, *, after: int, limit: int
) -> list[EntryVersion]:
    """List the versions of an entry with a higher number, the oldest first."""
    of_entry = (_versions.c.story_id == story, _versions.c.entry_id == entry)
    query = select(_versions).where(*of_entry, _versions.c.version > after).order_by(_versions.c.version).limit(limit)
    return [_version(row) for row in tx.connection.execute(query)]


def _version(row: Row[Any]) -> EntryVersion:
    return EntryVersion(
        version=row.version,
        at=Micros(row.at),
        person=row.person_id,
        token_id=row.token_id,
        action=row.action,
        status=EntryStatus(row.status),
        content=_content(row.content),
        working=_working(row.working),
        note=row.note,
        particulars=_particulars(row.particulars),
    )


def content_json(content: EntryContent) -> dict[str, Any]:
    """Return a revision's content as the JSON that is stored."""
    kept = {name: getattr(content, name) for name in _CONTENT}
    for name in _KEPT_IF_SET:
        if kept[name] is None:
            del kept[name]
    return kept


def _working_json(working: WorkingRevision | None) -> dict[str, Any] | None:
    if working is None:
        return None
    return {
        "status": working.status.value,
        "material": working.material,
        "content": content_json(working.content),
        "publish_at": working.publish_at,
        "held": working.held,
    }


def _content(kept: dict[str, Any]) -> EntryContent:
    """Build a content from what is stored of it; what only a newer release knows is left out."""
    known = kept if kept.keys() <= _KNOWN else {name: kept[name] for name in kept.keys() & _KNOWN}
    tuples = {name: tuple(kept[name]) for name in ("blocks", "authors", "tags")}
    return EntryContent(**{**known, **tuples})


def _working(kept: dict[str, Any] | None) -> WorkingRevision | None:
    if kept is None:
        return None
    return WorkingRevision(
        status=EntryStatus(kept["status"]),
        material=kept["material"],
        content=_content(kept["content"]),
        publish_at=kept.get("publish_at"),
        held=kept.get("held", False),
    )


def _particulars(kept: dict[str, Any] | None) -> dict[str, Any] | None:
    return None if kept is None else {**kept, "corrections": tuple(kept["corrections"])}


def _columns(entry: Entry) -> dict[str, Any]:
    """Return the columns that a write of the newsroom changes; holds and purges have functions of their own."""
    return {
        "story_id": entry.story,
        "id": entry.id,
        "status": entry.status.value,
        "version": entry.version,
        "content": content_json(entry.content),
        "created_at": entry.created_at,
        "status_at": entry.status_at,
        "created_by": entry.created_by,
        "created_by_token": entry.created_by_token,
        "creation_fingerprint": entry.creation_fingerprint,
        "revision": entry.revision,
        "public_version": entry.public_version,
        "working": _working_json(entry.working),
        "external_id": entry.external_id,
        "external_version": entry.external_version,
        "edited_by_hand": entry.edited_by_hand,
        "published_at": entry.published_at,
        "updated_at": entry.updated_at,
        "sort_key": entry.sort_key,
        "corrections": list(entry.corrections),
        "retraction_stands": entry.retraction_stands,
        "publish_at": entry.publish_at,
        "held": entry.held,
        "expires_at": entry.expires_at,
        "pin_wanted": entry.pin_wanted,
        "due_at": entry.due_at,
    }


def entry_of_row(row: Row[Any]) -> Entry:
    """Build an entry from a row of its table."""
    return Entry(
        story=StoryId(row.story_id),
        id=EntryId(row.id),
        status=EntryStatus(row.status),
        version=row.version,
        content=_content(row.content),
        created_at=Micros(row.created_at),
        status_at=Micros(row.status_at),
        created_by=row.created_by,
        created_by_token=row.created_by_token,
        creation_fingerprint=row.creation_fingerprint,
        revision=row.revision,
        public_version=row.public_version,
        working=_working(row.working),
        external_id=row.external_id,
        external_version=row.external_version,
        edited_by_hand=row.edited_by_hand,
        published_at=row.published_at,
        updated_at=row.updated_at,
        sort_key=row.sort_key,
        corrections=tuple(row.corrections),
        retraction_stands=row.retraction_stands,
        publish_at=row.publish_at,
        held=row.held,
        expires_at=row.expires_at,
        pin_wanted=row.pin_wanted,
        legal_hold=row.legal_hold,
        purged_at=row.purged_at,
    )
