"""Parking what was to be published by itself: it becomes a submission with a note, and waits for a person."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection

from app.domain.entry import Entry, EntryStatus
from app.domain.statuses import Action
from app.newsroom.context.access import CLOCK
from app.newsroom.context.newsroom import Call, Newsroom
from app.newsroom.context.recording import record_entry
from app.newsroom.context.write_context import StoryContext, WriteContext
from app.newsroom.entries.entry_action import transition_entry
from app.storage.database.transactions import ReadTransaction
from app.storage.newsroom.held_entries import has_closed_token, list_held_entries, list_holders

HOLDER_CLOSED = "Whoever held this or changed it since has been shut out: look at it before it goes out."


def park_entry(context: StoryContext, entry: Entry, *, note: str) -> Entry:
    """Turn the entry into a submission, if it or its working revision was scheduled; return it after that."""
    if entry.status is EntryStatus.SCHEDULED:
        after = transition_entry(entry, EntryStatus.SUBMITTED, at=context.now)
        after = dataclasses.replace(after, publish_at=None, held=False)
    elif entry.working is not None and entry.working.status is EntryStatus.SCHEDULED:
        working = dataclasses.replace(entry.working, status=EntryStatus.SUBMITTED, publish_at=None, held=False)
        after = dataclasses.replace(entry, working=working, version=entry.version + 1)
    else:
        return entry
    record_entry(context, before=entry, after=after, action=Action.CANCEL, note=note)
    return after


def park_held_by(newsroom: Newsroom, call: Call, tokens: Collection[str]) -> None:
    """Park everything that these tokens hold, now that they open nothing any more. Each story is one transaction.

    To be called after the commit that closed them, without its locks. What a write that was under way then holds all
    the same is parked when it comes due, by `is_holder_closed`.
    """
    with newsroom.database.snapshot() as tx:
        stories = sorted({entry.story for entry in list_held_entries(tx) if _holds(tx, entry, tokens)})
    for story in stories:
        with newsroom.database.transaction() as tx:
            context = WriteContext(tx, newsroom, CLOCK, call, newsroom.clock()).try_lock_story(story)
            if context is None:
                continue
            for entry in list_held_entries(tx, story=story):
                if _holds(tx, entry, tokens):
                    park_entry(context, entry, note=HOLDER_CLOSED)


def is_holder_closed(context: StoryContext, entry: Entry) -> bool:
    """Return whether the entry is held on the word of a token that has been revoked, or of a disabled person."""
    if not entry.is_held:
        return False
    return has_closed_token(context.tx, list_holders(context.tx, entry.story, entry.id))


def _holds(tx: ReadTransaction, entry: Entry, tokens: Collection[str]) -> bool:
    return not list_holders(tx, entry.story, entry.id).isdisjoint(tokens)
