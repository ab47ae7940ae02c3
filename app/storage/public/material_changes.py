"""The times of stories' last material changes, for sitemaps and search engines."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select, Text, and_, cast, func, not_, or_, select

from app.domain.clock import Micros
from app.domain.identifiers import StoryId
from app.domain.sites import DEFAULT_SITE
from app.storage.database import schema
from app.storage.database.tables.parts import IMPORTING
from app.storage.database.transactions import ReadTransaction
from app.wire.story_fields import stored_members

_stories = schema.public_stories
_events = schema.events

_BESIDE_THE_TEXT = ('["pinned"]', '["comments"]', '["comments", "pinned"]', '["pinned", "comments"]')
"""Changes of a story's members that say nothing new: where an entry stands, and whether readers may reply."""

_IS_MATERIAL = and_(
    or_(_events.c.material.is_(None), _events.c.material.is_(True)),
    not_(func.coalesce(cast(_events.c.changed, Text), "").in_(_BESIDE_THE_TEXT)),
)


@dataclass(frozen=True, slots=True)
class StoryChange:
    """A public story in a sitemap: what names its page, and when it became public and last changed materially."""

    site: str
    slug: str
    title: str
    language: str
    canonical_url: str | None
    public_since: Micros
    changed_at: Micros


def read_material_change(tx: ReadTransaction, story: StoryId) -> Micros | None:
    """Return when a public story or one of its entries last changed materially: not by a typo, a move or a pin.

    None for a story in which nothing has.
    """
    newest = select(_events.c.time).where(_events.c.story_id == story, _IS_MATERIAL)
    found: Micros | None = tx.connection.execute(newest.order_by(_events.c.seq.desc()).limit(1)).scalar_one_or_none()
    return found


def list_changed_at(tx: ReadTransaction, sites: Collection[str]) -> list[Micros]:
    """List when each public story of these sites last changed materially, those that became public first at first."""
    query = select(_changed_at(), _stories.c.public_since).where(_is_listed(sites))
    rows = tx.connection.execute(query.order_by(_stories.c.public_since, _stories.c.story_id))
    return [Micros(changed or since) for changed, since in rows]


def list_story_changes(tx: ReadTransaction, sites: Collection[str], *, skip: int, limit: int) -> Iterator[StoryChange]:
    """List public stories of these sites, those that became public first at first: a page's stories stay on it."""
    query = _select(sites).order_by(_stories.c.public_since, _stories.c.story_id).offset(skip).limit(limit)
    return _read(tx, query)


def list_new_stories(
    tx: ReadTransaction, sites: Collection[str], *, since: Micros, limit: int
) -> Iterator[StoryChange]:
    """List the stories of these sites that became public since then and have entries, the newest first."""
    query = _select(sites).where(_stories.c.public_since >= since, _stories.c.entry_count > 0)
    return _read(tx, query.order_by(_stories.c.public_since.desc(), _stories.c.story_id.desc()).limit(limit))


def _changed_at() -> ScalarSelect[Any]:
    """Return the time of each story's newest material event; its newest events are the first that are looked at."""
    newest = select(_events.c.time).where(_events.c.story_id == _stories.c.story_id, _IS_MATERIAL)
    return newest.order_by(_events.c.seq.desc()).limit(1).scalar_subquery()


def _is_listed(sites: Collection[str]) -> ColumnElement[bool]:
    readable = _stories.c.status.not_in(("withdrawn", IMPORTING))
    return and_(readable, func.coalesce(_stories.c.site, DEFAULT_SITE).in_(sites))


def _select(sites: Collection[str]) -> Select[Any]:
    names = ("site", "slug", "fields", "public_since")
    return select(*(_stories.c[name] for name in names), _changed_at().label("changed_at")).where(_is_listed(sites))


def _read(tx: ReadTransaction, query: Select[Any]) -> Iterator[StoryChange]:
    for row in tx.connection.execute(query):
        members = stored_members(row.fields)
        yield StoryChange(
            site=row.site or DEFAULT_SITE,
            slug=row.slug,
            title=members["title"],
            language=members["language"],
            canonical_url=members["canonical_url"],
            public_since=Micros(row.public_since),
            changed_at=Micros(row.changed_at or row.public_since),
        )
