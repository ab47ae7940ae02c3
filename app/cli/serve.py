"""The command that serves: `liveblog serve`."""

from __future__ import annotations

from typing import Annotated

import typer

from app.cli.failures import failing_with_a_sentence
from app.cli.output import say
from app.cli.setup import make_data_dir, set_up
from app.cli.workers.process import serve_process
from app.cli.workers.supervise import let_children_find_us, serve_with_workers
from app.composition.admin_token import load_admin_token, load_or_make_admin_token
from app.server.listeners import open_listeners
from app.settings import MOST_WORKERS, list_misspelt
from app.storage.upkeep.scratch_files import remove_restore_leftovers

app = typer.Typer()


@app.command()
def serve(
    show_token: Annotated[bool, typer.Option("--show-token", help="Print the admin token when ready.")] = False,
    portable: Annotated[
        bool,
        typer.Option(
            "--portable",
            help="Serve readers as any ASGI server would; slower, without limits on their connections; for comparison.",
        ),
    ] = False,
    workers: Annotated[
        int | None,
        typer.Option(
            "--workers",
            min=0,
            max=MOST_WORKERS,
            help="Serve with so many processes, one for each core; 0: with this one. Else LIVEBLOG_WORKERS says.",
        ),
    ] = None,
) -> None:
    """Serve readers and the newsroom until stopped (SIGTERM or Ctrl-C; a second one stops at once).

    With workers, SIGHUP replaces them one after the other while readers stay.
    """
    with failing_with_a_sentence():
        settings = set_up()
        for sentence in list_misspelt():
            say(sentence)
        make_data_dir(settings)
        # An unsafe one is refused before anything is opened; whether one is made, the shared database has to say.
        (load_admin_token if settings.has_shared_database else load_or_make_admin_token)(settings)
        remove_restore_leftovers()
        count = settings.workers if workers is None else workers
        if count:
            let_children_find_us()
            raise typer.Exit(serve_with_workers(settings, count, portable=portable, show_token=show_token))
        sockets = open_listeners(settings.host, settings.port)
        serve_process(settings, sockets=sockets, portable=portable, show_token=show_token)
