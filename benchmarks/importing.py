"""A story of another system brought into a running server: entries a second, and how long a writer waits meanwhile."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, cast

from app.cli.admin_api import control_path
from app.cli.control import reach_api
from app.cli.imports.client import BATCH_ENTRIES, import_story
from app.content import parse_html
from app.domain.clock import Micros, system_clock
from app.domain.identifiers import SystemRandomSource
from app.newsroom.context.access import digest_of
from app.newsroom.context.newsroom import AdminToken, Call, Newsroom
from app.newsroom.imports.records import ImportedEntry, ImportedStory, ImportedVersion
from app.newsroom.imports.taking_in import begin_import, show_entries, take_entries
from app.settings import Settings
from app.storage.database.opening import open_database
from app.storage.database.transactions import Database, WriteTransaction
from app.storage.upkeep.migrations import migrate
from app.wire.links import Links, Site
from benchmarks.figures import Figure, Table, percentile
from benchmarks.servers import TOKEN, Running, liveblog

ENTRIES = 10_000
SHORT_ENTRIES = 2_000
NIGHT = 1_780_000_000_000_000
SECONDS_BAR = 60.0
LOCK_BAR_SECONDS = 0.2
WRITER_PAUSE_SECONDS = 0.02


def measure_importing(folder: Path, *, long: bool) -> Table:
    """Bring a story, and again, while somebody posts to another one all the time."""
    count = ENTRIES if long else SHORT_ENTRIES
    with liveblog(folder) as server:
        server.ask("POST", "/v1/stories", {"title": "Beside", "slug": "beside"})
        quiet = sorted(post_beside(server) for _ in range(100))
        seconds, waits = asyncio.run(_bring(folder, server, count))
        again, _ = asyncio.run(_bring(folder, server, count))
        shown = server.ask("GET", "/v1/stories/night")["entry_count"]
    assert shown == count, shown
    alone = folder / "alone"
    alone.mkdir()
    timed = measure_locks(f"sqlite:///{alone}/liveblog.db", count)
    held, longest, rate = timed.held, max(timed.held), count / seconds
    return Table(
        f"Importing {count:,} entries of three paragraphs and two versions each, beside a writer",
        (
            Figure("entries a second", f"{rate:,.0f}", f"{count:,} in {seconds:.1f} s"),
            Figure(
                f"{ENTRIES:,} entries",
                f"{ENTRIES / rate:.1f} s",
                bar=f"≤ {SECONDS_BAR:.0f} s",
                meets=ENTRIES / rate <= SECONDS_BAR,
            ),
            Figure(
                "longest lock of the one writer",
                f"{longest * 1e3:.0f} ms",
                f"p50 {percentile(held, 50) * 1e3:.0f} ms, p99 {percentile(held, 99) * 1e3:.0f} ms of {len(held):,};"
                f" CPU {max(timed.computed) * 1e3:.0f} ms at most",
                f"≤ {LOCK_BAR_SECONDS * 1e3:.0f} ms",
                longest <= LOCK_BAR_SECONDS,
            ),
            Figure(
                "a POST to another story meanwhile, p99",
                f"{percentile(waits, 99) * 1e3:.0f} ms",
                f"p50 {percentile(waits, 50) * 1e3:.1f} ms of {len(waits):,}; quiet p50"
                f" {percentile(quiet, 50) * 1e3:.1f} ms, p99 {percentile(quiet, 99) * 1e3:.1f} ms",
            ),
            Figure("the same run again, which changes nothing", f"{again:.1f} s"),
        ),
    )


async def _bring(folder: Path, server: Running, count: int) -> tuple[float, list[float]]:
    settings = Settings(data_dir=folder, admin_token=TOKEN)
    waits: list[float] = []
    is_over = False

    def write() -> None:
        while not is_over:
            waits.append(post_beside(server))
            time.sleep(WRITER_PAUSE_SECONDS)

    writing = asyncio.get_running_loop().run_in_executor(None, write)
    async with reach_api(control_path(settings), TOKEN, make_app=_no_server) as api:
        began = time.perf_counter()
        story = ImportedStory("night", "Night", source="oldblog", slug="night", created_at=Micros(NIGHT))
        await import_story(api, story, _entries(count))
        seconds = time.perf_counter() - began
    is_over = True
    await writing
    return seconds, waits


def post_beside(server: Running) -> float:
    """Post an entry to the other story; return how long it took."""
    began = time.perf_counter()
    server.ask("POST", "/v1/stories/beside/entries", {"text": "Somebody goes on writing."})
    return time.perf_counter() - began


def _entries(count: int) -> Iterator[ImportedEntry]:
    for number in range(count):
        at = Micros(NIGHT + number * 20_000_000)
        ids = iter(range(100))
        html = "".join(
            f"<p>Paragraph {each} of update <b>{number}</b>, as a reporter writes it. </p>" for each in range(3)
        )
        body = tuple(parse_html(html * 1, new_id=lambda ids=ids: f"b{next(ids)}"))  # type: ignore[misc]
        versions = (
            ImportedVersion(at, headline=f"Update {number}", body=body[:2], authors=({"name": "Ada Lind"},)),
            ImportedVersion(
                Micros(at + 5_000_000), headline=f"Update {number}", body=body, authors=({"name": "Ada Lind"},)
            ),
        )
        yield ImportedEntry(f"old-{number}", at, versions, aliases=(f"#{number}",), published_at=at)


def _no_server() -> Any:
    raise RuntimeError("the server of this measurement is gone")


class TimedDatabase:
    """A database that notes for how long each write transaction had its locks, its commit included."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.held: list[float] = []
        self.computed: list[float] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._database, name)

    @contextmanager
    def transaction(self, *, gives_way: bool = False) -> Iterator[WriteTransaction]:
        """Open a write transaction."""
        began = worked = 0.0
        try:
            with self._database.transaction(gives_way=gives_way) as tx:
                began, worked = time.perf_counter(), time.thread_time()
                yield tx
        finally:
            self.held.append(time.perf_counter() - began)
            self.computed.append(time.thread_time() - worked)


def measure_locks(url: str, count: int) -> TimedDatabase:
    """Import in this process, where each lock can be timed; return the database, which has been closed."""
    migrate(url)
    database = TimedDatabase(open_database(url))
    links = Links("https://live.example", Site("The Post", "https://post.example", None))
    random = SystemRandomSource()
    newsroom = Newsroom(cast("Database", database), system_clock, random, links, AdminToken(digest_of(TOKEN)))
    call = Call(TOKEN)
    record = ImportedStory("night", "Night", source="oldblog", slug="night", created_at=Micros(NIGHT))
    progress = begin_import(newsroom, call, record)
    entries = iter(_entries(count))
    while batch := list(islice(entries, BATCH_ENTRIES)):
        take_entries(newsroom, call, progress.story, batch)
    while progress.state != "complete":
        progress = show_entries(newsroom, call, progress.story)
    database.close()
    return database
