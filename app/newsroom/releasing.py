"""Letting an entry out, or the working revision of one that is out: now, after a hold, or at a chosen time."""

from __future__ import annotations

import dataclasses

from app.domain.clock import Micros
from app.domain.entry import Entry, EntryStatus, WorkingRevision, changed_fields, with_content
from app.domain.errors import Conflict
from app.domain.rights import is_public_status
from app.domain.statuses import Action, next_status, wrong_status
from app.domain.story import Story
from app.newsroom.acting import Scene, act, moved
from app.newsroom.door import Shown
from app.newsroom.publishing import show
from app.newsroom.room import Call, Newsroom, Reply
from app.newsroom.timing import held_until, public_edit, require_future
from app.newsroom.writing import check_alternatives
from app.storage.database import WriteTransaction


def publish_entry(room: Newsroom, call: Call, story_ref: str, entry_ref: str) -> Reply:
    """Let an entry out, or a working revision of one that is out; after a while where the story holds everything."""
    return act(room, call, story_ref, entry_ref, action=Action.PUBLISH, step=_publish)


def schedule_entry(room: Newsroom, call: Call, story_ref: str, entry_ref: str, *, publish_at: Micros) -> Reply:
    """Let an entry, or a working revision, out at `publish_at` without anybody. Raises InvalidInput for a time past."""

    def step(scene: Scene, before: Entry) -> Entry:
        require_future(publish_at, now=scene.now, pointer="/publish_at")
        check_alternatives(before.newest_content, scene.story.settings)
        if (edit := public_edit(before)) is not None:
            next_status(edit.status, Action.SCHEDULE)
            return _with_working(before, _due(edit, publish_at, held=False))
        after = moved(before, next_status(before.status, Action.SCHEDULE), at=scene.now)
        return dataclasses.replace(after, publish_at=publish_at, held=False)

    return act(room, call, story_ref, entry_ref, action=Action.SCHEDULE, step=step)


def cancel_entry(room: Newsroom, call: Call, story_ref: str, entry_ref: str) -> Reply:
    """Take back what was scheduled or held: it is a draft again, and nobody has seen it."""

    def step(scene: Scene, before: Entry) -> Entry:
        if (edit := public_edit(before)) is not None:
            next_status(edit.status, Action.CANCEL)
            return dataclasses.replace(parked(before), version=before.version + 1)
        after = moved(before, next_status(before.status, Action.CANCEL), at=scene.now)
        return dataclasses.replace(after, publish_at=None, held=False)

    return act(room, call, story_ref, entry_ref, action=Action.CANCEL, step=step)


def discard_working_revision(room: Newsroom, call: Call, story_ref: str, entry_ref: str) -> Reply:
    """Drop the working revision; the entry stays as readers see it. Raises Conflict `nothing_to_discard`."""

    def step(scene: Scene, before: Entry) -> Entry:
        if before.working is None:
            raise Conflict("nothing_to_discard", "The entry has no working revision.")
        return dataclasses.replace(before, working=None, pin_wanted=False, version=before.version + 1)

    return act(room, call, story_ref, entry_ref, action=Action.DISCARD, step=step)


def release(tx: WriteTransaction, room: Newsroom, story: Story, entry: Entry, *, now: Micros, action: Action) -> Entry:
    """The entry after what it says newest went out. `action` is PUBLISH, or COME_DUE for what the clock lets out.

    Raises Conflict `wrong_status`, and InvalidInput for a picture without alternative text where the story wants it.
    """
    content, working = entry.newest_content, entry.working
    check_alternatives(content, story.settings)
    if not is_public_status(entry):
        after = moved(entry, next_status(entry.status, action), at=now)
        after = dataclasses.replace(with_content(after, content), working=None, publish_at=None, held=False)
        return show(tx, room, story, Shown(after, "entry.published"))
    if working is None:
        raise wrong_status(entry.status, action)
    next_status(working.status, action)
    after = dataclasses.replace(with_content(entry, content), working=None, version=entry.version + 1)
    changed = changed_fields(entry.content, content)
    if not changed:
        return after
    return show(tx, room, story, Shown(after, "entry.updated", changed=changed, material=working.material))


def parked(entry: Entry) -> Entry:
    """The entry with a working revision that was to go out by itself as a draft again."""
    working = entry.working
    if working is None or working.status is not EntryStatus.SCHEDULED:
        return entry
    return dataclasses.replace(
        entry, working=dataclasses.replace(working, status=EntryStatus.DRAFT, publish_at=None, held=False)
    )


def _publish(scene: Scene, before: Entry) -> Entry:
    until = held_until(scene.story, scene.now)
    if until is None:
        return release(scene.tx, scene.room, scene.story, before, now=scene.now, action=Action.PUBLISH)
    check_alternatives(before.newest_content, scene.story.settings)
    if is_public_status(before):
        if before.working is None:
            raise wrong_status(before.status, Action.PUBLISH)
        next_status(before.working.status, Action.PUBLISH)
        return _with_working(before, _due(before.working, until, held=True))
    next_status(before.status, Action.PUBLISH)
    after = moved(before, EntryStatus.SCHEDULED, at=scene.now)
    return dataclasses.replace(after, publish_at=until, held=True)


def _due(working: WorkingRevision, at: Micros, *, held: bool) -> WorkingRevision:
    return dataclasses.replace(working, status=EntryStatus.SCHEDULED, publish_at=at, held=held)


def _with_working(entry: Entry, working: WorkingRevision) -> Entry:
    return dataclasses.replace(entry, working=working, version=entry.version + 1)
