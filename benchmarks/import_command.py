"""The command `liveblog import` as an operator runs it, on both databases, with a server beside it and without."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.figures import Figure, Table, percentile
from benchmarks.importing import (
    ENTRIES,
    LOCK_BAR_SECONDS,
    SECONDS_BAR,
    SHORT_ENTRIES,
    WRITER_PAUSE_SECONDS,
    measure_locks,
    post_beside,
)
from benchmarks.servers import ROOT, Running, environment, free_port, liveblog, migrate
from tests.postgres import PostgresServer, find_programs, run_postgres

BEGINS = datetime(2026, 5, 28, 18, tzinfo=UTC)


@dataclass(slots=True)
class CommandRun:
    """One run of the command: how long it took, the CPU time of it and of the server, what a writer waited."""

    seconds: float
    command_cpu: float
    server_cpu: float = 0.0
    waits: list[float] = field(default_factory=list)

    goes_through_server: bool = False
    """Whether the server does the import; else what it used is the writer's alone."""

    @property
    def cpu(self) -> float:
        """Return the CPU time of the processes that import."""
        return self.command_cpu + (self.server_cpu if self.goes_through_server else 0.0)


def measure_import_command(folder: Path, *, long: bool) -> Table:
    """Import a file of a night on each database, without a server, and beside one in which somebody writes."""
    count = ENTRIES if long else SHORT_ENTRIES
    file = folder / "night.csv"
    _write_night(file, count)
    figures: list[Figure] = []
    programs = find_programs()
    with nullcontext() if programs is None else run_postgres(programs) as postgres:
        for name in ("SQLite",) if postgres is None else ("SQLite", "PostgreSQL"):
            for beside in (False, True):
                within = folder / f"{name}-{beside}"
                within.mkdir()
                settings = _settings(name, postgres)
                figures += _figures(
                    f"{name}, {'beside a server' if beside else 'alone'}",
                    count,
                    _run(within, file, settings, beside=beside),
                )
            figures.append(_lock_figure(name, folder, postgres, count))
    load = os.getloadavg()[0]
    return Table(
        f"`liveblog import` of {count:,} entries of three paragraphs, from a file",
        tuple(figures),
        (f"One run each, at a load of {load:.0f}: CPU time says more than seconds. PostgreSQL's own is not counted.",),
    )


def _figures(name: str, count: int, run: CommandRun) -> list[Figure]:
    whole = run.cpu * ENTRIES / count
    found = [
        Figure(
            f"{name}: CPU for {ENTRIES:,} entries",
            f"{whole:.1f} s",
            f"{run.cpu:.1f} s for {count:,}: command {run.command_cpu:.1f} s, server {run.server_cpu:.1f} s;"
            f" {run.seconds:.1f} s of time",
            f"≤ {SECONDS_BAR:.0f} s",
            whole <= SECONDS_BAR,
        )
    ]
    if run.waits:
        found.append(
            Figure(
                f"{name}: a POST to another story meanwhile",
                f"p99 {percentile(run.waits, 99) * 1e3:.0f} ms",
                f"p50 {percentile(run.waits, 50) * 1e3:.1f} ms, at most {max(run.waits) * 1e3:.0f} ms"
                f" of {len(run.waits):,}",
            )
        )
    return found


def _lock_figure(name: str, folder: Path, postgres: PostgresServer | None, count: int) -> Figure:
    settings = _settings(name, postgres)
    timed = measure_locks(settings.get("DATABASE_URL", f"sqlite:///{folder}/locks.db"), count)
    longest = max(timed.held)
    return Figure(
        f"{name}: longest lock",
        f"{longest * 1e3:.0f} ms",
        f"p50 {percentile(timed.held, 50) * 1e3:.0f} ms, p99 {percentile(timed.held, 99) * 1e3:.0f} ms of"
        f" {len(timed.held):,}; CPU {max(timed.computed) * 1e3:.0f} ms at most",
        f"≤ {LOCK_BAR_SECONDS * 1e3:.0f} ms",
        longest <= LOCK_BAR_SECONDS,
    )


def _settings(name: str, postgres: PostgresServer | None) -> dict[str, str]:
    if name == "SQLite" or postgres is None:
        return {}
    return {"DATABASE_URL": postgres.url(postgres.create_database())}


def _run(folder: Path, file: Path, settings: Mapping[str, str], *, beside: bool) -> CommandRun:
    if not beside:
        migrate(folder, settings)
        return _import(folder, file, settings)
    with liveblog(folder, settings=settings) as server:
        server.ask("POST", "/v1/stories", {"title": "Beside", "slug": "beside"})
        with _writing(server) as waits:
            before = server.cpu_seconds
            run = _import(folder, file, settings)
            run.server_cpu = server.cpu_seconds - before
            run.goes_through_server = "DATABASE_URL" not in settings
        run.waits = waits
    return run


@contextmanager
def _writing(server: Running) -> Iterator[list[float]]:
    """Post to another story all the time until the block ends; yield how long each took."""
    waits: list[float] = []
    is_over = threading.Event()

    def write() -> None:
        while not is_over.wait(WRITER_PAUSE_SECONDS):
            waits.append(post_beside(server))

    writer = threading.Thread(target=write)
    writer.start()
    try:
        yield waits
    finally:
        is_over.set()
        writer.join()


def _import(folder: Path, file: Path, settings: Mapping[str, str]) -> CommandRun:
    command = [sys.executable, "-m", "app.cli", "import", "--from", "csv", str(file), "--yes", "--status", "live"]
    with (folder / "import.log").open("wb") as log:
        began = time.perf_counter()
        process = subprocess.Popen(
            command, env=environment(folder, free_port(), settings), cwd=ROOT, stdout=log, stderr=log
        )
        _, status, used = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, (folder / "import.log").read_text()
    return CommandRun(seconds, used.ru_utime + used.ru_stime)


def _write_night(file: Path, count: int) -> None:
    with file.open("w", newline="", encoding="utf-8") as opened:
        writer = csv.writer(opened)
        writer.writerow(["id", "time", "updated", "headline", "html", "authors", "tags", "anchor"])
        for number in range(count):
            at = BEGINS + timedelta(seconds=20 * number)
            link = f"<a href='https://example.org/{number}'>link</a>"
            html = "".join(
                f"<p>Paragraph {each} of update <b>{number}</b>, as a reporter writes it, with a {link}.</p>"
                for each in range(3)
            )
            updated = (at + timedelta(seconds=5)).isoformat()
            row = [at.isoformat(), updated, f"Update {number}", html, "Ada Lind", "Elections", f"#{number}"]
            writer.writerow([f"old-{number}", *row])
