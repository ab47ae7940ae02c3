"""Back-dating: the time that is shown, and the place in the timeline that goes with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from app.domain.clock import parse_time
from app.domain.errors import InvalidInput
from app.newsroom.entries.versions import show_versions
from app.newsroom.queries.lists import show_entry
from app.reading.entries import EntryShape
from app.reading.pages import PageRequest, read_page
from app.reading.stories import require_story
from tests.newsroom.driver import LINKS, START, NewsroomDriver, body

EARLIER = "2026-09-21T13:00:00.250Z"
"""Before START, which is 2026-09-21T14:13:20Z."""


def timeline(driver: NewsroomDriver, story: str, *, limit: int = 100) -> list[str]:
    """The ids readers see, the newest first, by following `next`."""
    found: list[str] = []
    position: str | None = None
    with driver.database.snapshot() as tx:
        while True:
            request = PageRequest(limit=limit, position=position)
            page = read_page(tx, require_story(tx, story), request, links=LINKS)
            found += [str(entry.id) for entry in page.items]
            if page.next is None:
                return found
            position = page.next.rpartition("position=")[2]


def public_time(driver: NewsroomDriver, entry: dict[str, Any]) -> str:
    with driver.database.snapshot() as tx:
        page = read_page(tx, require_story(tx, entry["story"]), PageRequest(around=entry["id"]), links=LINKS)
        shape = EntryShape(fields=("id", "time"))
        shown = [shape.encode(item) for item in page.items if item.id == entry["id"]]
    return shown[0].decode().partition('"time":"')[2].removesuffix('"}')


def test_an_entry_stands_where_its_display_time_belongs(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    old, new = driver.post(story, display_time="2026-09-21T12:00:00+02:00"), driver.post(story)
    between = driver.post(story, display_time=EARLIER)
    assert timeline(driver, story) == [new["id"], between["id"], old["id"]]
    assert between["time"] == between["display_time"] == EARLIER == public_time(driver, between)
    assert old["time"] == "2026-09-21T10:00:00.000Z"
    assert between["published_at"] != EARLIER


def test_an_entry_without_a_display_time_shows_when_it_was_published(driver: NewsroomDriver) -> None:
    entry = driver.post(driver.story()["id"])
    assert (entry["display_time"], entry["time"]) == (None, entry["published_at"])


def test_another_display_time_moves_the_entry_and_null_brings_it_back(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    first, second = driver.post(story), driver.post(story)
    moved = driver.patch(second, display_time=EARLIER, material=False)
    event = driver.events()[-1]
    assert (event["type"], event["changed"], event["entry"]["time"]) == ("entry.updated", ["time"], EARLIER)
    assert timeline(driver, story) == [first["id"], second["id"]]
    assert moved["updated_at"] is None
    back = driver.patch(moved, display_time=None)
    assert timeline(driver, story) == [second["id"], first["id"]]
    assert (back["time"], back["display_time"]) == (second["published_at"], None)


def test_an_edit_that_leaves_the_display_time_alone_keeps_the_place(driver: NewsroomDriver) -> None:
    entry = driver.post(driver.story()["id"], display_time=EARLIER)
    assert driver.patch(entry, text="Better.")["sort_key"] == entry["sort_key"]
    assert driver.patch(entry, display_time=EARLIER, headline="Same time")["sort_key"] == entry["sort_key"]


def test_a_republished_entry_keeps_its_place_unless_its_display_time_was_changed_meanwhile(
    driver: NewsroomDriver,
) -> None:
    story = driver.story()["id"]
    entry, other = driver.post(story, display_time=EARLIER), driver.post(story)
    driver.act("unpublish", entry)
    assert driver.act("publish", entry)["sort_key"] == entry["sort_key"]
    driver.act("unpublish", entry)
    driver.patch(entry, display_time=None)
    assert driver.act("publish", entry)["published_at"] == entry["published_at"]
    assert timeline(driver, story) == [other["id"], entry["id"]]
    driver.act("unpublish", other)
    driver.patch(other, display_time="2026-09-21T14:00:00Z")
    driver.act("publish", other)
    assert timeline(driver, story) == [entry["id"], other["id"]]


def test_a_display_time_in_a_working_revision_moves_nothing_until_it_is_published(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    first, second = driver.post(story), driver.post(story)
    kept = driver.patch(second, display_time=EARLIER, publish=False)
    assert (kept["time"], kept["working"]["fields"]["display_time"]) == (second["time"], EARLIER)
    assert timeline(driver, story) == [second["id"], first["id"]]
    driver.act("publish", second)
    assert timeline(driver, story) == [first["id"], second["id"]]
    assert driver.events()[-1]["changed"] == ["time"]


def test_entries_dated_alike_stand_in_the_order_of_their_events(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    posted = [driver.post(story, display_time=EARLIER)["id"] for _ in range(5)]
    assert timeline(driver, story) == posted[::-1]


def test_entries_from_before_1970_stand_in_order_below_and_are_paged(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    years = ("1970-01-01", "1931-05-01", "1969-12-31", "1900-01-01", "2001-01-01")
    posted = {year: driver.post(story, display_time=f"{year}T00:00:00Z")["id"] for year in years}
    assert timeline(driver, story, limit=1) == [posted[year] for year in sorted(years, reverse=True)]


@pytest.mark.parametrize("time", ["1899-12-31T23:59:59Z", "2126-01-01T00:00:00Z"])
def test_a_display_time_that_cannot_be_is_refused_and_nothing_is_written(driver: NewsroomDriver, time: str) -> None:
    entry = driver.post(driver.story()["id"])
    sent = len(driver.announcements)
    writes: list[Callable[[], object]] = [
        lambda: driver.post(entry["story"], display_time=time),
        lambda: driver.patch(entry, display_time=time, text="Lost?"),
        lambda: driver.put(entry["story"], "wire-1", text="Wired.", display_time=time),
    ]
    for write in writes:
        with pytest.raises(InvalidInput) as refused:
            write()
        assert [(error.pointer, error.code) for error in refused.value.errors] == [("/display_time", "out_of_range")]
    assert len(driver.announcements) == sent
    unchanged = body(show_entry(driver.newsroom, driver.call(), entry["story"], entry["id"]))
    assert unchanged["version"] == entry["version"]


def test_a_writers_clock_may_be_a_minute_ahead(driver: NewsroomDriver) -> None:
    driver.now = START - 1_000_000
    story = driver.story()["id"]
    assert driver.post(story, display_time="2026-09-21T14:14:20Z")["time"] == "2026-09-21T14:14:20.000Z"
    assert parse_time("2026-09-21T14:14:20Z") == START + 60_000_000
    with pytest.raises(InvalidInput):
        driver.post(story, display_time="2026-09-21T14:14:22Z")


def test_the_newsroom_reads_the_display_time_of_each_version(driver: NewsroomDriver) -> None:
    entry = driver.post(driver.story()["id"], display_time=EARLIER)
    driver.patch(entry, display_time=None)
    versions = body(show_versions(driver.newsroom, driver.call(), entry["story"], entry["id"]))["items"]
    assert [version["display_time"] for version in versions] == [None, EARLIER]


def test_what_waits_for_its_story_is_published_in_the_order_of_the_timeline(driver: NewsroomDriver) -> None:
    story = driver.story(status="draft")["id"]
    late, old = driver.post(story), driver.post(story, display_time=EARLIER)
    older = driver.post(story, display_time="1950-01-01T00:00:00Z")
    driver.patch_story(story, status="live")
    published = [event["entry"]["id"] for event in driver.events() if event["type"] == "entry.published"]
    assert published == [older["id"], old["id"], late["id"]] == timeline(driver, story)[::-1]
