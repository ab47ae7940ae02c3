"""What is due on three nodes is published once and never early, while nodes and their sessions are killed."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Any

import psycopg
import pytest

from app.domain.clock import Micros, format_time, parse_time, system_clock
from tests.e2e.server import Server, make_story, serving
from tests.faults.test_due_times import PUBLISHED, Planned, compare
from tests.figures import Figures
from tests.postgres import ReusedDatabases
from tests.waiting import await_true

NODES = ("a", "b", "c")
STORIES = 4
SECOND = 1_000_000
AHEAD = 5 * SECOND
"""Nothing is due sooner: the machine may be slow to take it."""
APART = SECOND // 5
"""What is due is so far apart on average."""
LOOK_SECONDS = 0.02
PATIENCE_SECONDS = 60

_PUBLISHED = "SELECT entry_id, extract(epoch FROM clock_timestamp()) FROM events WHERE type = 'entry.published'"
_END_SESSION = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
  WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name <> 'watching'
  ORDER BY xact_start IS NULL, random() LIMIT 1
"""
"""One in a transaction, if there is one now."""


@pytest.mark.slow
def test_what_is_due_is_published_once_and_never_early_while_nodes_and_their_sessions_are_killed(
    reused_databases: ReusedDatabases, tmp_path: Path, figures: Figures
) -> None:
    number = figures.choose(suite=60, prove=1000)
    chance = random.Random(number)
    with reused_databases.lend() as name:
        url = reused_databases.server.url(name)
        with ExitStack() as stack:
            nodes = [stack.enter_context(serving(url, tmp_path, name=each)) for each in NODES]
            ending = stack.enter_context(reused_databases.server.connect(name))
            seen = stack.enter_context(_watched(stack.enter_context(reused_databases.server.connect(name))))
            plans = _schedule(nodes, number, chance)
            last = max(plan.due[PUBLISHED] for plan in plans)
            while system_clock() < last:
                _hurt(nodes, ending, chance)
            await_true(
                lambda: len(seen) == number,
                seconds=PATIENCE_SECONDS,
                or_say=lambda: f"{len(seen)} of {number}: {[node.log for node in nodes]}",
            )
        compare(url, plans)
    assert [plan for plan in plans if seen[plan.entry] < plan.due[PUBLISHED]] == []


def _schedule(nodes: Sequence[Server], number: int, chance: random.Random) -> list[Planned]:
    """Let that many entries come due one after the other, posted at each node in turn."""
    stories = [make_story(nodes[0], f"Story {n}") for n in range(STORIES)]
    plans = []
    with ExitStack() as stack:
        admins = [stack.enter_context(node.signed_in()) for node in nodes]
        for each in range(number):
            at = system_clock() + AHEAD + chance.randrange(number * APART)
            draft = {"text": f"Entry {each}.", "status": "scheduled", "publish_at": format_time(Micros(at))}
            answer = admins[each % len(nodes)].post(f"/v1/stories/{chance.choice(stories)}/entries", json=draft)
            assert answer.status_code == 202, answer.text
            made = answer.json()
            plans.append(Planned(made["id"], {PUBLISHED: parse_time(made["publish_at"])}))
    return plans


def _hurt(nodes: Sequence[Server], ending: psycopg.Connection[Any], chance: random.Random) -> None:
    """Kill one node or two at once, and end a session of another; start them again, and end one more."""
    killed = chance.sample(nodes, chance.choice([1, 2]))
    for node in killed:
        node.kill()
    ending.execute(_END_SESSION)
    for node in killed:
        node.start()
        ending.execute(_END_SESSION)


@contextmanager
def _watched(watching: psycopg.Connection[Any]) -> Iterator[dict[str, int]]:
    """Look into the log during the block; give when each publication was first seen, in microseconds of its clock."""
    watching.execute("SET application_name = 'watching'")
    seen: dict[str, int] = {}
    is_over = Event()

    def look() -> None:
        while not is_over.wait(LOOK_SECONDS):
            for entry, at in watching.execute(_PUBLISHED):
                seen.setdefault(entry, int(at * SECOND))

    looking = Thread(target=look)
    looking.start()
    try:
        yield seen
    finally:
        is_over.set()
        looking.join()
