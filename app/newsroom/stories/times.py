"""The due work of a story itself: it starts, its pins end, and coverage that has fallen silent ends."""

from __future__ import annotations

import dataclasses

from app.domain.clock import Micros
from app.domain.errors import NotFound
from app.domain.identifiers import StoryId
from app.domain.story import BEFORE_START, Story, StoryStatus, without_ended_pins
from app.newsroom.context.write_context import StoryContext, WriteContext
from app.newsroom.stories.continuing import lock_with_linked
from app.newsroom.stories.lifecycle import put_story, transition_story
from app.storage.newsroom.stories import read_story, update_story
from app.storage.public.writes import read_public_story_row


def lock_due_story(context: WriteContext, story: StoryId) -> StoryContext | None:
    """Lock the story, with what else its publication touches if it is scheduled. Returns None if there is no such."""
    known = read_story(context.tx, story)
    is_scheduled = known is not None and known.status is StoryStatus.SCHEDULED
    try:
        return lock_with_linked(context, story) if is_scheduled else context.lock_story(story)
    except NotFound:
        return None


def start_due_story(context: StoryContext) -> Story:
    """Start the story and end its pins, where they are due; nothing of a frozen one. Returns the story after it."""
    story, now = context.story, context.now
    if not _is_due(story, now):
        return story
    if story.status in BEFORE_START and story.starts_at is not None and story.starts_at <= now:
        story = put_story(context, transition_story(story, StoryStatus.LIVE, now=now))
    return put_story(context.in_story(story), without_ended_pins(story, now=now))


def end_silent_story(context: StoryContext) -> None:
    """End the story's coverage if it has been silent for as long as its settings say, and it is not frozen.

    To be called after its due entries are published: one that was late is no silence. Where an entry came since the
    end was set, the end is put off, of which readers notice nothing.
    """
    story, now = context.story, context.now
    if not _is_due(story, now) or story.status is not StoryStatus.LIVE or story.ends_at is None or story.ends_at > now:
        return
    row = read_public_story_row(context.tx, story.id)
    newest = None if row is None else row.counts.last_entry_at
    silence = Micros((story.settings.auto_end_after or 0) * 1_000_000)
    if newest is not None and newest + silence > now:
        update_story(context.tx, dataclasses.replace(story, ends_at=Micros(newest + silence)))
    else:
        put_story(context, transition_story(story, StoryStatus.ENDED, now=now))


def _is_due(story: Story, now: Micros) -> bool:
    return not story.is_frozen and story.due_at is not None and story.due_at <= now
