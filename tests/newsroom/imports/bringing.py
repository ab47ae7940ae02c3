"""A newsroom that brings stories from another system, interrupted where a test says so, and what readers get."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from sqlalchemy import select, text

from app.newsroom.imports.prepared import TakenEntries
from app.newsroom.imports.records import ImportedEntry, ImportedStory
from app.newsroom.imports.taking_in import ImportProgress, begin_import, show_entries, take_entries
from app.storage.database import schema
from app.storage.database.transactions import Database, WriteTransaction
from app.storage.public.reads import PublicStory, list_changes, read_public_story
from tests.newsroom.driver import NewsroomDriver
from tests.storage.wrapped_database import WrappedDatabase


class Interrupted(BaseException):
    """The process was killed."""


class InterruptedDatabase(WrappedDatabase):
    """A database whose process dies instead of the commit with this number."""

    def __init__(self, database: Database, *, commits: int) -> None:
        super().__init__(database)
        self.commits_left = commits

    def transaction(self, *, gives_way: bool = False) -> AbstractContextManager[WriteTransaction]:
        return self._one(gives_way)

    @contextmanager
    def _one(self, gives_way: bool) -> Iterator[WriteTransaction]:
        with super().transaction(gives_way=gives_way) as tx:
            yield tx
            self.commits_left -= 1
            if self.commits_left < 0:
                raise Interrupted


def bring(driver: NewsroomDriver, story: ImportedStory, entries: Iterable[ImportedEntry]) -> list[TakenEntries]:
    """Bring the story as a command does: what is new, until it is complete, and what came after that."""
    newsroom, call = driver.newsroom, driver.call()
    progress = begin_import(newsroom, call, story)
    if progress.state == "showing":
        progress = show_all(driver, progress)
    coming = list(entries)
    parts = [coming[first : first + 50] for first in range(0, len(coming), 50)]
    taken = [take_entries(newsroom, call, progress.story, part) for part in parts]
    if progress.state != "complete":
        show_all(driver, progress)
    return taken


def show_all(driver: NewsroomDriver, progress: ImportProgress) -> ImportProgress:
    """Show a story's entries until it is complete."""
    while progress.state != "complete":
        progress = show_entries(driver.newsroom, driver.call(), progress.story)
    return progress


def find_public(driver: NewsroomDriver, ref: str) -> PublicStory | None:
    """Return the story as readers' reads find it."""
    with driver.database.snapshot() as tx:
        return read_public_story(tx, ref)


def public_entries(driver: NewsroomDriver, ref: str) -> list[dict[str, Any]]:
    """Return every entry that readers have, in the order of its newest event, with that event."""
    with driver.database.snapshot() as tx:
        story = read_public_story(tx, ref)
        assert story is not None
        changes = list_changes(tx, story, after=0, limit=100_000)
    shown = [change for change in changes if change.entry is not None and change.line.entry_id is not None]
    return [{**json.loads(each.entry.fields), "event": each.line} for each in shown if each.entry is not None]


def contents_of_tables(driver: NewsroomDriver, *, but: str | None = None) -> str:
    """Return a digest of every row of every table, or of every one but that one."""
    digest = hashlib.sha256()
    with driver.database.snapshot() as tx:
        for table in (each for each in schema.metadata.sorted_tables if each.name != but):
            for row in sorted(repr(tuple(row)) for row in tx.connection.execute(select(table))):
                digest.update(row.encode())
    return digest.hexdigest()


def count_rows(driver: NewsroomDriver, table: str) -> int:
    """Count the rows of a table."""
    with driver.database.snapshot() as tx:
        return int(tx.connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())  # noqa: S608
