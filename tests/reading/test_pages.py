"""Pages of a timeline, on both databases: following `next` and `prev` shows each entry once, in order."""

from __future__ import annotations

import json
import random
from itertools import product
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit

import pytest

from app.domain.errors import Gone, NotFound
from app.reading.entries import EntryShape
from app.reading.pages import PageRequest, encode_page, read_page
from app.reading.stories import require_story
from app.storage.database.transactions import Database
from app.storage.public.reads import EntryFilter
from tests.newsroom.driver import LINKS, NewsroomDriver

Order = Literal["newest", "oldest"]
ORDERS: list[Order] = ["newest", "oldest"]


class Reader:
    """A reader of pages that follows the URLs it got, as clients do."""

    def __init__(self, database: Database, story: str, *, only: EntryFilter | None = None) -> None:
        self._database = database
        self._story = story
        self._only = only or EntryFilter()

    def page(
        self, order: Order = "newest", *, limit: int = 3, url: str | None = None, around: str | None = None
    ) -> Any:
        position = None if url is None else parse_qs(urlsplit(url).query)["position"][0]
        request = PageRequest(
            order=order,
            position=position,
            around=around,
            limit=limit,
            only=self._only,
            parameters=(("order", order), ("limit", str(limit))),
        )
        with self._database.snapshot() as tx:
            story = require_story(tx, self._story)
            return json.loads(
                encode_page(read_page(tx, story, request, links=LINKS), story, EntryShape(), comment_counts=b"{}")
            )

    def walk(self, order: Order, *, limit: int = 3) -> list[Any]:
        pages = [self.page(order, limit=limit)]
        while pages[-1]["next"] is not None:
            pages.append(self.page(order, limit=limit, url=pages[-1]["next"]))
            assert len(pages) < 100
        return pages

    def walk_back(self, order: Order, pages: list[Any], *, limit: int = 3) -> list[Any]:
        back = [pages[-1]]
        while back[-1]["prev"] is not None:
            back.append(self.page(order, limit=limit, url=back[-1]["prev"]))
            assert len(back) < 100
        return back[::-1]


def ids(pages: list[Any]) -> list[str]:
    return [entry["id"] for page in pages for entry in page["items"]]


@pytest.fixture
def story(driver: NewsroomDriver) -> str:
    """A public story without entries."""
    return str(driver.story()["id"])


def test_a_walk_sees_each_entry_once_forwards_and_back(driver: NewsroomDriver, database: Database, story: str) -> None:
    posted: list[str] = []
    reader = Reader(database, story)
    for _ in range(11):
        for order in ORDERS:
            expected = posted[::-1] if order == "newest" else posted
            pages = reader.walk(order)
            assert ids(pages) == expected
            assert pages[0]["prev"] is None
            assert all(len(page["items"]) == 3 for page in pages[:-1])
            assert ids(reader.walk_back(order, pages)) == expected
        posted.append(driver.post(story)["id"])


@pytest.mark.parametrize("order", ORDERS)
def test_entries_that_come_between_two_pages_neither_repeat_nor_hide_another(
    driver: NewsroomDriver, database: Database, story: str, order: Order
) -> None:
    posted = [driver.post(story)["id"] for _ in range(9)]
    reader = Reader(database, story)
    page = reader.page(order)
    seen = ids([page])
    while page["next"] is not None:
        posted += [driver.post(story)["id"], driver.post(story)["id"]] if len(posted) < 15 else []
        page = reader.page(order, url=page["next"])
        seen += ids([page])
    assert seen == (posted[:9][::-1] if order == "newest" else posted)


@pytest.mark.parametrize("order", ORDERS)
def test_entries_that_go_between_two_pages_take_nothing_with_them(
    driver: NewsroomDriver, database: Database, story: str, order: Order
) -> None:
    chance = random.Random(7)
    posted = [driver.post(story) for _ in range(20)]
    removed: set[str] = set()
    reader = Reader(database, story)
    page = reader.page(order)
    seen = ids([page])
    while page["next"] is not None:
        # The very entry that the next page begins beside is among those that may go.
        for entry in chance.sample(posted, 3):
            if entry["id"] not in removed:
                driver.act("remove", entry)
                removed.add(entry["id"])
        page = reader.page(order, url=page["next"])
        seen += ids([page])
    assert len(seen) == len(set(seen))
    expected = [entry["id"] for entry in (posted[::-1] if order == "newest" else posted)]
    assert [entry for entry in seen if entry not in removed] == [entry for entry in expected if entry not in removed]


@pytest.mark.parametrize("order", ORDERS)
def test_a_page_past_the_end_leads_back(driver: NewsroomDriver, database: Database, story: str, order: Order) -> None:
    posted = [driver.post(story) for _ in range(6)]
    reader = Reader(database, story)
    first = reader.page(order)
    beyond = posted[:3] if order == "newest" else posted[3:]
    for entry in beyond:
        driver.act("remove", entry)

    empty = reader.page(order, url=first["next"])
    assert empty["items"] == []
    assert empty["next"] is None
    assert ids([reader.page(order, url=empty["prev"])]) == ids([first])


def test_the_page_around_an_entry_has_it_and_leads_on_both_ways(
    driver: NewsroomDriver, database: Database, story: str
) -> None:
    posted = [driver.post(story)["id"] for _ in range(9)]
    reader = Reader(database, story)
    for order, entry, limit in product(ORDERS, posted, [1, 2, 4, 5, 20]):
        listed = posted[::-1] if order == "newest" else posted
        page = reader.page(order, limit=limit, around=entry)
        found = ids([page])
        start = listed.index(found[0])
        assert found == listed[start : start + limit]
        assert entry in found
        assert len(found) == min(limit, len(listed))
        before = reader.page(order, limit=limit, url=page["prev"]) if page["prev"] else {"items": []}
        after = reader.page(order, limit=limit, url=page["next"]) if page["next"] else {"items": []}
        assert ids([before]) == listed[max(0, start - limit) : start]
        assert ids([after]) == listed[start + limit : start + 2 * limit]


def test_around_an_entry_that_is_gone_says_so_and_around_an_unknown_one_finds_nothing(
    driver: NewsroomDriver, database: Database, story: str
) -> None:
    gone = driver.post(story)
    hidden = driver.post(story, status="draft")
    driver.act("unpublish", gone)
    reader = Reader(database, story)
    with pytest.raises(Gone) as refused:
        reader.page(around=gone["id"])
    assert refused.value.cause == "unpublished"
    for ref in (hidden["id"], "c2b9f1d4-5e6a-4c8b-9d7e-0a1b2c3d4e5f", "no id at all", "\0"):
        with pytest.raises(NotFound):
            reader.page(around=ref)


def test_filters_are_joined_and_walked_like_any_list(driver: NewsroomDriver, database: Database, story: str) -> None:
    chance = random.Random(3)
    entries = [
        driver.post(
            story,
            kind=chance.choice(["update", "summary"]),
            key_event=chance.choice([True, False]),
            importance=chance.choice(["normal", "major"]),
            tags=[
                {"slug": slug, "label": slug} for slug in chance.sample(["results", "turnout"], chance.randint(0, 2))
            ],
            authors=[{"name": name} for name in chance.sample(["Ada", "Bo"], chance.randint(0, 2))],
        )
        for _ in range(40)
    ]

    def matching(**wanted: Any) -> list[str]:
        return [entry["id"] for entry in entries[::-1] if all(entry[name] == value for name, value in wanted.items())]

    def tagged(slug: str) -> list[str]:
        return [entry["id"] for entry in entries[::-1] if slug in [tag["slug"] for tag in entry["tags"]]]

    def walked(only: EntryFilter) -> list[str]:
        return ids(Reader(database, story, only=only).walk("newest"))

    assert walked(EntryFilter(kind="summary")) == matching(kind="summary") != []
    assert walked(EntryFilter(key_event=True)) == matching(key_event=True) != []
    assert walked(EntryFilter(key_event=False)) == matching(key_event=False) != []
    assert walked(EntryFilter(importance="major", kind="update")) == matching(importance="major", kind="update") != []
    assert walked(EntryFilter(labels=("tag:results",))) == tagged("results") != []
    both = [entry for entry in tagged("results") if entry in tagged("turnout")]
    assert walked(EntryFilter(labels=("tag:results", "tag:turnout"))) == both != []
    by_ada = [entry["id"] for entry in entries[::-1] if "Ada" in [author["name"] for author in entry["authors"]]]
    assert walked(EntryFilter(labels=("author:Ada",))) == by_ada != []
    assert walked(EntryFilter(labels=("tag:nothing",))) == []


def test_the_urls_of_the_neighbours_keep_every_parameter(
    driver: NewsroomDriver, database: Database, story: str
) -> None:
    for _ in range(3):
        driver.post(story)
    kept = (("order", "newest"), ("limit", "1"), ("tag", "ü&b c"))
    with database.snapshot() as tx:
        found = require_story(tx, story)
        page = read_page(tx, found, PageRequest(limit=1, parameters=kept), links=LINKS)
    assert page.next is not None
    parts = urlsplit(page.next)
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == f"https://live.example/v1/stories/{story}/entries"
    assert [(name, value) for name, (value,) in parse_qs(parts.query).items()][:3] == list(kept)
