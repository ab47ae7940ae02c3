"""A correction that comes with its edit: one change, which nothing holds."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from app.domain.errors import Conflict, NotAllowed
from app.newsroom.entries.versions import show_versions
from app.wire.requests.entries import EntryPatch
from tests.newsroom.driver import NewsroomDriver, body

LINE = {"text": "It is a levee, not a dam.", "severity": "correction"}


def _versions(driver: NewsroomDriver, entry: dict[str, Any]) -> list[str]:
    shown = show_versions(driver.newsroom, driver.call(), entry["story"], entry["id"], with_diff=False)
    return [version["action"] for version in body(shown)["items"]]


@pytest.mark.parametrize("settings", [{}, {"hold_seconds": 600}])
def test_the_new_text_and_its_correction_are_one_version_and_one_event_and_wait_for_nothing(
    driver: NewsroomDriver, settings: dict[str, int]
) -> None:
    story = driver.story()["id"]
    entry = driver.post(story, "The dam failed.")
    driver.patch_story(story, settings=settings)
    before, sent = len(driver.events()), len(driver.announcements)
    after = driver.patch(entry, text="The levee failed.", correction=LINE, hold_seconds=5, material=False)
    assert (after["text"], after["working"], after["version"]) == ("The levee failed.", None, entry["version"] + 1)
    assert [line["text"] for line in after["corrections"]] == [LINE["text"]]
    assert len(driver.announcements) == sent + 1
    (event,) = driver.events()[before:]
    assert (event["type"], event["changed"], event["material"]) == ("entry.updated", ["body", "corrections"], True)
    assert "levee failed" in event["entry"]["body_html"]
    assert _versions(driver, entry) == ["edit", "create"]


def test_a_correction_alone_may_come_as_a_patch_too(driver: NewsroomDriver) -> None:
    entry = driver.post(driver.story()["id"], "The dam failed.")
    after = driver.patch(entry, correction=LINE)
    assert [line["severity"] for line in after["corrections"]] == ["correction"]
    assert driver.events()[-1]["changed"] == ["corrections"]


def test_what_readers_do_not_have_is_not_corrected_and_nothing_of_it_is_changed(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    draft, held = driver.post(story, "A draft.", status="draft"), driver.post(story, "Held.", hold_seconds=60)
    for entry in (draft, held):
        with pytest.raises(Conflict, match="wrong_status"):
            driver.patch(entry, text="Other.", correction=LINE)
    unseen = driver.post(driver.story("Nobody's yet", status="draft")["id"], "Unseen.")
    with pytest.raises(Conflict, match="story_not_public"):
        driver.patch(unseen, text="Other.", correction=LINE)
    entry = driver.post(story, "It stands.")
    driver.patch(entry, text="Aside.", publish=False)
    with pytest.raises(Conflict, match="edit_waits"):
        driver.patch(entry, text="Other.", correction=LINE)
    assert _versions(driver, entry) == ["edit", "create"]


def test_a_reporter_under_review_corrects_nothing_by_an_edit(driver: NewsroomDriver) -> None:
    story = driver.story(settings={"review_required": True})["id"]
    reporter = driver.hire("reporter")
    mine = reporter.post(story, "Mine.")
    driver.act("publish", mine)
    with pytest.raises(NotAllowed):
        reporter.patch(mine, text="Other.", correction=LINE)


def test_a_correction_is_published_with_its_edit_or_is_none() -> None:
    with pytest.raises(ValidationError):
        EntryPatch.model_validate({"text": "x", "publish": False, "correction": LINE})
    with pytest.raises(ValidationError):
        EntryPatch.model_validate({"text": "x", "correction": {"text": " "}})
