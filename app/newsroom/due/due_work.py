"""Due work: scheduled entries and edits are published, entries and coverage end, at their times and by themselves.

The tables say what is due, and each story is done in one transaction under its lock, so that nothing is done early,
twice or not at all: whatever process does it, however often it is killed, and whichever way its clock is set. Where
several processes share the tables, due means due by the clock of the database, of which there is one.
"""

from __future__ import annotations

import dataclasses
import heapq

import structlog

from app.domain.clock import Micros
from app.domain.entry import Entry
from app.domain.errors import LiveblogError, Unavailable
from app.domain.identifiers import StoryId
from app.domain.rights import is_public_status
from app.domain.statuses import Action, next_status
from app.metrics.histogram import Histogram
from app.newsroom.context.access import CLOCK, NO_CALL
from app.newsroom.context.newsroom import Newsroom
from app.newsroom.context.recording import record_entry
from app.newsroom.context.write_context import StoryContext, WriteContext
from app.newsroom.due.backoff import Backoff
from app.newsroom.entries.entry_action import transition_entry
from app.newsroom.entries.parking import HOLDER_CLOSED, is_holder_closed, park_entry
from app.newsroom.entries.release import release, unschedule_edit
from app.newsroom.publication.visibility import hide_entry
from app.newsroom.stories.times import end_silent_story, lock_due_story, start_due_story
from app.storage.newsroom.due import list_due_entries, list_due_stories, read_next_due
from app.storage.newsroom.stories import read_story

log = structlog.get_logger()


def run_due_work(newsroom: Newsroom, backoff: Backoff, lateness: Histogram | None = None) -> Micros | None:
    """Do everything that is due by now; return when something is next due, or None while nothing waits.

    `lateness` counts how long after its time each thing was done.
    A story in which it fails is left as it was, and left out for some runs; the others are done all the same. Raises
    Unavailable when the database is away, which is no story's fault.
    """
    with newsroom.database.snapshot() as tx:
        now = newsroom.time_in(tx)
        stories = list_due_stories(tx, now)
    for story in stories:
        if backoff.skips(story):
            continue
        try:
            late = _run_story(newsroom, story, now)
        except Unavailable as error:
            is_first = backoff.record_failure(story)
            if not newsroom.database.health.is_reachable:
                raise
            if is_first:  # another writer has it locked, say, of which the database's health has said more
                log.warning("due_work_failed", story=story, cause=error.detail)
        except Exception:  # one story must not keep the others waiting
            if backoff.record_failure(story):
                log.exception("due_work_failed", story=story)
        else:
            if lateness is not None:
                for seconds in late:
                    lateness.observe(seconds)
            if backoff.record_success(story):
                log.warning("due_work_failed_over", story=story)
    with newsroom.database.snapshot() as tx:
        return read_next_due(tx, now)


def submit_overdue(context: StoryContext, *, note: str = "This came due during a freeze.") -> None:
    """Turn what came due while nothing could be published into submissions, with `note`: a person decides."""
    context = dataclasses.replace(context, actor=CLOCK, call=NO_CALL)
    for entry in list_due_entries(context.tx, context.story.id, context.now):
        park_entry(context, entry, note=note)


def _run_story(newsroom: Newsroom, story: StoryId, listed_at: Micros) -> list[float]:
    """Do what is due in one story; return how late each thing was, in seconds."""
    with newsroom.database.transaction() as tx:
        # One time for all of it, read under the lock: a clock that is set back meanwhile must not date what is
        # published before its time.
        context = lock_due_story(WriteContext(tx, newsroom, CLOCK, NO_CALL, listed_at), story)
        if context is None:
            return []
        if newsroom.read_time is not None:
            context = dataclasses.replace(context, now=newsroom.read_time(tx))
        before = context.story
        context = context.in_story(start_due_story(context))
        late = _run_entries(context)
        if context.story.status is not before.status and before.starts_at is not None:
            late.append((context.now - before.starts_at) / 1_000_000)
        end_silent_story(context.in_story(read_story(tx, story) or context.story))
        return late


def _run_entries(context: StoryContext) -> list[float]:
    """Do what is due of the story's entries, one thing after the other in the order of their times.

    Returns how late each was, in seconds.
    """
    late = []
    due = [(entry.due_at, entry.id, entry) for entry in list_due_entries(context.tx, context.story.id, context.now)]
    heapq.heapify(due)
    while due:
        due_at, _, entry = heapq.heappop(due)
        after = _do_next(context, entry)
        if after is not None and due_at is not None:
            late.append((context.now - due_at) / 1_000_000)
        if after is not None and after.due_at is not None and after.due_at <= context.now:
            heapq.heappush(due, (after.due_at, after.id, after))
    return late


def _do_next(context: StoryContext, entry: Entry) -> Entry | None:
    """Do the one thing that is due of the entry first; return the entry after it, None while a freeze holds it back."""
    if _is_ending(context, entry):
        after, action = _expire(context, entry), Action.EXPIRE
    elif context.story.is_frozen:
        return None
    elif is_holder_closed(context, entry):
        return park_entry(context, entry, note=HOLDER_CLOSED)
    else:
        try:
            with context.tx.savepoint():
                after = release(context, entry, action=Action.COME_DUE)
        except Unavailable:  # of the moment, and nothing about the entry: it is tried again
            raise
        except LiveblogError as error:
            return park_entry(context, entry, note=f"It could not go out by itself: {error.detail}")
        action = Action.COME_DUE
    record_entry(context, before=entry, after=after, action=action)
    return after


def _is_ending(context: StoryContext, entry: Entry) -> bool:
    """Return whether the entry's end has come, and nothing that was to happen before is still to be done."""
    if not is_public_status(entry) or entry.expires_at is None or entry.expires_at > context.now:
        return False
    edit_at = None if entry.working is None else entry.working.publish_at
    return context.story.is_frozen or edit_at is None or edit_at >= entry.expires_at


def _expire(context: StoryContext, entry: Entry) -> Entry:
    status = next_status(entry.status, Action.EXPIRE)
    return transition_entry(unschedule_edit(hide_entry(context, entry, cause="expired")), status, at=context.now)
