"""nginx in front of nodes: its time-outs, whom it asks once a node refuses, and one question for all who poll."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx

from app.api.http import bodies
from app.api.routes.public.read_changes import MAX_WAIT_SECONDS
from app.settings import Settings
from tests.commands import ROOT
from tests.compose import read_services
from tests.deploy.front import Certificate, Front, Node, run_nginx, run_nginx_site
from tests.loopback import NO_CERTIFICATES
from tests.ports import reserved_port
from tests.waiting import await_true

COMPOSE_NODES = ("node-1", "node-2")
LOCATIONS = (ROOT / "deploy" / "nginx" / "locations.conf").read_text(encoding="utf-8")
UPSTREAMS = (ROOT / "deploy" / "nginx" / "liveblog.conf").read_text(encoding="utf-8")
POLLERS = 40
CACHED_SECONDS = 2


def test_what_is_held_open_is_waited_for_longer_than_a_heartbeat_takes() -> None:
    (longest,) = [each.le for each in Settings.model_fields["heartbeat_seconds"].metadata if hasattr(each, "le")]
    assert _seconds("proxy_read_timeout", _location("~ ^/v1/(?:live")) >= 2 * longest
    assert _seconds("proxy_read_timeout", LOCATIONS[: LOCATIONS.index("location")]) > MAX_WAIT_SECONDS


def test_an_idle_connection_to_a_node_is_ended_by_nginx_and_not_by_the_node() -> None:
    assert _seconds("keepalive_timeout", UPSTREAMS) < Settings.model_fields["idle_seconds"].default


def test_bodies_are_let_through_that_a_node_takes() -> None:
    ordinary, uploads = re.findall(r"client_max_body_size (\d+)m;", LOCATIONS)
    limits = [value for name, value in vars(bodies).items() if name.endswith("_LIMIT_BYTES")]
    assert int(ordinary) * 2**20 >= max(limits)
    files = [f"media_{kind}_megabytes" for kind in ("image", "video", "audio")]
    assert int(uploads) > max(Settings.model_fields[name].default for name in files)


def test_both_groups_have_the_same_nodes() -> None:
    groups = re.findall(r"^upstream \w+ \{\n(.*?)^\}", UPSTREAMS, re.MULTILINE | re.DOTALL)
    first, second = (re.findall(r"server (\S+)", group) for group in groups)
    assert first == second
    assert len(first) > 1


def test_all_who_poll_at_the_head_are_one_question_to_the_node(nginx: Front, story: str) -> None:
    """At one cursor there is one address, and its answer says that it is everybody's: `docs/sizing.md` counts on it."""
    path = f"/v1/stories/{story}/changes"
    with nginx.client() as reader:
        head = reader.get(path).json()["head"]
    began = time.monotonic()
    answers = [_poll(nginx, path, head)]  # kept from here on, so that nobody waits at nginx for a slow first one
    with ThreadPoolExecutor(POLLERS) as pool:
        answers += pool.map(lambda _: _poll(nginx, path, head), range(POLLERS))
    took = time.monotonic() - began
    for answer in answers:
        assert (answer.status_code, answer.json()["events"], answer.json()["cursor"]) == (200, [], head)
        assert answer.headers["cache-control"] == "public, max-age=1, s-maxage=2, stale-while-revalidate=5"
        assert answer.headers["vary"] == "Accept-Encoding"
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "set-cookie" not in answer.headers
    asked = len(nginx.node.requests(path)) - 1
    assert 1 <= asked <= 2 + took / CACHED_SECONDS, f"{asked} questions of {POLLERS} readers in {took:.1f} s"


def test_who_polls_through_a_cache_is_told_of_an_event(nginx: Front, story: str) -> None:
    path = f"/v1/stories/{story}/changes"
    with nginx.client(nginx.node.token) as admin:
        head = admin.get(path).json()["head"]
        assert _poll(nginx, path, head).json()["events"] == []
        posted = admin.post(f"/v1/stories/{story}/entries", json={"text": "Polls have closed."}).json()
        await_true(lambda: _poll(nginx, path, head).json()["events"])
        told = _poll(nginx, path, head).json()
        assert [event["entry"]["id"] for event in told["events"]] == [posted["id"]]
        assert _poll(nginx, path, told["cursor"]).json()["events"] == []


def test_who_waits_for_an_event_waits_alone(nginx: Front, story: str) -> None:
    path = f"/v1/stories/{story}/changes"
    with nginx.client(nginx.node.token) as admin:
        head = admin.get(path).json()["head"]
    before = len(nginx.node.requests(path))
    with ThreadPoolExecutor(POLLERS) as pool:
        held = [pool.submit(_poll, nginx, path, head, wait=1) for _ in range(POLLERS)]
        assert {each.result().headers["cache-control"] for each in held} == {"no-store"}
    assert len(nginx.node.requests(path)) - before == POLLERS


def test_sockets_go_to_another_node_while_one_refuses_them(
    node: Node, certificate: Certificate, story: str, tmp_path: Path
) -> None:
    with _refusing() as (refusing, refused), reserved_port() as own:  # noqa: SIM117 - the second needs what the first gives
        with run_nginx(tmp_path, own, certificate, nodes=(refusing, node.port)):
            front = Front(own, certificate, node)
            for _ in range(6):
                with front.socket(f"/v1/stories/{story}/live") as reader:
                    assert json.loads(reader.recv(timeout=30))["type"] == "hello"
            assert 1 <= len(refused) <= 6  # each asked it once at most, and then the other
            assert set(refused) == {f"/v1/stories/{story}/live"}


def test_the_nginx_of_compose_reads_the_files_that_it_is_given_and_serves(node: Node, tmp_path: Path) -> None:
    mounted = [mount.split(":")[:2] for mount in read_services()["nginx"]["volumes"]]
    assert {Path(target).name: Path(source).name for source, target in mounted} == {
        "nginx.conf": "nginx.conf", "liveblog.conf": "compose.conf", "locations.conf": "locations.conf",
    }  # fmt: skip
    (inside,) = {published.rpartition(":")[2] for published in read_services()["nginx"]["ports"]}
    text = (ROOT / "deploy" / "nginx" / "compose.conf").read_text(encoding="utf-8")
    assert re.findall(r"server (\S+):8000", text) == [*COMPOSE_NODES, *COMPOSE_NODES]
    with reserved_port() as own:
        changes = {f"listen {inside} ": f"listen 127.0.0.1:{own} "}
        changes |= {f"{name}:8000": f"127.0.0.1:{node.port}" for name in COMPOSE_NODES}
        with run_nginx_site("compose.conf", changes, tmp_path, own):
            url = f"http://127.0.0.1:{own}"
            with httpx.Client(base_url=url, trust_env=False, verify=NO_CERTIFICATES, timeout=40) as reader:
                assert reader.get("/readyz").json()["status"] == "ready"
                assert reader.get("/metrics").status_code == 404


@contextmanager
def _refusing() -> Iterator[tuple[int, list[str]]]:
    """Run what answers as a node that is being replaced: 503 to all."""
    asked: list[str] = []

    class Refusing(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(503)

        def log_message(self, *_: Any) -> None:
            """Log nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Refusing) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield server.server_port, asked
        finally:
            server.shutdown()
            thread.join()


def _poll(front: Front, path: str, head: str, *, wait: int = 0) -> httpx.Response:
    """Ask as the page's client does, from any site's page."""
    headers = {"Origin": "https://news.example", "Cache-Control": "no-cache", "Pragma": "no-cache"}
    with front.client() as reader:
        return reader.get(path, params={"after": head, "wait": str(wait)}, headers=headers)


def _location(begins: str) -> str:
    start = LOCATIONS.index(f"location {begins}")
    return LOCATIONS[start : LOCATIONS.index("\n}", start)]


def _seconds(directive: str, text: str) -> int:
    (found,) = re.findall(rf"^ *{directive} (\d+)s;", text, re.MULTILINE)
    return int(found)
