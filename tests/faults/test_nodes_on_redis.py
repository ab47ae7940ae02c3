"""Two servers on one PostgreSQL and one Redis: what one commits, counts and changes, the other knows at once."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import httpx
import pytest
from websockets.sync.client import ClientConnection, connect

from tests.e2e.server import Server, make_story, serving
from tests.redis import RedisServer, run_redis
from tests.waiting import await_true

POSTS = 8
PATIENCE_SECONDS = 15
HOST = "live.evening.example"
EVENING = {"slug": "evening", "name": "The Evening Post", "url": f"https://{HOST}", "hosts": [HOST]}

Nodes = tuple[Server, Server, RedisServer]


@pytest.fixture(scope="module")
def nodes(module_postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nodes]:
    folder = tmp_path_factory.mktemp("nodes")
    with (
        run_redis() as redis,
        serving(module_postgres_url, folder, name="a", BROKER_URL=redis.url) as a,
        serving(module_postgres_url, folder, name="b", BROKER_URL=redis.url) as b,
    ):
        yield a, b, redis


def test_what_one_commits_the_other_has_without_a_read_and_both_say_so(nodes: Nodes) -> None:
    a, b, _ = nodes
    story = make_story(a)
    with a.signed_in() as at_a, b.signed_in() as at_b, _follow(a, story) as on_a, _follow(b, story) as on_b:
        before = _metrics(b)["live_announcements_heard_total"]
        taken, posted = 0.0, 0
        # One that a reconciliation was faster with is no announcement any more: then there are some more.
        while taken < POSTS and posted < 10 * POSTS:
            poster = at_b if posted % 4 == 3 else at_a
            poster.post(f"/v1/stories/{story}/entries", json={"text": f"Number {posted}"}).raise_for_status()
            posted += 1
            taken = _metrics(b)["live_announcements_heard_total"] - before
        heard = [[_next(socket) for _ in range(posted)] for socket in (on_a, on_b)]
    assert heard[0] == heard[1]
    assert [message["seq"] for message in heard[0]] == list(range(2, 2 + posted))
    assert taken >= POSTS
    assert [(_metrics(node)["broker_refused_total"], _metrics(node)["broker_up"]) for node in (a, b)] == [(0, 1)] * 2
    await_true(lambda: [_metrics(node)["cluster_processes"] for node in (a, b)] == [2, 2])


def test_readers_and_receipts_are_those_of_both(nodes: Nodes) -> None:
    a, b, _ = nodes
    story = make_story(a)
    with ExitStack() as stack:
        at_a, at_b = stack.enter_context(a.signed_in()), stack.enter_context(b.signed_in())
        sockets = [stack.enter_context(_follow(node, story)) for node in (a, a, b)]
        await_true(lambda: {_metrics(node)["cluster_connections"] for node in (a, b)} == {3})
        entry = at_a.post(f"/v1/stories/{story}/entries", json={"text": "Polls have closed."}).json()["id"]
        for socket in sockets:
            assert _next(socket)["entry"]["id"] == entry
        place = f"/v1/newsroom/stories/{story}/entries/{entry}/delivery"
        await_true(lambda: [client.get(place).json()["handed_over"] for client in (at_a, at_b)] == [3, 3])
        assert [client.get(place).json()["readers"] for client in (at_a, at_b)] == [3, 3]


def test_the_desk_of_one_sees_who_is_on_that_of_the_other(nodes: Nodes) -> None:
    a, b, _ = nodes
    story = make_story(a)
    with a.signed_in() as admin, _member(a, _person(admin, "Ada")) as ada, _member(b, _person(admin, "Bela")) as bela:
        for member in (ada, bela):
            member.send(json.dumps({"type": "watch", "story": story}))
            assert _said(member, "watching")["people"] == []
        ada.send(json.dumps({"type": "presence", "story": story, "doing": "composing"}))
        [seen] = _said(bela, "presence")["people"]
        assert (seen["name"], seen["doing"]) == ("Ada", "composing")
        assert set(seen) == {"person", "name", "doing", "entry", "since"}
        ada.close()
        assert _said(bela, "presence")["people"] == []


def test_a_freeze_a_revocation_and_a_site_count_on_the_other_at_once(nodes: Nodes) -> None:
    a, b, _ = nodes
    story = make_story(a)
    with a.signed_in() as at_a, b.signed_in() as at_b, b.reader() as reader:
        token = _person(at_a, "Casey")
        with b.signed_in(token) as casey:
            assert casey.get("/v1/newsroom/me").status_code == 200
            mine = next(each for each in at_a.get("/v1/newsroom/tokens").json()["items"] if each["label"] == "Casey")
            at_a.post(f"/v1/newsroom/tokens/{mine['id']}/revoke").raise_for_status()
            assert casey.get("/v1/newsroom/me").status_code == 401
        at_a.post("/v1/newsroom/freeze", json={"frozen": True}).raise_for_status()
        assert at_b.post(f"/v1/stories/{story}/entries", json={"text": "Now."}).status_code in {409, 423}
        at_a.post("/v1/newsroom/freeze", json={"frozen": False}).raise_for_status()
        assert at_b.post(f"/v1/stories/{story}/entries", json={"text": "Now."}).status_code == 201
        at_a.post("/v1/newsroom/sites", json=EVENING).raise_for_status()
        await_true(lambda: reader.get("/v1/site", headers={"Host": HOST}).json()["name"] == EVENING["name"])


def test_without_redis_all_arrives_by_the_tables_and_with_it_again_by_itself(nodes: Nodes) -> None:
    a, b, redis = nodes
    story = make_story(a)
    with a.signed_in() as admin, _follow(b, story) as socket, b.reader() as reader:
        redis.kill()
        await_true(lambda: reader.get("/readyz").json() == {"status": "degraded", "reasons": ["broker"]})
        assert _metrics(b)["broker_up"] == 0
        for number in range(3):
            posted = admin.post(f"/v1/stories/{story}/entries", json={"text": f"Number {number}"})
            assert posted.status_code == 201
            assert _next(socket)["seq"] == 2 + number
        redis.start()
        await_true(lambda: all(_metrics(node)["broker_up"] == 1 for node in (a, b)))
        before = _metrics(b)["live_announcements_heard_total"]
        admin.post(f"/v1/stories/{story}/entries", json={"text": "Again."})
        assert _next(socket)["seq"] == 5
        assert _metrics(b)["live_announcements_heard_total"] >= before
    for node in (a, b):
        said = [json.loads(line).get("event") for line in node.log_path.read_text().splitlines() if line[:1] == "{"]
        assert [said.count(event) for event in ("redis_failed", "redis_failed_over")] == [1, 1]


@contextmanager
def _follow(node: Server, story: str) -> Iterator[ClientConnection]:
    where = f"{node.url.replace('http', 'ws', 1)}/v1/stories/{story}/live?after=0"
    with connect(where, proxy=None, compression=None) as socket:
        _said(socket, "caught_up")
        yield socket


def _next(socket: ClientConnection) -> dict[str, Any]:
    """The next event of an entry."""
    return _said(socket, "entry.published")


def _said(socket: ClientConnection, kind: str) -> dict[str, Any]:
    while True:
        message: dict[str, Any] = json.loads(socket.recv(timeout=PATIENCE_SECONDS))
        if message["type"] == kind:
            return message


@contextmanager
def _member(node: Server, token: str) -> Iterator[ClientConnection]:
    where = f"{node.url.replace('http', 'ws', 1)}/v1/newsroom/live"
    with connect(where, proxy=None, compression=None) as member:
        member.send(json.dumps({"type": "authenticate", "token": token}))
        assert _said(member, "welcome")["role"]
        yield member


def _person(admin: httpx.Client, name: str) -> str:
    """A new person's token."""
    person = admin.post("/v1/newsroom/people", json={"name": name, "role": "editor"}).json()["id"]
    made = admin.post("/v1/newsroom/tokens", json={"label": name, "person": person})
    token: str = made.json()["token"]
    return token


def _metrics(node: Server) -> dict[str, float]:
    with node.reader() as reader:
        text = reader.get("/metrics").text
    return {name: float(value) for name, value in re.findall(r"^liveblog_(\w+) ([\d.]+)$", text, re.MULTILINE)}
