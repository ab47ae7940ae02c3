"""The hidden command by which the supervisor starts one process: `liveblog serve-worker`."""

from __future__ import annotations

import socket
from collections import defaultdict
from pathlib import Path
from typing import Annotated

import typer

from app.cli.failures import failing_with_a_sentence
from app.cli.setup import set_up
from app.cli.workers.process import serve_process
from app.composition.roles import Role, Worker
from app.server.process_tuning import collector_paused
from app.server.workers.parent_death import end_with_parent
from app.server.workers.supervisor_link import SupervisorLink
from app.wire.log_lines import name_node

app = typer.Typer()


@app.command(hidden=True)
def serve_worker(
    role: Annotated[Role, typer.Option(help="What the process does.")],
    number: Annotated[int, typer.Option(help="Its number among the workers; 0 for the writer.")],
    count: Annotated[int, typer.Option(help="How many workers there are.")],
    folder: Annotated[Path, typer.Option(help="The folder of the processes' Unix sockets.")],
    supervisor: Annotated[int, typer.Option(help="The inherited descriptor of the socket to the supervisor.")],
    listener: Annotated[list[str] | None, typer.Option(help="A worker's number, and a socket of its.")] = None,
    has_writer: Annotated[bool, typer.Option("--has-writer", help="One of the processes is a writer.")] = False,
    portable: Annotated[bool, typer.Option("--portable")] = False,
    show_token: Annotated[bool, typer.Option("--show-token")] = False,
) -> None:
    """Serve as one of the processes of `liveblog serve --workers`, which alone starts this."""
    end_with_parent()
    link = SupervisorLink(socket.socket(fileno=supervisor))
    with collector_paused():
        import app.main  # noqa: F401, PLC0415 - what takes longest is done while others are at it too

    link.wait_for_go()
    listeners: defaultdict[int, list[socket.socket]] = defaultdict(list)
    for each in listener or []:
        owner, _, descriptor = each.partition(":")
        listeners[int(owner)].append(socket.socket(fileno=int(descriptor)))
    with failing_with_a_sentence():
        settings = set_up()
        name_node(settings.node_name, worker=number)
        serve_process(
            settings,
            sockets=listeners.pop(number, []),
            spares=listeners,
            portable=portable,
            show_token=show_token,
            worker=Worker(role, number=number, count=count, folder=folder, has_writer=has_writer),
            supervisor=link,
        )
