"""An entry's end: set, changed and taken away, before and after it is out; and never before its beginning."""

from __future__ import annotations

from typing import Any

import pytest

from app.domain.clock import Micros, format_time
from app.domain.errors import Conflict, InvalidInput, NotAllowed
from tests.newsroom.driver import HOUR, Desk

SECOND = 1_000_000


def at(desk: Desk, later: int) -> str:
    return format_time(Micros(desk.now + later))


def refusal(call: Any, *args: Any, **kw: Any) -> tuple[str, str]:
    with pytest.raises(InvalidInput) as refused:
        call(*args, **kw)
    error = refused.value.errors[0]
    return error.pointer, error.code


def test_an_end_is_nobodys_business_but_the_newsrooms(desk: Desk) -> None:
    entry = desk.post(desk.story()["id"])
    told = len(desk.told)
    ending = desk.patch(entry, expires_at=at(desk, HOUR))
    assert (ending["revision"], ending["expires_at"]) == (1, at(desk, HOUR - SECOND))
    edited = desk.patch(entry, text="Edited.")
    assert len(desk.told) == told + 1
    assert "expires_at" not in desk.events()[-1]["entry"]
    assert (edited["revision"], edited["expires_at"]) == (2, ending["expires_at"])
    assert desk.patch(entry, expires_at=None)["expires_at"] is None
    assert len(desk.told) == told + 1
    assert desk.due(9 * HOUR) is None


def test_to_let_a_public_entry_end_takes_the_right_to_publish(desk: Desk) -> None:
    story = desk.story(settings={"review_required": True})["id"]
    ada = desk.hire()
    entry = ada.post(story)
    desk.act("publish", entry)
    with pytest.raises(NotAllowed):
        ada.patch(entry, expires_at=at(desk, HOUR))
    draft = ada.post(story, status="draft", expires_at=at(desk, HOUR))
    assert ada.patch(draft, expires_at=None)["expires_at"] is None


def test_an_end_before_the_beginning_is_refused_wherever_it_is_written(desk: Desk) -> None:
    story = desk.story()["id"]
    late, early = at(desk, 3 * HOUR), at(desk, 2 * HOUR)
    assert refusal(desk.post, story, status="scheduled", publish_at=late, expires_at=early) == (
        "/expires_at",
        "out_of_range",
    )
    draft = desk.post(story, status="draft", expires_at=early)
    assert refusal(desk.act, "schedule", draft, publish_at=desk.now + 3 * HOUR) == ("/publish_at", "out_of_range")
    scheduled = desk.act("schedule", draft, publish_at=desk.now + HOUR)
    assert refusal(desk.patch, scheduled, publish_at=late) == ("/publish_at", "out_of_range")
    assert refusal(desk.patch, scheduled, expires_at=at(desk, HOUR // 2)) == ("/expires_at", "out_of_range")
    both = desk.patch(scheduled, publish_at=late, expires_at=at(desk, 4 * HOUR))
    assert both["publish_at"] == late


def test_what_would_be_over_at_once_is_not_published(desk: Desk) -> None:
    story = desk.story()["id"]
    draft = desk.post(story, status="draft", expires_at=at(desk, HOUR))
    told = len(desk.told)
    desk.now += 2 * HOUR
    with pytest.raises(Conflict, match="past_its_end"):
        desk.act("publish", draft)
    assert len(desk.told) == told
    desk.patch(draft, expires_at=None)
    assert desk.act("publish", draft)["status"] == "published"


def test_what_would_end_while_it_is_held_is_not_published(desk: Desk) -> None:
    story = desk.story(settings={"hold_seconds": 600})["id"]
    soon = at(desk, 60 * SECOND)
    assert refusal(desk.post, story, expires_at=soon) == ("/expires_at", "out_of_range")
    draft = desk.post(story, status="draft", expires_at=soon)
    with pytest.raises(Conflict, match="past_its_end"):
        desk.act("publish", draft)


def test_an_entry_may_end_before_its_scheduled_edit_which_is_a_draft_then(desk: Desk) -> None:
    entry = desk.post(desk.story()["id"])
    desk.patch(entry, text="Two.", publish=False)
    desk.act("schedule", entry, publish_at=desk.now + 2 * HOUR)
    assert desk.patch(entry, expires_at=at(desk, HOUR))["working"]["status"] == "scheduled"
    assert refusal(desk.patch, entry, publish_at=at(desk, 3 * HOUR)) == ("/publish_at", "out_of_range")
    told = len(desk.told)
    desk.due(5 * HOUR)
    assert len(desk.told) == told + 1
    assert desk.events()[-1]["cause"] == "expired"


def test_an_expired_entry_stays_so(desk: Desk) -> None:
    entry = desk.post(desk.story()["id"], expires_at=at(desk, HOUR))
    desk.due(2 * HOUR)
    for action in ("publish", "schedule", "unpublish", "retract"):
        with pytest.raises(Conflict, match="wrong_status"):
            desk.act(action, entry)
    assert desk.patch(entry, text="For the record.")["status"] == "expired"
    assert desk.act("remove", entry)["status"] == "removed"
