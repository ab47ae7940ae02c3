"""Every cell of (status, action, role): written by hand, and compared with what the rules say."""

from __future__ import annotations

import dataclasses
import itertools

import pytest

from app.domain.clock import Micros
from app.domain.entry import Entry, EntryContent, EntryStatus
from app.domain.errors import Conflict
from app.domain.identifiers import EntryId, PersonId, StoryId
from app.domain.rights import Actor, Role, is_public_status, may_act
from app.domain.statuses import BY_THE_CLOCK, TRANSITIONS, Action, next_status
from app.domain.story import StorySettings

D, S, J, C, P, U, R, E, X = (
    "draft", "submitted", "rejected", "scheduled", "published", "unpublished", "retracted", "expired", "removed",
)  # fmt: skip

DRAWN = {
    "edit":      {D: D, S: S, J: J, C: C, P: P, U: U, R: R, E: E},
    "submit":    {D: S},
    "return":    {S: D},
    "reject":    {S: J},
    "publish":   {D: P, S: P, U: P},
    "schedule":  {D: C, S: C, U: C},
    "cancel":    {C: D},
    "come_due":  {C: P},
    "unpublish": {P: U, R: U},
    "retract":   {P: R},
    "reinstate": {R: P},
    "correct":   {P: P, R: R},
    "move":      {P: P, R: R},
    "expire":    {P: E, R: E},
    "remove":    {D: X, S: X, J: X, C: X, P: X, U: X, R: X, E: X},
}  # fmt: skip
"""Action → status before → status after. What is not here is refused."""

OWN, OWN_REVIEWED, OTHERS = "own", "own, under review", "somebody else's"

REPORTER_MAY = {
    # A public entry's row is asked with the rights of changing what readers see, as the use cases ask.
    OWN: {"edit", "submit", "publish", "cancel", "discard", "unpublish", "retract", "reinstate", "correct", "remove"},
    OWN_REVIEWED: {"edit unseen", "submit", "cancel", "discard", "remove unseen"},
    OTHERS: set[str](),
}
EDITORS_ONLY = {"return", "reject", "schedule", "move"}


@pytest.mark.parametrize(("status", "action"), list(itertools.product(EntryStatus, Action)))
def test_every_status_and_action_leads_where_the_drawing_says(status: EntryStatus, action: Action) -> None:
    expected = DRAWN.get(action, {}).get(status)
    if expected is None:
        with pytest.raises(Conflict) as refused:
            next_status(status, action)
        assert refused.value.code == "wrong_status"
        possible = refused.value.detail.partition("possible now: ")[2].rstrip(".").split(", ")
        assert not BY_THE_CLOCK & set(possible)
    else:
        assert next_status(status, action) == expected


@pytest.mark.parametrize(("status", "action"), sorted(TRANSITIONS))
def test_while_a_retraction_stands_only_reinstating_leads_to_published(status: EntryStatus, action: Action) -> None:
    drawn, standing = DRAWN.get(action, {})[status], next_status(status, action, retraction_stands=True)
    assert standing == (R if drawn == P and action is not Action.REINSTATE else drawn)


def test_the_table_of_the_code_has_no_arrow_more() -> None:
    assert len(TRANSITIONS) == sum(len(row) for row in DRAWN.values())


def _entry(status: EntryStatus, owner: str) -> Entry:
    return Entry(
        story=StoryId("s"), id=EntryId("e"), status=status, version=1, content=EntryContent(), created_at=Micros(0),
        status_at=Micros(0), created_by=PersonId(owner), created_by_token="t", creation_fingerprint="f",
    )  # fmt: skip


ME = Actor(role=Role.REPORTER, token_id="t", person=PersonId("me"))


@pytest.mark.parametrize(
    ("status", "action"), list(itertools.product(EntryStatus, sorted(set(Action) - BY_THE_CLOCK - {Action.CREATE})))
)
@pytest.mark.parametrize("case", [OWN, OWN_REVIEWED, OTHERS])
def test_every_role_may_do_what_the_table_says(status: EntryStatus, action: Action, case: str) -> None:
    entry = _entry(status, "other" if case == OTHERS else "me")
    settings = StorySettings(review_required=case == OWN_REVIEWED)
    visible = is_public_status(entry) and action not in {"submit", "return", "reject", "cancel", "discard"}
    may = {
        role: may_act(dataclasses.replace(ME, role=role), action, entry=entry, settings=settings, visible=visible)
        for role in Role
    }
    assert may[Role.EDITOR]
    assert may[Role.ADMIN]
    allowed = REPORTER_MAY[case]
    expected = action in allowed or (not visible and f"{action} unseen" in allowed)
    assert may[Role.REPORTER] == (expected and action not in EDITORS_ONLY)
