"""The ways of commands to the API: through the running server's control socket, else in this process.

SQLite has one writer, so while a server runs a command cannot open the database itself; it asks the server, over a
socket that only the data folder's owner can open.
"""

from __future__ import annotations

import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable, MutableMapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import httpx

from app.server.control_socket import is_listened_on
from app.server.lifespan import Application, Lifespan, Message

BASE_URL = "http://liveblog"
"""The base URL of requests that go over no network; every URL in answers begins with the public URL."""
TIMEOUT_SECONDS = 60.0

_REMOVE_DEMO = "/control/demo"


class Refused(Exception):
    """A refusal by the API; the message is its own sentence."""


def with_controls(app: Application, *, remove_demo: Callable[[], Awaitable[bool]]) -> Application:
    """Add to `app` what is not in the API, for the control socket and commands alone."""

    async def controlled(
        scope: MutableMapping[str, Any],
        receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
    ) -> None:
        if scope["type"] == "http" and (scope["method"], scope["path"]) == ("DELETE", _REMOVE_DEMO):
            status = 204 if await remove_demo() else 404
            await send({"type": "http.response.start", "status": status, "headers": []})
            await send({"type": "http.response.body"})
        else:
            await app(scope, receive, send)

    return controlled


@asynccontextmanager
async def reach_api(
    control_path: Path | None, token: str, *, make_app: Callable[[], Application]
) -> AsyncGenerator[httpx.AsyncClient]:
    """Open a client of the API with the rights of `token`. Without a server, the application runs in this process.

    Raises what the application raises when it cannot start: StoreLocked, for one, where a server runs that cannot be
    asked.
    """
    if control_path is not None and is_listened_on(control_path):
        # No certificates: to read every authority there is would take 19 ms, for a socket of our own.
        transport = httpx.AsyncHTTPTransport(uds=str(control_path), verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
        async with _client(transport, token) as api:
            yield api
        return
    app = make_app()
    lifespan = Lifespan(app)
    await lifespan.startup()
    try:
        async with _client(httpx.ASGITransport(cast("Any", app), raise_app_exceptions=False), token) as api:
            yield api
    finally:
        await lifespan.shutdown()


async def ask(api: httpx.AsyncClient, method: str, path: str, body: Any = None) -> Any:
    """Make one call and return its answer. Raises Refused."""
    answer = await api.request(method, path, json=body)
    if not answer.is_success:
        raise Refused(_sentence(answer))
    return answer.json()


async def ask_to_remove_demo(api: httpx.AsyncClient) -> bool:
    """Delete the demo story; return whether there was one."""
    answer = await api.delete(_REMOVE_DEMO)
    return answer.status_code == httpx.codes.NO_CONTENT


def _client(transport: httpx.AsyncBaseTransport, token: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        transport=transport,
        base_url=BASE_URL,
        headers={"Authorization": f"Bearer {token}"},
        timeout=TIMEOUT_SECONDS,
        trust_env=False,
    )


def _sentence(answer: httpx.Response) -> str:
    try:
        return str(answer.json()["detail"])
    except (ValueError, KeyError, TypeError):
        return f"The server answered {answer.status_code}: {answer.text[:200]}"
