"""One process writes to SQLite and others read: whatever is sent to a reader is done, and every reader knows."""

from __future__ import annotations

import asyncio
import json
import os
import random
import re
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack, ExitStack
from functools import partial
from typing import Any

import httpx
import pytest
from websockets.sync.client import ClientConnection, connect

from app.api.forwarding.known_writes import KNOWN_SECONDS
from app.live.memory.stories_in_memory import STALE_SECONDS
from app.wire.close_codes import NOT_SIGNED_IN, SERVICE_RESTART
from tests.e2e.readers import Follower, Habit, Transport
from tests.e2e.server import ADMIN_TOKEN, make_story
from tests.faults.listening import close_code, told_on_websocket
from tests.faults.machine import Machine, MachineProcess, running_machine
from tests.pictures import png
from tests.waiting import await_true

pytestmark = pytest.mark.anyio

SAY_SECONDS = 20
SETTINGS = {"COMMENTS": "moderated", "COMMENTS_PER_ADDRESS": "3", "TRUSTED_PROXIES": "127.0.0.1"}


@pytest.fixture(scope="module")
def running(module_sqlite_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    with running_machine(module_sqlite_url, tmp_path_factory.mktemp("machine"), **SETTINGS) as machine:
        yield machine


@pytest.fixture
def machine(running: Machine) -> Machine:
    """The machine, whole again after the test before."""
    running.revive()
    await_true(
        lambda: all(map(_is_ready, running.readers)), or_say=lambda: str([each.readiness() for each in running.readers])
    )
    return running


def _is_ready(reader: MachineProcess) -> bool:
    return "broker" not in reader.readiness()["reasons"] and "writer" not in reader.readiness()["reasons"]


def _watching(stack: ExitStack, server: MachineProcess, story: str) -> ClientConnection:
    where = f"{server.url.replace('http', 'ws', 1)}/v1/stories/{story}/live?after=0"
    socket = stack.enter_context(connect(where, proxy=None, compression=None, max_size=None))
    _told_until(socket, "caught_up")
    return socket


def _told_until(socket: ClientConnection, kind: str) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = []
    while not told or told[-1]["type"] != kind:
        told.append(json.loads(socket.recv(timeout=SAY_SECONDS)))
    return told


def _numbers(socket: ClientConnection, count: int) -> list[int]:
    numbers: list[int] = []
    while len(numbers) < count:
        message = json.loads(socket.recv(timeout=SAY_SECONDS))
        if "seq" in message:
            numbers.append(message["seq"])
    return numbers


def test_what_is_posted_to_one_reader_is_read_from_each_and_arrives_on_sockets_of_both_in_order(
    machine: Machine,
) -> None:
    one, other = machine.readers
    story = make_story(one)
    with ExitStack() as stack:
        sockets = [_watching(stack, each, story) for each in machine.readers]
        for number in range(20):
            posted = machine.readers[number % 2].post(story, f"text {number}")
            assert posted.status_code == 201, posted.text
            machine.require_known(
                lambda text=f"text {number}": all(each.texts(story)[:1] == [text] for each in (one, other))  # type: ignore[misc]
            )
        for socket in sockets:
            assert _numbers(socket, 20) == list(range(2, 22))
    assert "story reset" not in one.log + other.log


def test_a_reader_forwards_a_request_as_it_came_and_its_answer_as_it_is(machine: Machine) -> None:
    story = make_story(machine.readers[0], slug="as-it-came")
    with machine.readers[0].signed_in() as admin:
        sent = {"X-Request-Id": "of-the-client", "Origin": "https://elsewhere.example"}
        created = admin.post(f"/v1/stories/{story}/entries", json={"text": "x"}, headers=sent)
        assert created.headers.get_list("x-request-id") == ["of-the-client"]
        assert len(created.headers.get_list("date")) == 1
        assert "access-control-allow-origin" not in created.headers
        assert "x-liveblog-known-at" not in created.headers
        read = admin.get("/v1/newsroom/stories/as-it-came?fields=%2F..%2f&x=1")
        assert read.json()["id"] == story
        refused = admin.post(f"/v1/stories/{story}/entries", json={"body": []}, headers=sent)
        assert refused.json()["request_id"] == "of-the-client"
        assert admin.head("/v1/newsroom/me").status_code == 200
        with machine.readers[1].signed_in("none-of-ours") as stranger:
            assert stranger.get("/v1/newsroom/me").status_code == 401
            assert stranger.post(f"/v1/stories/{story}/entries", json={"text": "x"}).status_code == 401


def test_what_commands_alone_may_do_cannot_be_done_through_a_reader_and_metrics_need_no_writer_to_be_local(
    machine: Machine,
) -> None:
    reader = machine.readers[0]
    with reader.reader() as client, reader.signed_in() as admin:
        for each in (client, admin):
            assert each.delete("/control/demo").status_code == 404
            assert each.post("/control/imports", json={}).status_code == 404
        assert "liveblog_build_info" in client.get("/metrics").text
        assert client.get("/metrics", headers={"X-Forwarded-For": "192.0.2.1"}).status_code == 404
    transport = httpx.HTTPTransport(uds=str(machine.writer.folder / "forwarded.sock"))
    with httpx.Client(transport=transport, base_url="http://writer") as forwarding:
        assert forwarding.get("/metrics").status_code == 404
        assert forwarding.get("/metrics", headers={"X-Liveblog-Client": "127.0.0.1 1"}).status_code == 404
        assert forwarding.delete("/control/demo").status_code == 404
    for name in ("forwarded.sock", "commits.sock"):
        assert (machine.writer.folder / name).stat().st_mode & 0o777 == 0o600


def test_the_writer_limits_each_client_by_the_address_that_the_reader_has_seen_and_nobody_says_another(
    machine: Machine,
) -> None:
    story = make_story(machine.readers[0])

    def send(number: int, address: str, **more: str) -> int:
        draft = {"name": "Ann", "text": f"comment {number}"}
        headers = {"X-Forwarded-For": address, **more}
        with machine.readers[number % 2].reader() as client:
            return client.post(f"/v1/stories/{story}/comments", json=draft, headers=headers).status_code

    assert [send(number, "203.0.113.9") for number in range(3)] == [202, 202, 202]
    assert send(3, "203.0.113.9") == send(4, "203.0.113.9") == 429, "by whichever reader"
    assert send(5, "203.0.113.9", **{"X-Liveblog-Client": "198.51.100.7 80"}) == 429
    assert send(6, "203.0.113.10") == 202


def test_no_process_but_the_writer_has_the_database_open_for_writing(machine: Machine) -> None:
    database = machine.readers[0].database_url.removeprefix("sqlite:///")
    for server, may_write in [(machine.writer, True), *((each, False) for each in machine.readers)]:
        machine.readers[0].post(make_story(machine.readers[0]), "x")
        modes = server.modes_of(database)
        assert modes, "it reads"
        assert any(mode & (os.O_WRONLY | os.O_RDWR) for mode in modes) == may_write


def test_a_killed_writer_costs_readers_nothing_and_writers_a_503_until_it_is_back(machine: Machine) -> None:
    reader, other = machine.readers
    story = make_story(reader)
    with ExitStack() as stack:
        sockets = [_watching(stack, each, story) for each in machine.readers]
        assert reader.post(story, "before").status_code == 201
        machine.require_known(lambda: reader.texts(story) == other.texts(story) == ["before"])
        machine.writer.kill()
        for each in machine.readers:
            refused = each.post(story, "meanwhile", key="once")
            assert (refused.status_code, refused.json()["code"]) == (503, "writer_away")
            assert int(refused.headers["retry-after"]) > 0
            assert each.texts(story) == ["before"]
            assert told_on_websocket(each, story, after="0")[-1]["type"] == "caught_up"
            await_true(lambda each=each: "writer" in str(each.readiness()["reasons"]))  # type: ignore[misc]
        machine.writer.start()
        await_true(lambda: other.post(story, "meanwhile", key="once").status_code == 201)
        assert reader.post(story, "meanwhile", key="once").headers["idempotent-replayed"] == "true"
        assert reader.post(story, "after").status_code == 201
        assert [_numbers(socket, 3) for socket in sockets] == [[2, 3, 4], [2, 3, 4]], "the same sockets, nothing lost"
        assert reader.texts(story) == other.texts(story) == ["after", "meanwhile", "before"]


@pytest.mark.slow
async def test_posts_while_the_writer_is_killed_again_and_again_are_there_once_and_every_reader_agrees(
    machine: Machine,
) -> None:
    story = make_story(machine.readers[0])
    acknowledged: list[str] = []
    chance = random.Random(8)
    async with AsyncExitStack() as opened:
        client, *clients = [
            await opened.enter_async_context(httpx.AsyncClient(base_url=url, timeout=60))
            for url in ("", *(each.url for each in machine.readers))
        ]
        following = await opened.enter_async_context(asyncio.TaskGroup())
        followers = [
            Follower(each, story, Habit(transport), chance)
            for each in clients
            for transport in (Transport.WEBSOCKET, Transport.EVENTS)
        ]
        for follower in followers:
            await follower.begin()
        ended = asyncio.Event()
        are_there = partial(_holds_all, ended=ended, acknowledged=acknowledged)
        reading = [following.create_task(each.follow(are_there)) for each in followers]
        for kill in range(2):
            posting = [
                asyncio.create_task(_post_through(client, machine, story, f"{kill}-{n}", acknowledged))
                for n in range(8)
            ]
            await asyncio.wait(posting, return_when=asyncio.FIRST_COMPLETED)
            machine.writer.kill()
            machine.writer.load()
            await asyncio.to_thread(machine.writer.go)
            await asyncio.gather(*posting)
        ended.set()
        assert (await _say_to(client, machine, story, "last")).status_code == 201
        acknowledged.append("last")
        await asyncio.wait_for(asyncio.gather(*reading), 60)
    assert len(acknowledged) == 17
    for each in machine.readers:
        assert sorted(each.texts(story)) == sorted(acknowledged), "0 lost, 0 doubled"


def _holds_all(state: Any, *, ended: asyncio.Event, acknowledged: list[str]) -> bool:
    held = [entry["body_html"].strip()[3:-4] for entry in state["timeline"]["items"]]
    return ended.is_set() and sorted(held) == sorted(acknowledged)


async def _post_through(client: httpx.AsyncClient, machine: Machine, story: str, text: str, done: list[str]) -> None:
    """Post until it is acknowledged, under one key."""
    while True:
        answer = await _say_to(client, machine, story, text)
        if answer.status_code == 201:
            done.append(text)
            return
        assert answer.status_code == 503, answer.text
        await asyncio.sleep(0.1)  # a client waits before it tries again


async def _say_to(client: httpx.AsyncClient, machine: Machine, story: str, text: str) -> httpx.Response:
    reader = machine.readers[len(text) % 2]
    headers = {"Authorization": f"Bearer {ADMIN_TOKEN}", "Idempotency-Key": f"key-{text}"}
    return await client.post(f"{reader.url}/v1/stories/{story}/entries", json={"text": text}, headers=headers)


async def test_the_newsrooms_stream_goes_through_a_reader_both_ways_and_is_told_to_come_back_when_the_writer_dies(
    machine: Machine,
) -> None:
    reader = machine.readers[0]
    story = make_story(reader, title="Watched")
    where = f"{reader.url.replace('http', 'ws', 1)}/v1/newsroom/live"
    with connect(where, proxy=None) as stream:
        assert json.loads(stream.recv(timeout=SAY_SECONDS))["type"] == "hello"
        stream.send(json.dumps({"type": "authenticate", "token": ADMIN_TOKEN}))
        _told_until(stream, "welcome")
        stream.send(json.dumps({"type": "watch", "story": story}))
        _told_until(stream, "watching")
        posted = machine.readers[1].post(story, "seen")
        assert posted.status_code == 201
        assert any(posted.json()["id"] in str(each) for each in _told_until(stream, "entry"))
        machine.writer.kill()
        assert close_code(stream) == SERVICE_RESTART.code
    with connect(where, proxy=None) as refused:
        assert close_code(refused) == SERVICE_RESTART.code


def test_the_newsrooms_stream_refuses_through_a_reader_what_it_refuses(machine: Machine) -> None:
    where = f"{machine.readers[0].url.replace('http', 'ws', 1)}/v1/newsroom/live"
    with connect(where, proxy=None) as stream:
        stream.send(json.dumps({"type": "authenticate", "token": "none-of-ours"}))
        assert close_code(stream) == NOT_SIGNED_IN.code


def test_an_upload_goes_through_a_reader_as_it_comes_and_its_picture_is_public_with_its_entry_alone(
    machine: Machine,
) -> None:
    one, other = machine.readers
    story = make_story(one)
    before = one.peak_memory_bytes()
    size = 24 * 1024 * 1024
    with one.signed_in() as admin:
        headers = {"Content-Type": "video/mp4", "Content-Length": str(size)}
        refused = admin.post("/v1/media", content=_no_video(size), headers=headers)
        assert refused.status_code in {400, 413, 415, 422}, refused.text
        assert one.peak_memory_bytes() - before < 16 * 1024 * 1024
        kept = admin.post("/v1/media", content=png(64, 48), headers={"Content-Type": "image/png"}, params={"alt": "A"})
        assert kept.status_code == 201, kept.text
        block = {"type": "image", "media": kept.json()["id"], "alt": "A"}
        posted = admin.post(f"/v1/stories/{story}/entries", json={"blocks": [block]})
        assert posted.status_code == 201, posted.text
        entry = posted.json()["id"]
        with other.reader() as client:
            machine.require_known(lambda: client.get(f"/v1/stories/{story}/entries/{entry}").status_code == 200)
            shown = client.get(f"/v1/stories/{story}/entries/{entry}").json()["body_html"]
            file = re.findall(r"/media/[\w./-]+", shown)[0]
            assert client.get(file).status_code == 200
            admin.post(f"/v1/stories/{story}/entries/{entry}/remove", json={}).raise_for_status()
            machine.require_known(lambda: client.get(file).status_code == 404)  # forgotten before that is answered


def _no_video(size: int) -> Iterator[bytes]:
    head = b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isommp42"
    yield head + bytes(64 * 1024 - len(head))
    for _ in range(size // (64 * 1024) - 1):
        yield bytes(64 * 1024)


def test_a_body_that_is_too_large_is_refused_by_the_reader_itself(machine: Machine) -> None:
    story = make_story(machine.readers[0])
    with machine.readers[0].signed_in() as admin:
        answer = admin.post(f"/v1/stories/{story}/entries", content=b"x" * 3_000_000)
        assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
        chunked = admin.post(f"/v1/stories/{story}/entries", content=iter([b"x" * 100_000] * 30))
        assert (chunked.status_code, chunked.json()["code"]) == (413, "body_too_large")


def test_what_is_purged_withdrawn_or_frozen_is_so_in_every_reader_once_that_is_answered(machine: Machine) -> None:
    one, other = machine.readers
    story = make_story(one, slug="purged-here")
    posted = one.post(story, "Mr Secretive lives here").json()
    paths = (f"/v1/stories/{story}", f"/v1/stories/{story}/changes?after=0", "/stories/purged-here", "/feed.atom")
    with ExitStack() as stack:
        clients = [stack.enter_context(each.reader()) for each in machine.readers]
        admin = stack.enter_context(other.signed_in())

        def shown() -> list[bool]:
            return ["Secretive" in client.get(path).text for client in clients for path in paths]

        machine.require_known(lambda: all(shown()))
        prepared = admin.post("/v1/newsroom/purge", json={"story": story, "entry": posted["id"]})
        done = admin.post("/v1/newsroom/purge/confirm", json={"confirm": prepared.json()["confirm"]})
        assert done.status_code == 200, done.text
        machine.require_known(lambda: not any(shown()))
        assert admin.post("/v1/newsroom/freeze", json={"frozen": True}).status_code == 200
        for each in machine.readers:
            assert each.post(story, "x").json()["code"] == "frozen"
        assert admin.post("/v1/newsroom/freeze", json={"frozen": False}).status_code == 200
        withdrawn = admin.patch(f"/v1/stories/{story}", json={"status": "withdrawn"}, headers={"If-Match": "*"})
        assert withdrawn.status_code == 200, withdrawn.text
        for path in (f"/v1/stories/{story}", "/stories/purged-here"):
            machine.require_known(lambda path=path: all(client.get(path).status_code == 410 for client in clients))  # type: ignore[misc]


def test_through_a_reader_a_story_of_members_is_as_one_that_is_not_there(machine: Machine) -> None:
    hidden = make_story(machine.readers[0], status="draft", settings={"members_only": True})
    with machine.readers[0].signed_in() as admin:
        token = admin.post("/v1/newsroom/tokens", json={"label": "bot", "role": "reporter"}).json()["token"]
    with machine.readers[1].signed_in(token) as stranger:
        absent = "00000000-0000-4000-8000-000000000000"
        for path in ("/v1/newsroom/stories/{}", "/v1/newsroom/stories/{}/entries", "/v1/stories/{}", "/stories/{}"):
            seen, unseen = (stranger.get(path.format(story)) for story in (hidden, absent))
            assert seen.status_code == unseen.status_code == 404
            assert _without_names(seen) == _without_names(unseen), path
        for method in ("POST", "PATCH"):
            path = "/v1/stories/{}/entries" if method == "POST" else "/v1/stories/{}"
            body = {"text": "x"} if method == "POST" else {"title": "x"}
            seen, unseen = (stranger.request(method, path.format(story), json=body) for story in (hidden, absent))
            assert _without_names(seen) == _without_names(unseen), path


def _without_names(answer: httpx.Response) -> tuple[Any, ...]:
    """An answer without what is of one request alone: its id, its time, the story asked for."""
    headers = {name: value for name, value in answer.headers.items() if name not in {"date", "x-request-id"}}
    asked = str(answer.request.url.path)
    text = answer.text.replace(asked, "").replace(answer.headers["x-request-id"], "")
    return answer.status_code, {name: value for name, value in headers.items() if name != "content-length"}, text


def test_a_reader_that_was_frozen_reads_the_tables_before_it_answers_and_holds_no_write_meanwhile(
    machine: Machine,
) -> None:
    one, other = machine.readers
    story = make_story(one)
    assert other.texts(story) == []
    with other.reader() as waiting:
        assert waiting.get(f"/v1/stories/{story}").status_code == 200
        with other.frozen():
            began = time.monotonic()
            posted = [one.post(story, f"text {number}").status_code for number in range(30)]
            assert posted == [201] * 30
            spent = time.monotonic() - began
            await_true(lambda: time.monotonic() - began > STALE_SECONDS + 0.5)
        assert other.texts(story)[0] == "text 29"
    assert spent < 30 * KNOWN_SECONDS + 20, "one wait for the frozen one at most, not one for each write"
    assert machine.late_followers() <= 2


def test_a_frozen_writer_is_said_to_be_away_and_readers_are_served(machine: Machine) -> None:
    reader = machine.readers[0]
    story = make_story(reader)
    with machine.writer.frozen():
        refused = reader.post(story, "x", key="frozen")
        assert (refused.status_code, refused.json()["code"]) == (503, "writer_away")
        assert "Idempotency-Key" in refused.json()["detail"]
        assert reader.texts(story) == []
        assert {"broker", "writer"} <= set(" ".join(reader.readiness()["reasons"]).replace(":", "").split())
    await_true(lambda: reader.post(story, "x", key="frozen").status_code == 201)
    await_true(lambda: reader.texts(story) == ["x"])  # it may not follow the writer again yet
