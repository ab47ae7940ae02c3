"""What happens by itself when its time has come: scheduled entries and edits go out, expired ones leave.

The tables say what is due, and each story is done in one transaction under its lock, so that nothing is done early,
twice or not at all: whatever process does it, however often it is killed, and whichever way its clock is set.
"""

from __future__ import annotations

import dataclasses

import structlog

from app.domain.clock import Micros
from app.domain.entry import Entry, EntryStatus
from app.domain.errors import LiveblogError
from app.domain.identifiers import StoryId
from app.domain.rights import is_public_status
from app.domain.statuses import Action, next_status
from app.domain.story import Story
from app.newsroom.access import CLOCK
from app.newsroom.acting import moved
from app.newsroom.finding import locked_story
from app.newsroom.publishing import hide
from app.newsroom.recording import record_entry
from app.newsroom.releasing import parked, release
from app.newsroom.room import Newsroom
from app.newsroom.story_times import NOBODY, advance_story
from app.storage.database import WriteTransaction
from app.storage.due import list_due_entries, list_due_stories, read_next_due

log = structlog.get_logger()


def run_due_work(room: Newsroom) -> Micros | None:
    """Do everything that is due by now; when something is next due, or None while nothing waits.

    A story in which it fails is left as it was, for the next time; the others are done all the same.
    """
    now = room.clock()
    with room.database.snapshot() as tx:
        stories = list_due_stories(tx, now)
    for story in stories:
        try:
            _run_story(room, story, now)
        except Exception:  # one story must not keep the others waiting
            log.exception("due_work_failed", story=story)
    with room.database.snapshot() as tx:
        return read_next_due(tx, now)


def park_overdue(tx: WriteTransaction, room: Newsroom, story: Story) -> None:
    """What came due while everything was frozen waits for a person: as a submission, with a note that says so."""
    for entry in list_due_entries(tx, story.id, room.clock()):
        _wait_for_a_person(tx, room, entry, note="This came due during a freeze.")


def _run_story(room: Newsroom, story_id: StoryId, now: Micros) -> None:
    with room.database.transaction() as tx:
        story, _ = locked_story(tx, story_id, CLOCK)
        story = advance_story(tx, room, story, now=now)
        for entry in list_due_entries(tx, story.id, now):
            _bring_forward(tx, room, story, entry, now)


def _bring_forward(tx: WriteTransaction, room: Newsroom, story: Story, entry: Entry, now: Micros) -> None:
    """Do what is due of one entry, in the order of the times: it may go out and leave again."""
    while entry.due_at is not None and entry.due_at <= now:
        if _is_ending(story, entry, now):
            after, action = _expired(tx, room, story, entry, now=now), Action.EXPIRE
        elif story.is_frozen:
            return
        else:
            try:
                with tx.savepoint():
                    after = release(tx, room, story, entry, now=now, action=Action.COME_DUE)
            except LiveblogError as error:
                _wait_for_a_person(tx, room, entry, note=f"It could not go out by itself: {error.detail}")
                return
            action = Action.COME_DUE
        record_entry(tx, room, CLOCK, NOBODY, before=entry, after=after, action=action)
        entry = after


def _is_ending(story: Story, entry: Entry, now: Micros) -> bool:
    """Whether its end has come, and nothing that was to happen before is still to be done."""
    if not is_public_status(entry) or entry.expires_at is None or entry.expires_at > now:
        return False
    coming = None if entry.working is None else entry.working.publish_at
    return story.is_frozen or coming is None or coming >= entry.expires_at


def _expired(tx: WriteTransaction, room: Newsroom, story: Story, entry: Entry, *, now: Micros) -> Entry:
    status = next_status(entry.status, Action.EXPIRE)
    hidden = hide(tx, room, story, entry, cause="expired")
    return moved(parked(hidden), status, at=now)


def _wait_for_a_person(tx: WriteTransaction, room: Newsroom, entry: Entry, *, note: str) -> None:
    if entry.status is EntryStatus.SCHEDULED:
        after = moved(entry, EntryStatus.SUBMITTED, at=room.clock())
        after = dataclasses.replace(after, publish_at=None, held=False)
    elif entry.working is not None and entry.working.status is EntryStatus.SCHEDULED:
        working = dataclasses.replace(entry.working, status=EntryStatus.SUBMITTED, publish_at=None, held=False)
        after = dataclasses.replace(entry, working=working, version=entry.version + 1)
    else:
        return
    record_entry(tx, room, CLOCK, NOBODY, before=entry, after=after, action=Action.CANCEL, note=note)
