"""Another system's newer version of an entry, where people have set times or have work of their own aside."""

from __future__ import annotations

from app.newsroom.entries.versions import show_versions
from app.newsroom.queries.lists import show_entry
from tests.newsroom.driver import HOUR, NewsroomDriver, body


def test_what_a_person_has_timed_is_never_published_as_another_systems_words(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    entry = driver.put(story, "wire-1", text="Flash.", external_version=1)
    driver.patch(entry, text="Flash, checked.", publish=False)
    driver.act("schedule", entry)
    again = driver.put(story, "wire-1", text="Flash, raw.", external_version=2)
    assert (again["working"]["status"], again["working"]["fields"]["text"]) == ("draft", "Flash, raw.")
    sent = len(driver.announcements)
    assert driver.due(2 * HOUR) is None
    assert len(driver.announcements) == sent
    kept = [
        version["working"]["fields"]["text"]
        for version in body(show_versions(driver.newsroom, driver.call(), story, entry["id"]))["items"]
        if version["working"] is not None
    ]
    assert "Flash, checked." in kept


def test_an_entry_that_a_person_has_scheduled_is_published_as_the_person_left_it(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    entry = driver.put(story, "wire-1", text="Flash.", external_version=1, status="draft")
    driver.patch(entry, text="Flash, checked.")
    driver.act("schedule", entry)
    again = driver.put(story, "wire-1", text="Flash, raw.", external_version=2)
    assert (again["status"], again["working"]["fields"]["text"]) == ("scheduled", "Flash, raw.")
    driver.due(2 * HOUR)
    out = body(show_entry(driver.newsroom, driver.call(), story, entry["id"]))
    assert (out["status"], out["text"], out["working"]["status"]) == ("published", "Flash, checked.", "draft")
    assert driver.events()[-1]["entry"]["body_html"] == "<p>Flash, checked.</p>"


def test_a_time_that_a_person_has_set_is_no_edit_that_keeps_another_systems_out(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    entry = driver.put(story, "wire-1", text="Flash.", external_version=1)
    driver.patch(entry, expires_at="2100-01-01T00:00:00Z")
    again = driver.put(story, "wire-1", text="Flash, more.", external_version=2)
    assert (again["text"], again["working"], again["revision"]) == ("Flash, more.", None, 2)
    assert again["expires_at"] == "2100-01-01T00:00:00.000Z"


def test_under_a_hold_another_systems_newer_version_takes_the_place_of_the_one_that_waits(
    driver: NewsroomDriver,
) -> None:
    story = driver.story(settings={"hold_seconds": 600})["id"]
    first = driver.put(story, "wire-1", text="Flash.", external_version=1)
    again = driver.put(story, "wire-1", text="Flash, more.", external_version=2)
    assert (again["status"], again["held"], again["publish_at"]) == ("scheduled", True, first["publish_at"])
    driver.due(HOUR)
    assert [event["entry"]["body_html"] for event in driver.events()[1:]] == ["<p>Flash, more.</p>"]
