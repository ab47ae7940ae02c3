"""A story's pinned entries and key points. They name public entries, and copy none of them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable

from app.domain.errors import Conflict
from app.domain.identifiers import EntryId
from app.domain.rights import Right, require_right
from app.domain.story import Story
from app.newsroom.context.begin_write import begin_story_write, still_has
from app.newsroom.context.freezing import refuse_closed_story, refuse_frozen
from app.newsroom.context.newsroom import Call, Newsroom, Reply
from app.newsroom.context.preconditions import honour_match
from app.newsroom.context.recording import answer_story
from app.newsroom.context.write_context import StoryContext
from app.newsroom.entries.times import require_future
from app.newsroom.stories.lifecycle import put_story
from app.storage.public.writes import read_public_revision
from app.wire.requests.stories import KeyPoints, Pins


def pin_entries(newsroom: Newsroom, call: Call, story_ref: str, pins: Pins) -> Reply:
    """Pin exactly these entries, the topmost first. Raises Conflict `entry_not_public`, InvalidInput."""

    def change(context: StoryContext) -> Story:
        for index, pin in enumerate(pins.items):
            if pin.until is not None:
                require_future(pin.until, now=context.now, pointer=f"/items/{index}/until")
        _require_public(context, (pin.entry for pin in pins.items))
        items = tuple({"entry": pin.entry, "until": pin.until} for pin in pins.items)
        return dataclasses.replace(context.story, pinned=items)

    return _put(newsroom, call, story_ref, change)


def set_key_points(newsroom: Newsroom, call: Call, story_ref: str, points: KeyPoints) -> Reply:
    """Set the story's key points to exactly these, in this order. Raises Conflict `entry_not_public`."""

    def change(context: StoryContext) -> Story:
        _require_public(context, (point.entry for point in points.items if point.entry is not None))
        items = tuple({"text": point.text, "entry": point.entry} for point in points.items)
        return dataclasses.replace(context.story, key_points=items)

    return _put(newsroom, call, story_ref, change)


def _put(newsroom: Newsroom, call: Call, story_ref: str, change: Callable[[StoryContext], Story]) -> Reply:
    with begin_story_write(newsroom, call, story_ref, recheck=still_has(Right.EDIT_STORIES)) as context:
        if isinstance(context, Reply):
            return context
        require_right(context.actor, Right.EDIT_STORIES)
        refuse_frozen(context.story)
        honour_match(call.if_match, context.story)
        after = change(context)
        refuse_closed_story(context.story, after)
        return answer_story(context, put_story(context, after))


def _require_public(context: StoryContext, entries: Iterable[str]) -> None:
    for entry in entries:
        known = read_public_revision(context.tx, context.story.id, EntryId(entry))
        if known is None or not known[1]:
            raise Conflict("entry_not_public", "Pins and key points name public entries of their own story only.")
