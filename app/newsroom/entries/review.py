"""Handing work over: what reporters submit, and what editors give back or turn down."""

from __future__ import annotations

import dataclasses

from app.domain.entry import Entry
from app.domain.statuses import Action, next_status
from app.newsroom.context.newsroom import Call, Newsroom, Reply
from app.newsroom.entries.entry_action import Scene, act, moved


def submit_entry(newsroom: Newsroom, call: Call, story_ref: str, entry_ref: str) -> Reply:
    """Hand a draft, or a working revision, to the editors."""
    return act(newsroom, call, story_ref, entry_ref, action=Action.SUBMIT, step=_hand_over)


def return_entry(newsroom: Newsroom, call: Call, story_ref: str, entry_ref: str, *, note: str | None) -> Reply:
    """Give a submission, or a submitted working revision, back to its author."""
    return act(newsroom, call, story_ref, entry_ref, action=Action.RETURN, step=_hand_over, note=note)


def reject_entry(newsroom: Newsroom, call: Call, story_ref: str, entry_ref: str, *, note: str | None) -> Reply:
    """Turn a submission down for good. Of a submitted working revision only the version keeps what it said."""

    def step(scene: Scene, before: Entry) -> Entry:
        if before.working is not None:
            next_status(before.working.status, Action.REJECT)
            return dataclasses.replace(before, working=None, version=before.version + 1)
        return moved(before, next_status(before.status, Action.REJECT), at=scene.now)

    return act(newsroom, call, story_ref, entry_ref, action=Action.REJECT, step=step, note=note)


def _hand_over(scene: Scene, before: Entry) -> Entry:
    if before.working is not None:
        working = dataclasses.replace(before.working, status=next_status(before.working.status, scene.action))
        return dataclasses.replace(before, working=working, version=before.version + 1)
    return moved(before, next_status(before.status, scene.action), at=scene.now)
