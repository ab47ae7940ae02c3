"""The entry's state machine: the statuses, and the actions that lead from one to another."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from app.domain.entry import EntryStatus
from app.domain.errors import Conflict


class Action(StrEnum):
    """Actions on an existing entry, or on a new one (`create`)."""

    CREATE = "create"
    EDIT = "edit"
    SUBMIT = "submit"
    RETURN = "return"
    REJECT = "reject"
    PUBLISH = "publish"
    SCHEDULE = "schedule"
    CANCEL = "cancel"
    COME_DUE = "come_due"
    """Done by the clock alone: a scheduled entry is published."""
    DISCARD = "discard"
    UNPUBLISH = "unpublish"
    RETRACT = "retract"
    REINSTATE = "reinstate"
    CORRECT = "correct"
    MOVE = "move"
    EXPIRE = "expire"
    """Done by the clock alone: an entry reaches its `expires_at`."""
    REMOVE = "remove"


BY_THE_CLOCK = frozenset({Action.COME_DUE, Action.EXPIRE})
"""Actions that no caller can ask for."""

_S = EntryStatus

TRANSITIONS: Mapping[tuple[EntryStatus, Action], EntryStatus] = {
    (_S.DRAFT, Action.SUBMIT): _S.SUBMITTED,
    (_S.SUBMITTED, Action.RETURN): _S.DRAFT,
    (_S.SUBMITTED, Action.REJECT): _S.REJECTED,
    (_S.DRAFT, Action.PUBLISH): _S.PUBLISHED,
    (_S.SUBMITTED, Action.PUBLISH): _S.PUBLISHED,
    (_S.UNPUBLISHED, Action.PUBLISH): _S.PUBLISHED,
    (_S.DRAFT, Action.SCHEDULE): _S.SCHEDULED,
    (_S.SUBMITTED, Action.SCHEDULE): _S.SCHEDULED,
    (_S.UNPUBLISHED, Action.SCHEDULE): _S.SCHEDULED,
    (_S.SCHEDULED, Action.CANCEL): _S.DRAFT,
    (_S.SCHEDULED, Action.COME_DUE): _S.PUBLISHED,
    (_S.PUBLISHED, Action.UNPUBLISH): _S.UNPUBLISHED,
    (_S.RETRACTED, Action.UNPUBLISH): _S.UNPUBLISHED,
    (_S.PUBLISHED, Action.RETRACT): _S.RETRACTED,
    (_S.RETRACTED, Action.REINSTATE): _S.PUBLISHED,
    (_S.PUBLISHED, Action.CORRECT): _S.PUBLISHED,
    (_S.RETRACTED, Action.CORRECT): _S.RETRACTED,
    (_S.PUBLISHED, Action.MOVE): _S.PUBLISHED,
    (_S.RETRACTED, Action.MOVE): _S.RETRACTED,
    (_S.PUBLISHED, Action.EXPIRE): _S.EXPIRED,
    (_S.RETRACTED, Action.EXPIRE): _S.EXPIRED,
    **{(status, Action.EDIT): status for status in _S if status is not _S.REMOVED},
    **{(status, Action.REMOVE): _S.REMOVED for status in _S if status is not _S.REMOVED},
}


def next_status(status: EntryStatus, action: Action, *, retraction_stands: bool = False) -> EntryStatus:
    """Return the status that `action` leads to. Raises Conflict `wrong_status` if there is no such transition.

    While a retraction stands, every transition to `published` leads to `retracted` instead; only REINSTATE ends it.
    """
    try:
        after = TRANSITIONS[status, action]
    except KeyError:
        raise wrong_status(status, action) from None
    is_still_wrong = retraction_stands and action is not Action.REINSTATE
    return _S.RETRACTED if is_still_wrong and after is _S.PUBLISHED else after


def wrong_status(status: EntryStatus, action: Action) -> Conflict:
    """Make the error for a missing transition; its detail lists the actions that are possible."""
    open_to = sorted(a for (s, a) in TRANSITIONS if s is status and a not in BY_THE_CLOCK)
    hint = f"possible now: {', '.join(open_to)}" if open_to else "nothing can be done with it any more"
    return Conflict("wrong_status", f"Cannot {action} an entry that is {status}; {hint}.")
