"""The counts of one process follow from its database and from what the operator and the system allow."""

from __future__ import annotations

import resource
from pathlib import Path

import pytest

from app.composition.capacity import KEPT_DESCRIPTORS, capacity_of
from app.settings import Settings
from app.storage.database.snapshots import LIVE_READ_THREADS, REQUEST_READ_THREADS

POSTGRES = "postgresql://db.example/liveblog"


def settings(folder: Path, **given: object) -> Settings:
    """Return settings with everything in `folder` and those given."""
    return Settings(data_dir=folder, **given)  # type: ignore[arg-type]  # any setting


def test_on_sqlite_every_thread_that_reads_has_a_connection(tmp_path: Path) -> None:
    capacity = capacity_of(settings(tmp_path))
    public = REQUEST_READ_THREADS + LIVE_READ_THREADS
    assert capacity.database_connections == public + capacity.newsroom_read_threads + capacity.stream_threads


def test_where_other_processes_write_too_there_are_more_writers_and_shorter_pauses(tmp_path: Path) -> None:
    alone, shared = capacity_of(settings(tmp_path)), capacity_of(settings(tmp_path, database_url=POSTGRES))
    assert alone.write_threads < shared.write_threads <= shared.database_connections
    assert shared.reconcile_seconds < alone.reconcile_seconds
    assert shared.due_look_seconds < alone.due_look_seconds


@pytest.mark.parametrize(
    ("hard", "possible"), [(1_024, 1_024 - KEPT_DESCRIPTORS), (64, 1), (resource.RLIM_INFINITY, 0)]
)
def test_connections_end_before_the_systems_descriptors_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hard: int, possible: int
) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _kind: (64, hard))
    assert capacity_of(settings(tmp_path)).reader_connections == possible
    assert capacity_of(settings(tmp_path, max_connections=500)).reader_connections == 500
