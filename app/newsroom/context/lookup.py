"""Looking up what a path names, for an actor who may see it."""

from __future__ import annotations

from app.domain.entry import Entry
from app.domain.errors import NotFound
from app.domain.identifiers import EntryId
from app.domain.rights import Actor, actor_in_story
from app.domain.story import Story
from app.storage.database.transactions import ReadTransaction
from app.storage.newsroom.entries import read_entry
from app.storage.newsroom.stories import read_story


def look_up_story(tx: ReadTransaction, ref: str, actor: Actor) -> Story:
    """Return the story by id or slug, draft or not. Raises NotFound as `require_visible`."""
    return look_up_story_and_actor(tx, ref, actor)[0]


def look_up_story_and_actor(tx: ReadTransaction, ref: str, actor: Actor) -> tuple[Story, Actor]:
    """Return the story by id or slug, and the actor with the role they have in it. Raises as `require_visible`."""
    return require_visible(read_story(tx, ref), actor)


def look_up_entry(tx: ReadTransaction, story: Story, entry: str) -> Entry:
    """Return the entry, whatever its status. Raises NotFound `entry_not_found`."""
    found = read_entry(tx, story.id, EntryId(entry))
    if found is None:
        raise NotFound("entry_not_found", "There is no such entry in this story.")
    return found


def require_visible(story: Story | None, actor: Actor) -> tuple[Story, Actor]:
    """Return the story that was read, and the actor with the role they have in it.

    Raises NotFound `story_not_found` for no story, and alike for one that the actor may not know exists.
    """
    within = None if story is None else actor_in_story(actor, story)
    if story is None or within is None:
        raise NotFound("story_not_found", "There is no such story.")
    return story, within
