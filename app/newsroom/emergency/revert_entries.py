"""Undoing what a token did to one entry: out with what it created, and others' as they were before it."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from app.domain.clock import Micros
from app.domain.entry import PUBLIC_STATUSES, Entry, EntryStatus, changed_fields, with_content
from app.domain.errors import Conflict, LiveblogError
from app.domain.identifiers import EntryId
from app.domain.rights import is_public_status
from app.domain.story import Story
from app.newsroom.context.access import CLOCK_ID
from app.newsroom.context.freezing import refuse_frozen
from app.newsroom.context.lookup import known_entry
from app.newsroom.context.recording import record_entry
from app.newsroom.emergency.revert_context import REVERT, Outcome, Undoing
from app.newsroom.entries.entry_action import moved
from app.newsroom.entries.release import parked
from app.newsroom.publication.publication import Shown
from app.newsroom.publication.visibility import hide, show_again
from app.storage.newsroom.entries import EntryVersion, list_versions

_VERSIONS = 10_000
"""More than any entry has."""

_S = EntryStatus


@dataclass(frozen=True, slots=True)
class _Stretch:
    """The part of an entry's life that is to be undone."""

    before: EntryVersion | None
    """The version before the token's first; None if it made the entry."""
    last: EntryVersion
    """The token's last, or what the clock made of that. Where the token made none, the newest."""
    came_out: bool
    """The entry, which was not public before, was so at some time in the stretch."""


def undo_in_entry(at: Undoing, story: Story, entry_id: EntryId) -> Outcome:
    """Undo what the token did to an entry, if that can be; and what became of it."""
    entry = known_entry(at.tx, story, entry_id)
    stretch = _stretch(list_versions(at.tx, story.id, entry.id, below=None, limit=_VERSIONS), at)
    try:
        with at.tx.savepoint():
            if stretch.before is None:
                after = _taken_out(at, story, entry)
            else:
                after = _brought_back(at, story, entry, stretch.before, stretch)
            if after is entry:
                return Outcome(story.id, entry.id, done="nothing")
            record_entry(at.tx, at.newsroom, at.actor, at.call, before=entry, after=after, action=REVERT, note=at.note)
    except LiveblogError as error:
        return Outcome(story.id, entry.id, why=error.detail)
    return Outcome(story.id, entry.id, done="taken_out" if stretch.before is None else "restored")


def _stretch(versions: Sequence[EntryVersion], at: Undoing) -> _Stretch:
    """`versions` are the newest first. The token may have changed only what they do not count."""
    made = [version for version in versions if version.token_id == at.token and version.at >= at.since]
    if not made:
        return _Stretch(versions[0], versions[0], came_out=False)
    before = next((version for version in versions if version.version < made[-1].version), None)
    later = [version for version in reversed(versions) if version.version > made[0].version]
    last = [made[0], *takewhile(lambda version: version.token_id == CLOCK_ID, later)][-1]
    statuses = {version.status for version in versions if made[-1].version <= version.version <= last.version}
    was_out = before is not None and before.status in PUBLIC_STATUSES
    return _Stretch(before, last, came_out=not was_out and bool(statuses & PUBLIC_STATUSES))


def _taken_out(at: Undoing, story: Story, entry: Entry) -> Entry:
    """An entry that the token created: readers have it no more, and it does not go out by itself."""
    now = at.newsroom.clock()
    if is_public_status(entry):
        return moved(parked(_hidden(at, story, entry)), _S.UNPUBLISHED, at=now)
    if entry.status is _S.SCHEDULED:
        return dataclasses.replace(moved(entry, _S.DRAFT, at=now), publish_at=None, held=False)
    return entry


def _brought_back(at: Undoing, story: Story, entry: Entry, before: EntryVersion, stretch: _Stretch) -> Entry:
    """Somebody's entry as it was in `before`; the entry itself where it is that.

    This alone leads out of `removed` and `rejected`. Raises Conflict for what somebody has changed since or a freeze
    holds back, what the door raises.
    """
    now = at.newsroom.clock()
    restored = _as_it_was(entry, before)
    status = _status_again(entry, restored, before.status, came_out=stretch.came_out, now=now)
    if status is not _S.SCHEDULED:
        restored = dataclasses.replace(restored, publish_at=None, held=False)
    if status in PUBLIC_STATUSES:  # a wish for a pin was granted when it came out
        stands = status is _S.RETRACTED
        restored = dataclasses.replace(restored, pin_wanted=entry.pin_wanted, retraction_stands=stands)
    if status is entry.status and restored == entry:
        return entry
    if entry.version != stretch.last.version:
        raise Conflict("stale", "Somebody has changed it since.")
    restored = moved(restored, status, at=now)
    if is_public_status(entry) and status not in PUBLIC_STATUSES:
        return dataclasses.replace(restored, revision=_hidden(at, story, entry).revision)
    refuse_frozen(story)
    return restored if status not in PUBLIC_STATUSES else _shown_again(at, story, entry, restored)


def _as_it_was(entry: Entry, before: EntryVersion) -> Entry:
    restored = parked(with_content(dataclasses.replace(entry, working=before.working), before.content))
    if before.particulars is None:
        return restored
    # A story that opened gave its entries their places without a version; and once given, a place is kept.
    place = before.particulars["sort_key"] or restored.sort_key
    return dataclasses.replace(restored, **{**before.particulars, "sort_key": place})


def _status_again(entry: Entry, restored: Entry, before: EntryStatus, *, came_out: bool, now: Micros) -> EntryStatus:
    """The status to lead back to: `before`, as far as time and readers let it.

    What has been before readers is no draft again, what would have gone out meanwhile waits as one, and what would
    have ended has ended. Raises Conflict for what was removed before somebody brought it back.
    """
    if before is _S.REMOVED and entry.status is not before:
        raise Conflict("wrong_status", "It was removed: remove it again if it is to go.")
    if before in PUBLIC_STATUSES:
        is_over = restored.expires_at is not None and restored.expires_at <= now
        return _S.EXPIRED if is_over and not is_public_status(entry) else before
    if before is not _S.EXPIRED and came_out and entry.revision > 0:
        return _S.UNPUBLISHED
    if before is _S.SCHEDULED and (restored.publish_at is None or restored.publish_at <= now):
        return _S.DRAFT
    return before


def _shown_again(at: Undoing, story: Story, entry: Entry, restored: Entry) -> Entry:
    where = (at.tx, at.newsroom, at.actor, at.call, story)
    if not is_public_status(entry):
        return show_again(*where, Shown(restored, "entry.published"))
    changed = _changed_for_readers(entry, restored)
    if not changed:
        return restored
    material = changed != ("sort_key",)
    return show_again(*where, Shown(restored, "entry.updated", changed=changed, material=material))


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
    return hide(at.tx, at.newsroom, at.actor, at.call, story, entry, cause="unpublished")
