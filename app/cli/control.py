"""The ways of commands to the API: through the running server's control socket, else in this process.

SQLite has one writer, so while a server runs a command cannot open the database itself; it asks the server, over a
socket that only the data folder's owner can open.
"""

from __future__ import annotations

import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable, MutableMapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import httpx

from app.server.control_socket import is_listened_on
from app.server.lifespan import Application, Lifespan, Message

BASE_URL = "http://liveblog"
"""The base URL of requests that go over no network; every URL in answers begins with the public URL."""
TIMEOUT_SECONDS = 60.0

_REMOVE_DEMO = "/control/demo"
_CALLS = ("/control/imports", "/control/exports", "/control/copy")
_MAX_BODY_BYTES = 64 * 1024 * 1024
"""A command sends far less at once; the socket is open to nobody but the data folder's owner."""


Through = Callable[[httpx.AsyncBaseTransport], httpx.AsyncBaseTransport]


class Refused(Exception):
    """A refusal by the API; the message is its own sentence."""


@dataclass(frozen=True, slots=True)
class ControlAnswer:
    """The answer to a call of the control socket: a status and JSON; when to come back, if it cannot be done now."""

    status: int
    body: bytes
    retry_after_seconds: int | None = None


AnswerCall = Callable[[str, str, str | None, bytes], Awaitable[ControlAnswer]]
"""Answers a method, a path, a token and a body (copying/controls.py, imports/controls.py)."""


def with_controls(
    app: Application, *, remove_demo: Callable[[], Awaitable[bool]], answer_call: AnswerCall
) -> Application:
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
        elif scope["type"] == "http" and scope["path"].startswith(_CALLS):
            body = await _read_body(receive)
            answer = await answer_call(scope["method"], scope["path"], _token(scope), body)
            headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(answer.body))]
            if answer.retry_after_seconds is not None:
                headers.append((b"retry-after", b"%d" % answer.retry_after_seconds))
            await send({"type": "http.response.start", "status": answer.status, "headers": headers})
            await send({"type": "http.response.body", "body": answer.body})
        else:
            await app(scope, receive, send)

    return controlled


@asynccontextmanager
async def reach_api(
    control_path: Path | None, token: str, *, make_app: Callable[[], Application], through: Through = lambda way: way
) -> AsyncGenerator[httpx.AsyncClient]:
    """Open a client of the API with the rights of `token`. Without a server, the application runs in this process.

    `through` puts something around the way that calls go.

    Raises what the application raises when it cannot start: StoreLocked, for one, where a server runs that cannot be
    asked.
    """
    if control_path is not None and is_listened_on(control_path):
        # No certificates: to read every authority there is would take 19 ms, for a socket of our own.
        transport = httpx.AsyncHTTPTransport(uds=str(control_path), verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
        async with _client(through(transport), token) as api:
            yield api
        return
    app = make_app()
    lifespan = Lifespan(app)
    await lifespan.startup()
    try:
        within = httpx.ASGITransport(cast("Any", app), raise_app_exceptions=False)
        async with _client(through(within), token) as api:
            yield api
    finally:
        await lifespan.shutdown()


async def ask(api: httpx.AsyncClient, method: str, path: str, body: Any = None) -> Any:
    """Make one call and return its answer. Raises Refused."""
    answer = await api.request(method, path, json=body)
    if not answer.is_success:
        raise Refused(refusal_of(answer))
    return answer.json()


async def ask_to_remove_demo(api: httpx.AsyncClient) -> bool:
    """Delete the demo story; return whether there was one."""
    answer = await api.delete(_REMOVE_DEMO)
    return answer.status_code == httpx.codes.NO_CONTENT


async def _read_body(receive: Callable[[], Awaitable[Message]]) -> bytes:
    pieces: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise ConnectionError("the command went away")
        size += len(message.get("body", b""))
        if size > _MAX_BODY_BYTES:
            raise ValueError("a command sends no more than this")
        pieces.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(pieces)


def _token(scope: MutableMapping[str, Any]) -> str | None:
    given = dict(scope["headers"]).get(b"authorization", b"").decode("latin-1")
    return given.removeprefix("Bearer ") if given.startswith("Bearer ") else None


def _client(transport: httpx.AsyncBaseTransport, token: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        transport=transport,
        base_url=BASE_URL,
        headers={"Authorization": f"Bearer {token}"},
        timeout=TIMEOUT_SECONDS,
        trust_env=False,
    )


def refusal_of(answer: httpx.Response) -> str:
    """Return the sentence of an answer that is a refusal."""
    try:
        return str(answer.json()["detail"])
    except (ValueError, KeyError, TypeError):
        return f"The server answered {answer.status_code}: {answer.text[:200]}"
