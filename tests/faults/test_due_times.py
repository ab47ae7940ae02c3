"""A thousand times that come due, through killed processes and a clock that is set back and forth: none early, none
lost, none twice."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from app.domain.clock import Micros, format_time, parse_time
from app.newsroom.context.newsroom import Newsroom
from app.newsroom.due.backoff import Backoff
from app.newsroom.due.due_work import run_due_work
from app.newsroom.entries.create import create_entries
from app.storage.database.opening import open_database
from app.storage.database.transactions import Database, WriteTransaction
from app.storage.newsroom.due import list_due_stories
from app.wire.requests.entries import EntryBatch
from tests.faults.tables import select
from tests.figures import Figures
from tests.newsroom.driver import LINKS, START, ForetoldRandom, NewsroomDriver, body
from tests.storage.wrapped_database import WrappedDatabase

SECOND, MINUTE = 1_000_000, 60_000_000
SPAN = 60 * MINUTE
"""All of it comes due within this."""
TIMES = 1000
STORIES = 4
KINDS = ("goes out", "goes out and ends", "ends", "an edit goes out", "is held", "is held back and cancelled")

PUBLISHED, UPDATED, REMOVED = "entry.published", "entry.updated", "entry.removed"


class Killed(BaseException):
    """What no handler of the program catches, as none catches SIGKILL."""


class MortalDatabase(WrappedDatabase):
    """A real database whose process may be killed around a commit: just before it, so that nothing of the transaction
    is kept, or just after it, so that nobody hears of what was kept."""

    def __init__(self, database: Database, is_killed: Callable[[], bool]) -> None:
        super().__init__(database)
        self._is_killed = is_killed

    @contextmanager
    def transaction(self, *, gives_way: bool = False) -> Generator[WriteTransaction]:
        with super().transaction(gives_way=gives_way) as tx:
            yield tx
            self._perhaps_die()
        self._perhaps_die()

    def _perhaps_die(self) -> None:
        if self._is_killed():
            raise Killed


@dataclass
class RestlessClock:
    """A wall clock that runs on, and is now and then set back or forward, also between two looks at it."""

    chance: random.Random
    now: int = START
    steps_back: int = 0

    def __call__(self) -> Micros:
        self.now += self.chance.randint(0, 2000)
        if self.chance.random() < 0.3:
            step = self.chance.randint(-5 * SECOND, 5 * SECOND)
            self.steps_back += step < 0
            self.now += step
        return Micros(self.now)


@dataclass(frozen=True)
class Planned:
    """What is to become of one entry: each public event of it, and when that was due."""

    entry: str
    due: dict[str, int]


def _open_newsroom(database: Database, clock: Callable[[], Micros]) -> Newsroom:
    return Newsroom(database, clock, ForetoldRandom(), LINKS, NewsroomDriver(database).newsroom.admin_token)


def _plan(driver: NewsroomDriver, number: int, chance: random.Random) -> list[Planned]:
    """That many entries of each kind in turn, in several stories; one of those holds everything for ten minutes."""
    stories = [
        driver.story(f"Story {n}", settings={"hold_seconds": 600 if n == 0 else 0})["id"] for n in range(STORIES)
    ]
    plans: list[Planned] = []
    for first in range(0, number, 50):
        held = first // 50 % 4 == 3
        story = stories[0] if held else stories[1 + first // 50 % (STORIES - 1)]
        kinds = KINDS[4:] if held else KINDS[:4]
        chosen = [kinds[n % len(kinds)] for n in range(min(50, number - first))]
        drafts = [_draft(kind, first + n, chance) for n, kind in enumerate(chosen)]
        made = body(create_entries(driver.newsroom, driver.call(), story, EntryBatch(items=drafts)))["items"]
        for kind, result in zip(chosen, made, strict=True):
            assert result["status"] in {201, 202}, result
            plans.append(_planned(driver, kind, result["entry"], chance))
    return plans


def _draft(kind: str, number: int, chance: random.Random) -> Any:
    draft: dict[str, Any] = {"text": f"Entry {number}.", "text_format": "plain"}
    at = START + chance.randint(SPAN // 4, SPAN)
    if kind in {"goes out", "goes out and ends"}:
        draft |= {"status": "scheduled", "publish_at": format_time(Micros(at))}
    if kind in {"goes out and ends", "ends"}:
        draft["expires_at"] = format_time(Micros(at + chance.randint(SECOND, 5 * MINUTE)))
    return draft


def _planned(driver: NewsroomDriver, kind: str, entry: dict[str, Any], chance: random.Random) -> Planned:
    if kind == "an edit goes out":
        at = START + chance.randint(SPAN // 4, SPAN)
        driver.patch(entry, text="Edited.", publish=False)
        driver.act("schedule", entry, publish_at=at)
        return Planned(entry["id"], {PUBLISHED: START, UPDATED: at})
    if kind == "is held back and cancelled":
        driver.act("cancel", entry)
        return Planned(entry["id"], {})
    times = {PUBLISHED: entry["publish_at"] or entry["published_at"], REMOVED: entry["expires_at"]}
    return Planned(entry["id"], {type_: parse_time(at) for type_, at in times.items() if at is not None})


def test_what_is_due_comes_once_and_never_early_through_kills_and_a_clock_that_is_set(
    database_url: str,
) -> None:
    chance = random.Random(TIMES)
    database = open_database(database_url)
    plans = _plan(NewsroomDriver(database), TIMES, chance)
    clock = RestlessClock(chance, now=START + SPAN // 5)
    kills = 0
    while clock.now < START + 2 * SPAN:
        clock.now += chance.randint(-MINUTE // 2, 2 * MINUTE)
        mortal = MortalDatabase(database, lambda: chance.random() < 0.15)
        try:
            run_due_work(_open_newsroom(mortal, clock), Backoff())
        except Killed:
            kills += 1
            database.close()
            database = open_database(database_url)
            continue
    run_due_work(_open_newsroom(database, lambda: Micros(START + 3 * SPAN)), Backoff())
    with database.snapshot() as tx:
        assert list_due_stories(tx, Micros(START + 10 * SPAN)) == []
    database.close()
    assert kills > 5
    assert clock.steps_back > 5
    compare(database_url, plans)


def test_several_processes_at_once_do_what_is_due_once(database_url: str, figures: Figures) -> None:
    number = figures.choose(suite=200, prove=TIMES)
    chance = random.Random(number)
    first = open_database(database_url)
    plans = _plan(NewsroomDriver(first), number, chance)
    # SQLite has one process; there the same database is shared by threads.
    others = [first] if database_url.startswith("sqlite") else [open_database(database_url) for _ in range(3)]
    now = [START + SPAN // 5]
    newsrooms = [_open_newsroom(database, lambda: Micros(now[0])) for database in (first, *others)]
    backoffs = [Backoff() for _ in newsrooms]
    while now[0] < START + 2 * SPAN:
        now[0] += 3 * MINUTE
        threads = [threading.Thread(target=run_due_work, args=pair) for pair in zip(newsrooms, backoffs, strict=True)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert [each.failures for each in backoffs] == [0] * len(newsrooms)
    for database in {first, *others}:
        database.close()
    compare(database_url, plans)


def compare(database_url: str, plans: list[Planned]) -> None:
    """Compare what became of each entry in the tables with the plan."""
    happened: dict[str, list[tuple[str, int]]] = {}
    numbers: dict[str, list[int]] = {}
    for story, seq, type_, entry, at in select(
        database_url, "SELECT story_id, seq, type, entry_id, time FROM events ORDER BY story_id, seq"
    ):
        numbers.setdefault(story, []).append(seq)
        if entry is not None:
            happened.setdefault(entry, []).append((type_, at))
    assert all(seqs == list(range(1, len(seqs) + 1)) for seqs in numbers.values())
    told = {plan.entry: [type_ for type_, _ in happened.get(plan.entry, [])] for plan in plans}
    assert told == {plan.entry: list(plan.due) for plan in plans}  # none lost, none twice, in order
    early = [(plan, type_, at) for plan in plans for type_, at in happened.get(plan.entry, []) if at < plan.due[type_]]
    assert early == []
    _compare_with_the_clock(database_url, plans)


def _compare_with_the_clock(database_url: str, plans: list[Planned]) -> None:
    """An event is never dated before the one before it, so its time alone does not tell when it was made: the version
    does."""
    due = {plan.entry: plan.due for plan in plans}
    types = {"come_due": {PUBLISHED, UPDATED}, "expire": {REMOVED}}
    versions = select(
        database_url, "SELECT entry_id, action, at FROM entry_versions WHERE action IN ('come_due', 'expire')"
    )
    assert len(versions) > len(plans) // 2
    for entry, action, at in versions:
        [*_, expected] = [time for type_, time in due[entry].items() if type_ in types[action]]
        assert at >= expected
