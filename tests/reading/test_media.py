"""Which media are public is read once for all who ask, remembered for a second, and forgotten with each change."""

from __future__ import annotations

import asyncio

import pytest

from app.reading.media import KEPT_SECONDS, PublicMedia
from app.storage.database.snapshots import Snapshots
from app.storage.database.transactions import Database
from app.storage.public.media import delete_story_media, update_public_media
from tests.newsroom.driver import NewsroomDriver

pytestmark = pytest.mark.anyio

NAME = "a" * 24


class Place:
    """A public story, of which a picture is public or not, and what is remembered of that."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.story = NewsroomDriver(database).story()["id"]
        self.now = 0.0
        self.media = PublicMedia(Snapshots(database), monotonic=lambda: self.now)

    def show(self, *names: str) -> None:
        with self.database.transaction() as tx:
            update_public_media(tx, self.story, None, names)

    def withdraw(self) -> None:
        with self.database.transaction() as tx:
            delete_story_media(tx, self.story)


async def test_a_hundred_who_ask_cost_one_read_a_second(database: Database) -> None:
    place = Place(database)
    place.show(NAME)
    assert await asyncio.gather(*(place.media.is_public(NAME) for _ in range(100))) == [True] * 100
    assert await place.media.is_public(NAME)
    assert place.media.reads == 1
    place.now += KEPT_SECONDS
    assert await place.media.is_public(NAME)
    assert place.media.reads == 2


async def test_another_processs_change_is_seen_when_the_answer_is_old(database: Database) -> None:
    place = Place(database)
    place.show(NAME)
    assert await place.media.is_public(NAME)
    place.withdraw()
    place.now += KEPT_SECONDS
    assert not await place.media.is_public(NAME)
    place.show(NAME)
    place.now += KEPT_SECONDS
    assert await place.media.is_public(NAME)


async def test_a_change_here_is_seen_at_once_whoever_was_reading(database: Database) -> None:
    place = Place(database)
    place.show(NAME)
    reading = asyncio.ensure_future(place.media.is_public(NAME))
    await asyncio.sleep(0)  # it has begun
    place.withdraw()
    place.media.forget()
    await reading  # whatever it found is not remembered
    assert not await place.media.is_public(NAME)


async def test_a_picture_is_public_for_as_long_as_one_of_several_shows_it(database: Database) -> None:
    place = Place(database)
    entry = NewsroomDriver(database).post(place.story)["id"]
    place.show(NAME)
    with database.transaction() as tx:
        update_public_media(tx, place.story, entry, [NAME])
    place.show()
    assert await place.media.is_public(NAME)
    with database.transaction() as tx:
        update_public_media(tx, place.story, entry, [])
    place.media.forget()
    assert not await place.media.is_public(NAME)
