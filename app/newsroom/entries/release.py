"""Publishing an entry, or the working revision of a public one: now, after a hold, or at a chosen time."""

from __future__ import annotations

import dataclasses

from app.domain.clock import Micros
from app.domain.entry import Entry, EntryStatus, changed_fields, with_content
from app.domain.errors import Conflict
from app.domain.rights import is_public_status
from app.domain.statuses import Action, next_status, wrong_status
from app.newsroom.context.freezing import refuse_closed
from app.newsroom.context.newsroom import Call, Newsroom, Reply
from app.newsroom.context.write_context import StoryContext
from app.newsroom.entries.content import check_alternatives
from app.newsroom.entries.entry_action import perform_entry_action, transition_entry
from app.newsroom.entries.times import held_until, public_edit_of, refuse_past_end, require_before_end, require_future
from app.newsroom.publication.publication import EntryShown
from app.newsroom.publication.visibility import show_entry


def publish_entry(
    newsroom: Newsroom, call: Call, story_ref: str, entry_ref: str, *, hold_seconds: int | None = None
) -> Reply:
    """Publish an entry, or the working revision of a public one; after a while where the story or the call holds it.

    What a request of its own holds is published at once; what the story holds waits for the story's time.
    """

    def step(context: StoryContext, before: Entry) -> Entry:
        return _publish(context, before, hold_seconds=hold_seconds)

    return perform_entry_action(newsroom, call, story_ref, entry_ref, action=Action.PUBLISH, step=step)


def schedule_entry(newsroom: Newsroom, call: Call, story_ref: str, entry_ref: str, *, publish_at: Micros) -> Reply:
    """Schedule an entry, or a working revision, to be published at `publish_at` without anybody.

    Raises InvalidInput for a time that has passed, or that is after the entry's end.
    """

    def step(context: StoryContext, before: Entry) -> Entry:
        edit = public_edit_of(before)
        next_status(before.status if edit is None else edit.status, Action.SCHEDULE)
        require_future(publish_at, now=context.now, pointer="/publish_at")
        require_before_end(before, publish_at)
        return _schedule(context, before, publish_at, held=False)

    return perform_entry_action(newsroom, call, story_ref, entry_ref, action=Action.SCHEDULE, step=step)


def cancel_entry(newsroom: Newsroom, call: Call, story_ref: str, entry_ref: str) -> Reply:
    """Cancel what was scheduled or held: it is a draft again, and nobody has seen it."""

    def step(context: StoryContext, before: Entry) -> Entry:
        if (edit := public_edit_of(before)) is not None:
            next_status(edit.status, Action.CANCEL)
            return dataclasses.replace(unschedule_edit(before), version=before.version + 1)
        after = transition_entry(before, next_status(before.status, Action.CANCEL), at=context.now)
        return dataclasses.replace(after, publish_at=None, held=False)

    return perform_entry_action(newsroom, call, story_ref, entry_ref, action=Action.CANCEL, step=step)


def discard_working_revision(newsroom: Newsroom, call: Call, story_ref: str, entry_ref: str) -> Reply:
    """Drop the working revision; the entry stays as readers see it. Raises Conflict `nothing_to_discard`."""

    def step(context: StoryContext, before: Entry) -> Entry:
        if before.working is None:
            raise Conflict("nothing_to_discard", "The entry has no working revision.")
        return dataclasses.replace(before, working=None, pin_wanted=False, version=before.version + 1)

    return perform_entry_action(newsroom, call, story_ref, entry_ref, action=Action.DISCARD, step=step)


def release(context: StoryContext, entry: Entry, *, action: Action) -> Entry:
    """Publish the entry, or the edit of a public one. `action` is PUBLISH, or COME_DUE for what the clock publishes.

    A person publishes what the entry says newest; the clock what was scheduled, and not what was put aside since.
    Raises Conflict `wrong_status` or as `refuse_closed`, and InvalidInput for a picture without alternative text where
    the story wants it.
    """
    story = context.story
    refuse_closed(story)
    if not is_public_status(entry):
        status = next_status(entry.status, action, retraction_stands=entry.retraction_stands)
        after = transition_entry(entry, status, at=context.now)
        if action is Action.PUBLISH:
            after = _merge_working(after)
        check_alternatives(after.content, story.settings)
        after = dataclasses.replace(after, publish_at=None, held=False)
        return show_entry(context, EntryShown(after, "entry.published"))
    working = entry.working
    if working is None:
        raise wrong_status(entry.status, action)
    next_status(working.status, action)
    check_alternatives(working.content, story.settings)
    after = dataclasses.replace(_merge_working(entry), version=entry.version + 1)
    changed = changed_fields(entry.content, working.content)
    if not changed:
        return after
    return show_entry(context, EntryShown(after, "entry.updated", changed=changed, material=working.material))


def unschedule_edit(entry: Entry) -> Entry:
    """Return the entry with its working revision, if that was scheduled, as a draft again."""
    working = entry.working
    if working is None or working.status is not EntryStatus.SCHEDULED:
        return entry
    return dataclasses.replace(
        entry, working=dataclasses.replace(working, status=EntryStatus.DRAFT, publish_at=None, held=False)
    )


def _publish(context: StoryContext, before: Entry, *, hold_seconds: int | None) -> Entry:
    is_new = not is_public_status(before)
    until = held_until(context.story, context.now, hold_seconds=hold_seconds, is_new=is_new)
    if until is None:
        before = _let_go(before)
    if is_new:
        next_status(before.status, Action.PUBLISH)
        refuse_past_end(before, context.now if until is None else until)
    if until is None:
        return release(context, before, action=Action.PUBLISH)
    if is_public_status(before):
        if before.working is None:
            raise wrong_status(before.status, Action.PUBLISH)
        next_status(before.working.status, Action.PUBLISH)
    return _schedule(context, before, until, held=True)


def _let_go(entry: Entry) -> Entry:
    """Return what is held as the draft that it was, to be published now; anything else, a schedule too, as it is."""
    if entry.held and entry.status is EntryStatus.SCHEDULED:
        return dataclasses.replace(entry, status=EntryStatus.DRAFT, publish_at=None, held=False)
    edit = public_edit_of(entry)
    return unschedule_edit(entry) if edit is not None and edit.held else entry


def _schedule(context: StoryContext, entry: Entry, at: Micros, *, held: bool) -> Entry:
    """Schedule the entry, or the edit of a public one, to be published at `at`."""
    check_alternatives(entry.newest_content, context.story.settings)
    if (edit := public_edit_of(entry)) is not None:
        working = dataclasses.replace(edit, status=EntryStatus.SCHEDULED, publish_at=at, held=held)
        return dataclasses.replace(entry, working=working, version=entry.version + 1)
    after = _merge_working(transition_entry(entry, EntryStatus.SCHEDULED, at=context.now))
    return dataclasses.replace(after, publish_at=at, held=held)


def _merge_working(entry: Entry) -> Entry:
    """Return the entry with the content of its working revision, if it has one."""
    return dataclasses.replace(with_content(entry, entry.newest_content), working=None)
