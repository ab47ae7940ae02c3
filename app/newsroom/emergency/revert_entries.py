"""Reverting what a token did to one entry: hide what it created, restore what is others'."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from app.domain.entry import PUBLIC_STATUSES, Entry, EntryStatus, changed_fields, with_content
from app.domain.errors import Conflict, LiveblogError
from app.domain.identifiers import EntryId
from app.domain.rights import is_public_status
from app.newsroom.context.access import CLOCK_ID
from app.newsroom.context.freezing import refuse_frozen
from app.newsroom.context.lookup import look_up_entry
from app.newsroom.context.recording import record_entry
from app.newsroom.emergency.revert_context import PURGED, REVERT, Outcome, RevertContext
from app.newsroom.entries.entry_action import transition_entry
from app.newsroom.entries.release import unschedule_edit
from app.newsroom.publication.publication import EntryShown
from app.newsroom.publication.visibility import hide_entry, show_entry_again
from app.storage.newsroom.entries import EntryVersion, list_versions

_VERSIONS = 10_000
"""More than any entry has."""

_S = EntryStatus


@dataclass(frozen=True, slots=True)
class _Stretch:
    """The part of an entry's history that is to be reverted."""

    before: EntryVersion | None
    """The version before the token's first; None if it created the entry."""
    last: EntryVersion
    """The token's last, or what the clock made of that. Where the token made none, the newest."""
    was_published: bool
    """The entry, which was not public before, was so at some time in the stretch."""


def revert_entry(context: RevertContext, entry_id: EntryId) -> Outcome:
    """Revert what the token did to an entry, if that is possible; return the outcome."""
    story = context.story
    entry = look_up_entry(context.tx, story, entry_id)
    if entry.purged_at is not None:
        return Outcome(story.id, entry.id, why=PURGED)
    stretch = _find_stretch(context, list_versions(context.tx, story.id, entry.id, below=None, limit=_VERSIONS))
    try:
        with context.tx.savepoint():
            if stretch.before is None:
                after = _take_out(context, entry)
            else:
                after = _restore(context, entry, stretch.before, stretch)
            if after is entry:
                return Outcome(story.id, entry.id, done="nothing")
            record_entry(context, before=entry, after=after, action=REVERT, note=context.note)
    except LiveblogError as error:
        return Outcome(story.id, entry.id, why=error.detail)
    return Outcome(story.id, entry.id, done="taken_out" if stretch.before is None else "restored")


def _find_stretch(context: RevertContext, versions: Sequence[EntryVersion]) -> _Stretch:
    """Find the token's stretch in `versions`, the newest first; it may have changed only what makes no version."""
    made = [version for version in versions if version.token_id == context.token and version.at >= context.since]
    if not made:
        return _Stretch(versions[0], versions[0], was_published=False)
    before = next((version for version in versions if version.version < made[-1].version), None)
    later = [version for version in reversed(versions) if version.version > made[0].version]
    last = [made[0], *takewhile(lambda version: version.token_id == CLOCK_ID, later)][-1]
    statuses = {version.status for version in versions if made[-1].version <= version.version <= last.version}
    was_public = before is not None and before.status in PUBLIC_STATUSES
    return _Stretch(before, last, was_published=not was_public and bool(statuses & PUBLIC_STATUSES))


def _take_out(context: RevertContext, entry: Entry) -> Entry:
    """Hide an entry that the token created from readers, and unschedule it."""
    if is_public_status(entry):
        hidden = hide_entry(context, entry, cause="unpublished")
        return transition_entry(unschedule_edit(hidden), _S.UNPUBLISHED, at=context.now)
    if entry.status is _S.SCHEDULED:
        draft = transition_entry(entry, _S.DRAFT, at=context.now)
        return dataclasses.replace(draft, publish_at=None, held=False)
    return entry


def _restore(context: RevertContext, entry: Entry, before: EntryVersion, stretch: _Stretch) -> Entry:
    """Restore an entry of others as it was in `before`; return the entry itself where it is that.

    This alone leads out of `removed` and `rejected`. Raises Conflict for what another has changed since or a freeze
    holds back, what the publication raises.
    """
    restored = _as_it_was(entry, before)
    status = _restored_status(context, entry, restored, before.status, was_published=stretch.was_published)
    if status is not _S.SCHEDULED:
        restored = dataclasses.replace(restored, publish_at=None, held=False)
    if status in PUBLIC_STATUSES:  # a pin that was wanted was set when it was published
        stands = status is _S.RETRACTED
        restored = dataclasses.replace(restored, pin_wanted=entry.pin_wanted, retraction_stands=stands)
    if status is entry.status and restored == entry:
        return entry
    if entry.version != stretch.last.version:
        raise Conflict("stale", "Somebody has changed it since.")
    restored = transition_entry(restored, status, at=context.now)
    if is_public_status(entry) and status not in PUBLIC_STATUSES:
        hidden = hide_entry(context, entry, cause="unpublished")
        return dataclasses.replace(restored, revision=hidden.revision)
    refuse_frozen(context.story)
    return restored if status not in PUBLIC_STATUSES else _show_again(context, entry, restored)


def _as_it_was(entry: Entry, before: EntryVersion) -> Entry:
    restored = unschedule_edit(with_content(dataclasses.replace(entry, working=before.working), before.content))
    if before.particulars is None:
        return restored
    # A story that was published gave its entries their places without a version; and once given, a place is kept.
    place = before.particulars["sort_key"] or restored.sort_key
    return dataclasses.replace(restored, **{**before.particulars, "sort_key": place})


def _restored_status(
    context: RevertContext, entry: Entry, restored: Entry, before: EntryStatus, *, was_published: bool
) -> EntryStatus:
    """Return the status to restore: `before`, as far as time and readers let it.

    What has been public is no draft again, what would have been published meanwhile waits as one, and what would
    have ended has ended. Raises Conflict for what was removed before another brought it back.
    """
    now = context.now
    if before is _S.REMOVED and entry.status is not before:
        raise Conflict("wrong_status", "It was removed: remove it again if it is to go.")
    if before in PUBLIC_STATUSES:
        is_over = restored.expires_at is not None and restored.expires_at <= now
        return _S.EXPIRED if is_over and not is_public_status(entry) else before
    if before is not _S.EXPIRED and was_published and entry.revision > 0:
        return _S.UNPUBLISHED
    if before is _S.SCHEDULED and (restored.publish_at is None or restored.publish_at <= now):
        return _S.DRAFT
    return before


def _show_again(context: RevertContext, entry: Entry, restored: Entry) -> Entry:
    if not is_public_status(entry):
        return show_entry_again(context, EntryShown(restored, "entry.published"))
    changed = _changed_for_readers(entry, restored)
    if not changed:
        return restored
    material = changed != ("sort_key",)
    return show_entry_again(context, EntryShown(restored, "entry.updated", changed=changed, material=material))


def _changed_for_readers(entry: Entry, restored: Entry) -> tuple[str, ...]:
    changed = changed_fields(entry.content, restored.content)
    if restored.status is not entry.status:
        changed = ("status", *(name for name in changed if name != "body"), "body")
    if restored.corrections != entry.corrections:
        changed = (*changed, "corrections")
    if restored.sort_key != entry.sort_key and "time" not in changed:
        changed = (*changed, "sort_key")
    return changed
