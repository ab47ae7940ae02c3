"""Freezing and thawing, and retracting what came out last."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from app.domain.clock import format_time
from app.domain.errors import Conflict, LiveblogError, NotAllowed, NotFound, Unavailable
from app.domain.rights import Actor, Role
from app.newsroom.context.lookup import known_story
from app.newsroom.emergency import freeze as emergency
from app.newsroom.publication.publication import StoryChanged, pass_door
from app.newsroom.queries import lists as reads
from app.wire.requests.people import Freeze, LastRetraction
from tests.newsroom.driver import HOUR, Desk, body


def freeze(desk: Desk, story: str | None = None, *, frozen: bool = True, key: str | None = None) -> dict[str, Any]:
    wanted = Freeze(story=story, frozen=frozen)
    return body(emergency.set_freeze(desk.room, desk.call(idempotency_key=key, fingerprint="f"), wanted))


def frozen_now(desk: Desk) -> dict[str, Any]:
    return body(emergency.show_freeze(desk.room, desk.call()))


def entry_of(desk: Desk, entry: dict[str, Any]) -> dict[str, Any]:
    return body(reads.show_entry(desk.room, desk.call(), entry["story"], entry["id"]))


def in_the_story(desk: Desk, at: int) -> str:
    from_now: str = format_time(at)  # type: ignore[arg-type]  # a number is what the test's clock has
    return from_now


@pytest.mark.parametrize("of_site", [True, False])
def test_nothing_goes_out_or_changes_while_frozen_but_taking_back_works(desk: Desk, of_site: bool) -> None:
    story = desk.story()["id"]
    out = [desk.post(story) for _ in range(3)]
    draft = desk.post(story, status="draft")
    freeze(desk, None if of_site else story)
    told = len(desk.events())
    attempts: list[Callable[[], object]] = [
        lambda: desk.post(story),
        lambda: desk.post(story, status="draft"),
        lambda: desk.patch(out[0], text="Other."),
        lambda: desk.act("publish", draft),
        lambda: desk.act("submit", draft),
        lambda: desk.patch_story(story, title="Other"),
        lambda: desk.pin(story, out[0]),
    ]
    for attempt in attempts:
        with pytest.raises(Conflict) as refused:
            attempt()
        assert refused.value.code == "frozen"
    assert len(desk.events()) == told
    for action, entry in zip(("retract", "unpublish", "remove"), out, strict=True):
        desk.act(action, entry)
    freeze(desk, None if of_site else story, frozen=False)
    assert desk.act("publish", draft)["status"] == "published"


def test_a_frozen_story_leaves_the_others_alone_and_a_frozen_site_takes_no_new_one(desk: Desk) -> None:
    frozen, other = desk.story()["id"], desk.story("Another")["id"]
    freeze(desk, frozen)
    assert desk.post(other)["status"] == "published"
    assert frozen_now(desk) == {"frozen": False, "stories": [frozen]}
    freeze(desk)
    assert frozen_now(desk) == {"frozen": True, "stories": [frozen]}
    with pytest.raises(Conflict, match="frozen"):
        desk.story("A third")
    freeze(desk, frozen=False)
    assert desk.story("A third")["status"] == "live"
    with pytest.raises(Conflict, match="frozen"):
        desk.post(frozen)


def test_freezing_is_the_admins(desk: Desk) -> None:
    story, editor = desk.story()["id"], desk.hire("editor")
    for ref in (None, story):
        with pytest.raises(NotAllowed):
            freeze(editor, ref)
    assert frozen_now(editor) == {"frozen": False, "stories": []}
    with pytest.raises(NotFound):
        freeze(desk, "nowhere")


def test_a_freeze_leaves_one_audit_row_and_nothing_for_readers(desk: Desk) -> None:
    story = desk.story()["id"]
    told = len(desk.events())
    for frozen in (True, True, False, False):
        freeze(desk, frozen=frozen)
        freeze(desk, story, frozen=frozen)
    assert len(desk.events()) == told
    assert desk.audited() == ["create", "freeze", "freeze", "thaw", "thaw"]


def test_a_repeated_call_freezes_once_and_does_not_undo_a_thaw(desk: Desk) -> None:
    freeze(desk, key="one")
    freeze(desk, frozen=False)
    assert freeze(desk, key="one") == {"story": None, "frozen": True}
    assert frozen_now(desk)["frozen"] is False


@pytest.mark.parametrize("of_site", [True, False])
def test_what_came_due_during_a_freeze_waits_for_a_person(desk: Desk, of_site: bool) -> None:
    story = desk.story()["id"]
    overdue = desk.post(story, status="scheduled", publish_at=in_the_story(desk, desk.now + HOUR))
    later = desk.post(story, status="scheduled", publish_at=in_the_story(desk, desk.now + 3 * HOUR))
    out = desk.post(story)
    desk.patch(out, text="Later.", publish=False)
    desk.act("schedule", out, publish_at=desk.now + HOUR)
    freeze(desk, None if of_site else story)
    desk.due(2 * HOUR)
    freeze(desk, None if of_site else story, frozen=False)
    desk.due()
    assert entry_of(desk, overdue)["status"] == "submitted"
    assert entry_of(desk, out)["working"]["status"] == "submitted"
    assert entry_of(desk, later)["status"] == "scheduled"
    desk.due(2 * HOUR)
    assert entry_of(desk, later)["status"] == "published"
    assert entry_of(desk, overdue)["status"] == "submitted"


def test_a_story_that_should_have_begun_or_ended_in_a_freeze_does_neither_by_itself(desk: Desk) -> None:
    start = in_the_story(desk, desk.now + HOUR)
    scheduled = desk.story("Scheduled", status="scheduled", coverage_start=start)["id"]
    upcoming = desk.story("Upcoming", status="upcoming", coverage_start=start)["id"]
    silent = desk.story("Silent", settings={"auto_end_after": 3600})["id"]
    freeze(desk)
    desk.due(2 * HOUR)
    freeze(desk, frozen=False)
    desk.due()

    def status(story: str) -> str:
        shown: str = body(reads.show_story(desk.room, desk.call(), story))["status"]
        return shown

    assert [status(story) for story in (scheduled, upcoming, silent)] == ["draft", "upcoming", "live"]
    desk.due(HOUR)
    assert [status(story) for story in (scheduled, upcoming, silent)] == ["draft", "upcoming", "ended"]
    assert desk.patch_story(upcoming, status="live")["status"] == "live"


def test_a_site_thaw_wakes_nothing_of_a_story_that_is_frozen_itself(desk: Desk) -> None:
    story = desk.story()["id"]
    overdue = desk.post(story, status="scheduled", publish_at=in_the_story(desk, desk.now + HOUR))
    freeze(desk, story)
    freeze(desk)
    desk.due(2 * HOUR)
    freeze(desk, frozen=False)
    assert entry_of(desk, overdue)["status"] == "scheduled"
    freeze(desk, story, frozen=False)
    assert entry_of(desk, overdue)["status"] == "submitted"


def test_once_a_site_is_frozen_no_write_that_had_begun_comes_out_any_more(desk: Desk) -> None:
    stories = [desk.story(f"Story {number}")["id"] for number in range(3)]
    for _ in range(5):
        stop = threading.Event()

        def write(story: str, stop: threading.Event = stop) -> None:
            while not stop.is_set():
                try:
                    desk.post(story)
                except LiveblogError:
                    return

        threads = [threading.Thread(target=write, args=(story,)) for story in stories]
        for thread in threads:
            thread.start()
        freeze(desk)
        heads = desk.heads()
        for thread in threads:
            thread.join()
        stop.set()
        assert desk.heads() == heads
        freeze(desk, frozen=False)


def test_a_write_that_looked_a_moment_before_the_freeze_is_stopped_at_the_door(desk: Desk) -> None:
    story, other = desk.story()["id"], desk.story("Another")["id"]
    with desk.database.snapshot() as tx:
        before = known_story(tx, story, Actor(Role.ADMIN, "admin"))
    freeze(desk)
    told = len(desk.events())
    with desk.database.transaction() as tx, pytest.raises(Unavailable):
        pass_door(tx, desk.room, before, [StoryChanged()])
    assert len(desk.events()) == told
    freeze(desk, frozen=False)
    assert desk.post(other)["status"] == "published"


def retract_last(desk: Desk, story: str, reason: str = "It was wrong.", **more: Any) -> dict[str, Any]:
    key = more.pop("key", None)
    retraction = LastRetraction.model_validate({"reason": reason, **more})
    call = desk.call(idempotency_key=key, fingerprint="f")
    return body(emergency.retract_last(desk.room, call, story, retraction))


def test_the_last_of_the_callers_own_is_retracted_and_then_the_one_before(desk: Desk) -> None:
    story, ada, bo = desk.story()["id"], desk.hire(), desk.hire()
    first, second = ada.post(story, "One."), ada.post(story, "Two.")
    ada.post(story, "A draft.", status="draft")
    bo.now = ada.now
    bo.post(story, "Bo's.")
    retracted = retract_last(ada, story, "Wrong race.")
    assert (retracted["id"], retracted["status"]) == (second["id"], "retracted")
    assert "Wrong race." in desk.events()[-1]["entry"]["body_html"]
    assert retract_last(ada, story)["id"] == first["id"]
    with pytest.raises(NotFound, match="nothing_to_retract"):
        retract_last(ada, story)


def test_a_repeated_call_retracts_no_second_one(desk: Desk) -> None:
    story, ada = desk.story()["id"], desk.hire()
    ada.post(story, "One.")
    second = ada.post(story, "Two.")
    assert retract_last(ada, story, key="once")["id"] == second["id"]
    assert retract_last(ada, story, key="once")["id"] == second["id"]
    assert retract_last(ada, story)["id"] != second["id"]


def test_it_takes_an_editor_to_retract_somebody_elses_last(desk: Desk) -> None:
    story, ada, bo, editor = desk.story()["id"], desk.hire(), desk.hire(), desk.hire("editor")
    entry = ada.post(story)
    with pytest.raises(NotAllowed):
        retract_last(bo, story, person=ada.person)
    assert retract_last(editor, story, person=ada.person)["id"] == entry["id"]


def test_the_last_is_retracted_in_a_freeze_too(desk: Desk) -> None:
    story, ada = desk.story()["id"], desk.hire()
    entry = ada.post(story)
    freeze(desk)
    assert retract_last(ada, story)["id"] == entry["id"]


def test_a_story_tells_its_own_freeze_from_that_of_the_site(desk: Desk) -> None:
    story = desk.story()["id"]
    told = []
    for whole, frozen in ((story, True), (None, True), (story, False), (None, False)):
        freeze(desk, whole, frozen=frozen)
        shown = body(reads.show_story(desk.room, desk.call(), story))
        told.append((shown["frozen"], shown["site_frozen"]))
    assert told == [(True, False), (True, True), (False, True), (False, False)]


def test_who_has_nothing_to_retract_is_told_whose_entry_was_looked_for(desk: Desk) -> None:
    story, ada = desk.story()["id"], desk.hire()
    told = []
    for person in (None, ada.person):
        with pytest.raises(NotFound) as refused:
            emergency.retract_last(desk.room, desk.call(), story, LastRetraction(reason="Wrong.", person=person))
        told.append(refused.value.detail)
    assert told == [
        "There is no public entry of yours in this story.",
        "There is no public entry of theirs in this story.",
    ]
