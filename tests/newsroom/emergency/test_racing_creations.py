"""A freeze of the site that races the creation of a public story, on two connections at once."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress

import pytest

from app.domain.errors import Unavailable
from app.domain.identifiers import StoryId
from app.domain.story import Story, StorySettings, StoryStatus
from app.newsroom.stories.lifecycle import create_story
from app.storage.database.transactions import Database, WriteTransaction
from app.storage.newsroom.stories import insert_story
from app.wire.requests.stories import STORY_DEFAULTS, StoryDraft
from tests.faults.tables import select
from tests.newsroom.driver import START, NewsroomDriver
from tests.storage.wrapped_database import WrappedDatabase
from tests.waiting import PATIENCE_SECONDS, await_true

pytestmark = [
    # SQLite has one writer: there is no race.
    pytest.mark.parametrize("database_url", ["postgres"], indirect=True),
]

_WAITING = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    " AND query NOT LIKE '%pg_stat_activity%'"
)
_PUBLIC = "SELECT count(*) FROM public_stories"


class _RolledBack(Exception):
    pass


class _HeldDatabase(WrappedDatabase):
    """A database whose transactions wait before they commit."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.is_done, self.go_on = threading.Event(), threading.Event()

    @contextmanager
    def transaction(self, *, gives_way: bool = False) -> Generator[WriteTransaction]:
        with super().transaction(gives_way=gives_way) as tx:
            yield tx
            self.is_done.set()
            assert self.go_on.wait(PATIENCE_SECONDS)


def test_a_story_whose_creation_began_before_a_freeze_is_not_public_behind_it(
    driver: NewsroomDriver, database_url: str
) -> None:
    with ThreadPoolExecutor(1) as pool:
        with suppress(_RolledBack), driver.database.transaction() as tx:
            insert_story(tx, _story_with_slug("night"))
            # The creation has seen no freeze, and waits for whether another story has its slug.
            created = pool.submit(driver.story, slug="night")
            await_true(lambda: select(database_url, _WAITING) == [(1,)])
            driver.freeze()
            raise _RolledBack
        with pytest.raises(Unavailable, match="frozen at this moment"):
            created.result(PATIENCE_SECONDS)
    assert select(database_url, _PUBLIC) == [(0,)]
    driver.freeze(frozen=False)
    assert driver.story(slug="night")["status"] == "live"


def test_a_freeze_is_not_acknowledged_while_a_new_story_is_about_to_be_public(
    driver: NewsroomDriver, database_url: str
) -> None:
    held = _HeldDatabase(driver.database)
    newsroom = dataclasses.replace(driver.newsroom, database=held)
    with ThreadPoolExecutor(2) as pool:
        created = pool.submit(create_story, newsroom, driver.call(), StoryDraft(title="Night"))
        assert held.is_done.wait(PATIENCE_SECONDS)
        frozen = pool.submit(lambda: (driver.freeze(), select(database_url, _PUBLIC))[1])
        await_true(lambda: frozen.done() or select(database_url, _WAITING) == [(1,)])
        held.go_on.set()
        created.result(PATIENCE_SECONDS)
        at_the_answer = frozen.result(PATIENCE_SECONDS)
    assert select(database_url, _PUBLIC) == at_the_answer == [(1,)]


def _story_with_slug(slug: str) -> Story:
    return Story(
        id=StoryId("00000000-0000-4000-8000-000000000000"),
        slug=slug,
        status=StoryStatus.DRAFT,
        version=1,
        fields={**STORY_DEFAULTS, "title": "Another"},
        settings=StorySettings(),
        created_at=START,
    )
