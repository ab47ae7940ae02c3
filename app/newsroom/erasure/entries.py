"""Purging an entry, in one transaction; and a story with all of its entries, in many that keep no writer waiting.

Readers lose a story with the first of them. Killed between two, what is left of its text goes with the next purge.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass

from app.domain.entry import Entry, EntryContent, changed_fields
from app.domain.errors import Conflict
from app.domain.rights import Right, is_public_status
from app.domain.story import Story, StoryStatus
from app.newsroom.context.begin_write import open_write
from app.newsroom.context.lookup import look_up_entry
from app.newsroom.context.newsroom import Call, Newsroom
from app.newsroom.context.recording import record_audit, record_entry
from app.newsroom.context.write_context import StoryContext
from app.newsroom.entries.entry_action import transition_entry
from app.newsroom.publication.publication import EntryShown
from app.newsroom.publication.visibility import hide_entry, show_entry_again
from app.newsroom.stories.continuing import lock_with_linked
from app.newsroom.stories.lifecycle import PURGE, put_story
from app.storage.erasure.erasing import count_text, delete_rows, delete_text
from app.storage.erasure.targets import ERASED, EntryTarget, StoryTarget, Target
from app.storage.erasure.uploads import delete_uploads
from app.storage.newsroom.audit import AuditedChange
from app.storage.newsroom.comment_lock import lock_out_comments
from app.storage.newsroom.comments import lock_comments_under
from app.storage.newsroom.entries import append_version, read_entry, update_entry
from app.storage.newsroom.legal_holds import list_holds
from app.storage.newsroom.site_control import update_purge_count
from app.wire.requests.stories import STORY_DEFAULTS

MAX_UPLOADS = 100_000
"""More than an entry has ever shown, in all of its versions."""
UPLOADS_AT_ONCE = 100
ROWS_AT_ONCE = 500
"""Rows of a story purged in one transaction: other writers wait for a tenth of a second at most."""


@dataclass(frozen=True, slots=True)
class Erased:
    """A purge that was done: how much went from which place, and the names of uploads whose files go now."""

    counts: dict[str, int]
    files: list[str]


def purge_entry(newsroom: Newsroom, call: Call, target: EntryTarget) -> Erased:
    """Purge an entry: a tombstone for readers, and nothing of its text and its pictures anywhere.

    Raises NotFound, Conflict `legal_hold`.
    """
    with open_write(newsroom, call, right=Right.ERASE) as opened:
        context = opened.lock_story(target.story)
        lock_out_comments(context.tx)
        before = look_up_entry(context.tx, context.story, target.entry)
        _refuse_held(context, before)
        lock_comments_under(context.tx, target.story, target.entry)
        counts = count_text(context.tx, target)
        hidden = hide_entry(context, before, cause="removed")
        files = delete_uploads(context.tx, target, limit=MAX_UPLOADS)
        delete_text(context.tx, target, at=context.now)
        if before.purged_at is None:
            _record_purged(context, hidden)
        _record(context, before, target, counts)
        return Erased(counts, files or [])


def purge_story(newsroom: Newsroom, call: Call, target: StoryTarget) -> Erased:
    """Purge a story: withdrawn for readers, nameless, and nothing left of its text and its entries' anywhere.

    Raises NotFound, Conflict `legal_hold`.
    """
    with open_write(newsroom, call, right=Right.ERASE) as opened:
        context = lock_with_linked(opened, target.story)
        lock_out_comments(context.tx)
        before = context.story
        _refuse_held(context, None)
        lock_comments_under(context.tx, target.story, None)
        counts = count_text(context.tx, target)
        erased = dataclasses.replace(
            before,
            slug=target.slug,
            status=StoryStatus.WITHDRAWN,
            fields={**STORY_DEFAULTS, "title": ERASED},
            pinned=(),
            key_points=(),
            ends_at=None,
        )
        put_story(context, erased, action=PURGE)
        update_purge_count(context.tx)  # what was checked before this is checked again before it is stored
        deleted = delete_uploads(context.tx, target, limit=UPLOADS_AT_ONCE)
        emptied = _purge_rows(context, target, counts, 0)
    files = deleted or []
    while deleted is not None:
        with open_write(newsroom, call, right=Right.ERASE) as opened:
            deleted = delete_uploads(opened.lock_story(target.story).tx, target, limit=UPLOADS_AT_ONCE)
            files = [*files, *(deleted or [])]
    while emptied is not None:
        with open_write(newsroom, call, right=Right.ERASE) as opened:
            emptied = _purge_rows(opened.lock_story(target.story), target, counts, emptied)
    return Erased(counts, files)


def take_out_of_entry(context: StoryContext, before: Entry, without: Callable[[EntryContent], EntryContent]) -> None:
    """Make the entry's content, and that of its working revision, what `without` leaves; show readers what changed."""
    after = transition_entry(before, before.status, at=context.now)
    after = dataclasses.replace(after, content=without(before.content))
    if before.working is not None:
        working = dataclasses.replace(before.working, content=without(before.working.content))
        after = dataclasses.replace(after, working=working)
    changed = changed_fields(before.content, after.content)
    if is_public_status(before) and changed:
        after = show_entry_again(context, EntryShown(after, "entry.updated", changed=changed, material=False))
    record_entry(context, before=before, after=after, action=PURGE)


def _purge_rows(context: StoryContext, target: StoryTarget, counts: dict[str, int], emptied: int) -> int | None:
    """Purge the next rows of the story, whose first places are `emptied`; audit it with the last."""
    now_emptied = delete_rows(context.tx, target, at=context.now, limit=ROWS_AT_ONCE, emptied=emptied)
    if now_emptied is None:
        _record(context, context.story, target, counts)
    return now_emptied


def _record_purged(context: StoryContext, hidden: Entry) -> None:
    """Append the version that says who purged the entry and when."""
    purged = read_entry(context.tx, hidden.story, hidden.id)
    if purged is not None:
        after = dataclasses.replace(purged, revision=hidden.revision, status_at=context.now)
        update_entry(context.tx, after)
        append_version(context.tx, after, at=context.now, actor=context.actor, action=PURGE, note=None)


def _refuse_held(context: StoryContext, entry: Entry | None) -> None:
    """Raise Conflict `legal_hold` if the story is held, or the entry, or any of the story's where none is given."""
    holds = list_holds(context.tx, context.story.id)
    if any(hold.entry is None or entry is None or hold.entry == entry.id for hold in holds):
        raise Conflict("legal_hold", "It is kept for a court: an admin has to lift the hold before it can go.")


def _record(context: StoryContext, before: Entry | Story, target: Target, counts: dict[str, int]) -> None:
    """Append the audit row, which says how much went from where, and nothing of the text."""
    kind = "entry" if isinstance(target, EntryTarget) else "story"
    was = {"status": before.status.value, "version": before.version}
    status = "removed" if kind == "entry" else "withdrawn"
    after = {"status": status, "version": before.version + 1, "erased": counts}
    change = AuditedChange(PURGE, kind, before.id, story_id=context.story.id, before=was, after=after)
    record_audit(context, change)
