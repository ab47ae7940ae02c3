"""The composition root: the messages between the application and a server that starts and stops it."""

from __future__ import annotations

import asyncio
import gc
import weakref
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import pytest

from app.live.story.connection_states import ConnectionState
from app.live.story.limits import NORMAL_LIMITS, LiveLimits
from app.main import create_app
from app.settings import Settings
from app.storage.database.sqlite import StoreLocked
from app.storage.upkeep.migrations import WrongSchema
from tests.conftest import forget_routes

pytestmark = pytest.mark.anyio

Message = MutableMapping[str, Any]


def settings(folder: Path, database_url: str | None = None) -> Settings:
    """Return settings with everything in `folder`."""
    return Settings(data_dir=folder, database_url=database_url or f"sqlite:///{folder}/liveblog.db")


class Lifespan:
    """The server's side of ASGI's lifespan protocol."""

    def __init__(self, app: Any) -> None:
        self.inbound: asyncio.Queue[Message] = asyncio.Queue()
        self.outbound: asyncio.Queue[Message] = asyncio.Queue()
        self.task = asyncio.create_task(app({"type": "lifespan"}, self.inbound.get, self.outbound.put))

    async def ask(self, step: str) -> Message:
        """Send one step of the lifespan, and return the answer."""
        await self.inbound.put({"type": f"lifespan.{step}"})
        return await asyncio.wait_for(self.outbound.get(), 10)


async def test_an_application_opens_with_its_lifespan_and_closes_after_it(sqlite_url: str, tmp_path: Path) -> None:
    app = create_app(settings(tmp_path, sqlite_url))
    with pytest.raises(RuntimeError, match="lifespan"):
        _ = app.app_state
    with pytest.raises(RuntimeError, match="lifespan"):
        _ = app.accept_context
    lifespan = Lifespan(app)
    assert await lifespan.ask("startup") == {"type": "lifespan.startup.complete"}
    assert app.app_state.readiness.phase == "ready"
    assert app.accept_context.hub is app.app_state.hub
    assert (tmp_path / "admin-token").stat().st_mode & 0o777 == 0o600
    other = create_app(settings(tmp_path, sqlite_url))
    with pytest.raises(StoreLocked):
        async with other.running():
            pass
    assert await lifespan.ask("shutdown") == {"type": "lifespan.shutdown.complete"}
    await lifespan.task
    async with other.running():
        pass


class _Unread:
    """A connection that has sent nothing yet."""

    state = ConnectionState.FIRST_BYTE
    transport = asyncio.Transport()


async def test_connections_that_have_sent_nothing_are_counted_among_those_that_need_a_descriptor(
    sqlite_url: str, tmp_path: Path
) -> None:
    app = create_app(settings(tmp_path, sqlite_url))
    assert app.count_connections() == 0
    async with app.running() as app_state:
        unread = _Unread()
        app.accept_context.pending.add(unread, until=app_state.hub.seconds() + 60)
        app.accept_context.opening += 1
        assert (app.count_connections(), app.count_readers()) == (2, 0)
        app.accept_context.pending.remove(unread)
        app.accept_context.opening -= 1
        assert app.count_connections() == 0


async def test_a_request_outside_the_lifespan_is_a_mistake_of_the_server(sqlite_url: str, tmp_path: Path) -> None:
    app = create_app(settings(tmp_path, sqlite_url))
    with pytest.raises(RuntimeError, match="lifespan"):
        await app({"type": "http"}, asyncio.Queue[Message]().get, asyncio.Queue[Message]().put)


async def test_the_operators_limits_are_those_that_hold(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIVEBLOG_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("LIVEBLOG_DATABASE_URL", sqlite_url)
    async with create_app(Settings()).running() as app_state:
        assert app_state.hub.limits == NORMAL_LIMITS
    for number, name in enumerate((
        "MAX_STORIES_PER_CONNECTION", "MAX_MESSAGE_BYTES", "MAX_MESSAGES_PER_SECOND", "HEADER_SECONDS",
        "STALL_SECONDS", "RING_EVENTS", "RING_KILOBYTES", "RINGS_MEGABYTES", "OVERLOAD_LAG_SECONDS",
        "ENDED_SOCKET_SECONDS",
    )):  # fmt: skip
        monkeypatch.setenv(f"LIVEBLOG_{name}", "512" if name == "MAX_MESSAGE_BYTES" else str(11 + number))
    async with create_app(Settings()).running() as app_state:
        assert app_state.hub.limits == LiveLimits(
            stories=11,
            message_bytes=512,
            messages_per_second=13,
            header_seconds=14,
            stall_seconds=15,
            ring_events=16,
            ring_bytes=17 * 1024,
            rings_bytes=18 * 1024 * 1024,
            overload_lag_seconds=19,
            ended_socket_seconds=20,
        )


async def test_a_database_without_the_schema_stops_the_start_with_a_sentence(tmp_path: Path) -> None:
    lifespan = Lifespan(create_app(settings(tmp_path)))
    failed = await lifespan.ask("startup")
    assert failed["type"] == "lifespan.startup.failed"
    assert "migrate" in failed["message"]
    with pytest.raises(WrongSchema):
        await lifespan.task
    with pytest.raises(WrongSchema):
        async with create_app(settings(tmp_path)).running():
            pass


async def test_what_the_lifespan_opened_is_freed_after_it(sqlite_url: str, tmp_path: Path) -> None:
    app = create_app(settings(tmp_path, sqlite_url))
    async with app.running() as app_state:
        opened = [weakref.ref(each) for each in (app_state.newsroom.database, app_state.hub)]
    del app_state
    await asyncio.sleep(0)  # the last callbacks of what was stopped
    gc.collect()
    assert [each() for each in opened] == [None] * len(opened)
    whole = weakref.ref(app)
    del app
    forget_routes()
    gc.collect()
    assert whole() is None
