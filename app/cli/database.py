"""The commands that look after the data: `migrate`, `demo`, `backup`, `restore`, `copy` and `rotate-broker-key`."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from app.cli.admin_api import control_path, open_admin_api
from app.cli.control import Refused, ask_to_remove_demo
from app.cli.copying.moving import Move, carry_out, take_back
from app.cli.failures import failing_with_a_sentence
from app.cli.media_backup import FilesOutcome, back_up_files, folder_of, restore_files, verify_files
from app.cli.output import say
from app.cli.progress import describe, show_progress
from app.cli.setup import make_data_dir, set_up
from app.composition.broker_key import OVERLAP_SECONDS, replace_broker_key
from app.composition.media_files import open_files
from app.domain.clock import Micros, system_clock
from app.domain.identifiers import SystemRandomSource
from app.jobs.demo import seed_demo
from app.jobs.demo_story import load_demo_story
from app.metrics.disk_room import BACKUP_MARK, mark_backup
from app.settings import Settings, UnusableSettings
from app.storage.database.database_clock import DatabaseClock
from app.storage.database.opening import open_database
from app.storage.upkeep.archive import verify_archive
from app.storage.upkeep.backup import AddressesKept, back_up
from app.storage.upkeep.backup import restore as restore_backup
from app.storage.upkeep.migrations import list_running_nodes
from app.storage.upkeep.migrations import migrate as migrate_database

app = typer.Typer()

_MINUTE = 60_000_000


@app.command()
def migrate(
    to: Annotated[str | None, typer.Option("--to", help="Another schema than this release's newest, as 0016.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Go back, and lose what an older schema does not keep.")] = False,
) -> None:
    """Bring the database to the schema this release needs; with nothing there yet, make it."""
    with failing_with_a_sentence():
        settings = set_up()
        make_data_dir(settings)
        nodes = list_running_nodes(settings.database_url)
        was_changed = migrate_database(settings.database_url, revision=to or "head", may_lose=yes)
        if to is None:
            say("The database has the schema this release needs.")
        else:
            say(f"The database has schema {to}.")
        if was_changed and nodes:
            say(f"Nodes that run on it: {', '.join(node.in_words for node in nodes)}.")


@app.command()
def demo(
    remove: Annotated[bool, typer.Option("--remove", help="Delete the demo story, with everything in it.")] = False,
) -> None:
    """Add a demo story to look at; its remaining entries arrive while its page is open."""
    with failing_with_a_sentence():
        settings = set_up()
        say(asyncio.run(_remove_demo(settings) if remove else _add_demo(settings)))


@app.command()
def rotate_broker_key() -> None:
    """Replace the key with which servers sign what they tell each other; those that run take it within a second."""
    with failing_with_a_sentence():
        settings = set_up()
        if not settings.has_shared_database:
            raise Refused("SQLite has one server, which signs nothing: there is no key to replace.")
        database = open_database(settings.database_url)
        try:
            clock = DatabaseClock(system_clock)
            with database.snapshot() as tx:
                clock.read(tx)
            if not replace_broker_key(database, SystemRandomSource(), clock):
                raise Refused("No server has made a key yet; the first that starts makes one.")
        finally:
            database.close()
        say(f"Servers sign with a new key now; what was signed with the old one counts {OVERLAP_SECONDS} seconds more.")


@app.command()
def backup(file: Annotated[Path, typer.Argument(help="The new file to write; readable by you alone.")]) -> None:
    """Copy everything to one file and verify the copy; the server may go on running."""
    with failing_with_a_sentence():
        settings = set_up()
        contents = back_up(settings.database_url, file, progress=show_progress())
        try:
            copied = asyncio.run(_back_up_files(settings, file))
        except BaseException:
            file.unlink(missing_ok=True)  # a backup is whole, or none
            raise
        _mark_backup(settings)
        say(f"{file} holds {describe(contents)}; the copy has been verified.")
        if copied.files:
            done = "lists" if settings.media_url else "holds"
            say(f"{folder_of(file)} {done} {copied.files:,} files of pictures, video and sound: keep it beside {file}.")
        if copied.missing:
            for place in copied.missing:
                typer.echo(f"missing\t{place}")
            say(f"{len(copied.missing):,} files that it names are not in {_store(settings)}.")


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A file made by `liveblog backup`.")],
    yes: Annotated[bool, typer.Option("--yes", help="Replace what the database holds now.")] = False,
) -> None:
    """Make the database hold what a backup holds, all or nothing; stop the server first."""
    with failing_with_a_sentence():
        settings = set_up()
        make_data_dir(settings)
        random = SystemRandomSource()
        verify_archive(file)
        verify_files(file)
        files = asyncio.run(_restore_files(settings, file))
        contents = restore_backup(
            settings.database_url,
            file,
            replace=yes,
            random=random,
            progress=show_progress(),
            kept=_addresses_kept(settings),
        )
        if files.missing:
            for place in files.missing:
                typer.echo(f"missing\t{place}")
            say(
                f"{files.uploads_missing:,} uploads have no files, or not all: {len(files.missing):,} are neither in"
                f" {_store(settings)} nor in {folder_of(file)}. Copy them there, each to its place, or restore again"
                " with them beside the backup; until then readers see no picture there."
            )
        for name in files.others:
            typer.echo(f"other\t{name}")
        if files.others:
            say(
                f"{len(files.others):,} objects in {_store(settings)} are of no upload of this backup. A server deletes"
                " them once they are an hour old: if another backup has them, copy them elsewhere before you start one."
            )
        if not contents.has_checksum:
            say(f"{file} was made before backups had a checksum: whether a text in it was altered cannot be told.")
        say(
            f"Restored {describe(contents)}; each story has a new epoch, so that readers begin again from a snapshot."
            " Tokens work as they did when the backup was made."
        )


@app.command()
def copy(
    to: Annotated[str | None, typer.Option("--to", help="The other database: postgresql://… or sqlite:///…")] = None,
    media_to: Annotated[
        str | None, typer.Option("--media-to", help="A data folder or s3://… to copy the files of uploads to, too.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Replace what the other database holds now.")] = False,
    rehearse: Annotated[
        bool, typer.Option("--rehearse", help="Copy and verify, and go on here: no server starts on the copy.")
    ] = False,
    reopen: Annotated[bool, typer.Option("--reopen", help="Take back a database that has moved.")] = False,
) -> None:
    """Move everything to another database; writes are refused meanwhile, and here for good, and readers go on."""
    with failing_with_a_sentence():
        settings = set_up()
        make_data_dir(settings)
        control = control_path(settings)
        if reopen:
            take_back(settings, control)
        elif to is None:
            raise UnusableSettings("Name the other database with --to, or take back one that has moved with --reopen.")
        else:
            carry_out(Move.read(settings, control, to, media_to=media_to, replace=yes, rehearse=rehearse))


def _mark_backup(settings: Settings) -> None:
    """Write down for the server's metrics that a backup ended well; one that cannot be written down is a backup."""
    try:
        mark_backup(settings.data_dir)
    except OSError as error:
        place = settings.data_dir / BACKUP_MARK
        say(f"The server's metrics will not know of this backup: {place} cannot be written ({error.strerror}).")


def _store(settings: Settings) -> str:
    """Name where files are, without the credentials that an address may have."""
    return "the bucket" if settings.media_url else "the folder of files"


async def _back_up_files(settings: Settings, file: Path) -> FilesOutcome:
    files = open_files(settings)
    try:
        return await back_up_files(files, file, are_copied=not settings.media_url)
    finally:
        await files.close()


async def _restore_files(settings: Settings, file: Path) -> FilesOutcome:
    files = open_files(settings)
    try:
        return await restore_files(files, file)
    finally:
        await files.close()


def _addresses_kept(settings: Settings) -> AddressesKept:
    now, day = system_clock(), 86_400_000_000
    return AddressesKept(
        emails_since=Micros(now - settings.comment_email_days * day),
        networks_since=Micros(now - settings.comment_address_days * day),
    )


class _PastClock:
    """The system's clock, set back by some minutes."""

    def __init__(self) -> None:
        self._back = 0

    def __call__(self) -> Micros:
        return Micros(system_clock() - self._back)

    def go_back(self, minutes: float) -> None:
        self._back = round(minutes * _MINUTE)


async def _add_demo(settings: Settings) -> str:
    """Seed the demo story unless it is there; return a sentence. Where no server runs, its times lie in the past."""
    clock = _PastClock()
    async with open_admin_api(settings, clock=clock) as api:
        added = await seed_demo(api, load_demo_story(settings.public_url), set_minutes_ago=clock.go_back)
    return "The demo story has been added." if added else "The demo story is there already; nothing was added."


async def _remove_demo(settings: Settings) -> str:
    """Delete the demo story; return a sentence."""
    async with open_admin_api(settings) as api:
        removed = await ask_to_remove_demo(api)
    return "The demo story has been deleted." if removed else "There is no demo story."
