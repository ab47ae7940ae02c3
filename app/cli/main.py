"""The `liveblog` command: each command reads the settings, calls one function elsewhere, and prints the outcome.

What a person asked for goes to standard output, explanations and failures to standard error. A command that fails ends
with 1 and one sentence; wrong usage or settings end with 2.
"""

from __future__ import annotations

from typing import Annotated

import typer

from app import __version__
from app.cli import database, documentation, emergency, erasure, exports, import_stories, newsroom, serve, tokens
from app.cli.output import OneLineGroup
from app.cli.workers import worker

app = typer.Typer(
    name="liveblog",
    cls=OneLineGroup,
    help="Run a newsroom's live coverage: serve it, and look after its data. Settings come from LIVEBLOG_… variables.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(serve.app)
app.add_typer(worker.app)
app.add_typer(database.app)
app.add_typer(documentation.app)
app.add_typer(tokens.app, name="token")
app.add_typer(emergency.app)
app.add_typer(newsroom.app)
app.add_typer(exports.app)
app.add_typer(import_stories.app)
app.add_typer(erasure.purges, name="purge")
app.add_typer(erasure.holds, name="legal-hold")


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Accept the options of `liveblog` itself."""
