"""Every state of a connection ends: real sockets on a real server with small limits, a row of docs/connections.md each.

The clients of a test are there at the same time, so that it takes as long as the longest limit.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from websockets.sync.client import connect

from app.live.story.connection_states import ConnectionState, deadlines_of
from app.live.story.limits import NORMAL_LIMITS
from tests.commands import ROOT
from tests.processes import Server
from tests.server.raw_clients import SOON, RawClient, served
from tests.server.test_request_heads import HOST, UPGRADE, get
from tests.waiting import await_true

HEADER, BODY, IDLE, STALL, HEARTBEAT = 2, 2, 3, 2, 1
SETTINGS = {
    "LIVEBLOG_HEADER_SECONDS": str(HEADER),
    "LIVEBLOG_BODY_SECONDS": str(BODY),
    "LIVEBLOG_IDLE_SECONDS": str(IDLE),
    "LIVEBLOG_STALL_SECONDS": str(STALL),
    "LIVEBLOG_HEARTBEAT_SECONDS": str(HEARTBEAT),
}
PAUSE = 0.05
"""Between two bytes of a client that wants to be waited for: far less than any limit here."""

Running = tuple[int, Server, str]


@pytest.fixture(scope="module", params=["native", "portable"])
def running(
    request: pytest.FixtureRequest, migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Running]:
    """A server with small limits, in both ways to serve readers; and its admin token."""
    options = ["--portable"] if request.param == "portable" else []
    folder = tmp_path_factory.mktemp("server")
    with served(migrated_sqlite, folder, SETTINGS, *options) as (port, server):
        yield port, server, (folder / "data" / "admin-token").read_text().strip()


def post(path: bytes, headers: bytes, *, method: bytes = b"POST") -> bytes:
    return get(path, HOST + headers, method=method)


def _counted(server: Server, name: str) -> dict[str, int]:
    with server.client() as client:
        text = client.get("/metrics").text
    found = re.findall(rf'^liveblog_live_{name}\{{state="(\w+)"\}} (\d+)$', text, re.MULTILINE)
    assert len(found) == len(ConnectionState)
    return {state: int(number) for state, number in found}


UNREAD_BODIES = {
    "401": (post(b"/v1/stories", b"Content-Length: 1000\r\n"), 401),
    "401 in chunks": (post(b"/v1/stories", b"Transfer-Encoding: chunked\r\n"), 401),
    "401 for an entry": (
        post(b"/v1/stories/flood/entries", b"Content-Type: application/json\r\nContent-Length: 1000\r\n"),
        401,
    ),
    "404": (post(b"/v1/nothing", b"Content-Length: 1000\r\n"), 404),
    "405": (post(b"/v1/site", b"Content-Length: 1000\r\n", method=b"PUT"), 405),
    "405 at a stream": (post(b"/v1/stories/flood/events", b"Content-Length: 1000\r\n"), 405),
    "413": (post(b"/v1/stories", b"Content-Length: 100000000\r\n"), 413),
    "400 for an address": (post(b"/v1/%ff", b"Content-Length: 1000\r\n"), 400),
    "a preflight": (
        post(
            b"/v1/stories",
            b"Origin: https://a.example\r\nAccess-Control-Request-Method: POST\r\nContent-Length: 1000\r\n",
            method=b"OPTIONS",
        ),
        204,
    ),
    "a read": (get(b"/v1/stories/flood", HOST + b"Content-Length: 1000\r\n"), 200),
    "a page": (get(b"/stories/flood", HOST + b"Content-Length: 1000\r\n"), 200),
    "a file": (get(b"/static/nothing.js", HOST + b"Transfer-Encoding: chunked\r\n"), 404),
    "a HEAD": (get(b"/v1/stories/flood", HOST + b"Content-Length: 1000\r\n", method=b"HEAD"), 200),
    "a health check": (get(b"/healthz", HOST + b"Content-Length: 1000\r\n"), 200),
    "100-continue": (post(b"/v1/stories", b"Content-Length: 1000\r\nExpect: 100-continue\r\n"), 401),
    "an upgrade": (get(b"/v1/live", HOST + UPGRADE + b"Content-Length: 1000\r\n"), 400),
    "a head that is none": (post(b"/v1/stories", b"Host: x\r\nContent-Length: 1000\r\n"), 400),
    "a chunk that is none": (post(b"/v1/stories", b"Transfer-Encoding: chunked\r\n") + b"zz\r\n", 400),
}  # fmt: skip


def test_who_trickles_a_body_behind_an_answer_is_answered_and_cut(running: Running) -> None:
    port, server, _ = running

    def trickle(request_bytes: bytes, status: int) -> tuple[int, str | None]:
        is_head = request_bytes.startswith(b"HEAD")
        with RawClient(port) as client:
            client.send(request_bytes)
            if is_head:
                head = client.head().decode().lower()
                answer = int(head.split()[1]), "close" if "connection: close" in head else None
            else:
                whole = client.answer()
                answer = whole.status, whole.headers.get("connection")
            client.send_until_cut(b"1", pause_seconds=PAUSE)
        return answer

    with ThreadPoolExecutor(len(UNREAD_BODIES)) as clients:
        asked = {name: clients.submit(trickle, *each) for name, each in UNREAD_BODIES.items()}
        answers = {name: each.result() for name, each in asked.items()}
    assert answers == {name: (status, "close") for name, (_, status) in UNREAD_BODIES.items()}
    await_true(lambda: _counted(server, "connections_by_state")["lingering"] == 0)


def test_who_sends_the_body_behind_an_early_answer_whole_reads_the_answer_every_time(running: Running) -> None:
    port, _, _ = running
    for size in (1_000, 1_000_000, 9_000_000):
        with RawClient(port) as client:
            client.send(post(b"/v1/stories", b"Content-Length: %d\r\n" % size))
            await_true(client.has_answer)
            client.send(b" " * size)
            answer = client.answer()
            assert answer.status in {401, 413}
            assert answer.headers["connection"] == "close"
            assert client.is_ended()


def test_a_refused_body_that_came_with_its_head_keeps_the_connection(running: Running) -> None:
    port, _, _ = running
    with RawClient(port) as client:
        for _ in range(3):
            client.send(post(b"/v1/stories", b"Content-Length: 2\r\n") + b"{}")
            answer = client.answer()
            assert (answer.status, answer.headers.get("connection")) == (401, None)


def _hold_first_byte(client: RawClient, _: str) -> None:
    """Say nothing."""
    assert client.is_ended()


def _hold_first_byte_with_blank_lines(client: RawClient, _: str) -> None:
    client.send_until_cut(b"\r\n", pause_seconds=PAUSE)


def _hold_head(client: RawClient, _: str) -> None:
    client.send(b"GET /v1/site HTTP/1.1\r\nX-Slow: ")
    while not client.has_answer():
        client.send(b"x")
    answer = client.answer()
    assert (answer.status, answer.problem["code"]) == (408, "too_slow")
    client.send_until_cut(b"x", pause_seconds=PAUSE)


def _hold_second_head(client: RawClient, _: str) -> None:
    client.send(get())
    assert client.answer().status == 200
    _hold_head(client, _)


def _hold_body(client: RawClient, token: str) -> None:
    client.send(post(b"/v1/stories", b"Authorization: Bearer %b\r\nContent-Length: 10000\r\n" % token.encode()))
    while not client.has_answer():
        client.send(b" ")
    answer = client.answer()
    assert (answer.status, answer.problem["code"]) == (408, "body_too_slow")
    assert answer.headers["connection"] == "close"
    client.send_until_cut(b" ", pause_seconds=PAUSE)


def _hold_entry_body(client: RawClient, token: str) -> None:
    headers = b"Content-Type: application/json\r\nAuthorization: Bearer %b\r\nTransfer-Encoding: chunked\r\n"
    client.send(post(b"/v1/stories/flood/entries", headers % token.encode()))
    while not client.has_answer():
        client.send(b"1\r\n \r\n")
    assert client.answer().problem["code"] == "body_too_slow"
    client.send_until_cut(b" ", pause_seconds=PAUSE)


def _hold_answer(client: RawClient, _: str) -> None:
    """Ask for what is not there yet, and trickle a body meanwhile: the wait ends, and so does the connection."""
    client.send(get(b"/v1/stories/flood", HOST))
    head: str = json.loads(client.answer().body)["head"]
    client.send(get(b"/v1/stories/flood/changes?wait=1&after=" + head.encode(), HOST + b"Content-Length: 1000\r\n"))
    while not client.has_answer():
        client.send(b" ")
    assert client.answer().headers["connection"] == "close"
    client.send_until_cut(b" ", pause_seconds=PAUSE)


def _hold_idle(client: RawClient, _: str) -> None:
    client.send(get())
    assert client.answer().status == 200
    assert client.is_ended()


def _hold_idle_with_blank_lines(client: RawClient, _: str) -> None:
    client.send(get())
    assert client.answer().status == 200
    client.send_until_cut(b"\r\n", pause_seconds=PAUSE)


def _hold_upgraded_unauthenticated(client: RawClient, _: str) -> None:
    """Open the newsroom's stream, never sign in, and never answer its close."""
    client.send(get(b"/v1/newsroom/live", HOST + UPGRADE))
    assert client.head().startswith(b"HTTP/1.1 101 ")
    client.read_to_the_end()


def _hold_upgraded_without_pong(client: RawClient, token: str) -> None:
    """Sign in to the newsroom's stream, and answer none of its pings."""
    client.send(get(b"/v1/newsroom/live", HOST + UPGRADE))
    assert client.head().startswith(b"HTTP/1.1 101 ")
    client.send_text(b'{"type":"authenticate","token":"%b"}' % token.encode())
    client.read_to_the_end()


HOLDERS: dict[ConnectionState, list[Callable[[RawClient, str], None]]] = {
    ConnectionState.FIRST_BYTE: [_hold_first_byte, _hold_first_byte_with_blank_lines],
    ConnectionState.HEAD: [_hold_head, _hold_second_head],
    ConnectionState.BODY: [_hold_body, _hold_entry_body],
    ConnectionState.ANSWER: [_hold_answer],
    ConnectionState.IDLE: [_hold_idle, _hold_idle_with_blank_lines],
    ConnectionState.UPGRADED: [_hold_upgraded_unauthenticated, _hold_upgraded_without_pong],
}


def test_no_client_holds_a_connection_in_any_state(running: Running) -> None:
    port, server, token = running
    before = _counted(server, "connections_timed_out_total")

    def hold(holder: Callable[[RawClient, str], None]) -> None:
        with RawClient(port) as client:
            holder(client, token)

    holders = [holder for each in HOLDERS.values() for holder in each]
    with ThreadPoolExecutor(len(holders)) as clients:
        for ended in [clients.submit(hold, holder) for holder in holders]:
            ended.result()
    await_true(lambda: sum(_counted(server, "connections_by_state").values()) == 1)  # the one that asks
    after = _counted(server, "connections_timed_out_total")
    ended_by_limit = {state for state in after if after[state] > before[state]}
    assert {"first_byte", "head", "idle", "lingering"} <= ended_by_limit


@pytest.mark.parametrize("pace_bytes", [0, 1], ids=["reads nothing", "reads a byte at a time"])
def test_who_does_not_read_its_answers_is_cut(running: Running, pace_bytes: int) -> None:
    port, server, _ = running
    before = _counted(server, "connections_timed_out_total")["unread"]
    is_over = threading.Event()
    with RawClient(port, receive_bytes=4_096) as client, ThreadPoolExecutor(1) as reader:
        client.send(get(b"/openapi.json") * 100)

        def read() -> None:
            while pace_bytes and not is_over.wait(PAUSE):
                client.socket.recv(pace_bytes)

        reading = reader.submit(read)
        try:
            await_true(lambda: _counted(server, "connections_timed_out_total")["unread"] == before + 1)
        finally:
            is_over.set()
        assert reading.exception() is None or isinstance(reading.exception(), ConnectionResetError)
    await_true(lambda: _counted(server, "connections_by_state")["unread"] == 0)


@pytest.mark.parametrize("last", [b"", b"Connection: close\r\n"], ids=["kept", "closed behind it"])
def test_who_reads_slowly_gets_the_whole_answer(running: Running, last: bytes) -> None:
    port, _, _ = running
    with RawClient(port) as client:
        client.send(get(b"/openapi.json"))
        size = len(client.answer().body)
    times = 8 * 1024 * 1024 // size
    with RawClient(port, receive_bytes=65_536) as client:
        client.send(get(b"/openapi.json") * (times - 1) + get(b"/openapi.json", HOST + last))
        for number in range(times):
            if number % (times // 40 or 1) == 0:
                time.sleep(PAUSE)  # a client that now and then takes nothing
            assert len(client.answer().body) == size
        assert not last or client.is_ended()


def test_who_behaves_is_not_ended(running: Running) -> None:
    """Each of these lasts longer than every limit, and gives the next sign of life well within its own."""
    port, server, token = running
    until = time.monotonic() + 1.2 * IDLE

    def ask_again() -> None:
        with RawClient(port) as client:
            while time.monotonic() < until:
                client.send(get())
                assert client.answer().status == 200
                time.sleep(IDLE / 8)  # idle, and less than is allowed

    def ask_in_pieces() -> None:
        with RawClient(port) as client:
            while time.monotonic() < until:
                for piece in (b"\r\n", *(get()[at : at + 8] for at in range(0, len(get()), 8))):
                    client.send(piece)
                    time.sleep(HEADER / 100)  # slow, and faster than is asked for
                assert client.answer().status == 200

    def post_in_pieces() -> None:
        body = b'{"text": "It rains slowly, and whole sentences arrive."}'
        headers = b"Content-Type: application/json\r\nAuthorization: Bearer %b\r\nContent-Length: %d\r\n"
        with RawClient(port) as client:
            while time.monotonic() < until:
                client.send(post(b"/v1/stories/flood/entries", headers % (token.encode(), len(body))))
                for at in range(0, len(body), 8):
                    client.send(body[at : at + 8])
                    time.sleep(BODY / 100)  # slow, and faster than is asked for
                answer = client.answer()
                assert (answer.status, answer.headers.get("connection")) == (201, None)

    def read(path: str) -> None:
        with connect(f"ws://127.0.0.1:{port}{path}", proxy=None) as socket:
            if path == "/v1/newsroom/live":
                socket.send(f'{{"type":"authenticate","token":"{token}"}}')
            heartbeats = 0
            while time.monotonic() < until or not heartbeats:
                heartbeats += '"heartbeat"' in str(socket.recv(timeout=SOON))

    def stream() -> None:
        with RawClient(port) as client:
            client.send(get(b"/v1/stories/flood/events"))
            heard = b""
            while time.monotonic() < until or b"heartbeat" not in heard:
                data = client.socket.recv(65_536)
                assert data, "the stream was ended"
                heard += data

    with ThreadPoolExecutor(8) as clients:
        tasks = [clients.submit(each) for each in (ask_again, ask_in_pieces, post_in_pieces, stream)]
        tasks += [clients.submit(read, path) for path in ("/v1/live", "/v1/stories/flood/live", "/v1/newsroom/live")]
        for task in tasks:
            task.result()
    assert server.process.poll() is None


def test_the_table_of_states_is_that_of_the_code() -> None:
    text = (ROOT / "docs" / "connections.md").read_text()
    rows = {row[0].strip("` "): [cell.strip() for cell in row] for row in
            (line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| `"))}  # fmt: skip
    assert set(rows) >= {str(state) for state in ConnectionState}
    deadlines = deadlines_of(NORMAL_LIMITS)
    for state in ConnectionState:
        seconds = re.fullmatch(r"(\d+) s", rows[state][2])
        assert (None if seconds is None else float(seconds[1])) == deadlines.get(state), state
