"""Finding what a path names, for somebody who may see it, and locking it."""

from __future__ import annotations

from collections.abc import Iterator

from app.domain.clock import Micros
from app.domain.entry import Entry
from app.domain.errors import NotFound
from app.domain.identifiers import EntryId, StoryId
from app.domain.rights import Actor, Role, acting_in
from app.domain.story import Story, StoryStatus
from app.storage.database import ReadTransaction, WriteTransaction
from app.storage.entries import read_entry
from app.storage.stories import list_stories, lock_story, read_story

_AT_ONCE = 100
"""Stories read at a time, of which the caller may see all or few."""


def locked_story(tx: WriteTransaction, ref: str, actor: Actor) -> tuple[Story, Actor]:
    """The story by id or slug, locked until the transaction ends, and the actor with the role they have in it.

    Raises NotFound `story_not_found`, also for a story that the actor may not know exists.
    """
    return _known(lock_story(tx, ref), actor)


def known_story(tx: ReadTransaction, ref: str, actor: Actor) -> Story:
    """The story by id or slug, draft or not. Raises NotFound as `locked_story`."""
    return story_and_actor(tx, ref, actor)[0]


def story_and_actor(tx: ReadTransaction, ref: str, actor: Actor) -> tuple[Story, Actor]:
    """As `locked_story`, without the lock."""
    return _known(read_story(tx, ref), actor)


def visible_stories(
    tx: ReadTransaction,
    actor: Actor,
    *,
    statuses: frozenset[StoryStatus] | None = None,
    before: tuple[Micros, StoryId] | None = None,
) -> Iterator[Story]:
    """The stories that there are for the actor, newest first, read as they are taken; `before` as in `list_stories`."""
    while stories := list_stories(tx, statuses=statuses, before=before, limit=_AT_ONCE):
        yield from (story for story in stories if acting_in(actor, story) is not None)
        before = stories[-1].created_at, stories[-1].id


def only_stories(tx: ReadTransaction, actor: Actor) -> frozenset[StoryId] | None:
    """The ids of those, where there are others that the actor may not know of; else None."""
    if actor.role is Role.ADMIN and actor.stories is None:
        return None
    every = list_stories(tx)
    seen = frozenset(story.id for story in every if acting_in(actor, story) is not None)
    return seen if len(seen) < len(every) else None


def known_entry(tx: ReadTransaction, story: Story, entry: str) -> Entry:
    """The entry, whatever its status. Raises NotFound `entry_not_found`."""
    found = read_entry(tx, story.id, EntryId(entry))
    if found is None:
        raise NotFound("entry_not_found", "There is no such entry in this story.")
    return found


def _known(story: Story | None, actor: Actor) -> tuple[Story, Actor]:
    within = None if story is None else acting_in(actor, story)
    if story is None or within is None:
        raise NotFound("story_not_found", "There is no such story.")
    return story, within
