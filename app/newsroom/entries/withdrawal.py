"""Taking back what is out: unpublish, retract, reinstate, remove; and saying openly what was wrong."""

from __future__ import annotations

import dataclasses

from app.domain.clock import Micros, format_time
from app.domain.entry import Entry, EntryStatus, JsonObject
from app.domain.errors import Conflict
from app.domain.statuses import Action, next_status
from app.newsroom.context.newsroom import Call, Newsroom, Reply
from app.newsroom.entries.entry_action import Find, Scene, act, moved
from app.newsroom.entries.release import parked
from app.newsroom.publication.publication import Shown
from app.newsroom.publication.visibility import hide, show

MAX_CORRECTIONS = 50
"""An entry's public log travels with every event of it; more lines than this is another story. Retractions find room
for as many again: what no longer stands must not go on standing because it was corrected often."""


def unpublish_entry(newsroom: Newsroom, call: Call, story_ref: str, entry_ref: str, *, note: str | None) -> Reply:
    """Take an entry out of the public; it can be published again under the same id and time."""

    def step(scene: Scene, before: Entry) -> Entry:
        status = next_status(before.status, Action.UNPUBLISH)
        hidden = hide(scene.tx, scene.newsroom, scene.actor, scene.call, scene.story, before, cause="unpublished")
        return moved(parked(hidden), status, at=scene.now)

    return act(newsroom, call, story_ref, entry_ref, action=Action.UNPUBLISH, step=step, note=note)


def retract_entry(newsroom: Newsroom, call: Call, story_ref: str, entry: str | Find, *, reason: str) -> Reply:
    """Say in public that an entry no longer stands, and why; its text stays readable, struck through."""

    def step(scene: Scene, before: Entry) -> Entry:
        line = _line(reason, "retraction", at=scene.now)
        changed = ("status", "body", "corrections")
        return change_in_public(scene, parked(before), changed=changed, correction=line)

    return act(newsroom, call, story_ref, entry, action=Action.RETRACT, step=step)


def reinstate_entry(newsroom: Newsroom, call: Call, story_ref: str, entry_ref: str) -> Reply:
    """Take a retraction back; the log of corrections keeps it."""

    def step(scene: Scene, before: Entry) -> Entry:
        return change_in_public(scene, before, changed=("status", "body"), correction=None)

    return act(newsroom, call, story_ref, entry_ref, action=Action.REINSTATE, step=step)


def remove_entry(newsroom: Newsroom, call: Call, story_ref: str, entry_ref: str, *, note: str | None) -> Reply:
    """Remove an entry for good: a tombstone for readers, and its text gone from stored replies too."""

    def step(scene: Scene, before: Entry) -> Entry:
        status = next_status(before.status, Action.REMOVE)
        hidden = hide(scene.tx, scene.newsroom, scene.actor, scene.call, scene.story, before, cause="removed")
        return dataclasses.replace(moved(hidden, status, at=scene.now), working=None, publish_at=None, held=False)

    return act(newsroom, call, story_ref, entry_ref, action=Action.REMOVE, step=step, note=note)


def correct_entry(newsroom: Newsroom, call: Call, story_ref: str, entry_ref: str, *, text: str, severity: str) -> Reply:
    """Add a line to the entry's public log of corrections."""

    def step(scene: Scene, before: Entry) -> Entry:
        line = _line(text, severity, at=scene.now)
        return change_in_public(scene, before, changed=("corrections",), correction=line)

    return act(newsroom, call, story_ref, entry_ref, action=Action.CORRECT, step=step)


def change_in_public(scene: Scene, before: Entry, *, changed: tuple[str, ...], correction: JsonObject | None) -> Entry:
    """Change the status or the corrections of an entry that readers have in front of them."""
    status = next_status(before.status, scene.action)
    if not scene.story.is_public:
        raise Conflict("story_not_public", "Nobody has seen this entry yet: edit, unpublish or remove it instead.")
    corrections = before.corrections if correction is None else (*before.corrections, correction)
    most = MAX_CORRECTIONS if scene.action is Action.CORRECT else 2 * MAX_CORRECTIONS
    if len(corrections) > most:
        raise Conflict("too_many_corrections", f"An entry has at most {most} lines in its log of corrections.")
    stands = status is EntryStatus.RETRACTED
    after = moved(before, status, at=scene.now)
    after = dataclasses.replace(after, corrections=corrections, retraction_stands=stands)
    change = Shown(after, "entry.updated", changed=changed, material=True)
    return show(scene.tx, scene.newsroom, scene.actor, scene.call, scene.story, change)


def _line(text: str, severity: str, *, at: Micros) -> JsonObject:
    return {"text": text, "at": format_time(at), "severity": severity}
