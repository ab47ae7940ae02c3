"""The `liveblog` command: each command reads the settings, calls one function elsewhere, and prints the outcome.

What a person asked for goes to standard output, explanations and failures to standard error. A command that fails ends
with 1 and one sentence; wrong usage or settings end with 2.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Annotated

import typer

from app import __version__
from app.cli.output import OneLineGroup
from app.server.process_tuning import collector_paused

COMMANDS = {
    "app.cli.serve": ("serve",),
    "app.cli.workers.worker": ("serve-worker",),
    "app.cli.database": ("migrate", "demo", "rotate-broker-key", "backup", "restore", "copy"),
    "app.cli.documentation": ("openapi", "asyncapi"),
    "app.cli.tokens": ("token",),
    "app.cli.emergency": ("freeze", "thaw", "retract-last", "revert", "revoke"),
    "app.cli.newsroom": ("invite", "audit"),
    "app.cli.exports": ("export",),
    "app.cli.import_stories": ("import",),
    "app.cli.erasure": ("purge", "legal-hold"),
}
"""The commands of each module, in the order of `--help`. Only the module is loaded whose command is run."""

_HELP = "Run a newsroom's live coverage: serve it, and look after its data. Settings come from LIVEBLOG_… variables."


def main() -> None:
    """Run the command that this process was started with, and end the process."""
    with collector_paused():
        app = make_app(sys.argv[1:2])
    app(prog_name="liveblog")


def make_app(named: Sequence[str]) -> typer.Typer:
    """Return the application with the commands of the module that has the one `named`; with all if none has it."""
    app = typer.Typer(
        name="liveblog",
        cls=OneLineGroup,
        help=_HELP,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    app.callback()(root)
    found = [module for module, commands in COMMANDS.items() if set(named) & set(commands)]
    for module in found or COMMANDS:
        app.add_typer(import_module(module).app)
    return app


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Accept the options of `liveblog` itself."""
