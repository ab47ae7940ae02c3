"""What happens by itself when its time has come: scheduled entries and edits go out, expired ones leave.

The tables say what is due, and each story is done in one transaction under its lock, so that nothing is done early,
twice or not at all: whatever process does it, however often it is killed, and whichever way its clock is set.
"""

from __future__ import annotations

import dataclasses
import heapq

import structlog

from app.domain.clock import Micros
from app.domain.entry import Entry, EntryStatus
from app.domain.errors import LiveblogError, Unavailable
from app.domain.identifiers import StoryId
from app.domain.rights import is_public_status
from app.domain.statuses import Action, next_status
from app.domain.story import Story
from app.newsroom.context.access import CLOCK
from app.newsroom.context.newsroom import Newsroom
from app.newsroom.context.recording import record_entry
from app.newsroom.due.backoff import Backoff
from app.newsroom.entries.entry_action import moved
from app.newsroom.entries.release import parked, release
from app.newsroom.publication.visibility import hide
from app.newsroom.stories.times import NOBODY, begin_story, end_silent_story, locked_for_its_times
from app.storage.database.transactions import WriteTransaction
from app.storage.newsroom.due import list_due_entries, list_due_stories, read_next_due
from app.storage.newsroom.stories import read_story

log = structlog.get_logger()


def run_due_work(newsroom: Newsroom, backoff: Backoff) -> Micros | None:
    """Do everything that is due by now; when something is next due, or None while nothing waits.

    A story in which it fails is left as it was, and left out for some runs; the others are done all the same.
    """
    now = newsroom.clock()
    with newsroom.database.snapshot() as tx:
        stories = list_due_stories(tx, now)
    for story in stories:
        if backoff.pass_by(story):
            continue
        try:
            _run_story(newsroom, story)
        except Exception:  # one story must not keep the others waiting
            backoff.note(story)
            log.exception("due_work_failed", story=story)
    with newsroom.database.snapshot() as tx:
        return read_next_due(tx, now)


def park_overdue(tx: WriteTransaction, newsroom: Newsroom, story: Story) -> None:
    """What came due while everything was frozen waits for a person: as a submission, with a note that says so."""
    for entry in list_due_entries(tx, story.id, newsroom.clock()):
        _wait_for_a_person(tx, newsroom, entry, note="This came due during a freeze.")


def _run_story(newsroom: Newsroom, story_id: StoryId) -> None:
    with newsroom.database.transaction() as tx:
        story = locked_for_its_times(tx, story_id)
        if story is None:
            return
        now = newsroom.clock()
        # One moment for all of it: a clock that is set back meanwhile must not date what goes out before its time.
        still = dataclasses.replace(newsroom, clock=lambda: now)
        story = begin_story(tx, still, story, now=now)
        _run_entries(tx, still, story, now)
        end_silent_story(tx, still, read_story(tx, story_id) or story, now=now)


def _run_entries(tx: WriteTransaction, newsroom: Newsroom, story: Story, now: Micros) -> None:
    """Do what is due of the story's entries, one thing after the other in the order of their times."""
    waiting = [(entry.due_at, entry.id, entry) for entry in list_due_entries(tx, story.id, now)]
    heapq.heapify(waiting)
    while waiting:
        _, _, entry = heapq.heappop(waiting)
        after = _bring_forward(tx, newsroom, story, entry, now)
        if after is not None and after.due_at is not None and after.due_at <= now:
            heapq.heappush(waiting, (after.due_at, after.id, after))


def _bring_forward(tx: WriteTransaction, newsroom: Newsroom, story: Story, entry: Entry, now: Micros) -> Entry | None:
    """The entry after the one thing that is due of it first; None while a freeze holds that back."""
    if _is_ending(story, entry, now):
        after, action = _expired(tx, newsroom, story, entry, now=now), Action.EXPIRE
    elif story.is_frozen:
        return None
    else:
        try:
            with tx.savepoint():
                after = release(tx, newsroom, CLOCK, NOBODY, story, entry, now=now, action=Action.COME_DUE)
        except Unavailable:  # of the moment, and nothing about the entry: it is tried again
            raise
        except LiveblogError as error:
            return _wait_for_a_person(tx, newsroom, entry, note=f"It could not go out by itself: {error.detail}")
        action = Action.COME_DUE
    record_entry(tx, newsroom, CLOCK, NOBODY, before=entry, after=after, action=action)
    return after


def _is_ending(story: Story, entry: Entry, now: Micros) -> bool:
    """Whether its end has come, and nothing that was to happen before is still to be done."""
    if not is_public_status(entry) or entry.expires_at is None or entry.expires_at > now:
        return False
    coming = None if entry.working is None else entry.working.publish_at
    return story.is_frozen or coming is None or coming >= entry.expires_at


def _expired(tx: WriteTransaction, newsroom: Newsroom, story: Story, entry: Entry, *, now: Micros) -> Entry:
    status = next_status(entry.status, Action.EXPIRE)
    hidden = hide(tx, newsroom, CLOCK, NOBODY, story, entry, cause="expired")
    return moved(parked(hidden), status, at=now)


def _wait_for_a_person(tx: WriteTransaction, newsroom: Newsroom, entry: Entry, *, note: str) -> Entry:
    """The entry as a submission, if it or its working revision was to go out by itself."""
    if entry.status is EntryStatus.SCHEDULED:
        after = moved(entry, EntryStatus.SUBMITTED, at=newsroom.clock())
        after = dataclasses.replace(after, publish_at=None, held=False)
    elif entry.working is not None and entry.working.status is EntryStatus.SCHEDULED:
        working = dataclasses.replace(entry.working, status=EntryStatus.SUBMITTED, publish_at=None, held=False)
        after = dataclasses.replace(entry, working=working, version=entry.version + 1)
    else:
        return entry
    record_entry(tx, newsroom, CLOCK, NOBODY, before=entry, after=after, action=Action.CANCEL, note=note)
    return after
