"""Letting an entry out, or the working revision of one that is out: now, after a hold, or at a chosen time."""

from __future__ import annotations

import dataclasses

from app.domain.clock import Micros
from app.domain.entry import Entry, EntryStatus, changed_fields, with_content
from app.domain.errors import Conflict
from app.domain.rights import Actor, is_public_status
from app.domain.statuses import Action, next_status, wrong_status
from app.domain.story import Story
from app.newsroom.context.freezing import refuse_closed
from app.newsroom.context.newsroom import Call, Newsroom, Reply
from app.newsroom.entries.content import check_alternatives
from app.newsroom.entries.entry_action import Scene, act, moved
from app.newsroom.entries.times import held_until, public_edit, refuse_past_end, require_before_end, require_future
from app.newsroom.publication.publication import Shown
from app.newsroom.publication.visibility import show
from app.storage.database.transactions import WriteTransaction


def publish_entry(newsroom: Newsroom, call: Call, story_ref: str, entry_ref: str) -> Reply:
    """Let an entry out, or a working revision of one that is out; after a while where the story holds everything."""
    return act(newsroom, call, story_ref, entry_ref, action=Action.PUBLISH, step=_publish)


def schedule_entry(newsroom: Newsroom, call: Call, story_ref: str, entry_ref: str, *, publish_at: Micros) -> Reply:
    """Let an entry, or a working revision, out at `publish_at` without anybody.

    Raises InvalidInput for a time that has passed, or that is after the entry's end.
    """

    def step(scene: Scene, before: Entry) -> Entry:
        edit = public_edit(before)
        next_status(before.status if edit is None else edit.status, Action.SCHEDULE)
        require_future(publish_at, now=scene.now, pointer="/publish_at")
        require_before_end(before, publish_at)
        return _waiting(scene, before, publish_at, held=False)

    return act(newsroom, call, story_ref, entry_ref, action=Action.SCHEDULE, step=step)


def cancel_entry(newsroom: Newsroom, call: Call, story_ref: str, entry_ref: str) -> Reply:
    """Take back what was scheduled or held: it is a draft again, and nobody has seen it."""

    def step(scene: Scene, before: Entry) -> Entry:
        if (edit := public_edit(before)) is not None:
            next_status(edit.status, Action.CANCEL)
            return dataclasses.replace(parked(before), version=before.version + 1)
        after = moved(before, next_status(before.status, Action.CANCEL), at=scene.now)
        return dataclasses.replace(after, publish_at=None, held=False)

    return act(newsroom, call, story_ref, entry_ref, action=Action.CANCEL, step=step)


def discard_working_revision(newsroom: Newsroom, call: Call, story_ref: str, entry_ref: str) -> Reply:
    """Drop the working revision; the entry stays as readers see it. Raises Conflict `nothing_to_discard`."""

    def step(scene: Scene, before: Entry) -> Entry:
        if before.working is None:
            raise Conflict("nothing_to_discard", "The entry has no working revision.")
        return dataclasses.replace(before, working=None, pin_wanted=False, version=before.version + 1)

    return act(newsroom, call, story_ref, entry_ref, action=Action.DISCARD, step=step)


def release(
    tx: WriteTransaction,
    newsroom: Newsroom,
    actor: Actor,
    call: Call,
    story: Story,
    entry: Entry,
    *,
    now: Micros,
    action: Action,
) -> Entry:
    """The entry after it went out, or the edit of it. `action` is PUBLISH, or COME_DUE for what the clock lets out.

    A person lets out what it says newest; the clock what was scheduled, and not what was put aside since. Raises
    Conflict `wrong_status` or as `refuse_closed`, and InvalidInput for a picture without alternative text where the
    story wants it.
    """
    refuse_closed(story)
    if not is_public_status(entry):
        after = moved(entry, next_status(entry.status, action, retraction_stands=entry.retraction_stands), at=now)
        if action is Action.PUBLISH:
            after = _merged(after)
        check_alternatives(after.content, story.settings)
        after = dataclasses.replace(after, publish_at=None, held=False)
        return show(tx, newsroom, actor, call, story, Shown(after, "entry.published"))
    working = entry.working
    if working is None:
        raise wrong_status(entry.status, action)
    next_status(working.status, action)
    check_alternatives(working.content, story.settings)
    after = dataclasses.replace(_merged(entry), version=entry.version + 1)
    changed = changed_fields(entry.content, working.content)
    if not changed:
        return after
    change = Shown(after, "entry.updated", changed=changed, material=working.material)
    return show(tx, newsroom, actor, call, story, change)


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
    if not is_public_status(before):
        next_status(before.status, Action.PUBLISH)
        refuse_past_end(before, scene.now if until is None else until)
    if until is None:
        where = (scene.tx, scene.newsroom, scene.actor, scene.call, scene.story)
        return release(*where, before, now=scene.now, action=Action.PUBLISH)
    if is_public_status(before):
        if before.working is None:
            raise wrong_status(before.status, Action.PUBLISH)
        next_status(before.working.status, Action.PUBLISH)
    return _waiting(scene, before, until, held=True)


def _waiting(scene: Scene, entry: Entry, at: Micros, *, held: bool) -> Entry:
    """The entry, or the edit of a public one, as something that goes out at `at`."""
    check_alternatives(entry.newest_content, scene.story.settings)
    if (edit := public_edit(entry)) is not None:
        working = dataclasses.replace(edit, status=EntryStatus.SCHEDULED, publish_at=at, held=held)
        return dataclasses.replace(entry, working=working, version=entry.version + 1)
    after = _merged(moved(entry, EntryStatus.SCHEDULED, at=scene.now))
    return dataclasses.replace(after, publish_at=at, held=held)


def _merged(entry: Entry) -> Entry:
    """The entry saying what its working revision said, if it has one."""
    return dataclasses.replace(with_content(entry, entry.newest_content), working=None)
