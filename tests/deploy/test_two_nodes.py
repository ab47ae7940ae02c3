"""Two nodes of one PostgreSQL behind nginx: to readers and writers they are one, also while one of them is killed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.deploy.front import run_nginx_site
from tests.e2e.server import ADMIN_TOKEN, Server, serving
from tests.loopback import NO_CERTIFICATES
from tests.ports import reserved_port
from tests.postgres import ReusedDatabases

READERS = 6
POSTS = 10
SOON = 30.0


@pytest.fixture
def site(reused_databases: ReusedDatabases, tmp_path: Path) -> Iterator[tuple[str, Server, Server]]:
    """Return the address of compose's nginx, and the two nodes behind it."""
    with (
        reused_databases.lend() as name,
        serving(reused_databases.server.url(name), tmp_path, name="a") as a,
        serving(reused_databases.server.url(name), tmp_path, name="b") as b,
        reserved_port() as own,
    ):
        changes = {"listen 8080": f"listen 127.0.0.1:{own}"}
        changes |= {"node-1:8000": f"127.0.0.1:{a.port}", "node-2:8000": f"127.0.0.1:{b.port}"}
        folder = tmp_path / "nginx"
        folder.mkdir()
        with run_nginx_site("compose.conf", changes, folder, own):
            yield f"127.0.0.1:{own}", a, b


@pytest.mark.slow
def test_both_nodes_serve_and_none_is_missed_when_it_is_killed(site: tuple[str, Server, Server]) -> None:
    address, node, other = site
    headers = {"Authorization": f"Bearer {ADMIN_TOKEN}"}
    with (
        httpx.Client(
            base_url=f"http://{address}", headers=headers, trust_env=False, verify=NO_CERTIFICATES, timeout=SOON
        ) as admin,
        ExitStack() as stack,
    ):
        made = admin.post("/v1/stories", json={"title": "Election night"})
        story = made.json()["id"]

        def reader(after: str) -> ClientConnection:
            url = f"ws://{address}/v1/stories/{story}/live?after={after}"
            return stack.enter_context(connect(url, proxy=None, open_timeout=SOON, close_timeout=1))

        head = admin.get(f"/v1/stories/{story}").json()["head"]
        readers = [reader(head) for _ in range(READERS)]
        with node.reader() as direct:
            lines = direct.get("/metrics").text.splitlines()
        held = sum(float(line.split()[-1]) for line in lines if line.startswith("liveblog_live_connections{"))
        assert 0 < held < READERS, "each node has some of them"
        texts = [f"Number {number}" for number in range(POSTS)]
        for text in texts[: POSTS // 2]:
            assert admin.post(f"/v1/stories/{story}/entries", json={"text": text}).status_code == 201
        heads = [_read(each, POSTS // 2) for each in readers]
        assert len(set(heads)) == 1
        node.kill()
        for text in texts[POSTS // 2 :]:
            assert admin.post(f"/v1/stories/{story}/entries", json={"text": text}).status_code == 201
        lost = 0
        for each, seen in zip(readers, heads, strict=True):
            try:
                _read(each, POSTS // 2)
            except ConnectionClosed:
                lost += 1
                _read(reader(seen), POSTS // 2)  # on the node that is left
        assert lost == held
        # One that is back is given every reader at once when the other goes, as when all are replaced one by one.
        node.start()
        other.kill()
        for seen in heads:
            _read(reader(seen), POSTS // 2)


def _read(reader: ClientConnection, events: int) -> str:
    """Read so many entries, each once and in order; return the last one's cursor."""
    numbers: list[int] = []
    cursor = ""
    while len(numbers) < events:
        message = json.loads(reader.recv(timeout=SOON))
        if message["type"] == "entry.published":
            numbers.append(message["seq"])
            cursor = message["cursor"]
    assert numbers == list(range(numbers[0], numbers[0] + events))
    return cursor
