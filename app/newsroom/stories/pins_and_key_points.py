"""What stands around a timeline: pinned entries and key points. They name public entries, and hold no copy of any."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable

from app.domain.errors import Conflict
from app.domain.identifiers import EntryId
from app.domain.rights import Right, require_right
from app.domain.story import Story
from app.newsroom.context.access import authenticate
from app.newsroom.context.freezing import refuse_closed_story, refuse_frozen
from app.newsroom.context.idempotency import earlier_reply
from app.newsroom.context.lookup import locked_story
from app.newsroom.context.newsroom import Call, Newsroom, Reply
from app.newsroom.context.preconditions import honour_match
from app.newsroom.context.recording import answer_story
from app.newsroom.entries.times import require_future
from app.newsroom.stories.lifecycle import put_story
from app.storage.database.transactions import WriteTransaction
from app.storage.public.writes import read_public_revision
from app.wire.requests.stories import KeyPoints, Pins


def pin_entries(newsroom: Newsroom, call: Call, story_ref: str, pins: Pins) -> Reply:
    """Let exactly these entries be pinned, the topmost first. Raises Conflict `entry_not_public`, InvalidInput."""

    def changed(tx: WriteTransaction, story: Story) -> Story:
        for index, pin in enumerate(pins.items):
            if pin.until is not None:
                require_future(pin.until, now=newsroom.clock(), pointer=f"/items/{index}/until")
        _require_public(tx, story, (pin.entry for pin in pins.items))
        items = tuple({"entry": pin.entry, "until": pin.until} for pin in pins.items)
        return dataclasses.replace(story, pinned=items)

    return _put(newsroom, call, story_ref, changed)


def set_key_points(newsroom: Newsroom, call: Call, story_ref: str, points: KeyPoints) -> Reply:
    """Let exactly these be the story's key points, in this order. Raises Conflict `entry_not_public`."""

    def changed(tx: WriteTransaction, story: Story) -> Story:
        _require_public(tx, story, (point.entry for point in points.items if point.entry is not None))
        items = tuple({"text": point.text, "entry": point.entry} for point in points.items)
        return dataclasses.replace(story, key_points=items)

    return _put(newsroom, call, story_ref, changed)


_Change = Callable[[WriteTransaction, Story], Story]


def _put(newsroom: Newsroom, call: Call, story_ref: str, changed: _Change) -> Reply:
    with newsroom.database.transaction() as tx:
        actor = authenticate(tx, newsroom, call)
        if (reply := earlier_reply(tx, newsroom, actor, call)) is not None:
            return reply
        before, actor = locked_story(tx, story_ref, actor)
        require_right(actor, Right.EDIT_STORIES)
        refuse_frozen(before)
        honour_match(call.if_match, before)
        after = changed(tx, before)
        refuse_closed_story(before, after)
        after = put_story(tx, newsroom, actor, call, before, after)
        return answer_story(tx, newsroom, actor, call, after)


def _require_public(tx: WriteTransaction, story: Story, entries: Iterable[str]) -> None:
    for entry in entries:
        known = read_public_revision(tx, story.id, EntryId(entry))
        if known is None or not known[1]:
            raise Conflict("entry_not_public", "Pins and key points name public entries of their own story only.")
