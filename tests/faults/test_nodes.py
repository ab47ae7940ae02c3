"""Two servers on one PostgreSQL database are one to their readers."""

from __future__ import annotations

import json
import re
import statistics
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.sync.client import ClientConnection, connect

from tests.e2e.server import Server, make_story, serving
from tests.faults.listening import told_on_event_stream, told_on_websocket
from tests.ports import reserved_port
from tests.processes import Installation
from tests.waiting import await_true

ROUNDS = 9
HEARD_SECONDS = 1.0
PATIENCE_SECONDS = 20


@pytest.fixture
def nodes(shared_url: str, tmp_path: Path) -> Iterator[tuple[Server, Server]]:
    with serving(shared_url, tmp_path, name="a") as a, serving(shared_url, tmp_path, name="b") as b:
        yield a, b


def test_an_entry_posted_on_one_node_is_heard_on_the_other_within_a_second(nodes: tuple[Server, Server]) -> None:
    a, b = nodes
    story = make_story(a)
    waits = []
    with a.signed_in() as admin, _connect(b, story) as socket:
        _until(socket, "caught_up")
        for number in range(ROUNDS):
            posted = admin.post(f"/v1/stories/{story}/entries", json={"text": f"Number {number}"})
            assert posted.status_code == 201, posted.text
            began = time.monotonic()
            heard = _until(socket, "entry.published")
            waits.append(time.monotonic() - began)
            assert heard["entry"]["id"] == posted.json()["id"]
            assert heard["seq"] == number + 2
    assert statistics.median(waits) < HEARD_SECONDS, waits


def test_nodes_tell_each_other_of_commits_and_say_so(nodes: tuple[Server, Server]) -> None:
    a, b = nodes
    story = make_story(a)
    with a.signed_in() as admin, _connect(b, story) as socket, b.reader() as reader:
        _until(socket, "caught_up")
        for number in range(ROUNDS):
            admin.post(f"/v1/stories/{story}/entries", json={"text": f"Number {number}"})
            _until(socket, "entry.published")
        assert reader.get("/readyz").json() == {"status": "ready", "reasons": []}
        metrics = reader.get("/metrics").text
    heard = re.search(r"^liveblog_live_heads_heard_total (\d+)$", metrics, re.MULTILINE)
    assert heard is not None
    assert int(heard[1]) >= ROUNDS
    assert "\nliveblog_broker_up 1\n" in metrics


def test_nodes_that_are_not_to_tell_each_other_compare_with_the_tables(shared_url: str, tmp_path: Path) -> None:
    with (
        serving(shared_url, tmp_path, name="a", BROKER_URL="none") as a,
        serving(shared_url, tmp_path, name="b", BROKER_URL="none") as b,
    ):
        story = make_story(a)
        with a.signed_in() as admin, _connect(b, story) as socket, b.reader() as reader:
            _until(socket, "caught_up")
            admin.post(f"/v1/stories/{story}/entries", json={"text": "Polls have closed."})
            _until(socket, "entry.published")
            assert "\nliveblog_live_heads_heard_total 0\n" in reader.get("/metrics").text


def test_a_cursor_from_one_node_goes_on_at_the_other_before_that_has_heard_of_it(nodes: tuple[Server, Server]) -> None:
    a, b = nodes
    story = make_story(a)
    # Somebody on each keeps the story in memory, so that b's head may be behind the cursor it is given.
    with a.signed_in() as admin, b.reader() as reader, _connect(b, story) as listening, _connect(a, story) as fresh:
        _until(listening, "caught_up")
        _until(fresh, "caught_up")
        for number in range(ROUNDS):
            admin.post(f"/v1/stories/{story}/entries", json={"text": f"Number {number}"})
            cursor = _until(fresh, "entry.published")["cursor"]
            reply = reader.get(f"/v1/stories/{story}/changes", params={"after": cursor})
            assert (reply.status_code, reply.json()["events"]) == (200, [])
            for told in (
                told_on_websocket(b, story, after=cursor),
                told_on_event_stream(b, story, after=cursor),
                told_on_event_stream(b, story, cursor),
            ):
                assert [message["type"] for message in told] == ["subscribed", "caught_up"]
                assert told[0]["resume"] == "exact"
                assert told[-1]["cursor"] == cursor


def test_writers_on_both_nodes_share_one_sequence(nodes: tuple[Server, Server]) -> None:
    a, b = nodes
    story = make_story(a)
    with a.signed_in() as at_a, b.signed_in() as at_b, _connect(a, story) as on_a, _connect(b, story) as on_b:
        for number in range(20):
            admin = at_b if number % 2 else at_a
            assert admin.post(f"/v1/stories/{story}/entries", json={"text": f"Number {number}"}).status_code == 201
        heard = [[_until(socket, "entry.published") for _ in range(20)] for socket in (on_a, on_b)]
    assert heard[0] == heard[1]
    assert [message["seq"] for message in heard[0]] == list(range(2, 22))


def test_nodes_set_up_by_the_documents_open_to_one_admin_token_and_each_other(shared_url: str, tmp_path: Path) -> None:
    """Each has a data folder of its own, and nothing is set: as two machines behind a balancer would be."""
    first, second = (
        Installation(tmp_path / name / "data", {"LIVEBLOG_DATABASE_URL": shared_url}) for name in ("a", "b")
    )
    for installation in (first, second):
        installation.data_dir.parent.mkdir()
    with ExitStack() as stack:
        nodes = [
            stack.enter_context(installation.serving(stack.enter_context(reserved_port())))
            for installation in (first, second)
        ]
        assert list(tmp_path.rglob("admin-token")) == [first.data_dir / "admin-token"]
        clients = [stack.enter_context(node.client(first.token)) for node in nodes]
        for turn in range(6):
            assert clients[turn % 2].get("/v1/newsroom/me").json()["kind"] == "admin"
        assert str(first.data_dir / "admin-token") in nodes[0].greeting[2]
        assert "the node that was first" in nodes[1].greeting[2]
        # Commands need no token of the node that they are given on.
        for installation in (first, second):
            made = installation.check("token", "create", "--name", "Results", "--bot", "--role", "editor").strip()
            for node in nodes:
                with node.client(made) as bot:
                    assert bot.get("/v1/newsroom/me").json()["kind"] == "bot"
        assert list(tmp_path.rglob("admin-token")) == [first.data_dir / "admin-token"]


def test_a_receipt_counts_the_readers_of_all_nodes_and_is_timed_from_the_commit_on_either(
    nodes: tuple[Server, Server],
) -> None:
    a, b = nodes
    story = make_story(a)
    with ExitStack() as stack:
        at_a, at_b = stack.enter_context(a.signed_in()), stack.enter_context(b.signed_in())
        everybody = [stack.enter_context(_connect(node, story)) for node in (a, a, a, b, b)]
        for socket in everybody:
            _until(socket, "caught_up")
        # Each node has committed something before, from which what the other one commits must not be timed.
        for admin in (at_a, at_b):
            assert admin.post(f"/v1/stories/{story}/entries", json={"text": "Before."}).status_code == 201
            for socket in everybody:
                _until(socket, "entry.published")
        time.sleep(2 * HEARD_SECONDS)  # until each has heard of the other: only then is time taken
        for poster, other in ((at_a, at_b), (at_b, at_a)):
            began = time.monotonic()
            entry = poster.post(f"/v1/stories/{story}/entries", json={"text": "Polls have closed."}).json()["id"]
            seq = {_until(socket, "entry.published")["seq"] for socket in everybody}
            for client in (poster, other):  # what is read here may be timed there a moment later: answers come after it
                assert client.get("/healthz").status_code == 200
            took_ms = (time.monotonic() - began) * 1_000
            place = f"/v1/newsroom/stories/{story}/entries/{entry}/delivery"

            def read(place: str = place, clients: tuple[httpx.Client, ...] = (poster, other)) -> list[dict[str, Any]]:
                return [client.get(place).json() for client in clients]

            await_true(lambda read=read: [each["handed_over"] for each in read()] == [5, 5])  # type: ignore[misc]
            for receipt in read():
                assert {receipt["seq"]} == seq
                assert (receipt["readers"], receipt["behind"]) == (5, 0)
                assert 0 <= receipt["median_ms"] <= receipt["p99_ms"] <= took_ms + 1
            assert {each["node"].rpartition(":")[2] for each in read()} == {str(a.port), str(b.port)}


def _connect(node: Server, story: str) -> ClientConnection:
    where = f"{node.url.replace('http', 'ws', 1)}/v1/stories/{story}/live?after=0"
    return connect(where, proxy=None, compression=None)


def _until(socket: ClientConnection, kind: str) -> dict[str, Any]:
    """The next message of that type."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        message: dict[str, Any] = json.loads(socket.recv(timeout=PATIENCE_SECONDS))
        if message["type"] == kind:
            return message
    raise AssertionError(f"no {kind} was heard")
