"""One action on one entry: the rights, the change and its record, all in one transaction."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from pydantic_core import from_json

from app.domain.clock import Micros
from app.domain.entry import Entry, EntryStatus
from app.domain.permissions import ASIDE
from app.domain.rights import is_public_status, require_action
from app.domain.statuses import Action
from app.newsroom.context.begin_write import StoryRecheck, begin_story_write
from app.newsroom.context.freezing import refuse_closed
from app.newsroom.context.lookup import look_up_entry
from app.newsroom.context.newsroom import Call, Newsroom, Reply
from app.newsroom.context.preconditions import honour_match
from app.newsroom.context.recording import answer_entry, record_entry
from app.newsroom.context.write_context import StoryContext
from app.newsroom.entries.times import is_scheduled
from app.storage.newsroom.stored_replies import delete_reply_bodies_of_entry

PUBLISHING = frozenset({Action.PUBLISH, Action.SCHEDULE})
"""The actions that are answered with 202 where they take effect later and by themselves."""

Step = Callable[[StoryContext, Entry], Entry]
"""From the entry before to the entry after; raises what forbids it."""

FindEntry = Callable[[StoryContext], Entry]
"""Finds the entry where the caller has named none; raises NotFound."""


def perform_entry_action(
    newsroom: Newsroom,
    call: Call,
    story_ref: str,
    entry: str | FindEntry,
    *,
    action: Action,
    step: Step,
    note: str | None = None,
) -> Reply:
    """Take `step` with an entry, by id or as it is found, and record it.

    Raises NotFound, NotAllowed, PreconditionFailed, what `step` raises.
    """
    with begin_story_write(newsroom, call, story_ref, recheck=recheck_action(action)) as context:
        if isinstance(context, Reply):
            return context
        story = context.story
        before = look_up_entry(context.tx, story, entry) if isinstance(entry, str) else entry(context)
        refuse_closed(story, action)
        visible = is_public_status(before) and action not in ASIDE
        require_action(context.actor, action, entry=before, settings=story.settings, visible=visible)
        honour_match(call.if_match, before)
        after = step(context, before)
        record_entry(context, before=before, after=after, action=action, note=note)
        is_later = action in PUBLISHING and is_scheduled(after)
        reply = answer_entry(context, after, status=202 if is_later else 200)
        if after.status is EntryStatus.REMOVED:
            delete_reply_bodies_of_entry(context.tx, story.id, after.id)
        return reply


def recheck_action(action: Action) -> StoryRecheck:
    """Return what raises NotAllowed where the caller of an earlier reply may not do that to its entry any more."""

    def recheck(context: StoryContext, reply: Reply) -> None:
        entry = look_up_entry(context.tx, context.story, from_json(reply.body)["id"])
        require_action(context.actor, action, entry=entry, settings=context.story.settings, visible=False)

    return recheck


def transition_entry(entry: Entry, status: EntryStatus, *, at: Micros) -> Entry:
    """Return the entry's next version, in `status`."""
    status_at = at if status is not entry.status else entry.status_at
    return dataclasses.replace(entry, status=status, status_at=status_at, version=entry.version + 1)
