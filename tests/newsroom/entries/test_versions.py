"""Versions: what each of them changed against the one before, in names and in words."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from app.domain.errors import MalformedInput, NotAllowed
from app.newsroom.entries.versions import show_versions
from tests.newsroom.driver import NewsroomDriver, body


def versions(driver: NewsroomDriver, entry: dict[str, Any], **asked: Any) -> dict[str, Any]:
    return body(show_versions(driver.newsroom, driver.call(), entry["story"], entry["id"], **asked))


def test_each_version_names_what_it_changed(driver: NewsroomDriver) -> None:
    entry = driver.post(driver.story()["id"], status="draft")
    driver.patch(entry, headline="Closed", text="Polls have closed everywhere.")
    driver.act("submit", entry)
    driver.act("publish", entry)
    driver.patch(entry, tags=[{"slug": "polls", "label": "Polls"}], display_time="2026-09-01T00:00:00Z")
    driver.act("retract", entry)
    assert [(version["action"], version["changed"]) for version in versions(driver, entry)["items"]] == [
        ("retract", ["status"]),
        ("edit", ["tags", "time"]),
        ("publish", ["status"]),
        ("submit", ["status"]),
        ("edit", ["headline", "body"]),
        ("create", None),
    ]


def test_edits_kept_aside_are_compared_with_each_other(driver: NewsroomDriver) -> None:
    entry = driver.post(driver.story()["id"])
    driver.patch(entry, text="Polls have closed now.", publish=False)
    driver.patch(entry, text="Polls closed now.", publish=False)
    driver.act("publish", entry)
    driver.patch(entry, text="Gone?", publish=False)
    driver.act("discard", entry)
    found = versions(driver, entry, with_diff=True)["items"]
    assert [(version["action"], version["changed"]) for version in found] == [
        ("discard", ["body"]),
        ("edit", ["body"]),
        ("publish", []),
        ("edit", ["body"]),
        ("edit", ["body"]),
        ("create", None),
    ]
    assert found[3]["diff"] == {
        "body": [["same", "Polls "], ["removed", "have "], ["same", "closed now."]],
        "truncated": False,
    }
    assert found[2]["diff"]["body"] == [["same", "Polls closed now."]]
    assert found[5]["diff"] is None
    assert "diff" not in versions(driver, entry)["items"][0]


def test_pages_of_versions_are_compared_across_their_edges(driver: NewsroomDriver) -> None:
    entry = driver.post(driver.story()["id"], "Text 1")
    for number in range(2, 8):
        driver.patch(entry, text=f"Text {number}")
    found, position = [], None
    for _ in range(4):
        page = versions(driver, entry, with_diff=True, position=position, limit=2)
        found += page["items"]
        position = page["next"]
        if position is None:
            break
    assert [version["version"] for version in found] == [7, 6, 5, 4, 3, 2, 1]
    assert [version["changed"] for version in found] == [["body"]] * 6 + [None]
    assert [version["diff"]["body"][-1] for version in found[:6]] == [
        ["added", str(number)] for number in range(7, 1, -1)
    ]


def test_long_bodies_share_the_work_of_one_reply(driver: NewsroomDriver) -> None:
    entry = driver.post(driver.story()["id"], "Start")
    for number in range(20):
        lines = [" ".join(f"w{number}.{line}.{word}" for word in range(60)) for line in range(30)]
        driver.patch(entry, text="\n\n".join(lines))
    found = versions(driver, entry, with_diff=True)["items"]
    assert any(version["diff"]["truncated"] for version in found[:-1])
    for newer, older in pairwise(found):
        before = "".join(text for kind, text in newer["diff"]["body"] if kind != "added")
        assert before == older["text"]


@pytest.mark.parametrize("position", ["", "0", "-1", "1.5", "newest", "1234567890"])
def test_a_position_that_was_not_made_here_is_refused(driver: NewsroomDriver, position: str) -> None:
    entry = driver.post(driver.story()["id"])
    with pytest.raises(MalformedInput, match="bad_position"):
        versions(driver, entry, position=position)


def test_versions_take_the_right_to_read_the_newsroom(driver: NewsroomDriver) -> None:
    entry = driver.post(driver.story()["id"])
    with pytest.raises(NotAllowed):
        versions(driver.hire("editor", scopes=["write"]), entry)
