"""The roles of processes: what each goes without, what its siblings are called, and its share of a limit."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.composition.capacity import capacity_of
from app.composition.limits import admission_limits_of, comment_limits_of
from app.composition.roles import ALONE, Role, Worker
from app.settings import Settings

FOLDER = Path("/data/workers/8000")


def test_a_process_that_is_alone_does_everything_and_has_no_siblings() -> None:
    assert ALONE.is_alone
    assert ALONE.siblings == []
    assert (ALONE.duties.serves_public, ALONE.duties.writes, ALONE.duties.runs_due_work) == (True, True, True)


def test_one_process_writes_where_the_others_read() -> None:
    writer = Worker(Role.WRITER, number=0, count=2, folder=FOLDER, has_writer=True)
    reader = Worker(Role.READER, number=1, count=2, folder=FOLDER, has_writer=True)
    assert (writer.duties.writes, writer.duties.runs_due_work, writer.duties.serves_public) == (True, True, False)
    assert (reader.duties.writes, reader.duties.runs_due_work, reader.duties.serves_public) == (False, False, True)
    assert writer.siblings == ["worker-1", "worker-2"]
    assert reader.siblings == ["writer", "worker-2"]
    assert reader.sibling_socket("writer") == FOLDER / "writer.sock"


@pytest.mark.parametrize(
    ("limit", "count", "even", "few"),
    [(0, 4, 0, 0), (1, 8, 1, 1), (10, 1, 10, 10), (10, 2, 5, 10), (100, 2, 50, 72), (1_000, 8, 125, 159)],
)
def test_a_share_is_even_and_of_few_it_leaves_room_for_chance(limit: int, count: int, even: int, few: int) -> None:
    worker = Worker(count=count, folder=FOLDER)
    assert worker.share(limit) == even
    assert worker.share_of_few(limit) == few


def test_workers_share_the_limits_of_the_machine_and_a_writer_counts_comments_alone() -> None:
    settings = Settings(
        max_connections=1_000, max_handshakes_per_second=500, max_connections_per_address=100,
        trusted_proxies="10.0.0.0/8", comments_per_site=600,
    )  # fmt: skip
    one, of_two, writer = ALONE, Worker(count=2, folder=FOLDER), Worker(Role.WRITER, 0, 2, FOLDER, has_writer=True)
    limits = [admission_limits_of(settings, capacity_of(settings, each), each) for each in (one, of_two)]
    assert [(each.total, each.per_second, each.per_address) for each in limits] == [(1_000, 500, 100), (500, 250, 72)]
    assert [comment_limits_of(settings, each).per_site for each in (one, of_two, writer)] == [600, 352, 600]
