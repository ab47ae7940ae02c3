"""The entry's state machine: which action leads from which status to which."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from app.domain.entry import EntryStatus
from app.domain.errors import Conflict


class Action(StrEnum):
    """What can be asked of an entry that exists, or of a new one (`create`)."""

    CREATE = "create"
    EDIT = "edit"
    SUBMIT = "submit"
    RETURN = "return"
    REJECT = "reject"
    PUBLISH = "publish"
    SCHEDULE = "schedule"
    CANCEL = "cancel"
    COME_DUE = "come_due"
    """Done by the clock alone: what was scheduled goes out."""
    DISCARD = "discard"
    UNPUBLISH = "unpublish"
    RETRACT = "retract"
    REINSTATE = "reinstate"
    CORRECT = "correct"
    MOVE = "move"
    EXPIRE = "expire"
    """Done by the clock alone: what had an end reaches it."""
    REMOVE = "remove"


BY_THE_CLOCK = frozenset({Action.COME_DUE, Action.EXPIRE})
"""Nobody can ask for these."""

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
    """Where `action` leads. Raises Conflict `wrong_status` when the drawing has no such arrow.

    While a retraction stands, whatever else would lead to `published` leads to `retracted`: REINSTATE alone ends it.
    """
    try:
        after = TRANSITIONS[status, action]
    except KeyError:
        raise wrong_status(status, action) from None
    is_still_wrong = retraction_stands and action is not Action.REINSTATE
    return _S.RETRACTED if is_still_wrong and after is _S.PUBLISHED else after


def wrong_status(status: EntryStatus, action: Action) -> Conflict:
    """The error for an arrow that is not drawn, telling which actions are."""
    open_to = sorted(a for (s, a) in TRANSITIONS if s is status and a not in BY_THE_CLOCK)
    hint = f"possible now: {', '.join(open_to)}" if open_to else "nothing can be done with it any more"
    return Conflict("wrong_status", f"Cannot {action} an entry that is {status}; {hint}.")
