"""Stories: made, changed, made public."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from app.domain.errors import Conflict, MalformedInput, NotAllowed, PreconditionFailed
from app.domain.story import StoryStatus
from app.newsroom.queries.lists import show_stories
from tests.newsroom.driver import NewsroomDriver, body


def test_a_title_is_enough_and_the_story_is_live(driver: NewsroomDriver) -> None:
    story = driver.story("Élection night: “live”")
    assert story["slug"].startswith("election-night-live-")
    assert (story["status"], story["language"], story["time_zone"]) == ("live", "en", "UTC")
    assert driver.summary() == [("story.updated", 1)]


def test_a_change_of_public_members_is_one_event_and_of_settings_none(driver: NewsroomDriver) -> None:
    story = driver.story()
    changed = driver.patch_story(story["slug"], if_match='"v1"', standfirst="First results.", title="Night")
    assert driver.events()[-1]["changed"] == ["title", "standfirst"]
    assert driver.events()[-1]["fields"]["standfirst"] == "First results."
    settings = driver.patch_story(story["id"], settings={"review_required": True})
    assert settings["settings"] == {**story["settings"], "review_required": True}
    assert settings["version"] == changed["version"] + 1
    assert driver.patch_story(story["id"], title="Night")["version"] == settings["version"]
    assert len(driver.announcements) == 2


def test_a_public_story_cannot_become_a_secret_again(driver: NewsroomDriver) -> None:
    story = driver.story()
    with pytest.raises(Conflict, match="wrong_status"):
        driver.patch_story(story["id"], status="draft")


def test_a_slug_is_taken_once_and_stays(driver: NewsroomDriver) -> None:
    story = driver.story(slug="election-night")
    with pytest.raises(Conflict, match="slug_taken"):
        driver.story(slug="election-night")
    assert driver.patch_story(story["id"], slug="election-night")["version"] == 1
    assert driver.patch_story(story["id"], slug="the-long-night")["slug"] == "the-long-night"
    assert driver.patch_story("election-night", title="By its old name")["id"] == story["id"]
    for taken in ("election-night", "the-long-night"):
        with pytest.raises(Conflict, match="slug_taken"):
            driver.story(slug=taken)
    other = driver.story(slug="another")
    with pytest.raises(Conflict, match="slug_taken"):
        driver.patch_story(other["id"], slug="election-night")
    assert driver.patch_story(other["id"], title="Still here")["slug"] == "another"


def test_a_story_may_take_back_a_slug_it_has_had_as_often_as_it_likes(driver: NewsroomDriver) -> None:
    story = driver.story(slug="election-night")["id"]
    for slug in ("the-long-night", "election-night", "the-long-night", "election-night"):
        assert driver.patch_story(story, slug=slug)["slug"] == slug
        assert driver.events()[-1]["fields"]["slug"] == slug
    for known in ("the-long-night", "election-night"):
        assert driver.patch_story(known, section="Politics")["id"] == story
        with pytest.raises(Conflict, match="slug_taken"):
            driver.story(slug=known)


def test_the_same_client_made_id_makes_one_story(driver: NewsroomDriver) -> None:
    ident = str(uuid.uuid4())
    assert driver.story(id=ident) == driver.story(id=ident)
    with pytest.raises(Conflict, match="id_taken"):
        driver.story("Another title", id=ident)


def test_only_editors_make_and_change_stories(driver: NewsroomDriver) -> None:
    story, reporter = driver.story(), driver.hire()
    with pytest.raises(NotAllowed):
        reporter.story("Mine")
    with pytest.raises(NotAllowed):
        reporter.patch_story(story["id"], title="Mine")
    assert driver.hire("editor").patch_story(story["id"], title="Ours")["title"] == "Ours"


def test_a_story_takes_no_readers_etag(driver: NewsroomDriver) -> None:
    story = driver.story()
    with pytest.raises(PreconditionFailed):
        driver.patch_story(story["id"], if_match='"r1"', title="x")


def test_time_never_runs_backwards_in_a_story(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    first = driver.post(story)
    driver.now -= 3_600_000_000
    second = driver.post(story)
    assert second["published_at"] == first["published_at"]
    assert second["sort_key"] > first["sort_key"]


def _pages(driver: NewsroomDriver, limit: int, **status: Any) -> list[list[str]]:
    """The titles on each page of the newsroom's list of stories, from the first to the last."""
    pages: list[list[str]] = []
    position = None
    while not pages or position is not None:
        shown = body(
            show_stories(
                driver.newsroom, driver.call(), statuses=status.get("statuses"), position=position, limit=limit
            )
        )
        pages.append([story["title"] for story in shown["items"]])
        position = shown["next"]
    return pages


def test_the_list_of_stories_is_read_in_pages_newest_first(driver: NewsroomDriver) -> None:
    for number in range(7):
        driver.now += 1
        driver.story(f"Day {number}", status="draft" if number % 3 else "live")
    newest_first = [f"Day {number}" for number in reversed(range(7))]
    assert _pages(driver, 100) == [newest_first]
    assert _pages(driver, 7) == [newest_first]
    assert [len(page) for page in _pages(driver, 3)] == [3, 3, 1]
    assert _pages(driver, 2) == [newest_first[start : start + 2] for start in range(0, 7, 2)]
    live = frozenset({StoryStatus.LIVE})
    assert _pages(driver, 2, statuses=live) == [["Day 6", "Day 3"], ["Day 0"]]
    assert _pages(driver, 2, statuses=frozenset({StoryStatus.ENDED})) == [[]]
    with pytest.raises(MalformedInput, match="bad_position"):
        show_stories(driver.newsroom, driver.call(), statuses=None, position="1.x", limit=2)


def test_stories_made_at_one_time_are_all_on_some_page(driver: NewsroomDriver) -> None:
    titles = {driver.story(f"Day {number}")["title"] for number in range(5)}
    pages = _pages(driver, 2)
    assert [len(page) for page in pages] == [2, 2, 1]
    assert {title for page in pages for title in page} == titles


def test_pages_of_stories_hold_what_there_is_for_the_caller_alone(driver: NewsroomDriver) -> None:
    own = []
    for number in range(3):
        driver.now += 1
        own.append(driver.story(f"Day {number}")["id"])
        for _ in range(3):
            driver.story("Of others")
    bound = driver.hire(stories=own)
    assert _pages(bound, 2) == [["Day 2", "Day 1"], ["Day 0"]]


@pytest.mark.parametrize("language", ["ar", "he-IL", "fa", "az-Arab"])
def test_a_story_has_the_direction_of_its_language(driver: NewsroomDriver, language: str) -> None:
    story = driver.story(language=language)
    assert story["direction"] == "rtl"
    assert driver.events()[-1]["fields"]["direction"] == "rtl"
    assert driver.story(language=language, direction="ltr")["direction"] == "ltr"


def test_the_direction_follows_the_language_until_it_is_set(driver: NewsroomDriver) -> None:
    story = driver.story()["id"]
    assert driver.patch_story(story, language="ar")["direction"] == "rtl"
    assert driver.events()[-1]["changed"] == ["language", "direction"]
    assert driver.patch_story(story, title="Night")["direction"] == "rtl"
    assert driver.patch_story(story, language="ar-Latn")["direction"] == "ltr"
    # Set, it is what was set, be it that of the language.
    assert driver.patch_story(story, direction="ltr")["direction"] == "ltr"
    assert driver.patch_story(story, language="he")["direction"] == "ltr"
    assert driver.patch_story(story, direction=None)["direction"] == "rtl"
    assert driver.events()[-1]["fields"]["direction"] == "rtl"
    assert driver.patch_story(story, language="en", direction="rtl")["direction"] == "rtl"
    assert driver.patch_story(story, language="de")["direction"] == "rtl"


def test_a_story_of_an_earlier_release_keeps_the_direction_it_has(driver: NewsroomDriver) -> None:
    # Earlier releases stored "ltr" with each story that nobody had given one.
    story = driver.story(language="ar", direction="ltr")["id"]
    assert driver.patch_story(story, language="fa", title="Night")["direction"] == "ltr"
