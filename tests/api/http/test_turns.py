"""Who posts without a pause makes nobody wait who posts to another story, or as somebody else."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable
from typing import Any

import pytest

from app.storage.database.threads import NOBODYS, Threads, Turn
from tests.api.server import Server
from tests.waiting import until

pytestmark = pytest.mark.anyio


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The turn of each call that threads were asked for."""
    turns: list[object] = []
    run = Threads.run

    def recorded(self: Threads, call: Any, *, turn: Turn = NOBODYS) -> Awaitable[Any]:
        turns.append(turn)
        return run(self, call, turn=turn)

    monkeypatch.setattr(Threads, "run", recorded)
    return turns


@pytest.mark.parametrize("own", ["story", "token"])
@pytest.mark.parametrize("content_type", ["application/json", "application/json; charset=utf-8"])  # FastAPI's
async def test_a_post_waits_for_one_of_those_that_another_sends_without_a_pause(
    server: Server, asked: list[object], own: str, content_type: str
) -> None:
    busy = await server.story()
    alone = busy if own == "token" else await server.story()
    made = await server.admin.post("/v1/newsroom/tokens", json={"label": "Reporter", "role": "editor"})
    token = made.json()["token"] if own == "token" else None
    typed = {"Content-Type": content_type}
    headers = typed if token is None else {**typed, "Authorization": f"Bearer {token}"}
    threads, go = server.app_state.write_threads, threading.Event()
    held = [asyncio.create_task(threads.run(go.wait, turn=(number, None))) for number in range(2)]
    answered: list[str] = []

    async def post(who: str, story: dict[str, Any], headers: dict[str, str]) -> None:
        body = b'{"text": "Polls have closed."}'
        answer = await server.admin.post(f"/v1/stories/{story['id']}/entries", content=body, headers=headers)
        assert answer.status_code == 201, answer.text
        answered.append(who)

    asked.clear()
    posts = [asyncio.create_task(post("bot", busy, typed)) for _ in range(8)]
    await until(lambda: len(asked) == 8)
    posts.append(asyncio.create_task(post("reporter", alone, headers)))
    await until(lambda: len(asked) == 9)
    go.set()
    await asyncio.gather(*held, *posts)
    assert answered.index("reporter") <= 3, answered
    assert len(set(asked)) == 2
