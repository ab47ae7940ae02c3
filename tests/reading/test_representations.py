"""Representations: built once for all requests, served for the head they show, evicted by size."""

from __future__ import annotations

import asyncio
import gzip
import json
from dataclasses import dataclass, replace
from typing import Literal

import brotli  # type: ignore[import-untyped]  # it ships no types
import pytest

from app.domain.cursor import Cursor
from app.domain.errors import InvalidInput, NotFound, Unavailable
from app.reading.entries import EntryShape
from app.reading.pages import PageRequest
from app.reading.representations import COMPRESS_FROM_BYTES, Representation, Representations, compressed
from app.reading.views import PageView, View
from app.storage.database.snapshots import Snapshots
from app.storage.database.transactions import Database
from app.storage.public.reads import EntryFilter
from app.wire.announcement import StoryHead
from app.wire.encoding import BodyVariant
from tests.newsroom.driver import LINKS, NewsroomDriver
from tests.reading.counting import CountingDatabase
from tests.waiting import until

pytestmark = pytest.mark.anyio

STATE = View("state", BodyVariant.HTML)


@dataclass
class Opened:
    """A story in memory."""

    head: StoryHead


class Heads:
    """Heads in memory that a test sets."""

    def __init__(self) -> None:
        self.known: dict[str, StoryHead] = {}
        self.openable: dict[str, StoryHead] = {}

    def head(self, ref: str) -> StoryHead | None:
        return self.known.get(ref)

    async def open(self, ref: str) -> Opened:
        if ref not in self.openable:
            raise NotFound("story_not_found", "No such story.")
        self.known[ref] = self.openable[ref]
        return Opened(self.known[ref])


@dataclass
class Setup:
    """A story with one entry, its heads, and the representations under test."""

    driver: NewsroomDriver
    database: CountingDatabase
    heads: Heads
    story: str
    kept: Representations

    def head(self) -> StoryHead:
        return self.driver.announcements[-1].head

    def post(self) -> None:
        """Post an entry whose announcement has arrived."""
        self.driver.post(self.story)
        self.heads.known[self.story] = self.head()


@pytest.fixture
def setup(driver: NewsroomDriver, database: Database) -> Setup:
    counting = CountingDatabase(database)
    heads = Heads()
    story = driver.story()["id"]
    driver.post(story)
    heads.known[story] = driver.announcements[-1].head
    return Setup(driver, counting, heads, story, Representations(Snapshots(counting), heads, links=LINKS))


def head_in(representation: Representation) -> str:
    return str(json.loads(representation.plain)["head"])


async def test_a_view_is_read_once_and_then_served_from_memory(setup: Setup) -> None:
    assert setup.kept.ready(setup.story, STATE) is None
    first = await setup.kept.current(setup.story, STATE)
    assert setup.kept.ready(setup.story, STATE) is first
    assert await setup.kept.current(setup.story, STATE) is first
    assert setup.database.snapshots == 1
    assert first.tag == f"{setup.head().cursor}.state.html"


async def test_everyone_who_asks_while_it_is_built_waits_for_one_build(setup: Setup) -> None:
    setup.database.gate.clear()
    waiting = [asyncio.create_task(setup.kept.current(setup.story, STATE)) for _ in range(50)]
    impatient = asyncio.create_task(setup.kept.current(setup.story, STATE))
    await until(lambda: setup.kept.builds == 1)
    impatient.cancel()
    with pytest.raises(asyncio.CancelledError):
        await impatient
    setup.database.gate.set()
    built = await asyncio.gather(*waiting)
    assert setup.database.snapshots == 1
    assert all(each is built[0] for each in built)


async def test_what_is_forgotten_is_built_anew_and_a_build_under_way_is_not_kept(setup: Setup) -> None:
    first = await setup.kept.current(setup.story, STATE)
    setup.kept.forget()
    assert (setup.kept.ready(setup.story, STATE), setup.kept.kept_bytes) == (None, 0)
    setup.database.gate.clear()
    waiting = asyncio.create_task(setup.kept.current(setup.story, STATE))
    await until(lambda: setup.kept.builds == 2)
    setup.kept.forget()
    setup.database.gate.set()
    assert (await waiting).plain == first.plain, "those who wait are served"
    assert (setup.kept.ready(setup.story, STATE), setup.kept.kept_bytes) == (None, 0)


async def test_a_new_event_makes_the_kept_view_one_of_the_past(setup: Setup) -> None:
    before = await setup.kept.current(setup.story, STATE)
    setup.post()
    assert setup.kept.ready(setup.story, STATE) is None
    after = await setup.kept.current(setup.story, STATE)
    assert head_in(after) == str(setup.head().cursor) != head_in(before)
    assert setup.kept.kept_bytes == after.size_bytes


async def test_a_view_newer_than_the_head_in_memory_is_built_once_and_shows_its_own_head(setup: Setup) -> None:
    setup.driver.post(setup.story)
    ahead = await setup.kept.current(setup.story, STATE)
    assert head_in(ahead) == str(setup.head().cursor)
    assert ahead.tag == f"{setup.head().cursor}.state.html"
    assert await setup.kept.current(setup.story, STATE) is ahead
    setup.heads.known[setup.story] = setup.head()
    assert await setup.kept.current(setup.story, STATE) is ahead
    assert setup.database.snapshots == 1


async def test_a_view_of_a_lost_branch_is_not_served_for_another_head(setup: Setup) -> None:
    await setup.kept.current(setup.story, STATE)
    head = setup.head()
    for cursor in (
        Cursor(head.cursor.epoch, head.cursor.seq, "zzzzzz"),
        Cursor(head.cursor.epoch, head.cursor.seq - 1, head.cursor.check),
        Cursor("zzzzzzzz", head.cursor.seq, head.cursor.check),
    ):
        setup.heads.known[setup.story] = replace(head, cursor=cursor)
        assert setup.kept.ready(setup.story, STATE) is None


async def test_views_in_memory_outlive_the_database(setup: Setup) -> None:
    kept = await setup.kept.current(setup.story, STATE)
    setup.database.is_away = True
    assert await setup.kept.current(setup.story, STATE) is kept
    with pytest.raises(Unavailable):
        await setup.kept.current(setup.story, View("entries", BodyVariant.HTML))
    setup.database.is_away = False
    assert await setup.kept.current(setup.story, View("entries", BodyVariant.HTML)) is not None


async def test_a_story_that_is_not_in_memory_is_opened(setup: Setup) -> None:
    setup.heads.openable[setup.story] = setup.heads.known.pop(setup.story)
    assert head_in(await setup.kept.current(setup.story, STATE)) == str(setup.head().cursor)
    with pytest.raises(NotFound):
        await setup.kept.current("no-such-story", STATE)


async def test_what_was_asked_for_least_recently_goes_first(setup: Setup) -> None:
    size = (await setup.kept.current(setup.story, STATE)).size_bytes
    room_for_two = Representations(Snapshots(setup.database), setup.heads, links=LINKS, limit_bytes=int(size * 2.5))
    views = [View("state", variant) for variant in BodyVariant]
    await room_for_two.current(setup.story, views[0])
    await room_for_two.current(setup.story, views[1])
    assert room_for_two.ready(setup.story, views[0]) is not None
    await room_for_two.current(setup.story, views[2])
    assert [room_for_two.ready(setup.story, view) is not None for view in views] == [True, False, True]
    assert room_for_two.kept_bytes <= size * 2.5


def summaries(limit: int = 20, codings: tuple[Literal["gzip", "br"], ...] = ()) -> PageView:
    """The page of a filter that only a read of the tables can answer."""
    return PageView(PageRequest(limit=limit, only=EntryFilter(kind="summary")), EntryShape(BodyVariant.BOTH), codings)


async def test_a_thousand_readers_of_one_filter_cost_one_read_for_each_head(setup: Setup) -> None:
    await asyncio.gather(*(setup.kept.current(setup.story, summaries()) for _ in range(1_000)))
    assert setup.database.snapshots == 1
    entry = setup.driver.post(setup.story, "SECRET " * 100, kind="summary")
    setup.heads.known[setup.story] = setup.head()
    shown = await setup.kept.current(setup.story, summaries(codings=("gzip",)))
    assert b"SECRET" in shown.plain
    assert (shown.gzip is None, shown.brotli is None) == (False, True)
    setup.driver.act("remove", entry)
    setup.heads.known[setup.story] = setup.head()
    for codings in ((), ("gzip",)):
        assert b"SECRET" not in (await setup.kept.current(setup.story, summaries(codings=codings))).plain
    assert setup.database.snapshots == 4


async def test_pages_of_every_kind_take_no_more_room_than_they_may(setup: Setup) -> None:
    size = (await setup.kept.current(setup.story, summaries())).size_bytes
    room = Representations(Snapshots(setup.database), setup.heads, links=LINKS, limit_bytes=10 * size)
    for limit in range(1, 101):
        await room.current(setup.story, summaries(limit))
    assert 5 * size < room.kept_bytes <= 10 * size


async def test_a_page_that_cannot_be_is_refused_to_all_who_ask_and_not_kept(setup: Setup) -> None:
    nowhere = PageView(PageRequest(position="nowhere"), EntryShape(), ())
    asked = await asyncio.gather(*(setup.kept.current(setup.story, nowhere) for _ in range(3)), return_exceptions=True)
    assert {type(error) for error in asked} == {InvalidInput}
    assert setup.kept.kept_bytes == 0


async def test_compressed_forms_decode_to_the_plain_bytes_and_small_bodies_have_none() -> None:
    plain = b"Polls have closed. " * 100
    whole = compressed(Representation(plain=plain, tag="t", links=(("u", "next"),), surrogate="s"))
    assert whole.gzip is not None
    assert whole.brotli is not None
    assert gzip.decompress(whole.gzip) == brotli.decompress(whole.brotli) == plain
    assert (whole.tag, whole.links, whole.surrogate) == ("t", (("u", "next"),), "s")
    assert compressed(Representation(plain=plain, tag="t"), ["gzip"]).brotli is None
    small = Representation(plain=b"x" * (COMPRESS_FROM_BYTES - 1), tag="t")
    assert compressed(small) is small
