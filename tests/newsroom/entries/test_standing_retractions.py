"""A retraction stands until the entry is reinstated, whatever happens to the entry meanwhile."""

from __future__ import annotations

from typing import Any

import pytest

from app.domain.clock import Micros, format_time
from app.domain.errors import Conflict
from app.newsroom.emergency.revert import revert_token
from app.newsroom.queries import previews
from app.newsroom.queries.lists import show_entry
from tests.newsroom.driver import HOUR, NewsroomDriver, body
from tests.newsroom.emergency.test_revert import entry_of, public_bodies, token_of

WAYS: dict[str, list[str]] = {
    "published again": ["unpublish", "publish"],
    "corrected, taken out and published again": ["correct", "unpublish", "publish"],
    "twice published again": ["unpublish", "publish", "unpublish", "publish"],
    "scheduled, cancelled and published": ["unpublish", "schedule", "cancel", "publish"],
    "scheduled, cancelled, reviewed and published": ["unpublish", "schedule", "cancel", "submit", "publish"],
    "scheduled, cancelled, returned and published": ["unpublish", "schedule", "cancel", "submit", "return", "publish"],
}


def retracted(driver: NewsroomDriver, **fields: Any) -> dict[str, Any]:
    entry = driver.post(driver.story(**fields)["id"], "The dam broke.")
    driver.due(2 * HOUR)
    return driver.act("retract", entry, reason="It did not.")


def is_struck(html: str) -> bool:
    return "<s>The dam broke.</s>" in html and "It did not." in html


@pytest.mark.parametrize("way", WAYS)
def test_a_retracted_entry_is_still_retracted_when_it_is(driver: NewsroomDriver, way: str) -> None:
    entry = retracted(driver)
    for action in WAYS[way]:
        entry = driver.act(action, entry)
    assert (entry["status"], entry["retraction_stands"]) == ("retracted", True)
    assert is_struck(entry["body_html"])
    last = driver.events()[-1]
    assert (last["type"], last["entry"]["status"]) == ("entry.published", "retracted")
    assert is_struck(public_bodies(driver)[entry["id"]])
    back = driver.act("reinstate", entry)
    assert (back["status"], back["retraction_stands"]) == ("published", False)
    assert public_bodies(driver)[entry["id"]] == "<p>The dam broke.</p>"


def test_it_is_published_struck_through_at_its_time_and_after_a_hold(driver: NewsroomDriver) -> None:
    for settings, action in (({}, "schedule"), ({"hold_seconds": 60}, "publish")):
        entry = retracted(driver, settings=settings)
        driver.act("unpublish", entry)
        assert driver.act(action, entry)["status"] == "scheduled"
        assert entry["id"] not in public_bodies(driver)
        driver.due(HOUR)
        assert entry_of(driver, entry)["status"] == "retracted"
        assert is_struck(public_bodies(driver)[entry["id"]])


def test_what_was_reinstated_before_it_was_hidden_is_restored_whole(driver: NewsroomDriver) -> None:
    entry = retracted(driver)
    for action in ("reinstate", "unpublish", "publish"):
        entry = driver.act(action, entry)
    assert (entry["status"], entry["retraction_stands"]) == ("published", False)
    assert public_bodies(driver)[entry["id"]] == "<p>The dam broke.</p>"


def test_while_hidden_there_is_nothing_to_reinstate_but_colleagues_are_shown_that_it_stands(
    driver: NewsroomDriver,
) -> None:
    entry = driver.act("unpublish", retracted(driver))
    assert (entry["status"], entry["retraction_stands"]) == ("unpublished", True)
    assert is_struck(entry["body_html"])
    with pytest.raises(Conflict, match="wrong_status"):
        driver.act("reinstate", entry)
    link = body(previews.make_preview(driver.newsroom, driver.call(), entry["story"], entry["id"]))["url"]
    shown = body(previews.show_preview(driver.newsroom, link.rpartition("/")[2]))
    assert shown["status"] == "retracted"
    assert is_struck(shown["body_html"])


def test_new_words_do_not_end_it(driver: NewsroomDriver) -> None:
    entry = retracted(driver)
    driver.patch(entry, text="The dam broke.", headline="Dam")
    driver.patch(entry, publish=False, headline="The dam")
    entry = driver.act("publish", entry)
    assert (entry["status"], entry["headline"]) == ("retracted", "The dam")
    driver.act("unpublish", entry)
    driver.patch(entry, headline="That dam")
    entry = driver.act("publish", entry)
    assert (entry["status"], entry["headline"]) == ("retracted", "That dam")
    assert is_struck(public_bodies(driver)[entry["id"]])


@pytest.mark.parametrize("way", [[], ["unpublish"]])
def test_another_systems_next_version_does_not_end_it(driver: NewsroomDriver, way: list[str]) -> None:
    story, wire = driver.story()["id"], driver.bot("editor")
    entry = wire.put(story, "wire-1", text="The dam broke.", external_version=1)
    wire.act("retract", entry, reason="It did not.")
    for action in way:
        wire.act(action, entry)
    entry = wire.put(story, "wire-1", text="The dam broke.", headline="Dam", external_version=2)
    entry = wire.act("publish", entry) if way else entry
    assert (entry["status"], entry["headline"], entry["retraction_stands"]) == ("retracted", "Dam", True)
    assert is_struck(public_bodies(wire)[entry["id"]])


def test_what_is_left_of_it_after_a_revert_is_what_stood_before(driver: NewsroomDriver) -> None:
    standing, clean = retracted(driver), driver.post(driver.story()["id"], "True.")
    driver.act("unpublish", standing)
    rogue = driver.hire("editor")
    rogue.now = driver.now
    rogue.act("publish", standing)
    rogue.act("reinstate", standing)
    rogue.act("retract", clean)
    rogue.act("unpublish", clean)
    driver.now = rogue.now
    revert_token(driver.newsroom, driver.call(), token_of(rogue), since=Micros(0))
    assert [
        (entry_of(driver, each)["status"], entry_of(driver, each)["retraction_stands"]) for each in (standing, clean)
    ] == [
        ("unpublished", True),
        ("published", False),
    ]
    assert is_struck(driver.act("publish", standing)["body_html"])
    assert public_bodies(driver)[clean["id"]] == "<p>True.</p>"


def test_one_that_ends_while_it_stands_leaves_with_its_line(driver: NewsroomDriver) -> None:
    entry = retracted(driver)
    driver.patch(entry, expires_at=format_time(Micros(driver.now + HOUR)))
    driver.due(2 * HOUR)
    shown = body(show_entry(driver.newsroom, driver.call(), entry["story"], entry["id"]))
    assert (shown["status"], shown["retraction_stands"]) == ("expired", True)
    assert public_bodies(driver) == {}
