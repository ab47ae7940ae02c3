"""An entry's end: set, changed and removed, before and after it is public; and never before its beginning."""

from __future__ import annotations

from typing import Any

import pytest

from app.domain.clock import Micros, format_time
from app.domain.errors import Conflict, InvalidInput, NotAllowed
from tests.newsroom.driver import HOUR, NewsroomDriver

SECOND = 1_000_000


def at(driver: NewsroomDriver, later: int) -> str:
    return format_time(Micros(driver.now + later))


def refusal(call: Any, *args: Any, **kw: Any) -> tuple[str, str]:
    with pytest.raises(InvalidInput) as refused:
        call(*args, **kw)
    error = refused.value.errors[0]
    return error.pointer, error.code


def test_an_end_is_nobodys_business_but_the_newsrooms(driver: NewsroomDriver) -> None:
    entry = driver.post(driver.story()["id"])
    sent = len(driver.announcements)
    ending = driver.patch(entry, expires_at=at(driver, HOUR))
    assert (ending["revision"], ending["expires_at"]) == (1, at(driver, HOUR - SECOND))
    edited = driver.patch(entry, text="Edited.")
    assert len(driver.announcements) == sent + 1
    assert "expires_at" not in driver.events()[-1]["entry"]
    assert (edited["revision"], edited["expires_at"]) == (2, ending["expires_at"])
    assert driver.patch(entry, expires_at=None)["expires_at"] is None
    assert len(driver.announcements) == sent + 1
    assert driver.due(9 * HOUR) is None


def test_to_let_a_public_entry_end_takes_the_right_to_publish(driver: NewsroomDriver) -> None:
    story = driver.story(settings={"review_required": True})["id"]
    ada = driver.hire()
    entry = ada.post(story)
    driver.act("publish", entry)
    with pytest.raises(NotAllowed):
        ada.patch(entry, expires_at=at(driver, HOUR))
    draft = ada.post(story, status="draft", expires_at=at(driver, HOUR))
    assert ada.patch(draft, expires_at=None)["expires_at"] is None


def test_an_end_before_the_beginning_is_refused_wherever_it_is_written(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    late, early = at(driver, 3 * HOUR), at(driver, 2 * HOUR)
    assert refusal(driver.post, story, status="scheduled", publish_at=late, expires_at=early) == (
        "/expires_at",
        "out_of_range",
    )
    draft = driver.post(story, status="draft", expires_at=early)
    assert refusal(driver.act, "schedule", draft, publish_at=driver.now + 3 * HOUR) == ("/publish_at", "out_of_range")
    scheduled = driver.act("schedule", draft, publish_at=driver.now + HOUR)
    assert refusal(driver.patch, scheduled, publish_at=late) == ("/publish_at", "out_of_range")
    assert refusal(driver.patch, scheduled, expires_at=at(driver, HOUR // 2)) == ("/expires_at", "out_of_range")
    both = driver.patch(scheduled, publish_at=late, expires_at=at(driver, 4 * HOUR))
    assert both["publish_at"] == late


def test_what_would_be_over_at_once_is_not_published(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    draft = driver.post(story, status="draft", expires_at=at(driver, HOUR))
    sent = len(driver.announcements)
    driver.now += 2 * HOUR
    with pytest.raises(Conflict, match="past_its_end"):
        driver.act("publish", draft)
    assert len(driver.announcements) == sent
    driver.patch(draft, expires_at=None)
    assert driver.act("publish", draft)["status"] == "published"


def test_what_would_end_while_it_is_held_is_not_published(driver: NewsroomDriver) -> None:
    story = driver.story(settings={"hold_seconds": 600})["id"]
    soon = at(driver, 60 * SECOND)
    assert refusal(driver.post, story, expires_at=soon) == ("/expires_at", "out_of_range")
    draft = driver.post(story, status="draft", expires_at=soon)
    with pytest.raises(Conflict, match="past_its_end"):
        driver.act("publish", draft)


def test_an_entry_may_end_before_its_scheduled_edit_which_is_a_draft_then(driver: NewsroomDriver) -> None:
    entry = driver.post(driver.story()["id"])
    driver.patch(entry, text="Two.", publish=False)
    driver.act("schedule", entry, publish_at=driver.now + 2 * HOUR)
    assert driver.patch(entry, expires_at=at(driver, HOUR))["working"]["status"] == "scheduled"
    assert refusal(driver.patch, entry, publish_at=at(driver, 3 * HOUR)) == ("/publish_at", "out_of_range")
    sent = len(driver.announcements)
    driver.due(5 * HOUR)
    assert len(driver.announcements) == sent + 1
    assert driver.events()[-1]["cause"] == "expired"


def test_an_expired_entry_stays_so(driver: NewsroomDriver) -> None:
    entry = driver.post(driver.story()["id"], expires_at=at(driver, HOUR))
    driver.due(2 * HOUR)
    for action in ("publish", "schedule", "unpublish", "retract"):
        with pytest.raises(Conflict, match="wrong_status"):
            driver.act(action, entry)
    assert driver.patch(entry, text="For the record.")["status"] == "expired"
    assert driver.act("remove", entry)["status"] == "removed"
