"""The newsroom's tables of media, and of where each is used."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, delete, exists, func, not_, or_, select, update
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from app.domain.clock import Micros
from app.domain.identifiers import EntryId, PersonId, StoryId
from app.domain.media import Media, MediaId, MediaUse, MediaWords
from app.domain.text_folding import fold_words
from app.storage.database import schema
from app.storage.database.transactions import ReadTransaction, WriteTransaction

_media = schema.media
_uses = schema.media_uses
_NOWHERE = ""
"""Stands for the story, entry or person that a use has not."""

_KEEP_MEDIA = {
    "postgresql": postgres_insert(_media).on_conflict_do_nothing(index_elements=["id"]).returning(_media.c.id),
    "sqlite": sqlite_insert(_media).on_conflict_do_nothing(index_elements=["id"]).returning(_media.c.id),
}
_KEY = ["name", "story_id", "entry_id", "person_id"]
_KEEP_USE = {
    "postgresql": postgres_insert(_uses).on_conflict_do_update(index_elements=_KEY, set_={"is_current": True}),
    "sqlite": sqlite_insert(_uses).on_conflict_do_update(index_elements=_KEY, set_={"is_current": True}),
}


def insert_media(tx: WriteTransaction, media: Media) -> bool:
    """Insert a new media, whose files are on disk already; return False if there is one with its id.

    Waits for another transaction that inserts the same.
    """
    words = _word_columns(media.words)
    made = tx.connection.execute(
        _KEEP_MEDIA[tx.connection.dialect.name],
        dict(
            id=media.id,
            name=media.name,
            version=media.version,
            kind=media.kind,
            content_type=media.content_type,
            width=media.width,
            height=media.height,
            animated=media.animated,
            duration_ms=media.duration_ms,
            placeholder=media.placeholder,
            renditions=list(media.renditions),
            created_at=media.created_at,
            created_by=media.created_by,
            created_by_token=media.created_by_token,
            size_bytes=media.size_bytes,
            sha256=media.sha256,
            **words,
        ),
    )
    return made.first() is not None


def update_media_words(tx: WriteTransaction, media: Media) -> None:
    """Update the words and the version of a media; nothing else of it ever changes."""
    values = {"version": media.version, **_word_columns(media.words)}
    tx.connection.execute(update(_media).where(_media.c.id == media.id).values(**values))


def read_media(tx: ReadTransaction, media: str) -> Media | None:
    """Return a media by its id, or None."""
    row = tx.connection.execute(select(_media).where(_media.c.id == media)).one_or_none()
    return None if row is None else _of_row(row)


def lock_media(tx: WriteTransaction, media: str) -> Media | None:
    """Lock a media against every other write and use until the transaction ends, and return it; None if unknown."""
    row = tx.connection.execute(select(_media).where(_media.c.id == media).with_for_update()).one_or_none()
    return None if row is None else _of_row(row)


def lock_media_for_use(tx: WriteTransaction, *, ids: Collection[str] = (), names: Collection[str] = ()) -> list[Media]:
    """Lock these media against deletion until the transaction ends, as others may; return those there are."""
    query = _named(ids, names).with_for_update(read=True, key_share=True)
    return [_of_row(row) for row in tx.connection.execute(query)]


def list_media_named(tx: ReadTransaction, *, ids: Collection[str], names: Collection[str]) -> list[Media]:
    """List these media as they are now, without keeping anybody from deleting them; those there are."""
    return [_of_row(row) for row in tx.connection.execute(_named(ids, names))]


def _named(ids: Collection[str], names: Collection[str]) -> Select[Any]:
    wanted = or_(_media.c.id.in_(sorted(ids)), _media.c.name.in_(sorted(names)))
    return select(_media).where(wanted).order_by(_media.c.id)


def list_media(
    tx: ReadTransaction,
    *,
    words: Collection[str],
    visible: ColumnElement[bool] | None = None,
    before: tuple[Micros, MediaId] | None,
    limit: int,
) -> list[Media]:
    """List media that have each of the words, or one that begins with it, the newest first.

    `before` is the (created_at, id) of the last one seen, `visible` what `read_visibility` has made.
    """
    query = select(_media).order_by(_media.c.created_at.desc(), _media.c.id.desc()).limit(limit)
    for word in words:  # folded: letters and digits alone
        query = query.where(_media.c.words.like(f"% {word}%"))
    if visible is not None:
        query = query.where(visible)
    if before is not None:
        at, media = before
        earlier = and_(_media.c.created_at == at, _media.c.id < media)
        query = query.where(or_(_media.c.created_at < at, earlier))
    return [_of_row(row) for row in tx.connection.execute(query)]


def has_media(tx: ReadTransaction, media: MediaId, visible: ColumnElement[bool]) -> bool:
    """Return whether a media is one that `read_visibility` lets be seen."""
    return tx.connection.execute(select(_media.c.id).where(_media.c.id == media, visible)).first() is not None


def read_visibility(
    *, stories: Collection[StoryId], person: PersonId | None, token: str, is_bound: bool
) -> ColumnElement[bool]:
    """Return the condition for media that may be seen by those who see these stories alone.

    They see what they have uploaded, what one of the stories uses, and, unless their token `is_bound` to stories, what
    no story uses.
    """
    own = (
        _media.c.created_by == person
        if person is not None
        else and_(_media.c.created_by.is_(None), _media.c.created_by_token == token)
    )
    used = and_(_uses.c.name == _media.c.name, _uses.c.story_id != _NOWHERE)
    seen = exists().where(used, _uses.c.story_id.in_(sorted(stories)))
    return or_(own, seen) if is_bound else or_(own, seen, not_(exists().where(used)))


def read_media_size(tx: ReadTransaction) -> int:
    """Return the bytes of all files of all media."""
    total: int = tx.connection.execute(select(func.coalesce(func.sum(_media.c.size_bytes), 0))).scalar_one()
    return int(total)


def list_media_names(tx: ReadTransaction, names: Collection[str]) -> set[str]:
    """List those of the names that a media has."""
    query = select(_media.c.name).where(_media.c.name.in_(sorted(names)))
    return set(tx.connection.execute(query).scalars())


def list_unused_media(tx: ReadTransaction, *, before: Micros, limit: int) -> list[MediaId]:
    """List media uploaded before a time that nothing uses and nothing ever did, the oldest first."""
    unused = not_(exists().where(_uses.c.name == _media.c.name))
    query = select(_media.c.id).where(_media.c.created_at < before, unused).order_by(_media.c.created_at).limit(limit)
    return [MediaId(media) for media in tx.connection.execute(query).scalars()]


def delete_media(tx: WriteTransaction, media: Media) -> None:
    """Delete a locked media, with what is known of its earlier uses; its files are deleted once this is committed."""
    tx.connection.execute(delete(_uses).where(_uses.c.name == media.name))
    tx.connection.execute(delete(_media).where(_media.c.id == media.id))


def list_media_uses(tx: ReadTransaction, name: str) -> list[MediaUse]:
    """List where a media is used, and where it was."""
    query = select(_uses).where(_uses.c.name == name)
    query = query.order_by(_uses.c.story_id, _uses.c.entry_id, _uses.c.person_id)
    return [
        MediaUse(
            story=StoryId(row.story_id) if row.story_id else None,
            entry=EntryId(row.entry_id) if row.entry_id else None,
            person=PersonId(row.person_id) if row.person_id else None,
            is_current=row.is_current,
        )
        for row in tx.connection.execute(query)
    ]


def update_media_uses(
    tx: WriteTransaction,
    *,
    added: Iterable[str],
    dropped: Iterable[str],
    story: str = _NOWHERE,
    entry: str = _NOWHERE,
    person: str = _NOWHERE,
) -> None:
    """Record which media an entry, a story or a person has begun to use, and which it uses in earlier versions only.

    The media that are added are locked by `lock_media_for_use`.
    """
    place = {"story_id": story, "entry_id": entry, "person_id": person}
    rows = [{"name": name, "is_current": True, **place} for name in sorted(added)]
    if rows:
        tx.connection.execute(_KEEP_USE[tx.connection.dialect.name], rows)
    if gone := sorted(dropped):
        where = [_uses.c[column] == value for column, value in place.items()]
        tx.connection.execute(update(_uses).where(*where, _uses.c.name.in_(gone)).values(is_current=False))


def _word_columns(words: MediaWords) -> dict[str, Any]:
    folded = dict.fromkeys(fold_words(" ".join((words.alt, words.caption, words.credit, words.rights))))
    return {
        "alt": words.alt,
        "caption": words.caption,
        "credit": words.credit,
        "rights": words.rights,
        "focal": None if words.focal is None else dict(words.focal),
        "words": "".join(f" {word}" for word in folded),
    }


def _of_row(row: Row[Any]) -> Media:
    return Media(
        id=MediaId(row.id),
        name=row.name,
        version=row.version,
        kind=row.kind,
        content_type=row.content_type,
        width=row.width,
        height=row.height,
        animated=row.animated,
        duration_ms=row.duration_ms,
        placeholder=row.placeholder,
        renditions=tuple(row.renditions),
        words=MediaWords(row.alt, row.caption, row.credit, row.rights, row.focal),
        created_at=Micros(row.created_at),
        created_by=row.created_by,
        created_by_token=row.created_by_token,
        size_bytes=row.size_bytes,
        sha256=row.sha256,
    )
