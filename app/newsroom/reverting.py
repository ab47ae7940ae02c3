"""Undoing what a token did since a time: as far as it can be undone, and told entry by entry."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from app.domain.clock import Micros, format_time
from app.domain.entry import PUBLIC_STATUSES, Entry, EntryStatus, changed_fields, with_content
from app.domain.errors import Conflict, LiveblogError, NotFound
from app.domain.identifiers import EntryId, StoryId, TokenId
from app.domain.rights import Actor, Right, is_public_status, require_right
from app.domain.story import Story
from app.newsroom.access import OPERATOR_ID, authenticate
from app.newsroom.acting import moved
from app.newsroom.door import Shown
from app.newsroom.finding import known_entry, locked_story
from app.newsroom.freezing import refuse_closed
from app.newsroom.publishing import hide, show
from app.newsroom.recording import record_entry
from app.newsroom.releasing import parked
from app.newsroom.room import Call, Newsroom, Reply
from app.storage.audit import AuditedChange, append_audit, list_entries_touched, list_others_touched
from app.storage.database import WriteTransaction
from app.storage.entries import EntryVersion, list_versions
from app.storage.people import read_token
from app.wire.encoding import encode_json

_VERSIONS = 10_000
"""More than any entry has."""

_S = EntryStatus
_BACK = {
    (_S.SUBMITTED, _S.DRAFT),
    (_S.DRAFT, _S.SUBMITTED),
    (_S.SCHEDULED, _S.DRAFT),
    (_S.UNPUBLISHED, _S.PUBLISHED),
    (_S.RETRACTED, _S.PUBLISHED),
    (_S.PUBLISHED, _S.RETRACTED),
}
"""From the status a token left to the one before, where that can be had again."""


@dataclass(frozen=True, slots=True)
class _Scene:
    tx: WriteTransaction
    room: Newsroom
    actor: Actor
    call: Call
    token: str
    since: Micros


def revert_token(room: Newsroom, call: Call, token_id: str, *, since: Micros) -> Reply:
    """Take out what the token created since then, and bring others' entries back to what they said before it.

    Each story is one transaction. What somebody has changed after it, and what is gone for good, stays as it is and
    is told with its reason. A second time finds nothing left to do. Raises NotFound.
    """
    with room.database.transaction() as tx:
        actor = authenticate(tx, room, call)
        require_right(actor, Right.MANAGE_PEOPLE)
        if token_id != OPERATOR_ID and read_token(tx, TokenId(token_id)) is None:
            raise NotFound("token_not_found", "There is no such token.")
        touched = list_entries_touched(tx, token_id, since=since)
        others = list_others_touched(tx, token_id, since=since)
        change = AuditedChange("revert", "token", token_id, after={"since": format_time(since)})
        append_audit(tx, change, actor=actor, at=room.clock(), request_id=call.request_id)
    items = []
    for story, named in groupby(touched, key=lambda pair: pair[0]):
        items += _revert_in_story(room, call, token_id, since, story, [entry for _, entry in named])
    kept = [{"object": kind, "object_id": ident, "action": action} for kind, ident, action in others]
    return Reply(200, encode_json({"token": token_id, "items": items, "not_reverted": kept}))


def _revert_in_story(
    room: Newsroom, call: Call, token: str, since: Micros, story_id: StoryId, entries: Sequence[EntryId]
) -> list[dict[str, Any]]:
    with room.database.transaction() as tx:
        actor = authenticate(tx, room, call)
        require_right(actor, Right.MANAGE_PEOPLE)
        try:
            story, actor = locked_story(tx, story_id, actor)
        except NotFound as error:
            return [_told(story_id, entry, done=None, why=error.detail) for entry in entries]
        scene = _Scene(tx, room, actor, call, token, since)
        return [_revert_entry(scene, story, entry) for entry in entries]


def _revert_entry(scene: _Scene, story: Story, entry_id: EntryId) -> dict[str, Any]:
    entry = known_entry(scene.tx, story, entry_id)
    versions = list_versions(scene.tx, story.id, entry.id, below=None, limit=_VERSIONS)
    first, last = _stretch(versions, scene)
    before = next((version for version in versions if version.version < first.version), None)
    try:
        with scene.tx.savepoint():
            if before is None:
                after = _taken_out(scene, story, entry)
            elif entry.version != last.version:
                raise Conflict("stale", "Somebody has changed it since.")
            else:
                after = _brought_back(scene, story, entry, before)
            if after is entry:
                return _told(story.id, entry.id, done="nothing", why=None)
            note = f"What the token {scene.token} did since {format_time(scene.since)} was undone."
            record_entry(
                scene.tx, scene.room, scene.actor, scene.call, before=entry, after=after, action="revert", note=note
            )
    except LiveblogError as error:
        return _told(story.id, entry.id, done=None, why=error.detail)
    return _told(story.id, entry.id, done="taken_out" if before is None else "restored", why=None)


def _stretch(versions: Sequence[EntryVersion], scene: _Scene) -> tuple[EntryVersion, EntryVersion]:
    """The first and the last version that the token made."""
    made = [version for version in versions if version.token_id == scene.token and version.at >= scene.since]
    return made[-1], made[0]


def _taken_out(scene: _Scene, story: Story, entry: Entry) -> Entry:
    """An entry that the token created: readers have it no more, and it does not go out by itself."""
    now = scene.room.clock()
    if is_public_status(entry):
        hidden = hide(scene.tx, scene.room, scene.actor, scene.call, story, entry, cause="unpublished")
        return moved(parked(hidden), _S.UNPUBLISHED, at=now)
    if entry.status is _S.SCHEDULED:
        return dataclasses.replace(moved(entry, _S.DRAFT, at=now), publish_at=None, held=False)
    return entry


def _brought_back(scene: _Scene, story: Story, entry: Entry, before: EntryVersion) -> Entry:
    """Somebody's entry as it was in `before`. Raises Conflict for what is gone for good, Gone, what the door raises."""
    status = _status_again(entry.status, before.status)
    restored = with_content(dataclasses.replace(entry, working=before.working), before.content)
    restored = parked(restored)
    if status is entry.status and restored == entry:
        return entry
    restored = moved(restored, status, at=scene.room.clock())
    if status is not _S.SCHEDULED:
        restored = dataclasses.replace(restored, publish_at=None, held=False)
    if is_public_status(entry) and status not in PUBLIC_STATUSES:
        hidden = hide(scene.tx, scene.room, scene.actor, scene.call, story, entry, cause="unpublished")
        return dataclasses.replace(restored, revision=hidden.revision)
    refuse_closed(story)
    if status not in PUBLIC_STATUSES:
        return restored
    return _shown_again(scene, story, entry, restored)


def _shown_again(scene: _Scene, story: Story, entry: Entry, restored: Entry) -> Entry:
    if not is_public_status(entry):
        return show(scene.tx, scene.room, scene.actor, scene.call, story, Shown(restored, "entry.published"))
    changed = changed_fields(entry.content, restored.content)
    if restored.status is not entry.status:
        changed = ("status", *(name for name in changed if name != "body"), "body")
    if not changed:
        return restored
    return show(
        scene.tx,
        scene.room,
        scene.actor,
        scene.call,
        story,
        Shown(restored, "entry.updated", changed=changed, material=True),
    )


def _status_again(now: EntryStatus, before: EntryStatus) -> EntryStatus:
    """The status to lead back to. Raises Conflict where no way leads back."""
    if now is before or (now, before) in _BACK:
        return before
    if now in PUBLIC_STATUSES and before not in PUBLIC_STATUSES:
        return _S.UNPUBLISHED
    if now is _S.SCHEDULED:
        return _S.DRAFT
    raise Conflict("wrong_status", f"It is {now} and cannot be {before} again.")


def _told(story: StoryId, entry: EntryId, *, done: str | None, why: str | None) -> dict[str, Any]:
    return {"story": story, "entry": entry, "reverted": done is not None, "done": done, "why": why}
