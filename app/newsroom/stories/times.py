"""What happens to a story by itself: it starts, pins end, and coverage that has fallen silent ends."""

from __future__ import annotations

import dataclasses

from app.domain.clock import Micros
from app.domain.identifiers import StoryId
from app.domain.story import BEFORE_START, Story, StoryStatus, without_ended_pins
from app.newsroom.context.access import CLOCK
from app.newsroom.context.newsroom import Call, Newsroom
from app.newsroom.stories.continuing import locked_with_linked
from app.newsroom.stories.lifecycle import moved_story, put_story
from app.storage.database.transactions import WriteTransaction
from app.storage.newsroom.stories import lock_story, read_story, update_story
from app.storage.public.writes import read_public_story_row

NOBODY = Call(None)


def locked_for_its_times(tx: WriteTransaction, story: StoryId) -> Story | None:
    """The story locked; with what else it touches when it comes before readers, if it is about to. None without it."""
    known = read_story(tx, story)
    if known is not None and known.status is StoryStatus.SCHEDULED:
        return locked_with_linked(tx, story, CLOCK)[0]
    return lock_story(tx, story)


def begin_story(tx: WriteTransaction, newsroom: Newsroom, story: Story, *, now: Micros) -> Story:
    """The story after its start and the end of its pins, where they are due; nothing of a frozen one."""
    if not _is_due(story, now):
        return story
    if story.status in BEFORE_START and story.starts_at is not None and story.starts_at <= now:
        story = put_story(tx, newsroom, CLOCK, NOBODY, story, moved_story(story, StoryStatus.LIVE, now=now))
    return put_story(tx, newsroom, CLOCK, NOBODY, story, without_ended_pins(story, now=now))


def end_silent_story(tx: WriteTransaction, newsroom: Newsroom, story: Story, *, now: Micros) -> Story:
    """The story after the end of its coverage, if it has been silent for as long as its settings say; not a frozen one.

    To be asked after its entries have come out: one that was late is no silence.
    """
    if not _is_due(story, now) or story.status is not StoryStatus.LIVE or story.ends_at is None or story.ends_at > now:
        return story
    return _ended_or_put_off(tx, newsroom, story, now=now)


def _is_due(story: Story, now: Micros) -> bool:
    return not story.is_frozen and story.due_at is not None and story.due_at <= now


def _ended_or_put_off(tx: WriteTransaction, newsroom: Newsroom, story: Story, *, now: Micros) -> Story:
    """Ended, unless an entry came since the end was set: then it is put off, of which readers notice nothing."""
    row = read_public_story_row(tx, story.id)
    newest = None if row is None else row.counts.last_entry_at
    silence = Micros((story.settings.auto_end_after or 0) * 1_000_000)
    if newest is not None and newest + silence > now:
        story = dataclasses.replace(story, ends_at=Micros(newest + silence))
        update_story(tx, story)
        return story
    return put_story(tx, newsroom, CLOCK, NOBODY, story, moved_story(story, StoryStatus.ENDED, now=now))
