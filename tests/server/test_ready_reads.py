"""Whole connections to the real application say the same whether or not they answer what is ready themselves."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from uvicorn.server import ServerState

from app.live.native.server_protocol import make_protocol
from app.server.uvicorn_config import server_config
from tests.api.server import Server, running
from tests.live.hubs import SOON
from tests.live.native.raw_peers import KEY

pytestmark = pytest.mark.anyio

_FRESH_ID = re.compile(rb'(x-request-id: |"request_id":")[0-9a-f]{20}')
_RESPONSE = re.compile(rb"(HTTP/1\.1 .*?\r\n\r\n)", re.DOTALL)


class _Passing:
    """The application, with or without the answers that it has at hand; `ready` counts those, `called` the others."""

    def __init__(self, server: Server, *, answers: bool) -> None:
        self.ready = self.called = 0
        self._server = server
        if answers:
            self.answer_at_once: Callable[[Any], Any] = self._answer_at_once

    def _answer_at_once(self, scope: Any) -> Any:
        found = self._server.app.answer_at_once(scope)
        self.ready += found is not None
        return found

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.called += 1
        await self._server.app(scope, receive, send)


@asynccontextmanager
async def _listening(server: Server, app: _Passing, proxies: tuple[str, ...]) -> AsyncIterator[int]:
    state = ServerState()
    state.default_headers = [(b"date", b"today")]
    config = server_config(app, trusted_proxies=[ip_network(each) for each in proxies])
    make: Callable[[], asyncio.Protocol] = partial(
        make_protocol, lambda: server.app.accept_context, server_state=state, config=config, app_state={}
    )
    listener = await asyncio.get_running_loop().create_server(make, "127.0.0.1", 0)
    try:
        yield listener.sockets[0].getsockname()[1]
    finally:
        listener.close()
        assert not state.connections


def _ask(path: str, *headers: str, method: str = "GET", version: str = "1.1", host: str = "live.example") -> bytes:
    lines = [f"{method} {path} HTTP/{version}", f"Host: {host}", *headers, "", ""]
    return "\r\n".join(lines).encode("latin-1")


async def _said(port: int, request: bytes) -> list[bytes]:
    """Send bytes and a last request; return what was answered, each head's lines sorted, until the end."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request + _ask("/v1/site", "Connection: close"))
    async with asyncio.timeout(SOON):
        answered = _FRESH_ID.sub(rb"\1", await reader.read())
    writer.close()
    return [
        b"\r\n".join(sorted(part.split(b"\r\n"))) if part.startswith(b"HTTP/1.1 ") else part
        for part in _RESPONSE.split(answered)
    ]


def _requests(path: str, tag: str) -> dict[str, bytes]:
    upgrade = ("Connection: upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13", f"Sec-WebSocket-Key: {KEY}")
    one = _ask(path)
    return {
        "page": one,
        "entries": _ask(f"{path}/entries"),
        "lists": _ask("/v1/stories") + _ask("/v1/site"),
        "not modified": _ask(path, f"If-None-Match: {tag}") + _ask(path, "If-None-Match: *"),
        "two tags": _ask(path, 'If-None-Match: "x"', f"If-None-Match: W/{tag}"),
        "range": _ask(path, "Range: bytes=0-9"),
        "HEAD": _ask(path, method="HEAD"),
        "POST": _ask(path, "Content-Length: 0", method="POST"),
        "preflight": _ask(path, "Origin: https://a", "Access-Control-Request-Method: GET", method="OPTIONS"),
        "expects": _ask(path, "Expect: 100-continue", "Content-Length: 3") + b"abc",
        "body": _ask(path, "Content-Length: 3") + b"abc" + one,
        "chunks": _ask(path, "Transfer-Encoding: chunked") + b"3\r\nabc\r\n0\r\nX-Request-Id: evil\r\n\r\n" + one,
        "bad chunk": one + _ask(path, "Transfer-Encoding: chunked") + b"zz\r\n",
        "1.0": _ask(path, version="1.0"),
        "close": _ask(path, "Connection: close") + one,
        "many": one * 20,
        "mixed": one + _ask("/healthz") + _ask(f"{path}/changes") + _ask(f"{path}/entries") + _ask("/nowhere"),
        "other protocol": _ask(path, "Connection: upgrade", "Upgrade: h2c") + one,
        "socket behind": one + _ask(f"{path}/live", *upgrade),
        "garbage behind": one + b"\x00\x01garbage\r\n\r\n",
        "large head behind": one + _ask(path, "X: " + "a" * 70_000),
        "many headers behind": one + _ask(path, *["a: b"] * 120),
        "absolute": _ask(f"http://live.example{path}"),
        "two hosts": _ask(f"http://other.example{path}"),
        "fragment": _ask(f"{path}#x"),
        "query": _ask(f"{path}?body=html") + _ask(f"{path}?") + _ask("/v1/stories?limit=1"),
        "percent": _ask(path.replace("s", "%73", 1)) + _ask(f"{path}%zz") + _ask(f"{path}%00"),
        "ids": _ask(path, "X-Request-Id: ab-c") + _ask(path, "X-Request-Id: a", "X-Request-Id: b c"),
        "origin": _ask(path, "Origin: https://desk.example"),
        "codings": _ask(path, "Accept-Encoding: br") + _ask(path, "Accept-Encoding: gzip", "Accept-Encoding: br;q=0"),
        "forged": _ask(path, "X-Liveblog-Client: 9.9.9.9 1", "X-Forwarded-For: 1.2.3.4", "X-Forwarded-Host: a.example"),
        "another host": _ask("/v1/stories", host="elsewhere.example"),
        "no host": b"GET " + path.encode() + b" HTTP/1.1\r\n\r\n",
        "blank lines": one + b"\r\n\r\n" + one,
        "with credentials": _ask(path, "Authorization: Bearer x"),
    }


@pytest.mark.parametrize("proxies", [(), ("127.0.0.0/8",)], ids=["direct", "behind a proxy"])
async def test_connections_say_the_same(sqlite_url: str, tmp_path: Path, proxies: tuple[str, ...]) -> None:
    async with running(sqlite_url, tmp_path / "data") as server:
        story = await server.story("Größe")
        for number in range(25):
            await server.post(story["id"], f"Polls have closed, and counting goes on: {number}.")
        path = f"/v1/stories/{story['id']}"
        tag = (await server.client.get(path)).headers["etag"]
        ours, layers = _Passing(server, answers=True), _Passing(server, answers=False)
        async with _listening(server, ours, proxies) as one, _listening(server, layers, proxies) as other:
            for name, request in _requests(path, tag).items():
                for address in (path, f"{path}/entries", "/v1/stories"):
                    await server.client.get(address)  # so that it is in memory
                before, counted = ours.ready, dict(server.app_state.request_metrics.by_status)
                assert await _said(one, request) == await _said(other, request), name
                assert server.app_state.request_metrics.in_flight == 0
                if name in {"page", "entries", "lists", "not modified", "many", "forged", "codings"}:
                    assert ours.ready > before, name
                grown = {
                    status: count - counted.get(status, 0)
                    for status, count in server.app_state.request_metrics.by_status.items()
                }
                assert all(count % 2 == 0 for count in grown.values()), (name, grown)
        assert ours.ready > 30
        assert layers.called == ours.called + ours.ready
