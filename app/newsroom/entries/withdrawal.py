"""Withdrawing what is public: unpublish, retract, reinstate, remove; and correcting it openly."""

from __future__ import annotations

import dataclasses

from app.domain.entry import Entry, EntryStatus, JsonObject
from app.domain.statuses import Action, next_status
from app.newsroom.context.newsroom import Call, Newsroom, Reply
from app.newsroom.context.write_context import StoryContext
from app.newsroom.entries.corrections import MAX_CORRECTIONS, correction_line, require_public, with_correction
from app.newsroom.entries.entry_action import FindEntry, perform_entry_action, transition_entry
from app.newsroom.entries.release import unschedule_edit
from app.newsroom.publication.publication import EntryShown
from app.newsroom.publication.visibility import hide_entry, show_entry


def unpublish_entry(newsroom: Newsroom, call: Call, story_ref: str, entry_ref: str, *, note: str | None) -> Reply:
    """Unpublish an entry; it can be published again under the same id and time."""

    def step(context: StoryContext, before: Entry) -> Entry:
        status = next_status(before.status, Action.UNPUBLISH)
        hidden = hide_entry(context, before, cause="unpublished")
        return transition_entry(unschedule_edit(hidden), status, at=context.now)

    return perform_entry_action(newsroom, call, story_ref, entry_ref, action=Action.UNPUBLISH, step=step, note=note)


def retract_entry(newsroom: Newsroom, call: Call, story_ref: str, entry: str | FindEntry, *, reason: str) -> Reply:
    """Say in public that an entry no longer stands, and why; its text stays readable, struck through."""

    def step(context: StoryContext, before: Entry) -> Entry:
        line = correction_line(reason, "retraction", at=context.now)
        changed = ("status", "body", "corrections")
        return _change_in_public(context, unschedule_edit(before), Action.RETRACT, changed=changed, correction=line)

    return perform_entry_action(newsroom, call, story_ref, entry, action=Action.RETRACT, step=step)


def reinstate_entry(newsroom: Newsroom, call: Call, story_ref: str, entry_ref: str) -> Reply:
    """Reinstate a retracted entry; the log of corrections keeps the retraction."""

    def step(context: StoryContext, before: Entry) -> Entry:
        return _change_in_public(context, before, Action.REINSTATE, changed=("status", "body"), correction=None)

    return perform_entry_action(newsroom, call, story_ref, entry_ref, action=Action.REINSTATE, step=step)


def remove_entry(newsroom: Newsroom, call: Call, story_ref: str, entry_ref: str, *, note: str | None) -> Reply:
    """Remove an entry for good: a tombstone for readers, and its text gone from stored replies too."""

    def step(context: StoryContext, before: Entry) -> Entry:
        status = next_status(before.status, Action.REMOVE)
        removed = transition_entry(hide_entry(context, before, cause="removed"), status, at=context.now)
        return dataclasses.replace(removed, working=None, publish_at=None, held=False)

    return perform_entry_action(newsroom, call, story_ref, entry_ref, action=Action.REMOVE, step=step, note=note)


def correct_entry(newsroom: Newsroom, call: Call, story_ref: str, entry_ref: str, *, text: str, severity: str) -> Reply:
    """Add a line to the entry's public log of corrections."""

    def step(context: StoryContext, before: Entry) -> Entry:
        line = correction_line(text, severity, at=context.now)
        return _change_in_public(context, before, Action.CORRECT, changed=("corrections",), correction=line)

    return perform_entry_action(newsroom, call, story_ref, entry_ref, action=Action.CORRECT, step=step)


def _change_in_public(
    context: StoryContext, before: Entry, action: Action, *, changed: tuple[str, ...], correction: JsonObject | None
) -> Entry:
    """Change the status or the corrections of an entry that readers have."""
    status = next_status(before.status, action)
    require_public(context)
    if correction is not None:
        most = MAX_CORRECTIONS if action is Action.CORRECT else 2 * MAX_CORRECTIONS
        before = with_correction(before, correction, most=most)
    stands = status is EntryStatus.RETRACTED
    after = transition_entry(before, status, at=context.now)
    after = dataclasses.replace(after, retraction_stands=stands)
    return show_entry(context, EntryShown(after, "entry.updated", changed=changed, material=True))
