"""Review: reporters submit their work, editors return or reject it."""

from __future__ import annotations

import dataclasses

from app.domain.entry import Entry
from app.domain.statuses import Action, next_status
from app.newsroom.context.newsroom import Call, Newsroom, Reply
from app.newsroom.context.write_context import StoryContext
from app.newsroom.entries.entry_action import perform_entry_action, transition_entry


def submit_entry(newsroom: Newsroom, call: Call, story_ref: str, entry_ref: str) -> Reply:
    """Submit a draft, or a working revision, to the editors."""

    def step(context: StoryContext, before: Entry) -> Entry:
        return _hand_over(context, before, Action.SUBMIT)

    return perform_entry_action(newsroom, call, story_ref, entry_ref, action=Action.SUBMIT, step=step)


def return_entry(newsroom: Newsroom, call: Call, story_ref: str, entry_ref: str, *, note: str | None) -> Reply:
    """Return a submission, or a submitted working revision, to its author."""

    def step(context: StoryContext, before: Entry) -> Entry:
        return _hand_over(context, before, Action.RETURN)

    return perform_entry_action(newsroom, call, story_ref, entry_ref, action=Action.RETURN, step=step, note=note)


def reject_entry(newsroom: Newsroom, call: Call, story_ref: str, entry_ref: str, *, note: str | None) -> Reply:
    """Reject a submission for good. Of a submitted working revision only the version keeps what it said."""

    def step(context: StoryContext, before: Entry) -> Entry:
        if before.working is not None:
            next_status(before.working.status, Action.REJECT)
            return dataclasses.replace(before, working=None, version=before.version + 1)
        return transition_entry(before, next_status(before.status, Action.REJECT), at=context.now)

    return perform_entry_action(newsroom, call, story_ref, entry_ref, action=Action.REJECT, step=step, note=note)


def _hand_over(context: StoryContext, before: Entry, action: Action) -> Entry:
    if before.working is not None:
        working = dataclasses.replace(before.working, status=next_status(before.working.status, action))
        return dataclasses.replace(before, working=working, version=before.version + 1)
    return transition_entry(before, next_status(before.status, action), at=context.now)
