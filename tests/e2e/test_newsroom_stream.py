"""The newsroom's own stream on a real server: opened, told, refused, and closed with the right they came in with."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.conftest import copy_of
from tests.e2e.server import ADMIN_TOKEN, Server, make_story, serving


@pytest.fixture(scope="module")
def server(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("stream")
    with serving(copy_of(migrated_sqlite, folder), folder) as running:
        yield running


def _open(server: Server, stack: ExitStack, *, token: str | None = ADMIN_TOKEN, query: str = "") -> ClientConnection:
    url = f"{server.url.replace('http', 'ws')}/v1/newsroom/live{query}"
    socket = stack.enter_context(connect(url, proxy=None))
    assert _next(socket)["type"] == "hello"
    if token is not None:
        _say(socket, type="authenticate", token=token)
    return socket


def _next(socket: ClientConnection) -> dict[str, Any]:
    message: dict[str, Any] = json.loads(socket.recv(timeout=10))
    return message


def _next_of(kind: str, socket: ClientConnection) -> dict[str, Any]:
    """The next message of a type; news of the story's making may still come before it."""
    while (message := _next(socket))["type"] != kind:
        assert message["type"] == "story"
    return message


def _say(socket: ClientConnection, **message: Any) -> None:
    socket.send(json.dumps(message))


def _closed(socket: ClientConnection) -> tuple[int, str]:
    with suppress(ConnectionClosed):
        while True:
            socket.recv(timeout=10)
    return socket.close_code or 0, socket.close_reason or ""


def _watch(socket: ClientConnection, story: str | None) -> dict[str, Any]:
    assert _next(socket)["type"] == "welcome"
    _say(socket, type="watch", **({} if story is None else {"story": story}))
    return _next(socket)


def _hire(server: Server, name: str, role: str = "reporter") -> tuple[str, str]:
    with server.signed_in() as admin:
        person = admin.post("/v1/newsroom/people", json={"name": name, "role": role}).json()["id"]
        token = admin.post("/v1/newsroom/tokens", json={"label": name, "person": person}).json()
    return token["token"], token["id"]


def test_drafts_and_submissions_are_told_as_they_change_and_only_of_what_is_watched(server: Server) -> None:
    with ExitStack() as stack:
        admin = stack.enter_context(server.signed_in())
        story, other = make_story(server), make_story(server)
        one, all_of_it = _open(server, stack), _open(server, stack)
        assert _watch(one, story) == {
            "type": "watching", "story": story, "slug": admin.get(f"/v1/stories/{story}").json()["slug"], "people": [],
        }  # fmt: skip
        assert _watch(all_of_it, None) == {"type": "watching", "story": None}
        elsewhere = admin.post(f"/v1/stories/{other}/entries", json={"text": "Elsewhere.", "status": "draft"}).json()
        draft = admin.post(f"/v1/stories/{story}/entries", json={"text": "A draft.", "status": "draft"}).json()
        assert _next_of("entry", all_of_it)["entry"]["id"] == elsewhere["id"]
        for socket in (one, all_of_it):
            told = _next_of("entry", socket)
            assert (told["action"], told["entry"]["id"], told["entry"]["status"]) == ("create", draft["id"], "draft")
        admin.post(f"/v1/stories/{story}/entries/{draft['id']}/submit", json={})
        assert _next(one)["entry"]["status"] == "submitted"
        _say(one, type="unwatch", story=story)
        _say(one, type="ping")
        assert _next(one)["type"] == "heartbeat"
        admin.post(f"/v1/stories/{story}/entries/{draft['id']}/publish", json={})
        _say(one, type="ping")
        assert _next(one)["type"] == "heartbeat"


def test_colleagues_see_who_is_at_work_on_what_until_they_stop_or_leave(server: Server) -> None:
    with ExitStack() as stack:
        story = make_story(server)
        token, _ = _hire(server, "Ada Lind")
        boss = _open(server, stack)
        _watch(boss, story)
        leaving = stack.enter_context(ExitStack())
        ada = _open(server, leaving, token=token)
        _watch(ada, story)
        _say(ada, type="presence", story=story, doing="editing", entry="an-entry")
        told = _next_of("presence", boss)
        assert told["story"] == story
        assert [(one["name"], one["doing"], one["entry"]) for one in told["people"]] == [
            ("Ada Lind", "editing", "an-entry")
        ]
        late = _open(server, stack)
        assert _watch(late, story)["people"] == told["people"]
        _say(ada, type="presence", story=story, doing=None)
        assert _next(boss)["people"] == []
        _say(ada, type="presence", story=story, doing="composing")
        assert _next(boss)["people"][0]["doing"] == "composing"
        leaving.close()
        assert _next(boss)["people"] == []
        _say(boss, type="presence", story="never-watched", doing="reading")
        assert _next(boss)["code"] == "story_not_watched"


def test_who_watches_all_stories_sees_who_is_at_work_in_those_they_may_see(server: Server) -> None:
    with ExitStack() as stack:
        shared, secret = make_story(server), make_story(server, settings={"members_only": True})
        boss, late = _open(server, stack), _open(server, stack)
        token, _ = _hire(server, "Bo Ek")
        bo, at_work = _open(server, stack, token=token), _open(server, stack)
        _watch(boss, None)
        _watch(bo, None)
        _watch(at_work, secret)
        _say(at_work, type="presence", story=secret, doing="composing")
        assert _next_of("presence", boss)["story"] == secret
        _say(at_work, type="watch", story=shared)
        _say(at_work, type="presence", story=shared, doing="editing", entry="an-entry")
        for socket in (boss, bo):
            told = _next_of("presence", socket)
            assert (told["story"], [one["doing"] for one in told["people"]]) == (shared, ["editing"])
        _watch(late, None)
        assert {_next_of("presence", late)["story"] for _ in range(2)} == {shared, secret}
        _say(at_work, type="presence", story=shared, doing=None)
        assert _next_of("presence", bo) == {"type": "presence", "story": shared, "people": []}


def test_a_revoked_token_closes_the_stream_it_opened(server: Server) -> None:
    with ExitStack() as stack:
        admin = stack.enter_context(server.signed_in())
        token, token_id = _hire(server, "Bo")
        socket = _open(server, stack, token=token)
        _watch(socket, None)
        assert admin.post(f"/v1/newsroom/tokens/{token_id}/revoke", json={}).status_code == 200
        assert _closed(socket) == (4501, "token_revoked")


def test_a_ticket_opens_it_once(server: Server) -> None:
    with ExitStack() as stack:
        admin = stack.enter_context(server.signed_in())
        answer = admin.post("/v1/newsroom/live/tickets", json={})
        assert (answer.status_code, answer.headers["cache-control"]) == (201, "no-store")
        query = "?ticket=" + answer.json()["ticket"]
        assert _next(_open(server, stack, token=None, query=query))["role"] == "admin"
        assert _closed(_open(server, stack, token=None, query=query)) == (4501, "ticket_invalid")
        assert answer.json()["ticket"] not in server.log


@pytest.mark.parametrize(
    ("first", "closed"),
    [
        ('{"type":"authenticate","token":"lb_person_nonsense"}', (4501, "token_invalid")),
        ('{"type":"watch"}', (4501, "authenticate first")),
        ('{"type":"anything"}', (4501, "authenticate first")),
        ("nonsense", (4505, "not JSON")),
        (b"\x00\x01", (4505, "binary message")),
    ],
)
def test_who_does_not_say_who_they_are_is_refused(server: Server, first: str | bytes, closed: tuple[int, str]) -> None:
    with ExitStack() as stack:
        socket = _open(server, stack, token=None)
        socket.send(first)
        assert _closed(socket) == closed


def test_nonsense_after_the_welcome_ends_one_stream_and_no_other(server: Server) -> None:
    with ExitStack() as stack:
        story = make_story(server)
        good, loud, broken = (_open(server, stack) for _ in range(3))
        _watch(good, story)
        with suppress(ConnectionClosed):  # it may be closed before the last one is sent
            for _ in range(300):  # however few of them the server reads within a second
                _say(loud, type="ping")
        assert _closed(loud) == (4505, "too many messages")
        broken.send("[" * 4_000)
        assert _closed(broken)[0] == 4505
        _say(good, type="watch", story="no-such-story")
        assert _next(good)["code"] == "story_not_found"
        with server.signed_in() as admin:
            admin.post(f"/v1/stories/{story}/entries", json={"text": "Still here."})
        assert _next_of("entry", good)["entry"]["text"] == "Still here."
        assert "Traceback" not in server.log


def test_a_stop_says_goodbye(sqlite_url: str, tmp_path: Path) -> None:
    with ExitStack() as stack:
        server = stack.enter_context(serving(sqlite_url, tmp_path))
        socket = _open(server, stack)
        assert _next(socket)["type"] == "welcome"
        assert server.stop() == 0
        assert _next(socket)["reason"] == "drain"
        assert _closed(socket)[0] == 4101
