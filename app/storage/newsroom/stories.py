"""The newsroom's table of stories. A story's row is the lock for every write in that story."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    and_,
    bindparam,
    delete,
    false,
    func,
    insert,
    not_,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.exc import IntegrityError

from app.domain.clock import Micros
from app.domain.errors import Conflict
from app.domain.identifiers import StoryId
from app.domain.rights import Visibility
from app.domain.sites import DEFAULT_SITE
from app.domain.slugs import story_ref
from app.domain.story import Story, StoryStatus, settings_of
from app.storage.database import schema
from app.storage.database.prepared import PreparedQuery
from app.storage.database.transactions import ReadTransaction, WriteTransaction
from app.storage.newsroom.comments import delete_comments_of_story
from app.storage.newsroom.search import index_story

_stories = schema.stories
_former = schema.former_slugs

# Built once: building a statement takes SQLAlchemy eight times as long as running it.
_SITE_FROZEN = select(schema.control.c.frozen).scalar_subquery().label("site_frozen")
_FORMER = select(_former.c.story_id).where(_former.c.slug == bindparam("ref")).scalar_subquery()
_SELECT = select(_stories, _SITE_FROZEN).where(
    or_(_stories.c.id == bindparam("ref"), _stories.c.slug == bindparam("ref"), _stories.c.id == _FORMER)
)
_SELECT_CONTINUING = (
    select(_stories, _SITE_FROZEN)
    .where(_stories.c.fields["continues"].as_string() == bindparam("of_story"))
    .order_by(_stories.c.created_at.desc(), _stories.c.id)
)
_KEEP_FORMER = {
    "postgresql": postgres_insert(_former).on_conflict_do_nothing(),
    "sqlite": sqlite_insert(_former).on_conflict_do_nothing(),
}
_SELECT_LOCKED = PreparedQuery(_SELECT.with_for_update(of=_stories))


def read_story(tx: ReadTransaction, ref: str) -> Story | None:
    """Return the story of that id or slug, whatever its status; None if there is none.

    A former slug is one, and so is any spelling.
    """
    named = story_ref(ref)
    row = None if named is None else tx.connection.execute(_SELECT, {"ref": named}).one_or_none()
    return None if row is None else _story(row)


def lock_story(tx: WriteTransaction, ref: str) -> Story | None:
    """Return the story like `read_story`, locked until the transaction ends; every write in a story locks it first."""
    named = story_ref(ref)
    row = None if named is None else _SELECT_LOCKED.one_or_none(tx, {"ref": named})
    return None if row is None else _story(row)


def list_stories(
    tx: ReadTransaction,
    *,
    visibility: Visibility | None = None,
    statuses: frozenset[StoryStatus] | None = None,
    before: tuple[Micros, StoryId] | None = None,
    limit: int | None = None,
) -> list[Story]:
    """List all stories, or the visible ones, newest first; `before` is the (created_at, id) of the last one seen."""
    query = select(_stories, _SITE_FROZEN).order_by(_stories.c.created_at.desc(), _stories.c.id)
    if visibility is not None:
        query = query.where(_is_visible(visibility))
    if statuses is not None:
        query = query.where(_stories.c.status.in_([status.value for status in statuses]))
    if before is not None:
        at, story = before
        older, beside = _stories.c.created_at < at, (_stories.c.created_at == at) & (_stories.c.id > story)
        query = query.where(older | beside)
    return [_story(row) for row in tx.connection.execute(query.limit(limit))]


def list_stories_on_duty(tx: ReadTransaction, person: str | None) -> list[StoryId]:
    """List the stories that this person is on duty for, or was when they ended; without a person those of anybody."""
    duty = _stories.c.settings["duty"]
    named = [duty[member].as_string() for member in ("person", "shown")]
    wanted = or_(*(each.is_not(None) if person is None else each == person for each in named))
    return [StoryId(story) for story in _ids(tx, select(_stories.c.id).where(wanted).order_by(_stories.c.id))]


def list_frozen_stories(tx: ReadTransaction, visibility: Visibility) -> list[StoryId]:
    """List the visible stories that are frozen themselves, newest first."""
    query = select(_stories.c.id).where(_is_visible(visibility), _stories.c.frozen.is_(True))
    return [StoryId(story) for story in _ids(tx, query.order_by(_stories.c.created_at.desc(), _stories.c.id))]


def read_visible_stories(tx: ReadTransaction, visibility: Visibility) -> frozenset[StoryId] | None:
    """Return the ids of the visible stories, or None if every story is visible."""
    beyond = select(_stories.c.id).where(not_(_is_visible(visibility))).limit(1)
    if tx.connection.execute(beyond).first() is None:
        return None
    return frozenset(StoryId(story) for story in _ids(tx, select(_stories.c.id).where(_is_visible(visibility))))


def list_continuing(tx: ReadTransaction, story: StoryId) -> list[Story]:
    """List the stories whose `continues` names this one, newest first."""
    return [_story(row) for row in tx.connection.execute(_SELECT_CONTINUING, {"of_story": story})]


def lock_stories_as_they_are(tx: WriteTransaction, stories: Collection[StoryId]) -> None:
    """Keep stories from being written to until the transaction ends; who keeps them so at the same time does not wait.

    What is read of them after it stands: a freeze, a withdrawal or a purge waits, or has ended.
    """
    query = select(_stories.c.id).where(_stories.c.id.in_(sorted(stories))).order_by(_stories.c.id)
    tx.connection.execute(query.with_for_update(read=True)).all()


def lock_every_story(tx: WriteTransaction) -> None:
    """Lock every story, and so wait for all writes that are under way in one."""
    tx.connection.execute(select(_stories.c.id).order_by(_stories.c.id).with_for_update()).all()


def insert_story(tx: WriteTransaction, story: Story) -> None:
    """Insert a new story. Raises Conflict `slug_taken` or `id_taken`, after which the transaction can go on."""
    if tx.connection.execute(select(_stories.c.id).where(_stories.c.id == story.id)).first():
        raise Conflict("id_taken", "A story with this id exists already.")
    _refuse_former_slug(tx, story.slug)
    try:
        with tx.savepoint():
            tx.connection.execute(insert(_stories).values(**_columns(story)))
    except IntegrityError as error:
        raise Conflict("slug_taken", "Another story has this slug; choose another one.") from error
    index_story(tx, story)


def update_story(tx: WriteTransaction, story: Story) -> None:
    """Update every column of the story."""
    tx.connection.execute(update(_stories).where(_stories.c.id == story.id).values(**_columns(story)))
    index_story(tx, story)


def update_story_slug(tx: WriteTransaction, story: Story, *, former: str) -> None:
    """Update every column of the story with a new slug, and reserve the `former` slug for the story for good.

    The new slug may be a former one of the same story. Raises Conflict `slug_taken` if another story has or has had
    it, after which the transaction can go on.
    """
    _refuse_former_slug(tx, story.slug, but_of=story.id)
    try:
        with tx.savepoint():
            update_story(tx, story)
    except IntegrityError as error:
        raise Conflict("slug_taken", "Another story has this slug; choose another one.") from error
    tx.connection.execute(_KEEP_FORMER[tx.connection.dialect.name], {"slug": former, "story_id": story.id})


def insert_former_slugs(tx: WriteTransaction, story: StoryId, slugs: Sequence[str]) -> None:
    """Reserve former slugs that a story had elsewhere. Raises Conflict `slug_taken`."""
    for slug in slugs:
        _refuse_former_slug(tx, slug, but_of=story)
        if tx.connection.execute(select(_stories.c.id).where(_stories.c.slug == slug)).first() is not None:
            raise Conflict("slug_taken", "Another story has a slug that this one had before.")
        tx.connection.execute(_KEEP_FORMER[tx.connection.dialect.name], {"slug": slug, "story_id": story})


def _refuse_former_slug(tx: WriteTransaction, slug: str, *, but_of: StoryId | None = None) -> None:
    holder = tx.connection.execute(select(_former.c.story_id).where(_former.c.slug == slug)).scalar_one_or_none()
    if holder not in (None, but_of):
        raise Conflict("slug_taken", "A story has had this slug, and links still lead there; choose another one.")


def delete_story(tx: WriteTransaction, story: StoryId) -> None:
    """Delete every trace of a story in every table; used for the demo story, and for an import that is given up."""
    replies, reply_entries = schema.replies, schema.reply_entries
    tx.connection.execute(delete(schema.search_documents).where(schema.search_documents.c.story_id == story))
    tx.connection.execute(delete(reply_entries).where(reply_entries.c.story_id == story))
    tx.connection.execute(delete(replies).where(replies.c.story_id == story))
    delete_comments_of_story(tx, story)
    for table in (
        schema.events,
        schema.public_aliases,
        schema.public_labels,
        schema.public_media,
        schema.public_corrections,
        schema.public_entries,
        schema.public_slugs,
        schema.public_stories,
        schema.entry_versions,
        schema.entry_aliases,
        schema.entries,
        schema.imports,
        schema.former_slugs,
        schema.story_versions,
        schema.memberships,
        schema.media_uses,
    ):
        tx.connection.execute(delete(table).where(table.c.story_id == story))
    tx.connection.execute(delete(_stories).where(_stories.c.id == story))


def _columns(story: Story) -> dict[str, Any]:
    """Return the columns that a write of the newsroom changes; holds and purges have functions of their own."""
    return {
        "id": story.id,
        "slug": story.slug,
        "status": story.status.value,
        "version": story.version,
        "fields": dict(story.fields),
        "settings": asdict(story.settings),
        "created_at": story.created_at,
        "pinned": list(story.pinned),
        "key_points": list(story.key_points),
        "frozen": story.frozen,
        "ends_at": story.ends_at,
        "due_at": story.due_at,
        "importing": story.importing,
    }


def _story(row: Row[Any]) -> Story:
    return Story(
        id=StoryId(row.id),
        slug=row.slug,
        status=StoryStatus(row.status),
        version=row.version,
        fields=row.fields,
        settings=settings_of(row.settings),
        created_at=Micros(row.created_at),
        pinned=tuple(row.pinned),
        key_points=tuple(row.key_points),
        frozen=row.frozen,
        ends_at=row.ends_at,
        site_frozen=bool(row.site_frozen),
        legal_hold=row.legal_hold,
        purged_at=row.purged_at,
        importing=row.importing,
    )


def _is_visible(visibility: Visibility) -> ColumnElement[bool]:
    """Return the condition that `Visibility.includes` checks, in SQL."""
    conditions: list[ColumnElement[bool]] = []
    if visibility.stories is not None:
        conditions.append(_stories.c.id.in_(sorted(visibility.stories)))
    if visibility.sites is not None:
        of_site = func.coalesce(_stories.c.settings["site"].as_string(), DEFAULT_SITE)
        conditions.append(of_site.in_(sorted(visibility.sites)))
    if visibility.members_only is not None:
        for_members = func.coalesce(_stories.c.settings["members_only"].as_boolean(), false())
        conditions.append(or_(not_(for_members), _stories.c.id.in_(sorted(visibility.members_only))))
    return and_(true(), *conditions)


def _ids(tx: ReadTransaction, query: Select[Any]) -> list[str]:
    return list(tx.connection.execute(query).scalars())
