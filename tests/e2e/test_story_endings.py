"""A story that ends, is opened again, and is withdrawn, as readers on a real server see it."""

from __future__ import annotations

import json
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from tests.e2e.server import Server, make_story, serving


def _joined(server: Server, story: str, stack: ExitStack) -> ClientConnection:
    url = f"{server.url.replace('http', 'ws')}/v1/stories/{story}/live"
    reader = stack.enter_context(connect(url, proxy=None))
    while json.loads(reader.recv(timeout=10))["type"] != "caught_up":
        pass
    return reader


def _rest(reader: ClientConnection) -> tuple[list[dict[str, Any]], int | None]:
    """Everything up to the close, and its code."""
    messages = []
    try:
        while True:
            messages.append(json.loads(reader.recv(timeout=10)))
    except ConnectionClosed as closed:
        return messages, closed.rcvd.code if closed.rcvd else None


def _streamed(client: httpx.Client, story: str) -> tuple[int, list[tuple[str | None, str]]]:
    """An event stream read to its end: its status, and each message's id and type."""
    with client.stream("GET", f"/v1/stories/{story}/events?after=0", timeout=10) as answer:
        blocks = "".join(answer.iter_text()).strip().split("\n\n")
    fields = [dict(line.split(": ", 1) for line in block.splitlines()) for block in blocks]
    return answer.status_code, [(each.get("id"), json.loads(each["data"])["type"]) for each in fields if "data" in each]


def test_the_whole_end_of_a_story(sqlite_url: str, tmp_path: Path) -> None:
    with ExitStack() as stack:
        server = stack.enter_context(serving(sqlite_url, tmp_path, ENDED_SOCKET_SECONDS="0"))
        admin, anyone = stack.enter_context(server.signed_in()), stack.enter_context(server.reader())
        story = make_story(server)

        def move(status: str) -> None:
            answer = admin.patch(f"/v1/stories/{story}", json={"status": status}, headers={"If-Match": "*"})
            assert answer.status_code == 200, answer.text

        first = _joined(server, story, stack)
        move("ended")
        (updated, goodbye), code = _rest(first)
        assert updated["fields"]["status"] == "ended"
        assert (goodbye["reason"], goodbye["story"], goodbye["use"], code) == ("ended", story, "poll", 1000)

        late = connect(f"{server.url.replace('http', 'ws')}/v1/stories/{story}/live?after=0", proxy=None)
        messages, code = _rest(stack.enter_context(late))
        assert [message["type"] for message in messages[-2:]] == ["caught_up", "goodbye"]
        assert code == 1000
        status, heard = _streamed(anyone, story)
        assert (status, heard[-1]) == (200, ("end", "goodbye"))
        changes = anyone.get(f"/v1/stories/{story}/changes", params={"after": "0", "wait": 30}).json()
        assert changes["events"][-1]["fields"]["status"] == "ended"

        move("live")
        again = _joined(server, story, stack)
        move("ended")
        assert _rest(again)[1] == 1000
        move("live")
        last = _joined(server, story, stack)
        move("withdrawn")
        (removed, refused), code = _rest(last)
        assert removed["type"] == "story.removed"
        assert (refused["type"], refused["status"], refused["code"], code) == ("refused", 410, "story_withdrawn", 4510)
        with pytest.raises(InvalidStatus) as answer:
            _joined(server, story, stack)
        assert answer.value.response.status_code == 410
        assert json.loads(answer.value.response.body)["code"] == "story_withdrawn"
        status, heard = _streamed(anyone, story)
        assert (status, heard[-1]) == (200, ("end", "refused"))
        assert anyone.get(f"/v1/stories/{story}/changes").status_code == 410


def test_readers_who_know_a_story_by_an_old_name_are_just_served(sqlite_url: str, tmp_path: Path) -> None:
    with ExitStack() as stack:
        server = stack.enter_context(serving(sqlite_url, tmp_path))
        admin, anyone = stack.enter_context(server.signed_in()), stack.enter_context(server.reader())
        story = make_story(server, slug="flood")
        early = _joined(server, "flood", stack)
        for slug in ("flood-watch", "flood-watch-day-two"):
            answer = admin.patch(f"/v1/stories/{story}", json={"slug": slug}, headers={"If-Match": "*"})
            assert answer.status_code == 200, answer.text
        told = [json.loads(early.recv(timeout=10)) for _ in range(2)]
        assert [(each["changed"], each["fields"]["slug"]) for each in told] == [
            (["slug"], "flood-watch"), (["slug"], "flood-watch-day-two"),
        ]  # fmt: skip
        for _ in range(2):  # a story in memory, and one that a new process has never heard of
            for old in ("flood", "flood-watch"):
                late = _joined(server, old, stack)
                url = f"/v1/stories/{story}/entries"
                assert admin.post(url, json={"text": "The water rises."}).status_code == 201
                assert json.loads(late.recv(timeout=10))["story"] == story
                with anyone.stream("GET", f"/v1/stories/{old}/events", timeout=10) as stream:
                    assert stream.status_code == 200
                    lines = (line for line in stream.iter_lines() if line.startswith("data: "))
                    subscribed = json.loads(next(line for line in lines if "subscribed" in line).removeprefix("data: "))
                assert (subscribed["story"], subscribed["slug"]) == (story, "flood-watch-day-two")
                polled = anyone.get(f"/v1/stories/{old}/changes", params={"after": "0"}).json()
                assert polled["events"][0]["fields"]["slug"] == "flood-watch-day-two"
                moved = anyone.get(f"/v1/stories/{old}", follow_redirects=False)
                assert (moved.status_code, moved.headers["location"]) == (308, "/v1/stories/flood-watch-day-two")
                assert moved.headers["access-control-allow-origin"] == "*"
            server.kill()
            server.start()
