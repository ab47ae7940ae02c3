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
        server = stack.enter_context(serving(sqlite_url, tmp_path))
        desk, anyone = stack.enter_context(server.desk()), stack.enter_context(server.reader())
        story = make_story(server)

        def move(status: str) -> None:
            answer = desk.patch(f"/v1/stories/{story}", json={"status": status}, headers={"If-Match": "*"})
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
