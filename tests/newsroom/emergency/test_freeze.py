"""Freezing and thawing, and retracting what was published last."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from app.domain.clock import Micros, format_time
from app.domain.errors import Conflict, LiveblogError, NotAllowed, NotFound, Unavailable
from app.domain.rights import Actor, Role
from app.newsroom.context.lookup import look_up_story
from app.newsroom.context.write_context import StoryContext
from app.newsroom.emergency.freeze import set_freeze, show_freeze
from app.newsroom.emergency.retract_last import retract_last_entry
from app.newsroom.publication.publication import StoryUpdated, publish_changes
from app.newsroom.queries.lists import show_entry, show_story
from app.wire.requests.people import Freeze, LastRetraction
from tests.newsroom.driver import HOUR, NewsroomDriver, body


def freeze(
    driver: NewsroomDriver, story: str | None = None, *, frozen: bool = True, key: str | None = None
) -> dict[str, Any]:
    wanted = Freeze(story=story, frozen=frozen)
    return body(set_freeze(driver.newsroom, driver.call(idempotency_key=key, fingerprint="f"), wanted))


def frozen_now(driver: NewsroomDriver) -> dict[str, Any]:
    return body(show_freeze(driver.newsroom, driver.call()))


def entry_of(driver: NewsroomDriver, entry: dict[str, Any]) -> dict[str, Any]:
    return body(show_entry(driver.newsroom, driver.call(), entry["story"], entry["id"]))


def in_the_story(driver: NewsroomDriver, at: int) -> str:
    from_now: str = format_time(at)  # type: ignore[arg-type]  # a number is what the test's clock has
    return from_now


@pytest.mark.parametrize("of_site", [True, False])
def test_nothing_is_published_or_changes_while_frozen_but_withdrawing_works(
    driver: NewsroomDriver, of_site: bool
) -> None:
    story = driver.story()["id"]
    out = [driver.post(story) for _ in range(3)]
    draft = driver.post(story, status="draft")
    freeze(driver, None if of_site else story)
    sent = len(driver.events())
    attempts: list[Callable[[], object]] = [
        lambda: driver.post(story),
        lambda: driver.post(story, status="draft"),
        lambda: driver.patch(out[0], text="Other."),
        lambda: driver.act("publish", draft),
        lambda: driver.act("submit", draft),
        lambda: driver.patch_story(story, title="Other"),
        lambda: driver.pin(story, out[0]),
    ]
    for attempt in attempts:
        with pytest.raises(Conflict) as refused:
            attempt()
        assert refused.value.code == "frozen"
    assert len(driver.events()) == sent
    for action, entry in zip(("retract", "unpublish", "remove"), out, strict=True):
        driver.act(action, entry)
    freeze(driver, None if of_site else story, frozen=False)
    assert driver.act("publish", draft)["status"] == "published"


def test_a_frozen_story_leaves_the_others_alone_and_a_frozen_site_takes_no_new_one(driver: NewsroomDriver) -> None:
    frozen, other = driver.story()["id"], driver.story("Another")["id"]
    freeze(driver, frozen)
    assert driver.post(other)["status"] == "published"
    assert frozen_now(driver) == {"frozen": False, "stories": [frozen]}
    freeze(driver)
    assert frozen_now(driver) == {"frozen": True, "stories": [frozen]}
    with pytest.raises(Conflict, match="frozen"):
        driver.story("A third")
    freeze(driver, frozen=False)
    assert driver.story("A third")["status"] == "live"
    with pytest.raises(Conflict, match="frozen"):
        driver.post(frozen)


def test_freezing_is_the_admins_and_of_one_story_its_editors_too(driver: NewsroomDriver) -> None:
    story, editor, reporter = driver.story()["id"], driver.hire("editor"), driver.hire("reporter")
    for caller, ref in ((editor, None), (reporter, None), (reporter, story)):
        with pytest.raises(NotAllowed):
            freeze(caller, ref)
    assert frozen_now(editor) == {"frozen": False, "stories": []}
    freeze(editor, story)
    assert frozen_now(reporter) == {"frozen": False, "stories": [story]}
    with pytest.raises(NotFound):
        freeze(driver, "nowhere")


def test_a_freeze_leaves_one_audit_row_and_nothing_for_readers(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    sent = len(driver.events())
    for frozen in (True, True, False, False):
        freeze(driver, frozen=frozen)
        freeze(driver, story, frozen=frozen)
    assert len(driver.events()) == sent
    assert driver.audited() == ["create", "freeze", "freeze", "thaw", "thaw"]


def test_a_repeated_call_freezes_once_and_does_not_revert_a_thaw(driver: NewsroomDriver) -> None:
    freeze(driver, key="one")
    freeze(driver, frozen=False)
    assert freeze(driver, key="one") == {"story": None, "frozen": True}
    assert frozen_now(driver)["frozen"] is False


@pytest.mark.parametrize("of_site", [True, False])
def test_what_came_due_during_a_freeze_waits_for_a_person(driver: NewsroomDriver, of_site: bool) -> None:
    story = driver.story()["id"]
    overdue = driver.post(story, status="scheduled", publish_at=in_the_story(driver, driver.now + HOUR))
    later = driver.post(story, status="scheduled", publish_at=in_the_story(driver, driver.now + 3 * HOUR))
    out = driver.post(story)
    driver.patch(out, text="Later.", publish=False)
    driver.act("schedule", out, publish_at=driver.now + HOUR)
    freeze(driver, None if of_site else story)
    driver.due(2 * HOUR)
    freeze(driver, None if of_site else story, frozen=False)
    driver.due()
    assert entry_of(driver, overdue)["status"] == "submitted"
    assert entry_of(driver, out)["working"]["status"] == "submitted"
    assert entry_of(driver, later)["status"] == "scheduled"
    driver.due(2 * HOUR)
    assert entry_of(driver, later)["status"] == "published"
    assert entry_of(driver, overdue)["status"] == "submitted"


def test_a_story_that_should_have_begun_or_ended_in_a_freeze_does_neither_by_itself(driver: NewsroomDriver) -> None:
    start = in_the_story(driver, driver.now + HOUR)
    scheduled = driver.story("Scheduled", status="scheduled", coverage_start=start)["id"]
    upcoming = driver.story("Upcoming", status="upcoming", coverage_start=start)["id"]
    silent = driver.story("Silent", settings={"auto_end_after": 3600})["id"]
    freeze(driver)
    driver.due(2 * HOUR)
    freeze(driver, frozen=False)
    driver.due()

    def status(story: str) -> str:
        shown: str = body(show_story(driver.newsroom, driver.call(), story))["status"]
        return shown

    assert [status(story) for story in (scheduled, upcoming, silent)] == ["draft", "upcoming", "live"]
    driver.due(HOUR)
    assert [status(story) for story in (scheduled, upcoming, silent)] == ["draft", "upcoming", "ended"]
    assert driver.patch_story(upcoming, status="live")["status"] == "live"


def test_a_site_thaw_wakes_nothing_of_a_story_that_is_frozen_itself(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    overdue = driver.post(story, status="scheduled", publish_at=in_the_story(driver, driver.now + HOUR))
    freeze(driver, story)
    freeze(driver)
    driver.due(2 * HOUR)
    freeze(driver, frozen=False)
    assert entry_of(driver, overdue)["status"] == "scheduled"
    freeze(driver, story, frozen=False)
    assert entry_of(driver, overdue)["status"] == "submitted"


def test_once_a_site_is_frozen_no_write_that_had_begun_is_published_any_more(driver: NewsroomDriver) -> None:
    stories = [driver.story(f"Story {number}")["id"] for number in range(3)]
    for _ in range(5):
        stop = threading.Event()

        def write(story: str, stop: threading.Event = stop) -> None:
            while not stop.is_set():
                try:
                    driver.post(story)
                except LiveblogError:
                    return

        threads = [threading.Thread(target=write, args=(story,)) for story in stories]
        for thread in threads:
            thread.start()
        freeze(driver)
        heads = driver.heads()
        for thread in threads:
            thread.join()
        stop.set()
        assert driver.heads() == heads
        freeze(driver, frozen=False)


def test_a_write_that_looked_right_before_the_freeze_is_refused_by_the_publication(driver: NewsroomDriver) -> None:
    story, other = driver.story()["id"], driver.story("Another")["id"]
    actor = Actor(Role.ADMIN, "admin")
    with driver.database.snapshot() as tx:
        before = look_up_story(tx, story, actor)
    freeze(driver)
    sent = len(driver.events())
    with driver.database.transaction() as tx:
        context = StoryContext(tx, driver.newsroom, actor, driver.call(), Micros(driver.now), before)
        with pytest.raises(Unavailable):
            publish_changes(context, [StoryUpdated()])
    assert len(driver.events()) == sent
    freeze(driver, frozen=False)
    assert driver.post(other)["status"] == "published"


def retract_last(driver: NewsroomDriver, story: str, reason: str = "It was wrong.", **more: Any) -> dict[str, Any]:
    key = more.pop("key", None)
    retraction = LastRetraction.model_validate({"reason": reason, **more})
    call = driver.call(idempotency_key=key, fingerprint="f")
    return body(retract_last_entry(driver.newsroom, call, story, retraction))


def test_the_last_of_the_callers_own_is_retracted_and_then_the_one_before(driver: NewsroomDriver) -> None:
    story, ada, bo = driver.story()["id"], driver.hire(), driver.hire()
    first, second = ada.post(story, "One."), ada.post(story, "Two.")
    ada.post(story, "A draft.", status="draft")
    bo.now = ada.now
    bo.post(story, "Bo's.")
    retracted = retract_last(ada, story, "Wrong race.")
    assert (retracted["id"], retracted["status"]) == (second["id"], "retracted")
    assert "Wrong race." in driver.events()[-1]["entry"]["body_html"]
    assert retract_last(ada, story)["id"] == first["id"]
    with pytest.raises(NotFound, match="nothing_to_retract"):
        retract_last(ada, story)


def test_a_repeated_call_retracts_no_second_one(driver: NewsroomDriver) -> None:
    story, ada = driver.story()["id"], driver.hire()
    ada.post(story, "One.")
    second = ada.post(story, "Two.")
    assert retract_last(ada, story, key="once")["id"] == second["id"]
    assert retract_last(ada, story, key="once")["id"] == second["id"]
    assert retract_last(ada, story)["id"] != second["id"]


def test_it_takes_an_editor_to_retract_somebody_elses_last(driver: NewsroomDriver) -> None:
    story, ada, bo, editor = driver.story()["id"], driver.hire(), driver.hire(), driver.hire("editor")
    entry = ada.post(story)
    with pytest.raises(NotAllowed):
        retract_last(bo, story, person=ada.person)
    assert retract_last(editor, story, person=ada.person)["id"] == entry["id"]


def test_the_last_is_retracted_in_a_freeze_too(driver: NewsroomDriver) -> None:
    story, ada = driver.story()["id"], driver.hire()
    entry = ada.post(story)
    freeze(driver)
    assert retract_last(ada, story)["id"] == entry["id"]


def test_a_story_shows_its_own_freeze_apart_from_that_of_the_site(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    shown_as = []
    for whole, frozen in ((story, True), (None, True), (story, False), (None, False)):
        freeze(driver, whole, frozen=frozen)
        shown = body(show_story(driver.newsroom, driver.call(), story))
        shown_as.append((shown["frozen"], shown["site_frozen"]))
    assert shown_as == [(True, False), (True, True), (False, True), (False, False)]


def test_a_refusal_of_nothing_to_retract_names_whose_entry_was_looked_for(driver: NewsroomDriver) -> None:
    story, ada = driver.story()["id"], driver.hire()
    details = []
    for person in (None, ada.person):
        with pytest.raises(NotFound) as refused:
            retract_last_entry(driver.newsroom, driver.call(), story, LastRetraction(reason="Wrong.", person=person))
        details.append(refused.value.detail)
    assert details == [
        "There is no public entry of yours in this story.",
        "There is no public entry of theirs in this story.",
    ]
