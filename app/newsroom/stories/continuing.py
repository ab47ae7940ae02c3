"""Coverage that goes on from day to day: a story names the one it continues, and that one is told by which.

Readers are told of either only while both can be read. A story that is frozen says nothing new meanwhile; its thaw
brings it up to date.
"""

from __future__ import annotations

import dataclasses

from app.domain.errors import FieldError, InvalidInput, NotFound
from app.domain.identifiers import StoryId
from app.domain.rights import Actor
from app.domain.story import Story, StoryStatus
from app.newsroom.context.lookup import known_story, locked_story
from app.newsroom.context.newsroom import Call, Newsroom
from app.newsroom.context.recording import record_story
from app.newsroom.publication.publication import StoryChanged, publish_changes
from app.storage.database.transactions import WriteTransaction
from app.storage.newsroom.stories import list_continuing, lock_story, read_story, update_story


def resolved_continues(tx: WriteTransaction, ref: str, actor: Actor, *, story: StoryId | None) -> StoryId:
    """The id of the story that is continued, which is locked. Raises InvalidInput for one there is not."""
    try:
        found, _ = locked_story(tx, ref, actor)
    except NotFound:
        found = None
    if found is None or found.status is StoryStatus.WITHDRAWN or found.id == story:
        raise InvalidInput([FieldError("/continues", "story_not_found", "There is no such story to go on from.")])
    return found.id


def locked_with_linked(
    tx: WriteTransaction, ref: str, actor: Actor, *, continues: str | None = None
) -> tuple[Story, Actor]:
    """As `locked_story`, with those it continues or is to, and those that continue it, locked too.

    They are locked in the order of their ids, so that no two writers can wait for each other. Whoever is overtaken
    while waiting gives them all back and begins again.
    """
    while True:
        wanted = _linked(tx, known_story(tx, ref, actor), continues)
        try:
            with tx.savepoint():
                for story in sorted(wanted):
                    lock_story(tx, story)
                found, within = locked_story(tx, ref, actor)
                if not _linked(tx, found, continues) <= wanted:
                    raise _Overtaken
                return found, within
        except _Overtaken:
            continue


def brought_up_to_date(tx: WriteTransaction, before: Story | None, after: Story) -> Story:
    """The story, if it comes before readers now, with the one that goes on from it."""
    if not after.is_shown or after.is_frozen or (before is not None and before.is_shown and not before.is_frozen):
        return after
    return dataclasses.replace(after, fields={**after.fields, "continued_by": _successor(tx, after.id)})


def tell_linked(
    tx: WriteTransaction, newsroom: Newsroom, actor: Actor, call: Call, before: Story | None, after: Story
) -> None:
    """Let the stories on either side of this one say what has become true of them, each in an event of its own."""
    was_shown = before is not None and before.is_shown
    former = None if before is None else before.fields.get("continues")
    if was_shown is after.is_shown and former == after.fields.get("continues"):
        return
    for ref in sorted({ref for ref in (former, after.fields.get("continues")) if ref is not None}):
        _tell_continued(tx, newsroom, actor, call, ref)
    if was_shown is not after.is_shown:
        for later in list_continuing(tx, after.id):
            if _may_say(later):
                publish_changes(tx, newsroom, later, [StoryChanged(changed=("continues",))])


class _Overtaken(Exception):
    """Another story has been linked while the locks were waited for."""


def _linked(tx: WriteTransaction, story: Story, continues: str | None) -> set[StoryId]:
    refs = [ref for ref in (story.fields.get("continues"), continues) if ref is not None]
    earlier = [found for ref in refs if (found := read_story(tx, ref)) is not None]
    return {each.id for each in (story, *earlier, *list_continuing(tx, story.id))}


def _tell_continued(tx: WriteTransaction, newsroom: Newsroom, actor: Actor, call: Call, ref: str) -> None:
    earlier = read_story(tx, ref)
    if earlier is None or not _may_say(earlier):
        return
    successor = _successor(tx, earlier.id)
    if successor == earlier.fields.get("continued_by"):
        return
    fields = {**earlier.fields, "continued_by": successor}
    told = dataclasses.replace(earlier, fields=fields, version=earlier.version + 1)
    update_story(tx, told)
    record_story(tx, newsroom, actor, call, before=earlier, after=told, action="link")
    publish_changes(tx, newsroom, told, [StoryChanged(changed=("continued_by",))])


def _successor(tx: WriteTransaction, story: StoryId) -> StoryId | None:
    """The newest of the stories that go on from this one and can be read."""
    return next((later.id for later in list_continuing(tx, story) if later.is_shown), None)


def _may_say(story: Story) -> bool:
    return story.is_shown and not story.is_frozen
