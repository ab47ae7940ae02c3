"""The progress and the outcome of a copy, as commands show them."""

from __future__ import annotations

import sys

import typer

from app.cli.output import say
from app.settings import read_log_format
from app.storage.upkeep.archive import Contents
from app.storage.upkeep.table_rows import Progress


def show_progress() -> Progress:
    """Return a callback that shows a copy's progress: one changing line on a terminal, one line a table elsewhere."""
    changing = sys.stderr.isatty() and read_log_format() == "console"

    def show(table: str, done: int, total: int) -> None:
        line = f"{table}: {done:,} of {total:,} rows"
        if changing:
            typer.echo(f"\r\033[K{line}", err=True, nl=done >= total)
        elif done >= total:
            say(line)

    return show


def describe(contents: Contents) -> str:
    """Describe what a backup contains, as part of a sentence."""
    return (
        f"{contents.stories:,} stories, {contents.entries:,} entries, {contents.events:,} events"
        f" and {contents.people:,} people"
    )
