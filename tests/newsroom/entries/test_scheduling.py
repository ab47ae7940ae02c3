"""Times: what is scheduled, held or ends is done by itself, can be cancelled unseen, and is never early."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from app.domain.clock import Micros, format_time
from app.domain.errors import Conflict, InvalidInput, NotAllowed
from app.newsroom.due.backoff import RESTING_RUNS
from app.newsroom.entries.versions import show_versions
from app.newsroom.queries.lists import show_entry
from tests.newsroom.driver import HOUR, NewsroomDriver, body

SECOND = 1_000_000


def _now(driver: NewsroomDriver, entry: dict[str, Any]) -> dict[str, Any]:
    return body(show_entry(driver.newsroom, driver.call(), entry["story"], entry["id"]))


def _at(driver: NewsroomDriver, later: int) -> str:
    return format_time(Micros(driver.now + later))


def test_a_scheduled_entry_is_published_when_its_time_has_come_and_not_before(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    entry = driver.post(story, status="scheduled", publish_at=_at(driver, HOUR))
    assert (entry["status"], entry["revision"], entry["published_at"]) == ("scheduled", 0, None)
    sent = len(driver.announcements)
    due = driver.due(HOUR - 3 * SECOND)
    assert due is not None
    assert len(driver.announcements) == sent
    assert driver.due(due - driver.now - 1) == due
    assert len(driver.announcements) == sent
    assert driver.due(1) is None
    out = _now(driver, entry)
    assert (out["status"], out["revision"], out["publish_at"]) == ("published", 1, None)
    assert driver.events()[-1]["type"] == "entry.published"
    assert out["published_at"] == format_time(Micros(driver.now))
    assert driver.due(HOUR) is None
    assert len(driver.announcements) == sent + 1


def test_a_scheduled_edit_of_a_public_entry_is_published_as_one_revision(driver: NewsroomDriver) -> None:
    entry = driver.post(driver.story()["id"], "One.")
    driver.patch(entry, text="Two.", publish=False)
    edit = driver.act("schedule", entry)
    assert edit["working"]["status"] == "scheduled"
    assert driver.patch(entry, text="Two, better.")["working"]["status"] == "scheduled"
    sent = len(driver.announcements)
    driver.due(2 * HOUR)
    out = _now(driver, entry)
    assert (out["working"], out["revision"], out["text"]) == (None, 2, "Two, better.")
    assert driver.events()[-1]["type"] == "entry.updated"
    assert len(driver.announcements) == sent + 1


def test_an_entry_that_was_unpublished_is_published_again_with_the_edit_that_waited(driver: NewsroomDriver) -> None:
    entry = driver.post(driver.story()["id"], "One.")
    driver.patch(entry, text="Two.", publish=False)
    driver.act("schedule", entry)
    driver.act("unpublish", entry)
    again = driver.act("schedule", entry)
    assert (again["status"], again["working"], again["text"]) == ("scheduled", None, "Two.")
    assert driver.act("cancel", entry)["status"] == "draft"
    driver.act("schedule", entry)
    assert driver.due(2 * HOUR) is None
    out = _now(driver, entry)
    assert (out["status"], out["working"], out["text"]) == ("published", None, "Two.")
    assert driver.events()[-1]["type"] == "entry.published"


def test_an_entry_that_ends_leaves_readers_by_itself(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    entry = driver.post(story)
    driver.patch(entry, text="Not yet out.", publish=False)
    driver.act("schedule", entry, publish_at=driver.now + 2 * HOUR)
    driver.patch(entry, expires_at=_at(driver, HOUR))
    driver.due(HOUR)
    out = _now(driver, entry)
    assert (out["status"], out["working"]["status"]) == ("expired", "draft")
    last = driver.events()[-1]
    assert (last["type"], last["cause"]) == ("entry.removed", "expired")
    assert driver.due(3 * HOUR) is None


def test_what_is_published_and_ends_in_one_absence_does_both_in_order(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    entry = driver.post(story, status="scheduled", publish_at=_at(driver, HOUR), expires_at=_at(driver, 2 * HOUR))
    sent = len(driver.events())
    driver.due(5 * HOUR)
    assert [event["type"] for event in driver.events()[sent:]] == ["entry.published", "entry.removed"]
    assert _now(driver, entry)["status"] == "expired"


def test_cancelled_it_is_a_draft_again_and_nobody_has_seen_it(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    entry = driver.act("schedule", driver.post(story, status="submitted"))
    sent = len(driver.announcements)
    back = driver.act("cancel", entry)
    assert (back["status"], back["publish_at"], back["held"]) == ("draft", None, False)
    assert driver.due(2 * HOUR) is None
    assert len(driver.announcements) == sent


def test_a_held_publication_can_be_cancelled_unseen_or_is_published_after_the_hold(driver: NewsroomDriver) -> None:
    story = driver.story(settings={"hold_seconds": 60})["id"]
    sent = len(driver.announcements)
    first, second = driver.post(story, "One."), driver.post(story, "Two.")
    assert [(entry["status"], entry["held"]) for entry in (first, second)] == [("scheduled", True)] * 2
    driver.act("cancel", first)
    assert len(driver.announcements) == sent
    driver.due(61 * SECOND)
    assert _now(driver, first)["status"] == "draft"
    assert (_now(driver, second)["status"], _now(driver, second)["held"]) == ("published", False)
    assert len(driver.announcements) == sent + 1


def test_a_held_edit_is_edited_further_without_a_longer_hold_and_a_retraction_never_waits(
    driver: NewsroomDriver,
) -> None:
    story = driver.story()["id"]
    entry = driver.post(story, "One.")
    driver.patch_story(story, settings={"hold_seconds": 60})
    held = driver.patch(entry, text="Two.")
    assert (held["working"]["status"], held["working"]["held"]) == ("scheduled", True)
    again = driver.patch(entry, text="Three.")
    assert again["working"]["publish_at"] == held["working"]["publish_at"]
    retracted = driver.act("retract", entry)
    assert (retracted["status"], retracted["working"]["status"]) == ("retracted", "draft")
    driver.due(2 * HOUR)
    assert _now(driver, entry)["working"]["status"] == "draft"
    assert driver.events()[-1]["entry"]["status"] == "retracted"


def test_publishing_a_draft_or_an_edit_is_held_too(driver: NewsroomDriver) -> None:
    story = driver.story(settings={"hold_seconds": 60})["id"]
    draft = driver.act("publish", driver.post(story, status="draft"))
    assert (draft["status"], draft["held"]) == ("scheduled", True)
    driver.due(60 * SECOND)
    driver.patch(draft, text="Edited.", publish=False)
    edit = driver.act("publish", draft)
    assert (edit["working"]["status"], edit["working"]["held"]) == ("scheduled", True)
    with pytest.raises(Conflict, match="wrong_status"):
        driver.act("publish", draft)


def test_a_story_that_is_no_readers_yet_holds_nothing(driver: NewsroomDriver) -> None:
    story = driver.story(status="draft", settings={"hold_seconds": 60})["id"]
    assert driver.post(story)["status"] == "published"


@pytest.mark.parametrize("action", ["retract", "unpublish", "remove"])
def test_taking_an_entry_back_turns_its_scheduled_edit_into_a_draft(driver: NewsroomDriver, action: str) -> None:
    entry = driver.post(driver.story()["id"])
    driver.patch(entry, text="Two.", publish=False)
    driver.act("schedule", entry)
    after = driver.act(action, entry)
    working = after["working"]
    assert working is None if action == "remove" else working["status"] == "draft"
    assert driver.due(2 * HOUR) is None


def test_a_time_that_has_passed_and_one_for_what_is_not_scheduled_are_refused(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    draft = driver.post(story, status="draft")
    writes: list[Callable[[], object]] = [
        lambda: driver.post(story, status="scheduled", publish_at=_at(driver, 0)),
        lambda: driver.act("schedule", draft, publish_at=driver.now),
        lambda: driver.patch(draft, expires_at=_at(driver, -HOUR)),
    ]
    for write in writes:
        with pytest.raises(InvalidInput) as refused:
            write()
        assert refused.value.errors[0].code == "not_in_future"
    with pytest.raises(Conflict, match="wrong_status"):
        driver.patch(draft, publish_at=_at(driver, HOUR))
    assert _now(driver, draft)["version"] == draft["version"]


def test_a_scheduled_time_and_an_end_can_be_changed(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    entry = driver.post(story, status="scheduled", publish_at=_at(driver, HOUR))
    driver.patch(entry, publish_at=_at(driver, 3 * HOUR), expires_at=_at(driver, 4 * HOUR))
    driver.due(2 * HOUR)
    assert _now(driver, entry)["status"] == "scheduled"
    driver.due(HOUR)
    out = _now(driver, entry)
    assert out["status"] == "published"
    version = driver.patch(out, expires_at=None)["version"]
    assert version == out["version"] + 1
    assert driver.patch(out, expires_at=None)["version"] == version
    assert driver.due(9 * HOUR) is None


def test_a_reporter_schedules_nothing_and_changes_nothing_that_is_scheduled_under_review(
    driver: NewsroomDriver,
) -> None:
    story = driver.story(settings={"review_required": True})["id"]
    ada = driver.hire()
    entry = ada.post(story, status="submitted")
    with pytest.raises(NotAllowed):
        ada.act("schedule", entry)
    with pytest.raises(NotAllowed):
        ada.post(story, status="scheduled", publish_at=_at(driver, HOUR))
    driver.now = ada.now
    driver.act("schedule", entry)
    with pytest.raises(NotAllowed):
        ada.patch(entry, text="Slipped in after the review.")
    assert ada.act("cancel", entry)["status"] == "draft"


def test_return_and_reject_carry_notes_that_only_versions_keep(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    entry = driver.post(story, status="submitted")
    assert driver.act("return", entry, note="Who says so?")["status"] == "draft"
    driver.act("submit", entry)
    rejected = driver.act("reject", entry, note="We have it already.")
    assert rejected["status"] == "rejected"
    assert "Who says so?" not in str(rejected)
    notes = [
        version["note"] for version in body(show_versions(driver.newsroom, driver.call(), story, entry["id"]))["items"]
    ]
    assert notes[0] == "We have it already."
    assert "Who says so?" in notes


def test_a_working_revision_goes_through_the_same_review(driver: NewsroomDriver) -> None:
    story = driver.story(settings={"review_required": True})["id"]
    entry = driver.post(story)
    driver.patch(entry, text="Two.", publish=False)
    assert driver.act("submit", entry)["working"]["status"] == "submitted"
    assert driver.act("return", entry)["working"]["status"] == "draft"
    with pytest.raises(Conflict, match="wrong_status"):
        driver.act("reject", entry)
    assert driver.act("schedule", entry)["working"]["status"] == "scheduled"
    assert driver.act("cancel", entry)["working"]["status"] == "draft"
    assert driver.act("publish", entry)["revision"] == 2


def test_what_can_no_longer_be_published_when_it_is_due_waits_for_a_person(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    picture = [{"type": "image", "url": "https://pictures.example/1.jpg"}]
    entry = driver.post(story, None, blocks=picture, status="scheduled", publish_at=_at(driver, HOUR))
    other = driver.post(story, "Fine.", status="scheduled", publish_at=_at(driver, HOUR))
    driver.patch_story(story, settings={"require_alt": True})
    driver.due(2 * HOUR)
    assert (_now(driver, entry)["status"], _now(driver, other)["status"]) == ("submitted", "published")
    versions = body(show_versions(driver.newsroom, driver.call(), story, entry["id"]))["items"]
    assert versions[0]["note"].startswith("It could not go out by itself")
    assert versions[0]["token"] == "clock"


def test_one_story_that_fails_does_not_keep_another_waiting(
    driver: NewsroomDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    stories = [driver.story()["id"] for _ in range(2)]
    waiting = [driver.post(story, status="scheduled", publish_at=_at(driver, HOUR)) for story in stories]
    base62 = driver.newsroom.random.base62

    def broken(purpose: str, key: str, length: int) -> str:
        if purpose == "check" and stories[0] in key:
            raise RuntimeError("the dice are gone")
        return base62(purpose, key, length)

    monkeypatch.setattr(driver.newsroom.random, "base62", broken)
    driver.due(2 * HOUR)
    assert [_now(driver, entry)["status"] for entry in waiting] == ["scheduled", "published"]
    assert driver.backoff.failures == 1
    monkeypatch.undo()
    for _ in range(RESTING_RUNS):
        driver.due()
        assert _now(driver, waiting[0])["status"] == "scheduled"
    driver.due()
    assert [_now(driver, entry)["status"] for entry in waiting] == ["published", "published"]
