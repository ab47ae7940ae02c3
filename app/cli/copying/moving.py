"""The steps of `liveblog copy`: close the database that is served, copy files and rows, and say what comes next."""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import typer

from app.cli.control import Refused
from app.cli.copying.media_copy import FilesCopied, copy_files
from app.cli.copying.server_hold import hold_server, reopen_by_server
from app.cli.output import say
from app.cli.progress import show_progress
from app.composition.media_files import FOLDER, open_files
from app.media.files import MediaFiles
from app.server.control_socket import is_listened_on
from app.settings import PREFIX, Settings, UnusableSettings
from app.storage.copying.database_copy import copy_database, list_media_files
from app.storage.copying.sources import (
    ClosedSource,
    close_held_sqlite,
    close_postgres,
    close_sqlite,
    open_moved_sqlite,
    reopen_postgres,
    reopen_sqlite,
)
from app.storage.database.database_url import hide_password, read_database_url
from app.storage.upkeep.archive import ArchivedFile


@dataclass(frozen=True, slots=True)
class Move:
    """A move as it was asked for. `control` is where a server of the SQLite file that is copied would be asked."""

    settings: Settings
    control: Path | None
    target: str
    media_to: str | None
    replace: bool
    rehearse: bool

    @classmethod
    def read(
        cls, settings: Settings, control: Path | None, to: str, *, media_to: str | None, replace: bool, rehearse: bool
    ) -> Move:
        """Make it of what a person typed. Raises UnusableSettings."""
        try:
            target = read_database_url(to)
        except ValueError as error:
            raise UnusableSettings(f"--to {error}") from None
        if target == settings.database_url:
            raise UnusableSettings("--to names the database that is copied; name another one")
        return cls(settings, control, target, media_to, replace=replace, rehearse=rehearse)


def carry_out(move: Move) -> None:
    """Copy everything. Raises DatabaseNotCopied, Refused and what a database raises, and then nothing has moved."""
    settings = move.settings
    if move.media_to is not None:  # most of them while everybody may write: a file never changes
        asyncio.run(_copy_media(settings, move.media_to, list_media_files(settings.database_url)))
    with _close_source(settings, move.control) as source:
        files = FilesCopied(0, ())
        if move.media_to is not None:
            files = asyncio.run(_copy_media(settings, move.media_to, list_media_files(settings.database_url)))
        copied = copy_database(
            source, move.target, replace=move.replace, rehearse=move.rehearse, progress=show_progress()
        )
    for place in files.missing:
        typer.echo(f"missing\t{place}")
    if files.missing:
        say(f"{len(files.missing):,} files were not there to be copied.")
    say(f"{copied.rows:,} rows of {copied.tables} tables have been copied, read back and compared.")
    _say_what_comes_next(move)


def take_back(settings: Settings, control: Path | None) -> None:
    """Let the database that has moved take writes again. Raises Refused for one that does already."""
    if settings.has_shared_database:
        was_closed = reopen_postgres(settings.database_url)
    elif control is not None and is_listened_on(control):
        was_closed = reopen_by_server(control)
    else:
        was_closed = reopen_sqlite(settings.database_url)
    if not was_closed:
        raise Refused("This database is open: it takes writes.")
    say("This database takes writes again. What its copy was given since is in the copy alone: serve one of the two.")


def _say_what_comes_next(move: Move) -> None:
    if move.rehearse:
        say("This was a rehearsal: the database here takes writes again, and no server starts on the copy.")
        return
    say(
        f"Set {PREFIX}DATABASE_URL to {hide_password(move.target)} and start again; the database that was copied takes"
        " no more writes. Readers go on where they are."
    )
    if move.media_to is None:
        say("Files of uploads stay where they are: the new server needs the same folder, or bucket.")
    elif _is_bucket(move.media_to):
        say(f"Files of uploads are in the bucket now: set {PREFIX}MEDIA_URL to its address.")
    else:
        say(f"Files of uploads are in {Path(move.media_to) / FOLDER} now: set {PREFIX}DATA_DIR to {move.media_to}.")


@contextmanager
def _close_source(settings: Settings, control: Path | None) -> Generator[ClosedSource]:
    url = settings.database_url
    if settings.has_shared_database:
        with close_postgres(url) as source:
            yield source
    elif control is None or not is_listened_on(control):
        with close_sqlite(url) as source:
            yield source
    else:
        with open_moved_sqlite(url) as moved:  # whose server takes no writes already
            if moved is not None:
                yield moved
                return
        with hold_server(control) as hold, close_held_sqlite(url, hold) as source:
            yield source


async def _copy_media(settings: Settings, media_to: str, wanted: list[ArchivedFile]) -> FilesCopied:
    if not wanted:
        return FilesCopied(0, ())
    source, target = open_files(settings), _open_target(settings, media_to)
    try:
        return await copy_files(source, target, wanted, progress=show_progress())
    finally:
        await source.close()
        await target.close()


def _open_target(settings: Settings, media_to: str) -> MediaFiles:
    chosen = settings.model_copy(
        update={"media_url": media_to}
        if _is_bucket(media_to)
        else {"media_url": "", "data_dir": Path(media_to).absolute()}
    )
    if (chosen.media_url, chosen.data_dir) == (settings.media_url, settings.data_dir):
        raise UnusableSettings("--media-to names the place where the files are; leave it out")
    return open_files(chosen)


def _is_bucket(media_to: str) -> bool:
    return media_to.startswith("s3:")
