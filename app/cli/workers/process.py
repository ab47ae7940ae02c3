"""One process's server, however it was started: alone, or by a supervisor with its role."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from socket import socket
from types import MappingProxyType
from typing import TYPE_CHECKING

from app.cli.admin_api import control_path, controlled, load_calls
from app.cli.greeting import Greeting
from app.composition.admin_token import ADMIN_TOKEN_FILE, load_admin_token
from app.composition.roles import ALONE, Role, Worker
from app.jobs.job import run_in_thread
from app.server.process_tuning import collector_paused
from app.server.workers.restarting import STOP_SECONDS
from app.settings import Settings

if TYPE_CHECKING:
    from app.main import Application
    from app.server.uvicorn_config import WebSocketLimits
    from app.server.uvicorn_server import UnixEndpoint
    from app.server.workers.supervisor_link import SupervisorLink


def serve_process(
    settings: Settings,
    *,
    sockets: list[socket],
    portable: bool,
    show_token: bool,
    worker: Worker = ALONE,
    supervisor: SupervisorLink | None = None,
    spares: Mapping[int, Sequence[socket]] = MappingProxyType({}),
) -> None:
    """Serve on `sockets` until stopped, in the role of `worker`. A worker greets when its supervisor tells it to.

    `spares` are the sockets of the other workers, by number, for which it may have to stand in.

    Raises what the application raises if it cannot start.
    """
    with collector_paused():
        # Imported where they are needed: they take longer than all that any other command does.
        from app.main import create_app  # noqa: PLC0415
        from app.server.uvicorn_config import WebSocketLimits  # noqa: PLC0415
        from app.server.uvicorn_server import run_server  # noqa: PLC0415

    count_replaced = dict if supervisor is None else lambda: supervisor.counted
    server = create_app(settings, worker=worker, count_replaced=count_replaced)
    websockets = WebSocketLimits(
        message_bytes=settings.max_message_bytes,
        ping_seconds=settings.heartbeat_seconds,
        pong_seconds=settings.stall_seconds,
    )

    async def become_ready() -> None:
        greeting = partial(_greet, settings, server, sockets, show_token=show_token)
        if supervisor is None:
            await greeting()
        else:
            supervisor.say_ready(greeting, stop_seconds=settings.drain_seconds + STOP_SECONDS)
        if worker.duties.writes and control_path(settings) is not None:
            await run_in_thread(load_calls)

    run_server(
        server,
        sockets=sockets,
        endpoints=_endpoints(settings, server, worker, websockets),
        accept_context=lambda: server.accept_context,
        portable=portable,
        trusted_proxies=settings.trusted_proxies,
        drain=server.drain,
        drain_seconds=settings.drain_seconds,
        count_readers=server.count_readers,
        websockets=websockets,
        when_ready=become_ready,
        supervisor=supervisor,
        count_connections=server.count_connections,
        spares=spares,
    )


def _endpoints(
    settings: Settings, server: Application, worker: Worker, websockets: WebSocketLimits
) -> list[UnixEndpoint]:
    """Return what the process answers on Unix sockets: its siblings, commands where it has the database's lock, and for
    a writer what the others forward, without what is for commands."""
    from app.api.forwarding.forwarded_requests import ForwardedRequests  # noqa: PLC0415 - see above
    from app.server.uvicorn_server import UnixEndpoint  # noqa: PLC0415

    control = control_path(settings) if worker.duties.writes else None
    endpoints = [] if control is None else [UnixEndpoint(control, controlled(server))]
    if worker.role is Role.WRITER:
        endpoints.append(UnixEndpoint(worker.forwarding_socket, ForwardedRequests(server), websockets))
    if not worker.is_alone:
        endpoints.append(UnixEndpoint(worker.sibling_socket(worker.name), server.sibling_answers))
    return endpoints


async def _greet(settings: Settings, server: Application, sockets: list[socket], *, show_token: bool) -> None:
    """Greet with the admin token if this node has it: another node of the database may have made it."""
    token = load_admin_token(settings)
    file = settings.data_dir / ADMIN_TOKEN_FILE if settings.admin_token is None else None
    known = token if server.has_agreed_on(token) else None
    greeting = Greeting(
        settings.public_url,
        known,
        None if known is None else file,
        show_token=show_token,
        form=settings.log_format,
        serves_demo=settings.serves_demo,
    )
    await greeting.show_when_answered(sockets[0])
