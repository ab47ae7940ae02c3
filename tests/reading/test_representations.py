"""Representations: built once for all requests, served for the head they show, evicted by size."""

from __future__ import annotations

import asyncio
import gzip
import json
from dataclasses import dataclass, replace

import brotli  # type: ignore[import-untyped]  # it ships no types
import pytest

from app.domain.cursor import Cursor
from app.domain.errors import NotFound, Unavailable
from app.reading.representations import COMPRESS_FROM_BYTES, Representation, Representations, compressed
from app.reading.views import View
from app.storage.database.snapshots import Snapshots
from app.storage.database.transactions import Database
from app.wire.announcement import StoryHead
from app.wire.encoding import BodyVariant
from tests.newsroom.driver import LINKS, NewsroomDriver
from tests.reading.counting import CountingDatabase

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
class Scene:
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
def scene(driver: NewsroomDriver, database: Database) -> Scene:
    counting = CountingDatabase(database)
    heads = Heads()
    story = driver.story()["id"]
    driver.post(story)
    heads.known[story] = driver.announcements[-1].head
    return Scene(driver, counting, heads, story, Representations(Snapshots(counting), heads, links=LINKS))


def head_in(representation: Representation) -> str:
    return str(json.loads(representation.plain)["head"])


async def test_a_view_is_read_once_and_then_served_from_memory(scene: Scene) -> None:
    assert scene.kept.ready(scene.story, STATE) is None
    first = await scene.kept.current(scene.story, STATE)
    assert scene.kept.ready(scene.story, STATE) is first
    assert await scene.kept.current(scene.story, STATE) is first
    assert scene.database.snapshots == 1
    assert first.tag == f"{scene.head().cursor}.state.html"


async def test_everyone_who_asks_while_it_is_built_waits_for_one_build(scene: Scene) -> None:
    scene.database.gate.clear()
    waiting = [asyncio.create_task(scene.kept.current(scene.story, STATE)) for _ in range(50)]
    impatient = asyncio.create_task(scene.kept.current(scene.story, STATE))
    await asyncio.sleep(0)
    impatient.cancel()
    with pytest.raises(asyncio.CancelledError):
        await impatient
    scene.database.gate.set()
    built = await asyncio.gather(*waiting)
    assert scene.database.snapshots == 1
    assert all(each is built[0] for each in built)


async def test_a_new_event_makes_the_kept_view_one_of_the_past(scene: Scene) -> None:
    before = await scene.kept.current(scene.story, STATE)
    scene.post()
    assert scene.kept.ready(scene.story, STATE) is None
    after = await scene.kept.current(scene.story, STATE)
    assert head_in(after) == str(scene.head().cursor) != head_in(before)
    assert scene.kept.kept_bytes == after.size_bytes


async def test_a_view_newer_than_the_head_in_memory_is_built_once_and_shows_its_own_head(scene: Scene) -> None:
    scene.driver.post(scene.story)
    ahead = await scene.kept.current(scene.story, STATE)
    assert head_in(ahead) == str(scene.head().cursor)
    assert ahead.tag == f"{scene.head().cursor}.state.html"
    assert await scene.kept.current(scene.story, STATE) is ahead
    scene.heads.known[scene.story] = scene.head()
    assert await scene.kept.current(scene.story, STATE) is ahead
    assert scene.database.snapshots == 1


async def test_a_view_of_a_lost_branch_is_not_served_for_another_head(scene: Scene) -> None:
    await scene.kept.current(scene.story, STATE)
    head = scene.head()
    for cursor in (
        Cursor(head.cursor.epoch, head.cursor.seq, "zzzzzz"),
        Cursor(head.cursor.epoch, head.cursor.seq - 1, head.cursor.check),
        Cursor("zzzzzzzz", head.cursor.seq, head.cursor.check),
    ):
        scene.heads.known[scene.story] = replace(head, cursor=cursor)
        assert scene.kept.ready(scene.story, STATE) is None


async def test_views_in_memory_outlive_the_database(scene: Scene) -> None:
    kept = await scene.kept.current(scene.story, STATE)
    scene.database.is_away = True
    assert await scene.kept.current(scene.story, STATE) is kept
    with pytest.raises(Unavailable):
        await scene.kept.current(scene.story, View("entries", BodyVariant.HTML))
    scene.database.is_away = False
    assert await scene.kept.current(scene.story, View("entries", BodyVariant.HTML)) is not None


async def test_a_story_that_is_not_in_memory_is_opened(scene: Scene) -> None:
    scene.heads.openable[scene.story] = scene.heads.known.pop(scene.story)
    assert head_in(await scene.kept.current(scene.story, STATE)) == str(scene.head().cursor)
    with pytest.raises(NotFound):
        await scene.kept.current("no-such-story", STATE)


async def test_what_was_asked_for_least_recently_goes_first(scene: Scene) -> None:
    size = (await scene.kept.current(scene.story, STATE)).size_bytes
    room_for_two = Representations(Snapshots(scene.database), scene.heads, links=LINKS, limit_bytes=int(size * 2.5))
    views = [View("state", variant) for variant in BodyVariant]
    await room_for_two.current(scene.story, views[0])
    await room_for_two.current(scene.story, views[1])
    assert room_for_two.ready(scene.story, views[0]) is not None
    await room_for_two.current(scene.story, views[2])
    assert [room_for_two.ready(scene.story, view) is not None for view in views] == [True, False, True]
    assert room_for_two.kept_bytes <= size * 2.5


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
