"""The command `export`: a story as a file, with the files of its uploads beside; and such a file brought in."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from app import __version__
from app.cli.admin_api import ask_api, open_admin_api
from app.cli.control import Refused, ask
from app.cli.failures import failing_with_a_sentence
from app.cli.imports.client import ImportedSoFar
from app.cli.imports.export_files import WrittenExport, folder_of, write_export
from app.cli.imports.export_import import RestoredStory, import_export
from app.cli.imports.html_export import INDEX, WrittenPages, write_pages
from app.cli.imports.patience import wait_for_server
from app.cli.output import say
from app.cli.setup import set_up
from app.composition.media_files import open_files
from app.domain.clock import system_clock
from app.newsroom.imports.exporting import export_story as export_story_lines
from app.settings import Settings
from app.storage.upkeep.backup import open_snapshot

app = typer.Typer()


@app.command("export")
def export_story(
    story: Annotated[str, typer.Argument(metavar="STORY", help="Its id or slug.")],
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="The new file to write, or with --html the folder; yours alone."),
    ],
    html: Annotated[bool, typer.Option("--html", help="As pages that need no server, in a folder.")] = False,
    drafts: Annotated[
        bool, typer.Option("--drafts", help="With what no reader has: drafts, notes, texts that were withdrawn.")
    ] = False,
    replies: Annotated[
        bool, typer.Option("--replies", help="With readers' replies: those that readers see, or with --drafts all.")
    ] = False,
) -> None:
    """Write a story with its versions and its log to one file; `liveblog import` brings it into any server."""
    with failing_with_a_sentence():
        settings = set_up()
        if html:
            if drafts or replies:
                raise Refused("Pages have what readers see, without replies: --html goes with neither of the others.")
            _export_pages(settings, story, file)
            return
        written = asyncio.run(_export(settings, story, file, drafts=drafts, replies=replies))
        typer.echo(f"{file}\t{written.lines}")
        if written.files:
            say(f"{folder_of(file)} has {written.files:,} files of pictures, video and sound: keep it beside {file}.")
        for place in written.missing:
            typer.echo(f"missing\t{place}")
        if written.missing:
            say(f"{len(written.missing):,} files of its uploads are not there any more.")


def _export_pages(settings: Settings, story: str, folder: Path) -> None:
    written = asyncio.run(_write_pages(settings, story, folder))
    typer.echo(f"{folder / INDEX}\t{written.pages}")
    for address in written.missing:
        typer.echo(f"missing\t{address}")
    say(f"{written.pages:,} pages and {written.files:,} files: open {folder / INDEX} in a browser.")


async def _write_pages(settings: Settings, story: str, folder: Path) -> WrittenPages:
    async with open_admin_api(settings) as api:
        found = await ask(api, "POST", "/control/exports/record", {"story": story, "drafts": False})
        return await write_pages(api, found["story"], folder)


def bring_exports(settings: Settings, sources: Sequence[Path], *, progress: ImportedSoFar) -> None:
    """Bring exports of ours in, one after the other, and print each story. Raises Refused."""
    for source in sources:
        found = asyncio.run(_bring(settings, source, progress))
        typer.echo(f"{found.story}\t{found.status}\t{found.new}")
        what = f"{found.new:,} lines of it are new here" if found.new else "all of it was here already"
        say(f"/stories/{found.slug} is {found.status}; {what}.")


async def _bring(settings: Settings, source: Path, progress: ImportedSoFar) -> RestoredStory:
    files = open_files(settings)
    try:
        async with open_admin_api(settings, through=wait_for_server) as api:
            return await import_export(api, source, files, progress=progress)
    finally:
        await files.close()


async def _export(settings: Settings, story: str, file: Path, *, drafts: bool, replies: bool) -> WrittenExport:
    for each in (file, folder_of(file)):
        if each.exists():
            raise Refused(f"{each} exists already: name a new file.")
    found = await ask_api(
        settings, "POST", "/control/exports/record", {"story": story, "drafts": drafts, "replies": replies}
    )
    files = open_files(settings)
    try:
        with open_snapshot(settings.database_url) as tx:
            lines = export_story_lines(
                tx, found["story"], drafts=drafts, comments=replies, release=__version__, now=system_clock()
            )
            return await write_export(lines, file, files)
    finally:
        await files.close()
