"""Linked stories: coverage that goes on from day to day, in a story that names the one it continues.

Readers are sent either link only while they can read both stories. A frozen story publishes no change of a link
meanwhile; its thaw brings it up to date.
"""

from __future__ import annotations

import dataclasses

from app.domain.errors import FieldError, InvalidInput, NotFound
from app.domain.identifiers import StoryId
from app.domain.story import Story, StoryStatus
from app.newsroom.context.lookup import look_up_story
from app.newsroom.context.recording import record_story
from app.newsroom.context.write_context import StoryContext, WriteContext
from app.newsroom.publication.publication import StoryUpdated, publish_changes
from app.storage.database.transactions import WriteTransaction
from app.storage.newsroom.stories import list_continuing, lock_story, read_story, update_story


def lock_continued(context: WriteContext, ref: str, *, story: StoryId | None) -> StoryId:
    """Lock the story that `story` continues, and return its id. Raises InvalidInput for one there is not."""
    try:
        found = context.lock_story(ref).story
    except NotFound:
        found = None
    if found is None or found.status is StoryStatus.WITHDRAWN or found.id == story:
        raise InvalidInput([FieldError("/continues", "story_not_found", "There is no such story to go on from.")])
    return found.id


def lock_with_linked(context: WriteContext, ref: str, *, continues: str | None = None) -> StoryContext:
    """Lock a story as `lock_story` does, with those it continues or is to, and those that continue it.

    They are locked in the order of their ids, so that no two writers can wait for each other. A writer that is
    overtaken while it waits releases them all and begins again.
    """
    tx = context.tx
    while True:
        wanted = _list_linked(tx, look_up_story(tx, ref, context.actor), continues)
        try:
            with tx.savepoint():
                for story in sorted(wanted):
                    lock_story(tx, story)
                locked = context.lock_story(ref)
                if not _list_linked(tx, locked.story, continues) <= wanted:
                    raise _Overtaken
                return locked
        except _Overtaken:
            continue


def with_successor(context: WriteContext, before: Story | None, after: Story) -> Story:
    """Return the story, if it is published now, with the one that continues it."""
    if not after.is_shown or after.is_frozen or (before is not None and before.is_shown and not before.is_frozen):
        return after
    return dataclasses.replace(after, fields={**after.fields, "continued_by": _successor(context.tx, after.id)})


def update_linked(context: WriteContext, before: Story | None, after: Story) -> None:
    """Publish what has changed for the stories on either side of this one, each in an event of its own."""
    was_shown = before is not None and before.is_shown
    former = None if before is None else before.fields.get("continues")
    if was_shown is after.is_shown and former == after.fields.get("continues"):
        return
    for ref in sorted({ref for ref in (former, after.fields.get("continues")) if ref is not None}):
        _update_continued(context, ref)
    if was_shown is not after.is_shown:
        for later in list_continuing(context.tx, after.id):
            if _may_publish(later):
                publish_changes(context.in_story(later), [StoryUpdated(changed=("continues",))])


class _Overtaken(Exception):
    """Another story has been linked while the locks were waited for."""


def _list_linked(tx: WriteTransaction, story: Story, continues: str | None) -> set[StoryId]:
    refs = [ref for ref in (story.fields.get("continues"), continues) if ref is not None]
    earlier = [found for ref in refs if (found := read_story(tx, ref)) is not None]
    return {each.id for each in (story, *earlier, *list_continuing(tx, story.id))}


def _update_continued(context: WriteContext, ref: str) -> None:
    before = read_story(context.tx, ref)
    if before is None or not _may_publish(before):
        return
    successor = _successor(context.tx, before.id)
    if successor == before.fields.get("continued_by"):
        return
    fields = {**before.fields, "continued_by": successor}
    after = dataclasses.replace(before, fields=fields, version=before.version + 1)
    update_story(context.tx, after)
    record_story(context, before=before, after=after, action="link")
    publish_changes(context.in_story(after), [StoryUpdated(changed=("continued_by",))])


def _successor(tx: WriteTransaction, story: StoryId) -> StoryId | None:
    """Return the newest of the stories that continue this one and can be read."""
    return next((later.id for later in list_continuing(tx, story) if later.is_shown), None)


def _may_publish(story: Story) -> bool:
    return story.is_shown and not story.is_frozen
