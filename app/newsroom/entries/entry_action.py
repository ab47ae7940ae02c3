"""Doing one thing to one entry: who asks, whether they may, what it was and what it became, all in one transaction."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass

from app.domain.clock import Micros
from app.domain.entry import Entry, EntryStatus
from app.domain.rights import Actor, is_public_status, require_action
from app.domain.statuses import Action
from app.domain.story import Story
from app.newsroom.context.access import authenticate
from app.newsroom.context.freezing import refuse_closed
from app.newsroom.context.idempotency import earlier_reply
from app.newsroom.context.lookup import known_entry, locked_story
from app.newsroom.context.newsroom import Call, Newsroom, Reply
from app.newsroom.context.preconditions import honour_match
from app.newsroom.context.recording import answer_entry, record_entry
from app.newsroom.entries.times import is_scheduled
from app.storage.database.transactions import WriteTransaction
from app.storage.newsroom.stored_replies import delete_reply_bodies_of_entry

ASIDE = frozenset({Action.SUBMIT, Action.RETURN, Action.REJECT, Action.CANCEL, Action.DISCARD})
"""What readers notice nothing of, whatever the entry's status."""

LETTING_OUT = frozenset({Action.PUBLISH, Action.SCHEDULE})
"""What is answered with 202 where it happens later and by itself."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What every step needs: the transaction, the means, the story it plays in, and the time it is."""

    tx: WriteTransaction
    newsroom: Newsroom
    actor: Actor
    call: Call
    story: Story
    action: Action
    now: Micros


Step = Callable[[Scene, Entry], Entry]
"""From the entry before to the entry after; raises what forbids it."""

Find = Callable[[WriteTransaction, Story, Actor], Entry]
"""Which entry it is, where the caller has named none; raises NotFound."""


def act(
    newsroom: Newsroom,
    call: Call,
    story_ref: str,
    entry: str | Find,
    *,
    action: Action,
    step: Step,
    note: str | None = None,
) -> Reply:
    """Take `step` with an entry, by id or as it is found, and record it.

    Raises NotFound, NotAllowed, PreconditionFailed, what `step` raises.
    """
    with newsroom.database.transaction() as tx:
        actor = authenticate(tx, newsroom, call)
        if (reply := earlier_reply(tx, newsroom, actor, call)) is not None:
            return reply
        story, actor = locked_story(tx, story_ref, actor)
        before = known_entry(tx, story, entry) if isinstance(entry, str) else entry(tx, story, actor)
        refuse_closed(story, action)
        visible = is_public_status(before) and action not in ASIDE
        require_action(actor, action, entry=before, settings=story.settings, visible=visible)
        honour_match(call.if_match, before)
        after = step(Scene(tx, newsroom, actor, call, story, action, newsroom.clock()), before)
        record_entry(tx, newsroom, actor, call, before=before, after=after, action=action, note=note)
        later = action in LETTING_OUT and is_scheduled(after)
        reply = answer_entry(tx, newsroom, actor, call, after, status=202 if later else 200)
        if after.status is EntryStatus.REMOVED:
            delete_reply_bodies_of_entry(tx, story.id, after.id)
        return reply


def moved(entry: Entry, status: EntryStatus, *, at: Micros) -> Entry:
    """The entry's next version, in `status`."""
    status_at = at if status is not entry.status else entry.status_at
    return dataclasses.replace(entry, status=status, status_at=status_at, version=entry.version + 1)
