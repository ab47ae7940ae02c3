"""Many writers commit late or not at all; whoever reads the log meanwhile skips nothing."""

from __future__ import annotations

import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from app.domain.clock import Micros, system_clock
from app.domain.cursor import Cursor
from app.domain.identifiers import RandomSource, SystemRandomSource
from app.newsroom.context.access import digest_of
from app.newsroom.context.newsroom import AdminToken, Call, Newsroom
from app.newsroom.entries.create import create_entry
from app.newsroom.stories.lifecycle import create_story
from app.reading.changes import read_changes
from app.reading.stories import require_story
from app.storage.database.opening import open_database
from app.wire.requests.entries import EntryDraft
from app.wire.requests.stories import StoryDraft
from tests.figures import Figures
from tests.newsroom.driver import LINKS, OPERATOR, body

WRITERS = 64
POOLS = 8
"""Processes, as far as the database can tell: each has its own connections."""

STORIES = 3
LATE_SECONDS = 0.01
ROLLED_BACK = 0.25
PAGE = 7


class _Abandoned(Exception):
    """A writer gave up in the middle of its transaction."""


class _UnreliableRandom(SystemRandomSource):
    """Randomness that is slow where a check is drawn, under the lock, and now and then ends the transaction."""

    def __init__(self) -> None:
        self.armed = False

    def base62(self, purpose: str, key: str, length: int) -> str:
        if self.armed and purpose == "check":
            time.sleep(random.random() * LATE_SECONDS)  # how late each commits is what is tried
            if random.random() < ROLLED_BACK:
                raise _Abandoned
        return super().base62(purpose, key, length)


@dataclass
class _Tail:
    """Reads one story's log from the beginning, a few events at a time."""

    story: str
    after: Cursor | None = None
    seen: list[int] = field(default_factory=list)
    entries: list[str] = field(default_factory=list)


def test_a_tail_skips_nothing_while_writers_commit_late_and_roll_back(shared_url: str, figures: Figures) -> None:
    wanted = figures.choose(suite=600, prove=20_000)
    random_source = _UnreliableRandom()
    newsrooms = [_open_newsroom(shared_url, random_source) for _ in range(POOLS)]
    call = Call(credentials=OPERATOR)
    made = [body(create_story(newsrooms[0], call, StoryDraft(title=f"Story {n}")))["id"] for n in range(STORIES)]
    random_source.armed = True
    tails = [_Tail(story) for story in made]
    todo = iter(range(wanted))
    gate, ended = threading.Lock(), threading.Event()
    acknowledged: list[tuple[str, str]] = []
    abandoned = threading.Semaphore(0)

    def write(number: int) -> None:
        newsroom = newsrooms[number % POOLS]
        while True:
            with gate:
                turn = next(todo, None)
            if turn is None:
                return
            try:
                story = made[turn % STORIES]
                written = body(create_entry(newsroom, call, story, EntryDraft(text=f"Entry {turn}")))
            except _Abandoned:
                abandoned.release()
            else:
                acknowledged.append((story, written["id"]))

    def read() -> None:
        while True:
            last_round = ended.is_set()
            for tail in tails:
                _read_on(newsrooms[0], tail)
            if last_round:
                return

    with ThreadPoolExecutor(WRITERS + 1) as threads:
        reading = threads.submit(read)
        try:
            for writing in [threads.submit(write, number) for number in range(WRITERS)]:
                writing.result()
        finally:
            ended.set()
        reading.result()
    for newsroom in newsrooms:
        newsroom.database.close()
    for tail in tails:
        assert tail.seen == list(range(1, len(tail.seen) + 1))
        assert sorted(tail.entries) == sorted(entry for story, entry in acknowledged if story == tail.story)
    assert abandoned.acquire(blocking=False), "nobody rolled back"


def _open_newsroom(url: str, random_source: RandomSource) -> Newsroom:
    return Newsroom(
        open_database(url), lambda: Micros(system_clock()), random_source, LINKS, AdminToken(digest_of(OPERATOR))
    )


def _read_on(newsroom: Newsroom, tail: _Tail) -> None:
    with newsroom.database.snapshot() as tx:
        found = require_story(tx, tail.story)
        page = read_changes(tx, found, after=tail.after, limit=PAGE, limit_bytes=1_000_000, links=LINKS)
    tail.seen += [event.cursor.seq for event in page.events]
    tail.entries += [event.entry_id for event in page.events if event.entry_id is not None]
    tail.after = page.cursor
