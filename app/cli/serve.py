"""The command that serves: `liveblog serve`."""

from __future__ import annotations

from typing import Annotated

import typer

from app.cli.admin_api import control_path, controlled
from app.cli.failures import failing_with_a_sentence
from app.cli.greeting import Greeting
from app.cli.setup import make_data_dir, set_up
from app.main import create_app
from app.server.listeners import open_listeners
from app.server.uvicorn_config import WebSocketLimits
from app.server.uvicorn_server import ControlEndpoint, run_server
from app.settings import ADMIN_TOKEN_FILE, list_misspelt, load_or_make_admin_token

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
) -> None:
    """Serve readers and the newsroom until stopped (SIGTERM or Ctrl-C; a second one stops at once)."""
    with failing_with_a_sentence():
        settings = set_up()
        for sentence in list_misspelt():
            typer.echo(sentence, err=True)
        make_data_dir(settings)
        token_file = settings.data_dir / ADMIN_TOKEN_FILE if settings.admin_token is None else None
        greeting = Greeting(settings.public_url, load_or_make_admin_token(settings), token_file, show_token=show_token)
        sockets = open_listeners(settings.host, settings.port)
        server, path = create_app(settings), control_path(settings)
        run_server(
            server,
            sockets=sockets,
            control=None if path is None else ControlEndpoint(path, controlled(server)),
            accept_context=lambda: server.accept_context,
            portable=portable,
            trusted_proxies=settings.trusted_proxies,
            drain=server.drain,
            drain_seconds=settings.drain_seconds,
            count_readers=server.count_readers,
            websockets=WebSocketLimits(
                message_bytes=settings.max_message_bytes,
                ping_seconds=settings.heartbeat_seconds,
                pong_seconds=settings.stall_seconds,
            ),
            when_ready=lambda: greeting.show_when_answered(sockets[0]),
        )
