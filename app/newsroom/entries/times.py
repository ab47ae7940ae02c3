"""The times at which an entry changes by itself: when it is published, and when it ends."""

from __future__ import annotations

import dataclasses

from app.domain.clock import Micros, format_time
from app.domain.entry import Entry, EntryStatus, WorkingRevision
from app.domain.errors import Conflict, FieldError, InvalidInput
from app.domain.rights import is_public_status, require_action
from app.domain.statuses import Action
from app.domain.story import Story, StoryStatus
from app.newsroom.context.write_context import StoryContext
from app.wire.requests.entries import EntryDraft, EntryPatch


def held_until(story: Story, now: Micros, *, hold_seconds: int | None, is_new: bool) -> Micros | None:
    """Return the time until which what is published `now` is held; None if it is published at once.

    `hold_seconds` is the request's, which may only lengthen the story's. It holds nothing new in an ended story: that
    is refused, and better at once than after the hold.
    """
    asked = 0 if is_new and story.status is StoryStatus.ENDED else hold_seconds or 0
    seconds = max(story.settings.hold_seconds, asked)
    return Micros(now + seconds * 1_000_000) if story.is_public and seconds else None


def public_edit_of(entry: Entry) -> WorkingRevision | None:
    """Return a public entry's working revision, which is published next; None where the entry itself is, with it."""
    return entry.working if is_public_status(entry) else None


def is_scheduled(entry: Entry) -> bool:
    """Return whether what an editor would go on editing, the entry or a public one's working revision, is scheduled."""
    edit = public_edit_of(entry)
    return (entry.status if edit is None else edit.status) is EntryStatus.SCHEDULED


def require_future(at: Micros, *, now: Micros, pointer: str) -> None:
    """Raise InvalidInput `not_in_future` unless `at` is still to come."""
    if at <= now:
        raise InvalidInput([FieldError(pointer, "not_in_future", "This time has passed already.")])


def require_before_end(entry: Entry, public_at: Micros, *, pointer: str = "/publish_at") -> None:
    """Raise InvalidInput `out_of_range` for what would be over by the time it is published."""
    if entry.expires_at is not None and entry.expires_at <= public_at:
        detail = f"It would end before it is out: expires_at is {format_time(entry.expires_at)}."
        raise InvalidInput([FieldError(pointer, "out_of_range", detail)])


def refuse_past_end(entry: Entry, public_at: Micros) -> None:
    """Raise Conflict `past_its_end` for what would be over by the time it is published."""
    if entry.expires_at is not None and entry.expires_at <= public_at:
        raise Conflict("past_its_end", f"It ends at {format_time(entry.expires_at)}: change its expires_at first.")


def check_times(draft: EntryDraft, entry: Entry, *, now: Micros) -> None:
    """Check the times of a new entry: a publish_at exactly if it is scheduled, all to come, the end after the start.

    Raises InvalidInput `invalid_value`, `not_in_future` or `out_of_range`.
    """
    scheduled = draft.status == "scheduled"
    if scheduled and draft.publish_at is None:
        raise InvalidInput([FieldError("/publish_at", "invalid_value", "Say when it is to go out.")])
    if draft.publish_at is not None:
        if not scheduled:
            detail = 'A time to go out belongs to "status": "scheduled".'
            raise InvalidInput([FieldError("/publish_at", "invalid_value", detail)])
        require_future(draft.publish_at, now=now, pointer="/publish_at")
    _check_end(entry, now=now)


def set_patched_times(context: StoryContext, entry: Entry, patch: EntryPatch) -> Entry:
    """Return the entry with the times a patch gives; `entry` itself where it gives none.

    Raises InvalidInput as `check_times`, Conflict `wrong_status` for a `publish_at` of what is not scheduled.
    """
    actor, settings, now, after = context.actor, context.story.settings, context.now, entry
    if "expires_at" in patch.model_fields_set and patch.expires_at != entry.expires_at:
        require_action(actor, Action.EDIT, entry=entry, settings=settings, visible=is_public_status(entry))
        after = dataclasses.replace(after, expires_at=patch.expires_at)
    if patch.publish_at is not None:
        require_action(actor, Action.SCHEDULE, entry=entry, settings=settings, visible=False)
        require_future(patch.publish_at, now=now, pointer="/publish_at")
        after = _reschedule(after, patch.publish_at)
        require_before_end(after, patch.publish_at)
    if after.expires_at != entry.expires_at:
        _check_end(after, now=now)
    return after


def _check_end(entry: Entry, *, now: Micros) -> None:
    if entry.expires_at is not None:
        require_future(entry.expires_at, now=now, pointer="/expires_at")
    if entry.publish_at is not None:
        require_before_end(entry, entry.publish_at, pointer="/expires_at")


def _reschedule(entry: Entry, publish_at: Micros) -> Entry:
    if not is_scheduled(entry):
        raise Conflict("wrong_status", "Only what is scheduled has a publish_at; schedule the entry instead.")
    edit = public_edit_of(entry)
    if edit is None:
        return dataclasses.replace(entry, publish_at=publish_at, held=False)
    return dataclasses.replace(entry, working=dataclasses.replace(edit, publish_at=publish_at, held=False))
