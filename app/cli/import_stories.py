"""The command `import`: stories from the files of other systems, a report first."""

from __future__ import annotations

import asyncio
import sys
from contextlib import AsyncExitStack
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from app import __version__
from app.cli.admin_api import open_admin_api
from app.cli.control import Refused
from app.cli.exports import bring_exports
from app.cli.failures import failing_with_a_sentence
from app.cli.imports.files import find_files
from app.cli.imports.patience import wait_for_server
from app.cli.imports.run import ImportedResult, ImportRequest, ImportRun, ShowProgress
from app.cli.output import say
from app.cli.setup import set_up
from app.domain.clock import system_clock
from app.importers.foreign import FileBroken, ReadOptions
from app.importers.report import Report
from app.importers.sources import Source
from app.importers.times import zone_of
from app.media.picture_fetcher import FetchLimits, PictureFetcher
from app.settings import Settings, read_log_format
from app.wire.encoding import encode_json

app = typer.Typer()

PICTURE_SECONDS = 60.0
SHOWN_REASONS = 50
_MEGABYTE = 1_048_576


class ReportForm(StrEnum):
    """The forms in which the report is printed."""

    TEXT = "text"
    JSON = "json"


class StoryState(StrEnum):
    """The statuses that stories can have here once they are complete."""

    DRAFT = "draft"
    LIVE = "live"
    ENDED = "ended"
    ARCHIVED = "archived"


@app.command("import")
def import_stories(
    paths: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Files, or folders of them.")],
    source: Annotated[
        Source | None,
        typer.Option("--from", help="The system, or the form, of the files; without it they are exports of ours."),
    ] = None,
    does_it: Annotated[bool, typer.Option("--yes", help="Do it; else the report is all that happens.")] = False,
    takes_all: Annotated[bool, typer.Option("--all", help="Bring every live blog in the files.")] = False,
    story: Annotated[
        list[str] | None, typer.Option(help="Bring the one with this id there; may be said again.")
    ] = None,
    title: Annotated[str, typer.Option(help="The story's title, in place of the files' own.")] = "",
    site: Annotated[str | None, typer.Option(help="The slug of the site that publishes it.")] = None,
    status: Annotated[StoryState | None, typer.Option(help="What it is here, in place of what it is there.")] = None,
    time_zone: Annotated[str, typer.Option(help="The zone of times that name none, like Europe/Lisbon.")] = "UTC",
    fetch_pictures: Annotated[
        bool, typer.Option("--fetch-pictures", help="Fetch pictures, and keep them here.")
    ] = False,
    leave_out: Annotated[bool, typer.Option("--leave-out", help="Bring the rest where entries cannot be.")] = False,
    files_alone: Annotated[bool, typer.Option("--files-alone", help="Report on the files, and ask no server.")] = False,
    form: Annotated[ReportForm, typer.Option("--format", help="json is one object a line.")] = ReportForm.TEXT,
) -> None:
    """Bring live blogs: what `export` wrote as it was; of another system a report first, with --yes the stories."""
    with failing_with_a_sentence():
        settings = set_up()
        if source is None:
            bring_exports(settings, paths, progress=_progress())
            return
        request = ImportRequest(
            source=source,
            files=find_files(source, paths),
            options=ReadOptions(now=system_clock(), time_zone=_zone(time_zone)),
            stories=frozenset(story or ()),
            takes_all=takes_all,
            title=title,
            site=site,
            status=None if status is None else status.value,
            leaves_out=leave_out,
            does_it=does_it,
        )
        if does_it and files_alone:
            raise Refused("--yes needs a server, and --files-alone asks none.")
        asyncio.run(_run(settings, request, form, asks_server=not files_alone, fetches_pictures=fetch_pictures))


def _zone(name: str) -> str:
    try:
        zone_of(name)
    except ValueError as error:
        raise Refused(str(error)) from None
    return name


async def _run(
    settings: Settings, request: ImportRequest, form: ReportForm, *, asks_server: bool, fetches_pictures: bool
) -> None:
    def show_report(report: Report) -> None:
        if form is ReportForm.JSON:
            typer.echo(encode_json(report.as_json()))
        else:
            for line in report.lines():
                typer.echo(line)

    def show_result(report: Report, result: ImportedResult) -> None:
        _show_result(report, result, form)

    async with AsyncExitStack() as stack:
        api = (
            await stack.enter_async_context(open_admin_api(settings, through=wait_for_server)) if asks_server else None
        )
        fetcher = None
        if fetches_pictures and request.does_it:
            limits = FetchLimits(settings.media_image_megabytes * _MEGABYTE, PICTURE_SECONDS)
            fetcher = await stack.enter_async_context(PictureFetcher(limits, agent=f"liveblog/{__version__}"))
        run = ImportRun(request, api, fetcher=fetcher)
        try:
            await run.report(show_report)
            if request.does_it:
                await run.bring(show_result, progress=_progress())
        except FileBroken as error:
            raise Refused(f"{error.where}: {error.sentence} Nothing was brought.") from None
    if not request.does_it:
        say("Nothing was brought yet: say --yes.")


def _show_result(report: Report, result: ImportedResult, form: ReportForm) -> None:
    outcome = result.outcome
    counts = {"added": outcome.added, "changed": outcome.changed, "same": outcome.same, "removed": result.removed}
    if form is ReportForm.JSON:
        shown = {"story": outcome.story, "slug": outcome.slug, "status": outcome.status, **counts}
        shown |= {"pictures": result.pictures, "not_fetched": result.not_fetched, "left_alone": outcome.left_alone}
        typer.echo(encode_json({"brought": shown}))
        return
    listed = ", ".join(f"{count:,} {name}" for name, count in counts.items() if count) or "nothing new"
    typer.echo(f"{report.story.title or outcome.slug}: {listed}. It is {outcome.status}: /stories/{outcome.slug}")
    for external_id, reason in outcome.left_alone[:SHOWN_REASONS]:
        typer.echo(f"  left alone: {external_id}: {reason}")
    for address, reason in [*result.not_fetched.items()][:SHOWN_REASONS]:
        typer.echo(f"  not fetched: {address}: {reason}")
    more = max(0, len(outcome.left_alone) - SHOWN_REASONS) + max(0, len(result.not_fetched) - SHOWN_REASONS)
    if more:
        typer.echo(f"  … and {more:,} more")


def _progress() -> ShowProgress:
    """Return what shows the progress: one changing line on a terminal, a line for each thousand elsewhere."""
    changing = sys.stderr.isatty() and read_log_format() == "console"

    def show(what: str, done: int) -> None:
        if changing:
            typer.echo(f"\r\033[K{what}: {done:,}", err=True, nl=False)
        elif done and done % 1_000 == 0:
            say(f"{what}: {done:,}")

    return show
