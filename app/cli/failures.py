"""The failures of commands: one sentence on standard error, and an exit code."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import httpx
import typer

from app.cli.control import Refused
from app.domain.errors import LiveblogError
from app.jobs.demo import DemoRefused
from app.server.lifespan import LifespanFailed
from app.server.listeners import CannotListen
from app.settings import UnusableSettings
from app.storage.database.health import DatabaseUnusable
from app.storage.database.sqlite import StoreLocked
from app.storage.upkeep.archive import BackupFailed
from app.storage.upkeep.migrations import WrongSchema

FAILED = 1
MISUSED = 2


@contextmanager
def failing_with_a_sentence() -> Generator[None]:
    """Print one sentence on standard error and exit, for every failure that a person can do something about."""
    try:
        yield
    except UnusableSettings as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(MISUSED) from None
    except StoreLocked as error:
        folder = Path(str(error)).parent
        typer.echo(f"A server or another command is using {folder}: stop it first, or choose another folder.", err=True)
        raise typer.Exit(FAILED) from None
    except WrongSchema:
        typer.echo("The database is not at the schema this release needs: run `liveblog migrate`.", err=True)
        raise typer.Exit(FAILED) from None
    except LiveblogError as error:
        typer.echo(error.detail, err=True)
        raise typer.Exit(FAILED) from None
    except ModuleNotFoundError as error:
        if error.name != "psycopg":
            raise
        typer.echo("PostgreSQL needs its driver: install requirements-postgres.lock.", err=True)
        raise typer.Exit(FAILED) from None
    except (
        DatabaseUnusable,
        CannotListen,
        BackupFailed,
        DemoRefused,
        Refused,
        LifespanFailed,
        OSError,
        httpx.HTTPError,
    ) as error:
        typer.echo(str(error) or type(error).__name__, err=True)
        raise typer.Exit(FAILED) from None
