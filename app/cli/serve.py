"""The command that serves: `liveblog serve`."""

from __future__ import annotations

from typing import Annotated

import typer

from app.cli.admin_api import control_path, controlled
from app.cli.failures import failing_with_a_sentence
from app.cli.greeting import Greeting
from app.cli.output import say
from app.cli.setup import make_data_dir, set_up
from app.main import Application, create_app
from app.server.listeners import open_listeners
from app.server.uvicorn_config import WebSocketLimits
from app.server.uvicorn_server import ControlEndpoint, run_server
from app.settings import ADMIN_TOKEN_FILE, Settings, list_misspelt, load_admin_token, load_or_make_admin_token
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
) -> None:
    """Serve readers and the newsroom until stopped (SIGTERM or Ctrl-C; a second one stops at once)."""
    with failing_with_a_sentence():
        settings = set_up()
        for sentence in list_misspelt():
            say(sentence)
        make_data_dir(settings)
        # An unsafe one is refused before anything is opened; whether one is made, the shared database has to say.
        (load_admin_token if settings.has_shared_database else load_or_make_admin_token)(settings)
        remove_restore_leftovers()
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
            when_ready=lambda: _greeting(settings, server, show_token=show_token).show_when_answered(sockets[0]),
        )


def _greeting(settings: Settings, server: Application, *, show_token: bool) -> Greeting:
    """Make the greeting, with the admin token if this node has it: another node of the database may have made it."""
    token = load_admin_token(settings)
    file = settings.data_dir / ADMIN_TOKEN_FILE if settings.admin_token is None else None
    known = token if server.has_agreed_on(token) else None
    return Greeting(
        settings.public_url,
        known,
        None if known is None else file,
        show_token=show_token,
        form=settings.log_format,
    )
