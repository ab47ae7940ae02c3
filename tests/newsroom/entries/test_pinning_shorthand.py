"""`/pin` in a text, `pinned` in a request: the entry is pinned when it is published, if its writer may pin."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.domain.clock import Micros, format_time
from app.domain.errors import Conflict, NotAllowed
from app.newsroom.entries.create import create_entries
from app.newsroom.queries.lists import show_entry, show_story
from app.wire.requests.entries import EntryBatch
from tests.newsroom.driver import HOUR, NewsroomDriver, body


@pytest.fixture
def editor(driver: NewsroomDriver) -> NewsroomDriver:
    """An editor whose token may use shorthand."""
    return driver.hire("editor", shorthand=True)


def pinned(driver: NewsroomDriver, story: str) -> list[str]:
    """Return what readers see pinned, the topmost first."""
    fields = [
        event["fields"] for event in driver.events() if event["type"] == "story.updated" and event["story"] == story
    ]
    shown = body(show_story(driver.newsroom, driver.call(), story))
    entries = [pin["entry"] for pin in fields[-1]["pinned"]] if fields else []
    assert entries == [pin["entry"] for pin in shown["pinned"]]
    return entries


def test_an_entry_is_published_pinned_above_the_others(editor: NewsroomDriver) -> None:
    story = editor.story()["id"]
    first = editor.post(story, "Polls have closed. /pin")
    since = len(editor.events())
    second = editor.post(story, "/pin First results.")
    assert second["shorthand"] == {"pin": True}
    assert [event["type"] for event in editor.events()[since:]] == ["entry.published", "story.updated"]
    assert editor.events()[-1]["changed"] == ["pinned"]
    assert pinned(editor, story) == [second["id"], first["id"]]
    assert second["pin_wanted"] is False


def test_a_writer_who_may_not_pin_is_answered_that_the_pin_is_refused(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    reporter = driver.hire("reporter", shorthand=True)
    entry = reporter.post(story, "Polls have closed. /pin #polls")
    assert (entry["status"], entry["text"]) == ("published", "Polls have closed.")
    assert entry["shorthand"] == {"tags": [{"slug": "polls", "label": "polls"}], "refused": ["pin"]}
    assert pinned(driver, story) == []


def test_a_new_entry_that_is_sent_pinned_is_published_above_the_others(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    first, second = (driver.post(story, f"Update {number}.", pinned=True) for number in range(2))
    assert pinned(driver, story) == [second["id"], first["id"]]
    assert (second["pin_wanted"], second.get("shorthand")) == (False, None)
    waiting = driver.post(story, "Not yet.", status="draft", pinned=True)
    assert (waiting["pin_wanted"], len(pinned(driver, story))) == (True, 2)
    driver.act("publish", waiting)
    assert pinned(driver, story)[0] == waiting["id"]


def test_who_may_not_pin_is_refused_and_nothing_is_written(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    reporter = driver.hire("reporter")
    for more in ({}, {"status": "draft"}):
        with pytest.raises(NotAllowed):
            reporter.post(story, "Polls have closed.", pinned=True, **more)
    assert driver.events()[-1]["type"] == "story.updated"
    assert reporter.post(story, "Polls have closed.", pinned=False)["status"] == "published"


def test_a_frozen_story_takes_no_pinned_entry(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    driver.freeze(story)
    with pytest.raises(Conflict) as refused:
        driver.post(story, "Polls have closed.", pinned=True)
    assert refused.value.code == "frozen"
    assert pinned(driver, story) == []


def test_another_system_pins_what_it_creates_and_never_again(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    entry = driver.put(story, "wire-1", text="Polls have closed.", pinned=True)
    assert pinned(driver, story) == [entry["id"]]
    driver.pin(story)
    driver.put(story, "wire-1", text="Polls have closed everywhere.", pinned=True)
    assert pinned(driver, story) == []


@pytest.mark.parametrize("status", ["draft", "submitted", "scheduled"])
def test_a_pin_waits_for_the_entry_to_be_published(editor: NewsroomDriver, status: str) -> None:
    story = editor.story()["id"]
    when = {"publish_at": format_time(Micros(editor.now + HOUR))} if status == "scheduled" else {}
    entry = editor.post(story, "Polls have closed. /pin", status=status, **when)
    assert (entry["pin_wanted"], pinned(editor, story)) == (True, [])
    if status == "scheduled":
        editor.due(2 * HOUR)
    else:
        editor.act("publish", entry)
    assert pinned(editor, story) == [entry["id"]]


def test_a_pin_waits_for_the_hold_of_the_story(editor: NewsroomDriver) -> None:
    story = editor.story(settings={"hold_seconds": 60})["id"]
    entry = editor.post(story, "Polls have closed. /pin")
    assert (entry["held"], pinned(editor, story)) == (True, [])
    editor.due(HOUR)
    assert pinned(editor, story) == [entry["id"]]


def test_pins_wait_for_the_story_to_become_public(editor: NewsroomDriver) -> None:
    story = editor.story(status="draft")["id"]
    first, second = editor.post(story, "One. /pin"), editor.post(story, "Two. /pin")
    opened = editor.patch_story(story, status="live")
    assert pinned(editor, story) == [second["id"], first["id"]]
    shown = body(show_story(editor.newsroom, editor.call(), story))
    assert {**shown, **opened, "entries": {"published": 2}} == shown
    assert body(show_entry(editor.newsroom, editor.call(), story, first["id"]))["pin_wanted"] is False


def test_what_is_public_is_pinned_at_once(editor: NewsroomDriver) -> None:
    story = editor.story()["id"]
    entry, other = editor.post(story), editor.post(story, "Other. /pin")
    unchanged = editor.patch(entry, text="/pin")
    assert unchanged["version"] == entry["version"]
    assert pinned(editor, story) == [entry["id"], other["id"]]
    since = len(editor.events())
    editor.patch(other, text="Other, better. /pin")
    assert [event["type"] for event in editor.events()[since:]] == ["entry.updated", "story.updated"]
    assert pinned(editor, story) == [other["id"], entry["id"]]


def test_an_edit_kept_aside_is_pinned_when_it_is_published_and_not_before(editor: NewsroomDriver) -> None:
    story = editor.story()["id"]
    entry = editor.post(story)
    editor.patch(entry, text="Better. /pin", publish=False)
    editor.act("correct", entry)
    assert pinned(editor, story) == []
    editor.act("publish", entry)
    assert pinned(editor, story) == [entry["id"]]


def test_a_pin_is_dropped_with_the_edit(editor: NewsroomDriver) -> None:
    story = editor.story()["id"]
    entry = editor.post(story)
    assert editor.patch(entry, text="Better. /pin", publish=False)["pin_wanted"] is True
    assert editor.act("discard", entry)["pin_wanted"] is False
    editor.patch(entry, text="Better still.")
    assert pinned(editor, story) == []


def test_a_story_has_only_so_many_pins_and_the_lowest_is_dropped(editor: NewsroomDriver) -> None:
    story = editor.story()["id"]
    posted = [editor.post(story, f"Update {number}. /pin")["id"] for number in range(12)]
    assert pinned(editor, story) == posted[::-1][:10]


def test_a_batch_of_pins_pins_them_all(editor: NewsroomDriver) -> None:
    story = editor.story()["id"]
    batch = EntryBatch(items=[{"text": "One. /pin"}, {"text": "Two. /pin"}])
    reply: dict[str, Any] = json.loads(create_entries(editor.newsroom, editor.call(), story, batch).body)
    ids = [item["entry"]["id"] for item in reply["items"]]
    assert pinned(editor, story) == ids[::-1]


def test_pinned_entries_that_end_at_the_same_time_leave_no_pin(editor: NewsroomDriver) -> None:
    story = editor.story()["id"]
    end = format_time(Micros(editor.now + HOUR))
    for number in range(3):
        editor.post(story, f"Update {number}. /pin", expires_at=end)
    editor.due(2 * HOUR)
    assert pinned(editor, story) == []
