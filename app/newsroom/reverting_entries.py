"""Undoing what a token did to one entry: out with what it created, and others' as they were before it."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from itertools import takewhile

from app.domain.clock import Micros
from app.domain.entry import PUBLIC_STATUSES, Entry, EntryStatus, changed_fields, with_content
from app.domain.errors import Conflict, LiveblogError
from app.domain.identifiers import EntryId
from app.domain.rights import is_public_status
from app.domain.story import Story
from app.newsroom.access import CLOCK_ID
from app.newsroom.acting import moved
from app.newsroom.door import Shown
from app.newsroom.finding import known_entry
from app.newsroom.freezing import refuse_closed
from app.newsroom.publishing import hide, show
from app.newsroom.recording import record_entry
from app.newsroom.releasing import parked
from app.newsroom.undoing import REVERT, Outcome, Undoing
from app.storage.entries import EntryVersion, list_versions

_VERSIONS = 10_000
"""More than any entry has."""

_S = EntryStatus
_BACK = {
    (_S.SUBMITTED, _S.DRAFT),
    (_S.DRAFT, _S.SUBMITTED),
    (_S.SCHEDULED, _S.DRAFT),
    (_S.SCHEDULED, _S.SUBMITTED),
    (_S.SCHEDULED, _S.UNPUBLISHED),
    (_S.DRAFT, _S.SCHEDULED),
    (_S.SUBMITTED, _S.SCHEDULED),
    (_S.UNPUBLISHED, _S.PUBLISHED),
    (_S.RETRACTED, _S.PUBLISHED),
    (_S.PUBLISHED, _S.RETRACTED),
    (_S.EXPIRED, _S.PUBLISHED),
    (_S.EXPIRED, _S.RETRACTED),
}
"""From the status a token left to the one before, where that can be had again."""


def undo_in_entry(at: Undoing, story: Story, entry_id: EntryId) -> Outcome:
    """Undo what the token did to an entry, if that can be; and what became of it."""
    entry = known_entry(at.tx, story, entry_id)
    versions = list_versions(at.tx, story.id, entry.id, below=None, limit=_VERSIONS)
    before, last = _around(versions, at)
    try:
        with at.tx.savepoint():
            if before is None:
                after = _taken_out(at, story, entry)
            else:
                after = _brought_back(at, story, entry, before, last)
            if after is entry:
                return Outcome(story.id, entry.id, done="nothing")
            record_entry(at.tx, at.room, at.actor, at.call, before=entry, after=after, action=REVERT, note=at.note)
    except LiveblogError as error:
        return Outcome(story.id, entry.id, why=error.detail)
    return Outcome(story.id, entry.id, done="taken_out" if before is None else "restored")


def _around(versions: Sequence[EntryVersion], at: Undoing) -> tuple[EntryVersion | None, EntryVersion]:
    """The version before the token's first, None if it made the entry; and its last, with what the clock made of that.

    Where it made none, and changed only what versions do not count, both are the newest one.
    """
    made = [version for version in versions if version.token_id == at.token and version.at >= at.since]
    if not made:
        return versions[0], versions[0]
    before = next((version for version in versions if version.version < made[-1].version), None)
    later = [version for version in reversed(versions) if version.version > made[0].version]
    return before, [made[0], *takewhile(lambda version: version.token_id == CLOCK_ID, later)][-1]


def _taken_out(at: Undoing, story: Story, entry: Entry) -> Entry:
    """An entry that the token created: readers have it no more, and it does not go out by itself."""
    now = at.room.clock()
    if is_public_status(entry):
        return moved(parked(_hidden(at, story, entry)), _S.UNPUBLISHED, at=now)
    if entry.status is _S.SCHEDULED:
        return dataclasses.replace(moved(entry, _S.DRAFT, at=now), publish_at=None, held=False)
    return entry


def _brought_back(at: Undoing, story: Story, entry: Entry, before: EntryVersion, last: EntryVersion) -> Entry:
    """Somebody's entry as it was in `before`; the entry itself where it is that.

    Raises Conflict for what is gone for good or somebody has changed since, Gone, what the door raises.
    """
    now = at.room.clock()
    restored = _as_it_was(entry, before)
    status = _status_again(entry.status, _status_by_now(entry, restored, before, now))
    if status is not _S.SCHEDULED:
        restored = dataclasses.replace(restored, publish_at=None, held=False)
    if status in PUBLIC_STATUSES:  # a wish for a pin was granted when it came out
        restored = dataclasses.replace(restored, pin_wanted=entry.pin_wanted)
    if status is entry.status and restored == entry:
        return entry
    if entry.version != last.version:
        raise Conflict("stale", "Somebody has changed it since.")
    restored = moved(restored, status, at=now)
    if is_public_status(entry) and status not in PUBLIC_STATUSES:
        return dataclasses.replace(restored, revision=_hidden(at, story, entry).revision)
    refuse_closed(story)
    return restored if status not in PUBLIC_STATUSES else _shown_again(at, story, entry, restored)


def _as_it_was(entry: Entry, before: EntryVersion) -> Entry:
    restored = parked(with_content(dataclasses.replace(entry, working=before.working), before.content))
    if before.particulars is None:
        return restored
    # A story that opened gave its entries their places without a version; and once given, a place is kept.
    place = before.particulars["sort_key"] or restored.sort_key
    return dataclasses.replace(restored, **{**before.particulars, "sort_key": place})


def _status_by_now(entry: Entry, restored: Entry, before: EntryVersion, now: Micros) -> EntryStatus:
    """The status it had; but what would have gone out meanwhile waits as a draft, and what has ended has ended."""
    if before.status is _S.SCHEDULED and (restored.publish_at is None or restored.publish_at <= now):
        return _S.DRAFT
    is_over = restored.expires_at is not None and restored.expires_at <= now
    return _S.EXPIRED if is_over and entry.status is _S.EXPIRED else before.status


def _status_again(now: EntryStatus, before: EntryStatus) -> EntryStatus:
    """The status to lead back to. Raises Conflict where no way leads back."""
    if now is before or (now, before) in _BACK:
        return before
    if now in {*PUBLIC_STATUSES, _S.UNPUBLISHED} and before in {_S.DRAFT, _S.SUBMITTED, _S.SCHEDULED, _S.UNPUBLISHED}:
        return _S.UNPUBLISHED
    raise Conflict("wrong_status", f"It is {now} and cannot be {before} again.")


def _shown_again(at: Undoing, story: Story, entry: Entry, restored: Entry) -> Entry:
    where = (at.tx, at.room, at.actor, at.call, story)
    if not is_public_status(entry):
        return show(*where, Shown(restored, "entry.published"))
    changed = _changed_for_readers(entry, restored)
    if not changed:
        return restored
    material = changed != ("sort_key",)
    return show(*where, Shown(restored, "entry.updated", changed=changed, material=material))


def _changed_for_readers(entry: Entry, restored: Entry) -> tuple[str, ...]:
    changed = changed_fields(entry.content, restored.content)
    if restored.status is not entry.status:
        changed = ("status", *(name for name in changed if name != "body"), "body")
    if restored.corrections != entry.corrections:
        changed = (*changed, "corrections")
    if restored.sort_key != entry.sort_key and "time" not in changed:
        changed = (*changed, "sort_key")
    return changed


def _hidden(at: Undoing, story: Story, entry: Entry) -> Entry:
    return hide(at.tx, at.room, at.actor, at.call, story, entry, cause="unpublished")
