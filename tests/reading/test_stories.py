"""One story as readers get it, and the list of all: golden bytes, and nothing hidden in them."""

from __future__ import annotations

import json
from urllib.parse import parse_qs, urlsplit

import pytest

from app.domain.errors import InvalidInput, NotFound
from app.reading.pages import PageRequest
from app.reading.stories import read_story_list, require_story
from app.reading.views import View, read_state_at, read_view
from app.storage.database.transactions import Database
from app.wire.encoding import BodyVariant
from tests.newsroom.driver import LINKS, NewsroomDriver

STORY = "7d0e4a52-93c1-4b7f-8a56-1f2c3d4e5a6b"
ENTRY = "c2b9f1d4-5e6a-4c8b-9d7e-0a1b2c3d4e5f"

FIELDS = (
    '{"id":"7d0e4a52-93c1-4b7f-8a56-1f2c3d4e5a6b","slug":"election-night",'
    '"url":"https://live.example/stories/election-night",'
    '"entry_url_template":"https://live.example/stories/election-night?entry={id}#entry-{id}",'
    '"status":"live","title":"Live: “election night”","standfirst":null,'
    '"intro":null,"authors":[],"sponsor":null,"seo":null,"language":"en","direction":"ltr",'
    '"time_zone":"UTC","section":null,"tags":[],'
    '"publisher":{"name":"The Post","url":"https://post.example","logo":null},"about":null,"canonical_url":null,'
    '"image":null,"coverage_start":null,"coverage_end":null,"continues":null,"continued_by":null,"pinned":[],'
    '"key_points":[],"comments":{"mode":"off","url":null}'
)
ENTRY_MEMBERS = (
    '{"id":"c2b9f1d4-5e6a-4c8b-9d7e-0a1b2c3d4e5f","revision":1,"status":"published","kind":"update","key_event":false,'
    '"importance":"normal","headline":null,"authors":[],"source":null,"tags":[],'
    '"time":"2026-09-21T14:13:21.000Z","published_at":"2026-09-21T14:13:21.000Z","updated_at":null,'
    '"sort_key":"%s","corrections":[],"body_html":"<p>Polls have closed.</p>"}'
)


def state_of(database: Database, ref: str, view: View) -> str:
    with database.snapshot() as tx:
        return read_view(tx, require_story(tx, ref), view, links=LINKS).body.decode()


def golden_story(driver: NewsroomDriver) -> tuple[str, str]:
    """Make a story with one entry; return also its head and the entry's sort key, which publication makes."""
    driver.story("Live: “election night”", id=STORY, slug="election-night")
    posted = driver.post(STORY, id=ENTRY)
    return str(driver.announcements[-1].head.cursor), posted["sort_key"]


def test_the_state_of_a_story_is_these_bytes(driver: NewsroomDriver, database: Database) -> None:
    head, sort_key = golden_story(driver)
    assert state_of(database, "election-night", View("state", BodyVariant.HTML)) == (
        f'{FIELDS},"timeline":{{"items":[{ENTRY_MEMBERS % sort_key}],"next":null,"prev":null}},"included":[],'
        f'"head":"{head}","entry_count":1,"last_entry_at":"2026-09-21T14:13:21.000Z","comment_count":0,'
        f'"comment_counts":{{}}}}'
    )


def test_the_entries_of_a_story_are_these_bytes(driver: NewsroomDriver, database: Database) -> None:
    head, sort_key = golden_story(driver)
    assert state_of(database, STORY, View("entries", BodyVariant.HTML)) == (
        f'{{"items":[{ENTRY_MEMBERS % sort_key}],"next":null,"prev":null,"head":"{head}","comment_counts":{{}}}}'
    )


def test_the_list_of_stories_is_these_bytes(driver: NewsroomDriver, database: Database) -> None:
    head, _ = golden_story(driver)
    with database.snapshot() as tx:
        page = read_story_list(tx, position=None, limit=20, links=LINKS)
    assert page.body.decode() == (
        f'{{"items":[{FIELDS},"head":"{head}","entry_count":1,"last_entry_at":"2026-09-21T14:13:21.000Z",'
        f'"comment_count":0}}],'
        f'"next":null,"prev":null}}'
    )


def test_each_variant_has_the_bodies_it_names(driver: NewsroomDriver, database: Database) -> None:
    golden_story(driver)
    for variant, bodies in {
        BodyVariant.HTML: {"body_html"},
        BodyVariant.BLOCKS: {"blocks"},
        BodyVariant.BOTH: {"body_html", "blocks"},
    }.items():
        (entry,) = json.loads(state_of(database, STORY, View("entries", variant)))["items"]
        assert entry.keys() & {"body_html", "blocks", "body_text"} == bodies


def test_the_first_page_leads_to_the_next_in_the_same_variant(driver: NewsroomDriver, database: Database) -> None:
    story = driver.story()["id"]
    for _ in range(21):
        driver.post(story)
    state = json.loads(state_of(database, story, View("state", BodyVariant.BOTH)))
    assert len(state["timeline"]["items"]) == 20
    assert parse_qs(urlsplit(state["timeline"]["next"]).query)["body"] == ["both"]
    assert state["entry_count"] == 21


def test_what_is_not_public_is_in_no_byte(driver: NewsroomDriver, database: Database) -> None:
    story = driver.story()["id"]
    driver.post(story)
    before = state_of(database, story, View("state", BodyVariant.BOTH))
    driver.post(story, "Hidden words.", status="draft")
    driver.post(story, "Hidden words.", status="submitted")
    driver.story("Hidden words", status="draft")
    assert state_of(database, story, View("state", BodyVariant.BOTH)) == before
    with database.snapshot() as tx:
        assert b"Hidden" not in read_story_list(tx, position=None, limit=20, links=LINKS).body


def test_a_hidden_story_and_an_unknown_one_are_not_found_alike(driver: NewsroomDriver, database: Database) -> None:
    hidden = driver.story(status="draft")
    found = []
    for ref in (hidden["id"], hidden["slug"], STORY, "no-such-story", "No Story!", "\0", "a" * 500):
        with database.snapshot() as tx, pytest.raises(NotFound) as refused:
            require_story(tx, ref)
        found.append((refused.value.code, refused.value.detail))
    assert len(set(found)) == 1


def test_the_list_of_stories_is_walked_newest_first_and_back(driver: NewsroomDriver, database: Database) -> None:
    made = []
    for number in range(7):
        driver.now += 1
        made.append(driver.story(f"Story {number}")["id"])

    def page(url: str | None) -> tuple[list[str], str | None, str | None]:
        position = None if url is None else parse_qs(urlsplit(url).query)["position"][0]
        with database.snapshot() as tx:
            found = read_story_list(tx, position=position, limit=3, links=LINKS)
        body = json.loads(found.body)
        assert (body["next"], body["prev"]) == (found.next, found.prev)
        return [item["id"] for item in body["items"]], found.next, found.prev

    newest = made[::-1]
    first, after_first, before_first = page(None)
    second, after_second, before_second = page(after_first)
    third, after_third, before_third = page(after_second)
    assert [first, second, third] == [newest[:3], newest[3:6], newest[6:]]
    assert (before_first, after_third) == (None, None)
    assert page(before_third)[0] == second
    assert page(before_second) == (first, after_first, None)


def test_a_bad_position_in_the_list_is_refused(database: Database) -> None:
    with database.snapshot() as tx, pytest.raises(InvalidInput):
        read_story_list(tx, position="nowhere", limit=3, links=LINKS)


def test_the_state_around_an_entry_shows_that_part_of_the_timeline(driver: NewsroomDriver, database: Database) -> None:
    story = driver.story()["id"]
    posted = [driver.post(story)["id"] for _ in range(45)]
    with database.snapshot() as tx:
        view = read_state_at(tx, story, PageRequest(around=posted[22]), links=LINKS)
    state = json.loads(view.body)
    shown = [entry["id"] for entry in state["timeline"]["items"]]
    assert posted[22] in shown
    assert len(shown) == 20
    assert state["timeline"]["next"] == view.next is not None
    assert state["timeline"]["prev"] == view.prev is not None
