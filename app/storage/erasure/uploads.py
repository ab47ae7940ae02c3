"""Uploads that a purge takes: those that nothing but its target uses, or one by its id, out of all that shows it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, ColumnElement, FromClause, Row, and_, delete, exists, not_, or_, select, update

from app.content import media_name
from app.domain.identifiers import EntryId, PersonId, StoryId
from app.domain.media import MediaId, MediaUse
from app.storage.database import schema
from app.storage.database.transactions import ReadTransaction, WriteTransaction
from app.storage.erasure.json_strings import has_any_string, has_part
from app.storage.erasure.targets import CommentTarget, EntryTarget, MediaTarget, PersonTarget, StoryTarget, Target

_OF_AVATAR = frozenset({"avatar", "avatar_renditions"})
_media, _uses, _replies = schema.media, schema.media_uses, schema.replies


_UserTarget = EntryTarget | StoryTarget | PersonTarget | MediaTarget
"""The targets that may use uploads; a comment has none."""


@dataclass(frozen=True, slots=True)
class KeptUpload:
    """An upload of a purge's target that stays, since it is used elsewhere too, and where."""

    media: MediaId
    uses: tuple[MediaUse, ...]


def goes_with(target: Target) -> ColumnElement[bool] | None:
    """Return the condition that an upload goes with the target: that nothing else uses it, or did in any version."""
    if isinstance(target, CommentTarget):
        return None
    if isinstance(target, MediaTarget):
        return _media.c.id == target.media
    own, other = _uses.alias("own_use"), _uses.alias("other_use")
    is_used = exists().where(own.c.name == _media.c.name, _is_of(own, target))
    return and_(is_used, not_(exists().where(other.c.name == _media.c.name, not_(_is_of(other, target)))))


def list_kept_uploads(tx: ReadTransaction, target: Target) -> list[KeptUpload]:
    """List the uploads that the target uses and a purge of it leaves, with where else they are used."""
    if isinstance(target, CommentTarget | MediaTarget):
        return []
    own = _uses.alias("own_use")
    is_own = exists().where(own.c.name == _uses.c.name, _is_of(own, target))
    query = select(_uses, _media.c.id).join(_media, _media.c.name == _uses.c.name)
    query = query.where(is_own, not_(_is_of(_uses, target)))
    kept: dict[MediaId, list[MediaUse]] = {}
    for row in tx.connection.execute(query.order_by(_media.c.id, _uses.c.story_id, _uses.c.entry_id)):
        use = MediaUse(
            story=StoryId(row.story_id) if row.story_id else None,
            entry=EntryId(row.entry_id) if row.entry_id else None,
            person=PersonId(row.person_id) if row.person_id else None,
            is_current=row.is_current,
        )
        kept.setdefault(MediaId(row.id), []).append(use)
    return [KeptUpload(media, tuple(uses)) for media, uses in kept.items()]


def delete_uploads(tx: WriteTransaction, target: _UserTarget, *, limit: int) -> list[str] | None:
    """Delete at most `limit` of the uploads that go with the target, and what is known of its own uses.

    Returns the names whose files are to be deleted once this is committed; None when nothing was left to do.
    """
    used = select(_uses.c.name).where(_is_of(_uses, target)).order_by(_uses.c.name).distinct().limit(limit)
    names = set(tx.connection.execute(used).scalars())
    wanted = _media.c.id == target.media if isinstance(target, MediaTarget) else _media.c.name.in_(sorted(names))
    query = select(_media.c.id, _media.c.name).where(wanted).order_by(_media.c.id).with_for_update()
    found = {row.name: row.id for row in tx.connection.execute(query)}
    if not found:
        return None
    # Looked for once they are locked: what was used elsewhere until now is seen, and what would be from now on waits.
    shared = select(_uses.c.name).where(_uses.c.name.in_(sorted(found)), not_(_is_of(_uses, target)))
    gone = found.keys() - set(tx.connection.execute(shared).scalars())
    tx.connection.execute(delete(_uses).where(_uses.c.name.in_(sorted(found)), _is_of(_uses, target)))
    if gone:
        ids = [found[name] for name in gone]
        about = has_any_string(_replies.c.body, ids)
        tx.connection.execute(update(_replies).where(about).values(body=None, headers={}, fingerprint=""))
        tx.connection.execute(delete(_media).where(_media.c.id.in_(sorted(ids))))
    return sorted(gone)


def delete_stale_uses(tx: WriteTransaction, target: PersonTarget) -> None:
    """Delete the uses of the person's pictures by what shows them no more: their bylines were taken out of it."""
    own = select(_uses.c.name).where(_is_of(_uses, target))
    rows = tx.connection.execute(select(_uses).where(_uses.c.name.in_(own), _uses.c.story_id != "")).all()
    for row in rows:
        if not _shows(tx, row.name, row.story_id, row.entry_id):
            same = (column == row._mapping[column] for column in _uses.primary_key.columns)
            tx.connection.execute(delete(_uses).where(*same))


def has_upload(*columns: Column[Any]) -> Callable[[Target], ColumnElement[bool] | None]:
    """Return the condition that one of the columns shows the upload that is the target."""

    def rows_of(target: Target) -> ColumnElement[bool] | None:
        if not isinstance(target, MediaTarget):
            return None
        return or_(*(has_part(column, target.stored_prefix) for column in columns))

    return rows_of


def entry_without_upload(row: Row[Any], target: Target) -> dict[str, Any] | None:
    """Return the row's content and working revision without the upload; None if neither shows it."""
    if not isinstance(target, MediaTarget):
        return None
    content, working = without_upload(row.content, target), row.working
    if working is not None:
        working = {**working, "content": without_upload(working["content"], target)}
    return None if (content, working) == (row.content, row.working) else {"content": content, "working": working}


version_without_upload = entry_without_upload
"""A version has the same two members."""


def story_without_upload(row: Row[Any], target: Target) -> dict[str, Any] | None:
    """Return the row of a story, or of one of its versions, without the upload; None if it does not show it."""
    if not isinstance(target, MediaTarget):
        return None
    fields = fields_without_upload(row.fields, target)
    return None if fields == row.fields else {"fields": fields}


def fields_without_upload(fields: Mapping[str, Any], target: MediaTarget) -> dict[str, Any]:
    """Return a story's fields without the upload: no picture, no block of its intro, no author whose avatar it is."""
    left = dict(fields)
    if _is_shown_in(fields.get("image"), target):
        left["image"] = None
    seo = fields.get("seo")
    if seo is not None and _is_shown_in(seo["image"], target):
        left["seo"] = {**seo, "image": None} if seo["title"] or seo["description"] else None
    if fields.get("authors"):
        left["authors"] = [_without_avatar(author, target) for author in fields["authors"]]
    intro = fields.get("intro")
    if intro is not None:
        shown = without_upload({"authors": (), **intro}, target)
        left["intro"] = {name: shown[name] for name in intro} if shown["blocks"] else None
    return left


def without_upload(content: Mapping[str, Any], target: MediaTarget) -> dict[str, Any]:
    """Return a revision's content without the upload: no block that shows it, no author whose avatar it is.

    The text as it was typed goes with a block, since it has the words of the picture.
    """
    blocks = [block for block in content["blocks"] if media_name(str(block.get("url", ""))) != target.name]
    authors = [_without_avatar(author, target) for author in content["authors"]]
    changed: dict[str, Any] = {"authors": authors}
    if len(blocks) != len(content["blocks"]):
        changed |= {"blocks": blocks, "text": None}
    return {**content, **changed}


def _is_shown_in(block: Mapping[str, Any] | None, target: MediaTarget) -> bool:
    return block is not None and media_name(str(block["url"])) == target.name


def _without_avatar(author: Mapping[str, Any], target: MediaTarget) -> dict[str, Any]:
    is_it = media_name(str(author.get("avatar", ""))) == target.name
    return {name: value for name, value in author.items() if not (is_it and name in _OF_AVATAR)}


def _is_of(uses: FromClause, target: _UserTarget) -> ColumnElement[bool]:
    """Return the condition that a use is the target's own."""
    if isinstance(target, MediaTarget):
        return uses.c.name == target.name
    if isinstance(target, PersonTarget):
        return uses.c.person_id == target.person
    of_story = uses.c.story_id == target.story
    return of_story if isinstance(target, StoryTarget) else and_(of_story, uses.c.entry_id == target.entry)


def _shows(tx: ReadTransaction, name: str, story: str, entry: str) -> bool:
    prefix = MediaTarget(MediaId(""), name).stored_prefix
    if not entry:
        of_story = ((schema.stories, "id"), (schema.story_versions, "story_id"))
        found = (
            select(table.c[ident]).where(table.c[ident] == story, has_part(table.c.fields, prefix))
            for table, ident in of_story
        )
        return any(tx.connection.execute(query.limit(1)).first() is not None for query in found)
    for table, ident in ((schema.entries, "id"), (schema.entry_versions, "entry_id")):
        shown = or_(has_part(table.c.content, prefix), has_part(table.c.working, prefix))
        query = select(table.c.story_id).where(table.c.story_id == story, table.c[ident] == entry, shown)
        if tx.connection.execute(query.limit(1)).first() is not None:
            return True
    return False
