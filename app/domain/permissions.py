"""The actions a caller may take on one entry now: rights, status, freeze and closed story in one answer.

The newsroom's shapes of an entry list them as `can`. Each use case checks the same rules one by one, to name the one
that refuses; tests/contracts/test_permissions.py holds the list to what the routes answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from app.domain.entry import PUBLIC_STATUSES, Entry, EntryStatus
from app.domain.rights import Actor, Grant, Right, grant_of, has_in_story, is_granted
from app.domain.statuses import BY_THE_CLOCK, TRANSITIONS, Action
from app.domain.story import NEWSROOM_ONLY, Story, StoryStatus

TAKING_DOWN = frozenset({Action.RETRACT, Action.UNPUBLISH, Action.REMOVE, Action.EXPIRE})
"""Actions that stay possible in a freeze."""

CLOSED = frozenset({StoryStatus.ARCHIVED, StoryStatus.WITHDRAWN})
"""Statuses of stories that accept no entries and no edits."""

ASIDE = frozenset({Action.SUBMIT, Action.RETURN, Action.REJECT, Action.CANCEL, Action.DISCARD})
"""Actions that change nothing for readers, whatever the entry's status."""


class Extra(StrEnum):
    """Actions on an entry that are outside its state machine."""

    PIN = "pin"
    """Name it in the story's pins and key points."""
    SET_EXPIRY = "set_expiry"
    """PATCH its `expires_at`."""
    RESCHEDULE = "reschedule"
    """PATCH its `publish_at`, or that of its working revision."""
    PREVIEW = "preview"


_ACTIONS = tuple(action for action in Action if action is not Action.CREATE and action not in BY_THE_CLOCK)
_ONLY_IN_PUBLIC = frozenset({Action.RETRACT, Action.REINSTATE, Action.CORRECT, Action.MOVE})
"""Actions on an entry that readers see, so that the story must be public."""

_OF_THE_EDIT = frozenset({Action.SUBMIT, Action.RETURN, Action.REJECT})
"""Actions that concern the working revision if there is one."""

_OF_A_PUBLIC_EDIT = frozenset({Action.PUBLISH, Action.SCHEDULE, Action.CANCEL})
"""Actions that concern the working revision of an entry that readers see; any other entry is published with it."""


class _Case(NamedTuple):
    """Everything that the answer depends on: few values, so that nearly every answer is cached."""

    grant: Grant
    status: EntryStatus
    working: EntryStatus | None
    story: StoryStatus
    is_frozen: bool
    holds: bool
    is_held: bool


def permitted_actions(actor: Actor, story: Story, entry: Entry) -> tuple[str, ...]:
    """Return the names of what an actor from `actor_in_story` may do with the entry now, in a fixed order.

    An action that is listed can still be refused for what is sent with it or written in the entry: a picture without
    alternative text, a time that has passed, a limit that is reached.
    """
    settings = story.settings
    return _permitted(
        _Case(
            grant=grant_of(actor, entry=entry, settings=settings),
            status=entry.status,
            working=None if entry.working is None else entry.working.status,
            story=story.status,
            is_frozen=story.is_frozen,
            holds=settings.hold_seconds > 0,
            is_held=entry.is_held,
        )
    )


def is_open_to(status: StoryStatus, action: Action | None, *, is_frozen: bool) -> bool:
    """Return whether a story in this status takes `action` on an entry; None: any other write to one."""
    if status is StoryStatus.WITHDRAWN:
        return False
    return action in TAKING_DOWN or (status is not StoryStatus.ARCHIVED and not is_frozen)


@lru_cache(maxsize=4_096)
def _permitted(case: _Case) -> tuple[str, ...]:
    actions = [action.value for action in _ACTIONS if _may(case, action)]
    return (*actions, *(extra.value for extra, holds in _extras(case).items() if holds))


def _may(case: _Case, action: Action) -> bool:
    if not is_open_to(case.story, action, is_frozen=case.is_frozen):
        return False
    if action in _ONLY_IN_PUBLIC and case.story in NEWSROOM_ONLY:
        return False
    if action is Action.PUBLISH and _would_be_new_in_ended(case):
        return False
    return _has_transition(case, action) and is_granted(case.grant, action, visible=_is_visible(case, action))


def _would_be_new_in_ended(case: _Case) -> bool:
    """Return whether publishing at once is refused, as an ended story does; what it holds is refused when due."""
    return case.story is StoryStatus.ENDED and case.status not in PUBLIC_STATUSES and not case.holds


def _has_transition(case: _Case, action: Action) -> bool:
    """Return whether the state machine has the transition, from the edit's status where it concerns that."""
    if action is Action.DISCARD:
        return case.working is not None
    of_the_edit = action in _OF_THE_EDIT or (action in _OF_A_PUBLIC_EDIT and case.status in PUBLIC_STATUSES)
    status = case.working if of_the_edit and case.working is not None else case.status
    if action is Action.PUBLISH and status is EntryStatus.SCHEDULED:
        return case.is_held and not case.holds  # a hold of the request's own, which whoever may publish can end
    return (status, action) in TRANSITIONS


def _is_visible(case: _Case, action: Action) -> bool:
    """Return whether the action is judged as one that readers see. An edit of what is scheduled is published unseen."""
    if action is Action.EDIT:
        return _is_scheduled(case)
    return action not in ASIDE and case.status in PUBLIC_STATUSES


def _is_scheduled(case: _Case) -> bool:
    of_the_edit = case.working is not None and case.status in PUBLIC_STATUSES
    return (case.working if of_the_edit else case.status) is EntryStatus.SCHEDULED


def _extras(case: _Case) -> Mapping[Extra, bool]:
    role, scopes, _, _ = case.grant
    is_public = case.status in PUBLIC_STATUSES
    may_edit = _may(case, Action.EDIT)
    is_open = is_open_to(case.story, None, is_frozen=case.is_frozen)
    may_schedule = is_granted(case.grant, Action.SCHEDULE, visible=False)
    return {
        Extra.PIN: has_in_story(role, scopes, Right.EDIT_STORIES)
        and is_open
        and is_public
        and case.story not in NEWSROOM_ONLY,
        Extra.SET_EXPIRY: may_edit and is_granted(case.grant, Action.EDIT, visible=is_public),
        Extra.RESCHEDULE: may_edit and may_schedule and _is_scheduled(case),
        Extra.PREVIEW: has_in_story(role, scopes, Right.READ_NEWSROOM) and case.status is not EntryStatus.REMOVED,
    }
