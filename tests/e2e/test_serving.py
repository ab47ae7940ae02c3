"""The real server as a process: it starts or says why not, and it ends in time whatever its clients do."""

from __future__ import annotations

import json
import re
import shutil
import signal
import socket
import stat
import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from app.server.stopping import SAME_STOP_SECONDS
from app.storage.upkeep.migrations import MIGRATIONS
from tests.needs import require
from tests.ports import reserved_port
from tests.processes import Installation, Server
from tests.waiting import await_true

STOP_SECONDS = 10.0


@pytest.fixture
def server(installation: Installation, free_port: int) -> Iterator[Server]:
    with installation.serving(free_port) as running:
        yield running


def _story(server: Server, token: str) -> str:
    with server.client(token) as api:
        answer = api.post("/v1/stories", json={"title": "Flood watch", "slug": "flood"})
        assert answer.status_code == 201, answer.text
        story: str = answer.json()["id"]
        return story


def _head(server: Server, story: str) -> str:
    with server.client() as reader:
        head: str = reader.get(f"/v1/stories/{story}").json()["head"]
        return head


def test_four_lines_tell_where_to_look_and_how_to_post(installation: Installation, free_port: int) -> None:
    require("curl", found=shutil.which("curl") is not None, reason="install the curl package")
    installation.check("demo")
    with installation.serving(free_port, "--show-token") as server:
        reader, newsroom, token, post = server.greeting
        assert reader.split()[-1] == f"{server.url}/stories/demo"
        assert newsroom.split()[-1] == f"{server.url}/newsroom"
        assert token.split()[-1] == installation.token
        command = post[post.index("curl") :]
        done = subprocess.run(["bash", "-c", f"{command} --silent"], capture_output=True, text=True, check=True)
        entry = json.loads(done.stdout)
        with server.client() as client:
            newest = client.get("/v1/stories/demo").json()["timeline"]["items"][0]
            pages = [client.get(reader.split()[-1]).status_code, client.get(newsroom.split()[-1]).status_code]
        assert newest["id"] == entry["id"]
        assert newest["body_html"] == "<p>Hello from the command line.</p>"
        assert pages == [200, 200]


def test_the_token_is_not_printed_unless_asked_for_but_the_command_works(
    installation: Installation, server: Server
) -> None:
    require("curl", found=shutil.which("curl") is not None, reason="install the curl package")
    assert installation.token not in "\n".join(server.greeting) + server.log
    command = server.greeting[3][server.greeting[3].index("curl") :]
    done = subprocess.run(["bash", "-c", f"{command} --silent"], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["title"] == "My first live blog"


def test_a_stop_ends_every_kind_of_reader_in_order_and_the_process_with_0(
    installation: Installation, server: Server
) -> None:
    story = _story(server, installation.token)
    head = _head(server, story)
    with (
        ThreadPoolExecutor() as readers,
        _never_reading(server, installation.token, story),
        server.client() as asking,  # which keeps its connection, so that nobody is just about to leave
    ):
        joined = threading.Barrier(4)
        websocket = readers.submit(_read_websocket, server, story, joined)
        events = readers.submit(_read_event_stream, server, story, joined)
        poll = readers.submit(_long_poll, server, story, _head(server, story), joined)
        joined.wait(timeout=20)
        await_true(lambda: "liveblog_live_waiting_polls 1" in asking.get("/metrics").text)
        assert server.stop(STOP_SECONDS) == 0, server.log
    # The HTTP server's own: the long-poll, and the one that asks for nothing any more. Readers: a WebSocket, an event
    # stream, and the one that never reads.
    (draining,) = [line for line in map(json.loads, server.log.splitlines()) if line["event"] == "draining"]
    assert (draining["connections"], draining["readers"]) == (2, 3)
    assert "drain timed out" in server.log, "the client that never reads was no obstacle: the test proves nothing"
    assert _result(websocket) == ("goodbye", 4101)
    assert _result(events) == "goodbye"
    assert _result(poll) == 200
    assert head != ""


def test_a_stop_without_clients_waits_for_nothing(server: Server) -> None:
    assert server.stop(STOP_SECONDS) == 0
    assert not re.search("timed out|cutting", server.log), "nothing was there to wait for, or to cut off"


def test_a_second_signal_ends_the_process_at_once(installation: Installation, server: Server) -> None:
    with socket.create_connection(("127.0.0.1", int(server.url.rsplit(":", 1)[1]))) as half_a_request:
        head = f"POST /v1/stories HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {installation.token}\r\n"
        half_a_request.sendall(f"{head}Content-Type: application/json\r\nContent-Length: 9\r\n\r\n{{".encode())
        server.process.send_signal(signal.SIGTERM)
        _await_log(server, "draining")
        time.sleep(SAME_STOP_SECONDS * 1.2)  # a signal before that is the same stop told twice
        server.process.send_signal(signal.SIGTERM)
        # Whoever waits for the half request ends with 0.
        assert server.process.wait(timeout=STOP_SECONDS) == 128 + signal.SIGTERM


def test_one_stop_told_twice_is_one_stop(server: Server) -> None:
    server.process.send_signal(signal.SIGSTOP)  # it is told of both at once, however slow this process is
    server.process.send_signal(signal.SIGTERM)
    server.process.send_signal(signal.SIGINT)
    server.process.send_signal(signal.SIGCONT)
    assert server.process.wait(timeout=STOP_SECONDS) == 0


def test_ctrl_c_ends_like_sigterm(server: Server) -> None:
    server.process.send_signal(signal.SIGINT)
    assert server.process.wait(timeout=STOP_SECONDS) == 0
    assert "Traceback" not in server.log


def test_what_was_acknowledged_is_there_after_a_kill(installation: Installation, free_port: int) -> None:
    with installation.serving(free_port) as server:
        story = _story(server, installation.token)
        with server.client(installation.token) as api:
            entry = api.post(f"/v1/stories/{story}/entries", json={"text": "Polls have closed."}).json()["id"]
        server.process.kill()
        server.process.wait()
    assert (installation.data_dir / "control.sock").exists(), "a killed server leaves its socket behind"
    with installation.serving(free_port) as again, again.client() as reader:
        assert reader.get(f"/v1/stories/{story}/entries/{entry}").status_code == 200
        assert "known" not in installation.check("token", "list"), "the stale socket was replaced by one that answers"


def test_a_port_in_use_is_one_clear_sentence(installation: Installation) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refused = Installation(installation.data_dir, {"LIVEBLOG_PORT": str(port)}).run("serve")
    assert refused.returncode == 1
    assert refused.stderr.splitlines() == [
        f"Port {port} of 127.0.0.1 is in use by another program; stop it, or set LIVEBLOG_PORT to a free one."
    ]


def test_an_address_of_another_machine_is_one_clear_sentence(installation: Installation) -> None:
    settings = {"LIVEBLOG_HOST": "192.0.2.7", "LIVEBLOG_PUBLIC_URL": "https://live.example"}
    refused = Installation(installation.data_dir, settings).run("serve")
    assert refused.returncode == 1
    assert refused.stderr.splitlines() == [
        "192.0.2.7 is no address of this machine; set LIVEBLOG_HOST to one, like 127.0.0.1."
    ]


def test_a_database_without_schema_is_one_clear_sentence(tmp_path: Path, free_port: int) -> None:
    refused = Installation(tmp_path / "data", {"LIVEBLOG_PORT": str(free_port)}).run("serve")
    assert refused.returncode == 1
    newest = max(path.name for path in MIGRATIONS.glob("versions/0*.py"))[:4]
    assert refused.stderr.splitlines() == [
        f"The database has no tables yet, and this release needs schema {newest}: run `liveblog migrate`."
    ]


def test_a_data_folder_another_server_holds_is_one_clear_sentence(installation: Installation, server: Server) -> None:
    with reserved_port() as port:
        refused = Installation(installation.data_dir, {"LIVEBLOG_PORT": str(port)}).run("serve")
    assert refused.returncode == 1
    assert len(refused.stderr.splitlines()) == 1
    assert f"using {installation.data_dir}" in refused.stderr
    with server.client() as reader:
        assert reader.get("/healthz").status_code == 200


def test_the_control_socket_is_for_the_owner_alone_and_goes_with_the_server(
    installation: Installation, server: Server
) -> None:
    control = installation.data_dir / "control.sock"
    assert stat.S_IMODE(control.stat().st_mode) == 0o600
    assert server.stop(STOP_SECONDS) == 0
    assert not control.exists()


def test_a_path_too_long_for_a_socket_is_warned_about_and_served_all_the_same(
    migrated_sqlite: Path, tmp_path: Path, free_port: int
) -> None:
    data_dir = tmp_path / ("long" * 30)
    data_dir.mkdir()
    shutil.copyfile(migrated_sqlite, data_dir / "liveblog.db")
    installation = Installation(data_dir)
    with installation.serving(free_port) as server:
        assert "choose a shorter LIVEBLOG_DATA_DIR" in server.log
        refused = installation.run("token", "list")
        assert refused.returncode == 1
        assert "stop it first" in refused.stderr
        assert server.stop(STOP_SECONDS) == 0


def test_every_file_of_a_data_folder_is_closed_to_others(tmp_path: Path, free_port: int) -> None:
    installation = Installation(tmp_path / "data")
    installation.check("migrate")
    with installation.serving(free_port) as server:
        _story(server, installation.token)
        made = list(installation.data_dir.iterdir())
        assert {"liveblog.db", "liveblog.db-wal", "admin-token", "control.sock"} <= {path.name for path in made}
        assert [path.name for path in [installation.data_dir, *made] if path.stat().st_mode & 0o077] == []


def test_the_process_may_hold_as_many_connections_as_the_system_allows(server: Server) -> None:
    limits = Path(f"/proc/{server.process.pid}/limits")
    require("/proc", found=limits.exists(), reason="this is read from Linux's /proc")
    (line,) = [line for line in limits.read_text().splitlines() if line.startswith("Max open files")]
    soft, hard = line.split()[3:5]
    assert soft == hard


def test_the_log_holds_no_token_and_no_query(installation: Installation, server: Server) -> None:
    story = _story(server, installation.token)
    with server.client(installation.token) as api:
        api.get(f"/v1/stories/{story}/entries", params={"tag": "hidden-words"})
    assert server.stop(STOP_SECONDS) == 0
    assert re.search(r'"path": ?"/v1/stories/[^"]+/entries"', server.log), server.log
    assert installation.token not in server.log
    assert "hidden-words" not in server.log


def _result(reader: Future[Any]) -> Any:
    return reader.result(timeout=10)


def _read_websocket(server: Server, story: str, joined: threading.Barrier) -> tuple[str, int | None]:
    last = ""
    with connect(f"{server.url.replace('http', 'ws')}/v1/stories/{story}/live", proxy=None) as reader:
        while last != "caught_up":
            last = json.loads(reader.recv(timeout=10))["type"]
        joined.wait(timeout=20)
        try:
            while True:
                last = json.loads(reader.recv(timeout=20))["type"]
        except ConnectionClosed as closed:
            return last, closed.rcvd.code if closed.rcvd else None


def _read_event_stream(server: Server, story: str, joined: threading.Barrier) -> str:
    last = ""
    with server.client() as client, client.stream("GET", f"/v1/stories/{story}/events") as answer:
        for line in answer.iter_lines():
            if line.startswith("data: "):
                last = json.loads(line.removeprefix("data: "))["type"]
                if last == "caught_up":
                    joined.wait(timeout=20)
    return last


def _long_poll(server: Server, story: str, head: str, joined: threading.Barrier) -> int:
    with server.client() as client:
        joined.wait(timeout=20)
        return client.get(f"/v1/stories/{story}/changes", params={"after": head, "wait": 30}).status_code


def _await_log(server: Server, words: str) -> None:
    await_true(lambda: words in server.log, or_say=lambda: server.log)


class _never_reading:
    """A WebSocket client that asks for everything and reads nothing, with more waiting for it than sockets can hold."""

    def __init__(self, server: Server, token: str, story: str) -> None:
        self._server, self._token, self._story = server, token, story

    def __enter__(self) -> None:
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self._socket.connect(("127.0.0.1", int(self._server.url.rsplit(":", 1)[1])))
        self._socket.sendall(
            f"GET /v1/stories/{self._story}/live?after=0 HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
            "".encode()
        )
        text = "\n".join(["Water, nothing but water, as far as the eye can see."] * 1200)
        with self._server.client(self._token) as api:
            for number in range(60):
                body = {"text": f"{number} {text}", "text_format": "plain"}
                answer = api.post(f"/v1/stories/{self._story}/entries", json=body)
                assert answer.status_code == 201, answer.text

    def __exit__(self, *_: object) -> None:
        self._socket.close()
