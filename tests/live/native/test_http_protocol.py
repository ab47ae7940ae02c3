"""An HTTP connection whose application answers more than the network takes, before it has read what it was sent."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest
from uvicorn.server import ServerState

from app.live.hub.hub import Hub
from app.live.native.portable_protocol import make_portable_protocol
from app.live.story.connection_states import ConnectionState
from app.live.story.limits import LiveLimits
from tests.live.hubs import SOON
from tests.live.native.http_connections import serving_http
from tests.waiting import until

pytestmark = pytest.mark.anyio

LARGE = 16 * 1024 * 1024
"""More than the kernel keeps for a connection on loopback."""
WHOLE = b"GET /large HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
OLD = b"GET /large HTTP/1.0\r\n\r\n"
HALF = b"POST /large HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"
KEPT = b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.fixture(params=[False, True], ids=["asyncio", "uvloop"])
def anyio_backend(request: pytest.FixtureRequest) -> tuple[str, dict[str, bool]]:
    """Both loops, for each has its own way with a transport that closes."""
    return "asyncio", {"use_uvloop": request.param}


async def _answer(scope: Any, _receive: Any, send: Any) -> None:
    """Answer with much, or with a body that breaks off."""
    headers = [(b"content-length", b"%d" % LARGE)]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    if scope["path"] == "/broken":
        raise OSError("the file went away")
    await send({"type": "http.response.body", "body": b"x" * LARGE})


def serving(
    limits: LiveLimits, application: Any = _answer
) -> AbstractAsyncContextManager[tuple[Hub, int, ServerState]]:
    return serving_http(application, limits, make=make_portable_protocol)


@asynccontextmanager
async def client_of(port: int, request: bytes) -> AsyncIterator[socket.socket]:
    loop = asyncio.get_running_loop()
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
        client.setblocking(False)
        await loop.sock_connect(client, ("127.0.0.1", port))
        await loop.sock_sendall(client, request)
        yield client


@pytest.mark.parametrize("request_bytes", [WHOLE, OLD, HALF, KEPT], ids=["whole", "HTTP/1.0", "half", "kept"])
async def test_a_client_that_reads_nothing_of_its_last_answer_is_cut(request_bytes: bytes) -> None:
    async with serving(LiveLimits(stall_seconds=0.3)) as (hub, port, state), client_of(port, request_bytes):
        by_state = hub.metrics.connections_by_state
        await until(lambda: by_state[ConnectionState.UNREAD] == 1)
        await until(lambda: not state.connections)
        assert sum(by_state.values()) == 0
        assert hub.metrics.connections_timed_out[ConnectionState.UNREAD] == 1


@pytest.mark.parametrize("request_bytes", [WHOLE, OLD, HALF], ids=["whole", "HTTP/1.0", "half"])
async def test_a_client_that_reads_its_last_answer_slowly_gets_all_of_it(request_bytes: bytes) -> None:
    loop = asyncio.get_running_loop()
    async with serving(LiveLimits(stall_seconds=2)) as (hub, port, state), client_of(port, request_bytes) as client:
        received = 0
        async with asyncio.timeout(3 * SOON):
            while data := await loop.sock_recv(client, 1 << 18):
                received += len(data)
                await asyncio.sleep(0.005)  # slowly
        assert received > LARGE
        client.close()
        await until(lambda: not state.connections and not sum(hub.metrics.connections_by_state.values()))
        assert sum(hub.metrics.connections_timed_out.values()) == 0


async def test_an_answer_that_breaks_off_ends_its_connection() -> None:
    loop = asyncio.get_running_loop()
    request = KEPT.replace(b"/large", b"/broken")
    async with serving(LiveLimits()) as (hub, port, state), client_of(port, request) as client:
        async with asyncio.timeout(SOON):
            assert (await loop.sock_recv(client, 1 << 18)).startswith(b"HTTP/1.1 200 ")
            assert await loop.sock_recv(client, 1 << 18) == b""
        await until(lambda: not state.connections)
        assert sum(hub.metrics.connections_by_state.values()) == 0


async def test_a_stop_ends_the_connection_with_the_answer_under_way() -> None:
    loop = asyncio.get_running_loop()
    async with serving(LiveLimits()) as (hub, port, state), client_of(port, KEPT) as client:
        await until(lambda: hub.metrics.connections_by_state[ConnectionState.UNREAD] == 1)
        (connection,) = state.connections
        connection.shutdown()
        received = 0
        async with asyncio.timeout(3 * SOON):
            while data := await loop.sock_recv(client, 1 << 18):
                received += len(data)
        assert received > LARGE


async def test_every_request_of_a_client_that_leaves_is_told_so(anyio_backend: object) -> None:
    """Not the newest alone, which a client has waiting behind the one that is answered."""
    begun, told = asyncio.Event(), asyncio.Event()

    async def application(_scope: Any, receive: Any, _send: Any) -> None:
        begun.set()
        while (await receive())["type"] != "http.disconnect":
            pass
        told.set()

    async with serving(LiveLimits(), application) as (_, port, state):
        async with client_of(port, KEPT + KEPT):
            await asyncio.wait_for(begun.wait(), SOON)
        await asyncio.wait_for(told.wait(), SOON)
        await until(lambda: not state.tasks)
