"""The order of a server's start and end, with applications that behave in every way they can."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.server.lifespan import Application
from app.server.listeners import ACCEPTED_A_TURN, BACKLOG, open_listeners
from app.server.stopping import CLOSE_SECONDS
from app.server.uvicorn_config import server_config
from app.server.uvicorn_server import Server, UnixEndpoint
from tests.loopback import NO_CERTIFICATES
from tests.server.accept_queues import longest_queue_allowed, read_longest_queue

pytestmark = pytest.mark.anyio


class RecordingApp:
    """An application that records what happens, and answers once it may."""

    def __init__(self, *, fails: str = "", hangs: str = "") -> None:
        self.order: list[str] = []
        self.asked = asyncio.Event()
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self._fails, self._hangs = fails, hangs

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        self.asked.set()
        await self.may_answer.wait()
        self.order.append(f"answered {scope['path']}")
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"ok"})

    async def _live(self, receive: Any, send: Any) -> None:
        for step in ("startup", "shutdown"):
            await receive()
            self.order.append(step)
            if self._fails == step:
                raise ValueError(step)
            if self._hangs == step:
                await asyncio.Event().wait()
            await send({"type": f"lifespan.{step}.complete"})


class Run:
    """A server on a free port, from its start to its end."""

    def __init__(
        self,
        app: Application,
        *,
        drain: Callable[[Run], Awaitable[None]] | None = None,
        control: UnixEndpoint | None = None,
    ) -> None:
        self.ready = asyncio.Event()
        (self.listener,) = open_listeners("127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"

        async def drained() -> None:
            if drain is not None:
                await drain(self)

        async def became_ready() -> None:
            self.ready.set()

        config = server_config(app, trusted_proxies=())
        self.server = Server(
            config, endpoints=[] if control is None else [control], drain=drained, when_ready=became_ready
        )
        self.task = asyncio.create_task(self.server.serve([self.listener]))

    async def get(self, path: str) -> int:
        """Send one request, and return its status."""
        async with httpx.AsyncClient(base_url=self.url, trust_env=False, verify=NO_CERTIFICATES, timeout=40) as client:
            return (await client.get(path)).status_code

    async def stop(self) -> None:
        """Stop the server, and wait for its end."""
        self.server.should_exit = True
        await asyncio.wait_for(self.task, 10)


async def test_a_server_begins_answers_drains_and_ends_in_that_order() -> None:
    app = RecordingApp()

    async def drain(run: Run) -> None:
        app.order.append("drain")
        assert await run.get("/while-draining") == 200, "requests are answered until the drain is over"

    run = Run(app, drain=drain)
    await asyncio.wait_for(run.ready.wait(), 10)
    assert await run.get("/first") == 200
    await run.stop()
    assert app.order == ["startup", "answered /first", "drain", "answered /while-draining", "shutdown"]
    with pytest.raises(httpx.ConnectError):
        await run.get("/too-late")


async def test_as_many_connections_may_wait_while_it_serves_as_before() -> None:
    run = Run(RecordingApp())
    await asyncio.wait_for(run.ready.wait(), 10)
    assert read_longest_queue(run.listener) == longest_queue_allowed(BACKLOG)
    await run.stop()


async def test_each_address_is_listened_on_often_enough_and_no_more_once_it_ends() -> None:
    run = Run(RecordingApp())
    await asyncio.wait_for(run.ready.wait(), 10)
    sockets = [each for server in run.server.servers for each in server.sockets]
    assert len({each.fileno() for each in sockets}) == ACCEPTED_A_TURN
    await run.stop()
    assert {each.fileno() for each in sockets} == {-1}, "each is closed"


async def test_a_request_under_way_is_finished() -> None:
    app = RecordingApp()
    app.may_answer.clear()
    run = Run(app)
    await asyncio.wait_for(run.ready.wait(), 10)
    answer = asyncio.create_task(run.get("/slow"))
    await asyncio.wait_for(app.asked.wait(), 10)
    run.server.should_exit = True
    asyncio.get_running_loop().call_later(0.5, app.may_answer.set)
    assert await asyncio.wait_for(answer, 10) == 200
    await asyncio.wait_for(run.task, 10)
    assert app.order == ["startup", "answered /slow", "shutdown"]


async def test_a_request_that_never_ends_is_cut() -> None:
    app = RecordingApp()
    app.may_answer.clear()
    run = Run(app)
    await asyncio.wait_for(run.ready.wait(), 10)
    answer = asyncio.create_task(run.get("/never"))
    await asyncio.wait_for(app.asked.wait(), 10)
    await run.stop()
    with pytest.raises(httpx.TransportError):
        await answer
    assert app.order == ["startup", "shutdown"]


async def test_a_drain_that_fails_or_hangs_does_not_keep_the_server() -> None:
    async def fail(_run: Run) -> None:
        raise ValueError("no drain today")

    async def hang(_run: Run) -> None:
        await asyncio.Event().wait()

    for drain in (fail, hang):
        app = RecordingApp()
        run = Run(app, drain=drain)
        await asyncio.wait_for(run.ready.wait(), 10)
        await run.stop()
        assert app.order == ["startup", "shutdown"]


async def test_an_application_that_does_not_close_is_abandoned_in_time() -> None:
    app = RecordingApp(hangs="shutdown")
    run = Run(app)
    await asyncio.wait_for(run.ready.wait(), 10)
    loop = asyncio.get_running_loop()
    began = loop.time()
    await run.stop()
    assert loop.time() - began < CLOSE_SECONDS + 2


async def test_why_an_application_cannot_start_is_raised_and_nobody_is_listened_to() -> None:
    run = Run(RecordingApp(fails="startup"))
    with pytest.raises(ValueError, match="startup"):
        await asyncio.wait_for(run.task, 10)
    assert not run.ready.is_set()
    run.listener.close()


async def test_the_control_socket_answers_with_an_application_of_its_own(tmp_path: Path) -> None:
    app, control = RecordingApp(), RecordingApp()
    path = tmp_path / "control.sock"
    run = Run(app, control=UnixEndpoint(path, control))
    await asyncio.wait_for(run.ready.wait(), 10)
    transport = httpx.AsyncHTTPTransport(uds=str(path))
    async with httpx.AsyncClient(transport=transport, base_url="http://liveblog") as client:
        assert (await client.get("/command")).status_code == 200
    assert control.order == ["answered /command"]
    await run.stop()
    assert app.order == ["startup", "shutdown"]
    assert not path.exists()
