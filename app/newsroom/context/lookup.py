"""Finding what a path names, for somebody who may see it, and locking it."""

from __future__ import annotations

from app.domain.entry import Entry
from app.domain.errors import NotFound
from app.domain.identifiers import EntryId
from app.domain.rights import Actor, actor_in_story
from app.domain.story import Story
from app.storage.database.transactions import ReadTransaction, WriteTransaction
from app.storage.newsroom.entries import read_entry
from app.storage.newsroom.stories import lock_story, read_story


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


def known_entry(tx: ReadTransaction, story: Story, entry: str) -> Entry:
    """The entry, whatever its status. Raises NotFound `entry_not_found`."""
    found = read_entry(tx, story.id, EntryId(entry))
    if found is None:
        raise NotFound("entry_not_found", "There is no such entry in this story.")
    return found


def _known(story: Story | None, actor: Actor) -> tuple[Story, Actor]:
    within = None if story is None else actor_in_story(actor, story)
    if story is None or within is None:
        raise NotFound("story_not_found", "There is no such story.")
    return story, within
