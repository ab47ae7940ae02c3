"""The failures of commands: one sentence on standard error, and an exit code."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import httpx
import typer

from app.cli.control import Refused
from app.cli.output import say
from app.domain.errors import LiveblogError
from app.jobs.demo import DemoRefused
from app.server.lifespan import LifespanFailed
from app.server.listeners import CannotListen
from app.settings import UnusableSettings
from app.storage.copying.sources import DatabaseNotCopied
from app.storage.database.failures import describe_failure
from app.storage.database.sqlite import StoreLocked
from app.storage.upkeep.archive import BackupFailed
from app.storage.upkeep.migrations import StoreInUse, WrongSchema

FAILED = 1
MISUSED = 2

_SENTENCES = (
    CannotListen, BackupFailed, DatabaseNotCopied, DemoRefused, Refused, LifespanFailed, StoreInUse, WrongSchema,
)  # fmt: skip
"""Exceptions whose message is a sentence for a person."""


@contextmanager
def failing_with_a_sentence() -> Generator[None]:
    """Print one sentence on standard error and exit, for every failure that a person can do something about."""
    try:
        yield
    except UnusableSettings as error:
        for line in str(error).splitlines():
            say(line)
        raise typer.Exit(MISUSED) from None
    except Exception as error:
        sentence = _sentence(error)
        if sentence is None:
            raise
        say(sentence)
        raise typer.Exit(FAILED) from None


def _sentence(error: Exception) -> str | None:
    if isinstance(error, StoreLocked):
        folder = Path(str(error)).parent
        return f"A server or another command is using {folder}: stop it first, or choose another folder."
    if isinstance(error, ModuleNotFoundError) and error.name == "psycopg":
        return "PostgreSQL needs its driver: install requirements-container.lock."
    if isinstance(error, _SENTENCES):
        return _one_line(error)
    caused = describe_failure(error)  # before the others: of those it is the reason
    if caused is not None:
        return caused
    if isinstance(error, LiveblogError):
        return error.detail
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}." if error.filename else f"{error.strerror}."
    if isinstance(error, (OSError, httpx.HTTPError)):
        return _one_line(error)
    return None


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
