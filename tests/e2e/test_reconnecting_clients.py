"""Clients that connect again whatever the close code come seldom to a story that has ended, and miss nothing of it."""

from __future__ import annotations

import json
import random
import time
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests.e2e.server import Server, make_story, serving

WATCHED_SECONDS = 20


def _delays(chance: random.Random) -> Any:
    """The waits of partysocket 1.1 and reconnecting-websocket 4.4 with their own options, for connections under 5 s."""
    delay = 1.0 + chance.random() * 4.0
    yield 0.0
    while True:
        yield min(delay, 10.0)
        delay *= 1.3


def _follow(server: Server, story: str, *, seconds: float) -> tuple[int, list[dict[str, Any]]]:
    """Follow by that rule for a time; the connections it took, and what was heard."""
    deadline, came = time.monotonic() + seconds, 0
    heard: list[dict[str, Any]] = []
    for delay in _delays(random.Random(1)):
        time.sleep(min(delay, max(0.0, deadline - time.monotonic())))  # the delay of the rule that is tried
        if time.monotonic() >= deadline:
            return came, heard
        came += 1
        with connect(f"{server.url.replace('http', 'ws')}/v1/stories/{story}/live", proxy=None) as socket:
            try:
                while (left := deadline - time.monotonic()) > 0:
                    heard.append(json.loads(socket.recv(timeout=left)))
            except TimeoutError:
                return came, heard
            except ConnectionClosed:
                continue
    raise AssertionError("unreachable")


@pytest.mark.slow
def test_a_client_that_knows_no_close_code_comes_once_in_the_time_it_came_many_times(
    sqlite_url: str, tmp_path: Path
) -> None:
    came = {}
    for held in ("0", "300"):
        with serving(sqlite_url, tmp_path, name=f"data-{held}", ENDED_SOCKET_SECONDS=held) as server:
            story = make_story(server, status="live")
            with server.signed_in() as admin:
                ended = admin.patch(f"/v1/stories/{story}", json={"status": "ended"}, headers={"If-Match": "*"})
                assert ended.is_success, ended.text
            came[held], heard = _follow(server, story, seconds=WATCHED_SECONDS)
            assert [message["type"] for message in heard[:4]] == ["hello", "subscribed", "caught_up", "goodbye"]
    assert came["300"] == 1
    assert came["0"] >= 4


def test_such_a_client_is_sent_corrections_and_the_story_that_goes_on(sqlite_url: str, tmp_path: Path) -> None:
    with serving(sqlite_url, tmp_path) as server, server.signed_in() as admin:
        story = make_story(server)

        def move(status: str) -> None:
            answer = admin.patch(f"/v1/stories/{story}", json={"status": status}, headers={"If-Match": "*"})
            assert answer.is_success, answer.text

        def post(text: str) -> None:
            assert admin.post(f"/v1/stories/{story}/entries", json={"text": text}).is_success

        with connect(f"{server.url.replace('http', 'ws')}/v1/stories/{story}/live", proxy=None) as socket:

            def until(kind: str) -> dict[str, Any]:
                while (message := json.loads(socket.recv(timeout=10)))["type"] != kind:
                    pass
                found: dict[str, Any] = message
                return found

            until("caught_up")
            move("ended")
            assert until("goodbye")["reason"] == "ended"
            move("live")
            assert until("story.updated")["fields"]["status"] == "live"
            post("It goes on.")
            assert until("entry.published")["entry"]["body_html"] == "<p>It goes on.</p>"
            move("ended")
            assert until("goodbye")["reason"] == "ended"
