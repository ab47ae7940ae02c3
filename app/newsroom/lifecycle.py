"""Moving an entry through its editorial life: submit, publish, unpublish, retract, reinstate, remove, correct."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass

from app.domain.clock import Micros, format_time
from app.domain.entry import Entry, EntryStatus, JsonObject, changed_fields, with_content
from app.domain.errors import Conflict
from app.domain.rights import Actor, is_public_status, require_action
from app.domain.statuses import Action, next_status, wrong_status
from app.domain.story import Story
from app.newsroom.access import authenticate
from app.newsroom.door import Shown
from app.newsroom.finding import known_entry, locked_story
from app.newsroom.preconditions import honour_match
from app.newsroom.publishing import hide, show
from app.newsroom.recording import answer_entry, record_entry
from app.newsroom.replies import earlier_reply
from app.newsroom.room import Call, Newsroom, Reply
from app.newsroom.writing import check_alternatives
from app.storage.database import WriteTransaction
from app.storage.replies import blank_replies

MAX_CORRECTIONS = 50
"""An entry's public log travels with every event of it; more lines than this is another story."""


@dataclass(frozen=True, slots=True)
class _Scene:
    """What every step needs: the transaction, the means, and the story it plays in."""

    tx: WriteTransaction
    room: Newsroom
    actor: Actor
    story: Story
    action: Action

    @property
    def now(self) -> Micros:
        return self.room.clock()


def submit_entry(room: Newsroom, call: Call, story_ref: str, entry_ref: str) -> Reply:
    """Hand a draft, or a working revision, to the editors."""
    return _act(room, call, story_ref, entry_ref, Action.SUBMIT, _submit)


def publish_entry(room: Newsroom, call: Call, story_ref: str, entry_ref: str) -> Reply:
    """Let an entry out, or a working revision of one that is out."""
    return _act(room, call, story_ref, entry_ref, Action.PUBLISH, _publish)


def discard_working_revision(room: Newsroom, call: Call, story_ref: str, entry_ref: str) -> Reply:
    """Drop the working revision; the entry stays as readers see it. Raises Conflict `nothing_to_discard`."""
    return _act(room, call, story_ref, entry_ref, Action.DISCARD, _discard)


def unpublish_entry(room: Newsroom, call: Call, story_ref: str, entry_ref: str, *, note: str | None) -> Reply:
    """Take an entry out of the public; it can be published again under the same id and time."""
    return _act(room, call, story_ref, entry_ref, Action.UNPUBLISH, _unpublish, note=note)


def retract_entry(room: Newsroom, call: Call, story_ref: str, entry_ref: str, *, reason: str) -> Reply:
    """Say in public that an entry no longer stands, and why; its text stays readable, struck through."""

    def step(scene: _Scene, before: Entry) -> Entry:
        line = _correction(scene, reason, "retraction")
        return _change_in_public(scene, before, changed=("status", "body", "corrections"), correction=line)

    return _act(room, call, story_ref, entry_ref, Action.RETRACT, step)


def reinstate_entry(room: Newsroom, call: Call, story_ref: str, entry_ref: str) -> Reply:
    """Take a retraction back; the log of corrections keeps it."""

    def step(scene: _Scene, before: Entry) -> Entry:
        return _change_in_public(scene, before, changed=("status", "body"), correction=None)

    return _act(room, call, story_ref, entry_ref, Action.REINSTATE, step)


def remove_entry(room: Newsroom, call: Call, story_ref: str, entry_ref: str, *, note: str | None) -> Reply:
    """Remove an entry for good: a tombstone for readers, and its text gone from stored replies too."""
    return _act(room, call, story_ref, entry_ref, Action.REMOVE, _remove, note=note)


def correct_entry(room: Newsroom, call: Call, story_ref: str, entry_ref: str, *, text: str, severity: str) -> Reply:
    """Add a line to the entry's public log of corrections."""

    def step(scene: _Scene, before: Entry) -> Entry:
        line = _correction(scene, text, severity)
        return _change_in_public(scene, before, changed=("corrections",), correction=line)

    return _act(room, call, story_ref, entry_ref, Action.CORRECT, step)


_Step = Callable[[_Scene, Entry], Entry]


def _act(
    room: Newsroom,
    call: Call,
    story_ref: str,
    entry_ref: str,
    action: Action,
    step: _Step,
    *,
    note: str | None = None,
) -> Reply:
    with room.database.transaction() as tx:
        actor = authenticate(tx, room, call)
        if (reply := earlier_reply(tx, room, actor, call)) is not None:
            return reply
        story = locked_story(tx, story_ref)
        before = known_entry(tx, story, entry_ref)
        visible = is_public_status(before) and action not in {Action.SUBMIT, Action.DISCARD}
        require_action(actor, action, entry=before, settings=story.settings, visible=visible)
        honour_match(call.if_match, before)
        after = step(_Scene(tx, room, actor, story, action), before)
        record_entry(tx, room, actor, call, before=before, after=after, action=action, note=note)
        reply = answer_entry(tx, room, actor, call, after)
        if after.status is EntryStatus.REMOVED:
            blank_replies(tx, story.id, after.id)
        return reply


def _submit(scene: _Scene, before: Entry) -> Entry:
    if before.working is not None:
        status = next_status(before.working.status, Action.SUBMIT)
        working = dataclasses.replace(before.working, status=status)
        return dataclasses.replace(before, working=working, version=before.version + 1)
    return _moved(before, next_status(before.status, Action.SUBMIT), at=scene.now)


def _publish(scene: _Scene, before: Entry) -> Entry:
    content, working = before.newest_content, before.working
    check_alternatives(content, scene.story.settings)
    if is_public_status(before):
        if working is None:
            raise wrong_status(before.status, Action.PUBLISH)
        after = dataclasses.replace(with_content(before, content), working=None, version=before.version + 1)
        changed = changed_fields(before.content, content)
        if not changed:
            return after
        shown = Shown(after, "entry.updated", changed=changed, material=working.material)
        return show(scene.tx, scene.room, scene.story, shown)
    after = _moved(before, next_status(before.status, Action.PUBLISH), at=scene.now)
    after = dataclasses.replace(with_content(after, content), working=None)
    return show(scene.tx, scene.room, scene.story, Shown(after, "entry.published"))


def _discard(scene: _Scene, before: Entry) -> Entry:
    if before.working is None:
        raise Conflict("nothing_to_discard", "The entry has no working revision.")
    return dataclasses.replace(before, working=None, version=before.version + 1)


def _unpublish(scene: _Scene, before: Entry) -> Entry:
    status = next_status(before.status, Action.UNPUBLISH)
    hidden = hide(scene.tx, scene.room, scene.story, before, cause="unpublished")
    return _moved(hidden, status, at=scene.now)


def _remove(scene: _Scene, before: Entry) -> Entry:
    status = next_status(before.status, Action.REMOVE)
    hidden = hide(scene.tx, scene.room, scene.story, before, cause="removed")
    return dataclasses.replace(_moved(hidden, status, at=scene.now), working=None)


def _change_in_public(
    scene: _Scene, before: Entry, *, changed: tuple[str, ...], correction: JsonObject | None
) -> Entry:
    """Change the status or the corrections of an entry that readers have in front of them."""
    status = next_status(before.status, scene.action)
    if not scene.story.is_public:
        raise Conflict("story_not_public", "Nobody has seen this entry yet: edit, unpublish or remove it instead.")
    corrections = before.corrections if correction is None else (*before.corrections, correction)
    if len(corrections) > MAX_CORRECTIONS:
        raise Conflict("too_many_corrections", f"An entry has at most {MAX_CORRECTIONS} corrections.")
    after = dataclasses.replace(_moved(before, status, at=scene.now), corrections=corrections)
    return show(scene.tx, scene.room, scene.story, Shown(after, "entry.updated", changed=changed, material=True))


def _correction(scene: _Scene, text: str, severity: str) -> JsonObject:
    return {"text": text, "at": format_time(scene.now), "severity": severity}


def _moved(entry: Entry, status: EntryStatus, *, at: Micros) -> Entry:
    status_at = at if status is not entry.status else entry.status_at
    return dataclasses.replace(entry, status=status, status_at=status_at, version=entry.version + 1)
