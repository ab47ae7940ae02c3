"""The times at which things happen to an entry by themselves: set, changed, checked."""

from __future__ import annotations

import dataclasses

from app.domain.clock import Micros
from app.domain.entry import Entry, EntryStatus, WorkingRevision
from app.domain.errors import Conflict, FieldError, InvalidInput
from app.domain.rights import Actor, is_public_status, require_action
from app.domain.statuses import Action
from app.domain.story import Story
from app.wire.entries import EntryPatch


def held_until(story: Story, now: Micros) -> Micros | None:
    """When a publication of `now` goes out where the story holds everything for a while; None: at once."""
    if not (story.is_public and story.settings.hold_seconds):
        return None
    return Micros(now + story.settings.hold_seconds * 1_000_000)


def is_held(entry: Entry) -> bool:
    """Whether what was written last waits for the story's hold to pass."""
    return entry.held or (entry.working is not None and entry.working.held)


def public_edit(entry: Entry) -> WorkingRevision | None:
    """The working revision where it is what goes out next; an entry readers do not see goes out itself, with it."""
    return entry.working if is_public_status(entry) else None


def is_scheduled(entry: Entry) -> bool:
    """Whether what an editor would go on writing goes out by itself."""
    edit = public_edit(entry)
    return (entry.status if edit is None else edit.status) is EntryStatus.SCHEDULED


def require_future(at: Micros, *, now: Micros, pointer: str) -> None:
    """Raise InvalidInput `not_in_future` unless `at` is still to come."""
    if at <= now:
        raise InvalidInput([FieldError(pointer, "not_in_future", "This time has passed already.")])


def retimed(actor: Actor, story: Story, entry: Entry, patch: EntryPatch, *, now: Micros) -> Entry:
    """The entry with the times a patch gives; `entry` itself where it gives none.

    Raises InvalidInput `not_in_future`, Conflict `wrong_status` for a `publish_at` of what is not scheduled.
    """
    after = entry
    if patch.publish_at is not None:
        require_action(actor, Action.SCHEDULE, entry=entry, settings=story.settings, visible=False)
        require_future(patch.publish_at, now=now, pointer="/publish_at")
        after = _rescheduled(after, patch.publish_at)
    if "expires_at" in patch.model_fields_set and patch.expires_at != entry.expires_at:
        visible = is_public_status(entry)
        require_action(actor, Action.EDIT, entry=entry, settings=story.settings, visible=visible)
        if patch.expires_at is not None:
            require_future(patch.expires_at, now=now, pointer="/expires_at")
        after = dataclasses.replace(after, expires_at=patch.expires_at)
    return after


def _rescheduled(entry: Entry, publish_at: Micros) -> Entry:
    if not is_scheduled(entry):
        raise Conflict("wrong_status", "Only what is scheduled has a publish_at; schedule the entry instead.")
    edit = public_edit(entry)
    if edit is None:
        return dataclasses.replace(entry, publish_at=publish_at, held=False)
    return dataclasses.replace(entry, working=dataclasses.replace(edit, publish_at=publish_at, held=False))
