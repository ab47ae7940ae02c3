"""Times: what is scheduled, held or ends goes by itself, can be taken back unseen, and is never early."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from app.domain.clock import Micros, format_time
from app.domain.errors import Conflict, InvalidInput, NotAllowed
from app.newsroom.due.backoff import RESTING_RUNS
from app.newsroom.entries.versions import show_versions
from app.newsroom.queries import lists as reads
from tests.newsroom.driver import HOUR, Desk, body

SECOND = 1_000_000


def _now(desk: Desk, entry: dict[str, Any]) -> dict[str, Any]:
    return body(reads.show_entry(desk.room, desk.call(), entry["story"], entry["id"]))


def _at(desk: Desk, later: int) -> str:
    return format_time(Micros(desk.now + later))


def test_a_scheduled_entry_goes_out_when_its_time_has_come_and_not_before(desk: Desk) -> None:
    story = desk.story()["id"]
    entry = desk.post(story, status="scheduled", publish_at=_at(desk, HOUR))
    assert (entry["status"], entry["revision"], entry["published_at"]) == ("scheduled", 0, None)
    told = len(desk.told)
    due = desk.due(HOUR - 3 * SECOND)
    assert due is not None
    assert len(desk.told) == told
    assert desk.due(due - desk.now - 1) == due
    assert len(desk.told) == told
    assert desk.due(1) is None
    out = _now(desk, entry)
    assert (out["status"], out["revision"], out["publish_at"]) == ("published", 1, None)
    assert desk.events()[-1]["type"] == "entry.published"
    assert out["published_at"] == format_time(Micros(desk.now))
    assert desk.due(HOUR) is None
    assert len(desk.told) == told + 1


def test_a_scheduled_edit_of_a_public_entry_goes_out_as_one_revision(desk: Desk) -> None:
    entry = desk.post(desk.story()["id"], "One.")
    desk.patch(entry, text="Two.", publish=False)
    edit = desk.act("schedule", entry)
    assert edit["working"]["status"] == "scheduled"
    assert desk.patch(entry, text="Two, better.")["working"]["status"] == "scheduled"
    told = len(desk.told)
    desk.due(2 * HOUR)
    out = _now(desk, entry)
    assert (out["working"], out["revision"], out["text"]) == (None, 2, "Two, better.")
    assert desk.events()[-1]["type"] == "entry.updated"
    assert len(desk.told) == told + 1


def test_an_entry_that_was_taken_out_goes_out_again_with_the_edit_that_waited(desk: Desk) -> None:
    entry = desk.post(desk.story()["id"], "One.")
    desk.patch(entry, text="Two.", publish=False)
    desk.act("schedule", entry)
    desk.act("unpublish", entry)
    again = desk.act("schedule", entry)
    assert (again["status"], again["working"], again["text"]) == ("scheduled", None, "Two.")
    assert desk.act("cancel", entry)["status"] == "draft"
    desk.act("schedule", entry)
    assert desk.due(2 * HOUR) is None
    out = _now(desk, entry)
    assert (out["status"], out["working"], out["text"]) == ("published", None, "Two.")
    assert desk.events()[-1]["type"] == "entry.published"


def test_an_entry_that_ends_leaves_readers_by_itself(desk: Desk) -> None:
    story = desk.story()["id"]
    entry = desk.post(story)
    desk.patch(entry, text="Not yet out.", publish=False)
    desk.act("schedule", entry, publish_at=desk.now + 2 * HOUR)
    desk.patch(entry, expires_at=_at(desk, HOUR))
    desk.due(HOUR)
    out = _now(desk, entry)
    assert (out["status"], out["working"]["status"]) == ("expired", "draft")
    last = desk.events()[-1]
    assert (last["type"], last["cause"]) == ("entry.removed", "expired")
    assert desk.due(3 * HOUR) is None


def test_what_goes_out_and_ends_in_one_absence_does_both_in_order(desk: Desk) -> None:
    story = desk.story()["id"]
    entry = desk.post(story, status="scheduled", publish_at=_at(desk, HOUR), expires_at=_at(desk, 2 * HOUR))
    told = len(desk.events())
    desk.due(5 * HOUR)
    assert [event["type"] for event in desk.events()[told:]] == ["entry.published", "entry.removed"]
    assert _now(desk, entry)["status"] == "expired"


def test_cancelled_it_is_a_draft_again_and_nobody_has_seen_it(desk: Desk) -> None:
    story = desk.story()["id"]
    entry = desk.act("schedule", desk.post(story, status="submitted"))
    told = len(desk.told)
    back = desk.act("cancel", entry)
    assert (back["status"], back["publish_at"], back["held"]) == ("draft", None, False)
    assert desk.due(2 * HOUR) is None
    assert len(desk.told) == told


def test_a_held_publication_can_be_cancelled_unseen_or_goes_out_after_the_hold(desk: Desk) -> None:
    story = desk.story(settings={"hold_seconds": 60})["id"]
    told = len(desk.told)
    first, second = desk.post(story, "One."), desk.post(story, "Two.")
    assert [(entry["status"], entry["held"]) for entry in (first, second)] == [("scheduled", True)] * 2
    desk.act("cancel", first)
    assert len(desk.told) == told
    desk.due(61 * SECOND)
    assert _now(desk, first)["status"] == "draft"
    assert (_now(desk, second)["status"], _now(desk, second)["held"]) == ("published", False)
    assert len(desk.told) == told + 1


def test_a_held_edit_is_edited_further_without_a_longer_hold_and_a_retraction_never_waits(desk: Desk) -> None:
    story = desk.story()["id"]
    entry = desk.post(story, "One.")
    desk.patch_story(story, settings={"hold_seconds": 60})
    held = desk.patch(entry, text="Two.")
    assert (held["working"]["status"], held["working"]["held"]) == ("scheduled", True)
    again = desk.patch(entry, text="Three.")
    assert again["working"]["publish_at"] == held["working"]["publish_at"]
    retracted = desk.act("retract", entry)
    assert (retracted["status"], retracted["working"]["status"]) == ("retracted", "draft")
    desk.due(2 * HOUR)
    assert _now(desk, entry)["working"]["status"] == "draft"
    assert desk.events()[-1]["entry"]["status"] == "retracted"


def test_publishing_a_draft_or_an_edit_is_held_too(desk: Desk) -> None:
    story = desk.story(settings={"hold_seconds": 60})["id"]
    draft = desk.act("publish", desk.post(story, status="draft"))
    assert (draft["status"], draft["held"]) == ("scheduled", True)
    desk.due(60 * SECOND)
    desk.patch(draft, text="Edited.", publish=False)
    edit = desk.act("publish", draft)
    assert (edit["working"]["status"], edit["working"]["held"]) == ("scheduled", True)
    with pytest.raises(Conflict, match="wrong_status"):
        desk.act("publish", draft)


def test_a_story_that_is_no_readers_yet_holds_nothing(desk: Desk) -> None:
    story = desk.story(status="draft", settings={"hold_seconds": 60})["id"]
    assert desk.post(story)["status"] == "published"


@pytest.mark.parametrize("action", ["retract", "unpublish", "remove"])
def test_taking_an_entry_back_turns_its_scheduled_edit_into_a_draft(desk: Desk, action: str) -> None:
    entry = desk.post(desk.story()["id"])
    desk.patch(entry, text="Two.", publish=False)
    desk.act("schedule", entry)
    after = desk.act(action, entry)
    working = after["working"]
    assert working is None if action == "remove" else working["status"] == "draft"
    assert desk.due(2 * HOUR) is None


def test_a_time_that_has_passed_and_one_for_what_is_not_scheduled_are_refused(desk: Desk) -> None:
    story = desk.story()["id"]
    draft = desk.post(story, status="draft")
    writes: list[Callable[[], object]] = [
        lambda: desk.post(story, status="scheduled", publish_at=_at(desk, 0)),
        lambda: desk.act("schedule", draft, publish_at=desk.now),
        lambda: desk.patch(draft, expires_at=_at(desk, -HOUR)),
    ]
    for write in writes:
        with pytest.raises(InvalidInput) as refused:
            write()
        assert refused.value.errors[0].code == "not_in_future"
    with pytest.raises(Conflict, match="wrong_status"):
        desk.patch(draft, publish_at=_at(desk, HOUR))
    assert _now(desk, draft)["version"] == draft["version"]


def test_a_scheduled_time_and_an_end_can_be_changed(desk: Desk) -> None:
    story = desk.story()["id"]
    entry = desk.post(story, status="scheduled", publish_at=_at(desk, HOUR))
    desk.patch(entry, publish_at=_at(desk, 3 * HOUR), expires_at=_at(desk, 4 * HOUR))
    desk.due(2 * HOUR)
    assert _now(desk, entry)["status"] == "scheduled"
    desk.due(HOUR)
    out = _now(desk, entry)
    assert out["status"] == "published"
    version = desk.patch(out, expires_at=None)["version"]
    assert version == out["version"] + 1
    assert desk.patch(out, expires_at=None)["version"] == version
    assert desk.due(9 * HOUR) is None


def test_a_reporter_schedules_nothing_and_changes_nothing_that_is_scheduled_under_review(desk: Desk) -> None:
    story = desk.story(settings={"review_required": True})["id"]
    ada = desk.hire()
    entry = ada.post(story, status="submitted")
    with pytest.raises(NotAllowed):
        ada.act("schedule", entry)
    with pytest.raises(NotAllowed):
        ada.post(story, status="scheduled", publish_at=_at(desk, HOUR))
    desk.now = ada.now
    desk.act("schedule", entry)
    with pytest.raises(NotAllowed):
        ada.patch(entry, text="Slipped in after the review.")
    assert ada.act("cancel", entry)["status"] == "draft"


def test_return_and_reject_carry_notes_that_only_versions_keep(desk: Desk) -> None:
    story = desk.story()["id"]
    entry = desk.post(story, status="submitted")
    assert desk.act("return", entry, note="Who says so?")["status"] == "draft"
    desk.act("submit", entry)
    rejected = desk.act("reject", entry, note="We have it already.")
    assert rejected["status"] == "rejected"
    assert "Who says so?" not in str(rejected)
    notes = [version["note"] for version in body(show_versions(desk.room, desk.call(), story, entry["id"]))["items"]]
    assert notes[0] == "We have it already."
    assert "Who says so?" in notes


def test_a_working_revision_goes_through_the_same_review(desk: Desk) -> None:
    story = desk.story(settings={"review_required": True})["id"]
    entry = desk.post(story)
    desk.patch(entry, text="Two.", publish=False)
    assert desk.act("submit", entry)["working"]["status"] == "submitted"
    assert desk.act("return", entry)["working"]["status"] == "draft"
    with pytest.raises(Conflict, match="wrong_status"):
        desk.act("reject", entry)
    assert desk.act("schedule", entry)["working"]["status"] == "scheduled"
    assert desk.act("cancel", entry)["working"]["status"] == "draft"
    assert desk.act("publish", entry)["revision"] == 2


def test_what_can_no_longer_go_out_when_it_is_due_waits_for_a_person(desk: Desk) -> None:
    story = desk.story()["id"]
    picture = [{"type": "image", "url": "https://pictures.example/1.jpg"}]
    entry = desk.post(story, None, blocks=picture, status="scheduled", publish_at=_at(desk, HOUR))
    other = desk.post(story, "Fine.", status="scheduled", publish_at=_at(desk, HOUR))
    desk.patch_story(story, settings={"require_alt": True})
    desk.due(2 * HOUR)
    assert (_now(desk, entry)["status"], _now(desk, other)["status"]) == ("submitted", "published")
    versions = body(show_versions(desk.room, desk.call(), story, entry["id"]))["items"]
    assert versions[0]["note"].startswith("It could not go out by itself")
    assert versions[0]["token"] == "clock"


def test_one_story_that_fails_does_not_keep_another_waiting(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    stories = [desk.story()["id"] for _ in range(2)]
    waiting = [desk.post(story, status="scheduled", publish_at=_at(desk, HOUR)) for story in stories]
    letters = desk.room.random.letters

    def broken(purpose: str, key: str, length: int) -> str:
        if purpose == "check" and stories[0] in key:
            raise RuntimeError("the dice are gone")
        return letters(purpose, key, length)

    monkeypatch.setattr(desk.room.random, "letters", broken)
    desk.due(2 * HOUR)
    assert [_now(desk, entry)["status"] for entry in waiting] == ["scheduled", "published"]
    assert desk.setbacks.failures == 1
    monkeypatch.undo()
    for _ in range(RESTING_RUNS):
        desk.due()
        assert _now(desk, waiting[0])["status"] == "scheduled"
    desk.due()
    assert [_now(desk, entry)["status"] for entry in waiting] == ["published", "published"]
