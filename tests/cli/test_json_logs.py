"""A server whose log is JSON writes nothing else, from its first line to its last, and says what each line is about."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from websockets.sync.client import connect

from app.storage.upkeep.migrations import MIGRATIONS
from tests.processes import Installation, Server
from tests.waiting import await_true


def _lines(server: Server) -> list[dict[str, Any]]:
    """Return every line of both streams. Fails at one that is no JSON."""
    lines = [json.loads(line) for line in [*server.printed, *server.log.splitlines()]]
    assert all(list(line)[:5] == ["time", "level", "event", "logger", "node"] for line in lines), lines
    return lines


def _named(server: Server, event: str) -> list[dict[str, Any]]:
    return [line for line in _lines(server) if line["event"] == event]


def _await_line(server: Server, event: str, count: int) -> list[dict[str, Any]]:
    await_true(lambda: len(_named(server, event)) >= count, or_say=lambda: server.log)
    return _named(server, event)


@pytest.mark.parametrize("options", [[], ["--portable"]])
def test_every_line_parses_and_those_of_connections_name_their_story(
    installation: Installation, free_port: int, options: list[str]
) -> None:
    with installation.serving(free_port, *options) as server, server.client(installation.token) as api:
        story = api.post("/v1/stories", json={"title": "Flood watch", "slug": "flood"}).json()["id"]
        other = api.post("/v1/stories", json={"title": "Results", "slug": "results"}).json()["id"]
        address = f"{server.url.replace('http', 'ws')}/v1"
        with connect(f"{address}/stories/flood/live", proxy=None) as socket:
            socket.recv(timeout=10)
            with api.stream("GET", f"/v1/stories/{story}/events") as events:
                next(events.iter_lines())
        with connect(f"{address}/live", proxy=None) as socket:
            socket.recv(timeout=10)
            for ref in (story, other):
                socket.send(json.dumps({"type": "subscribe", "story": ref}))
                while json.loads(socket.recv(timeout=10))["type"] != "caught_up":
                    pass
        closed = _await_line(server, "live connection closed", 3)
        assert {line["story"] for line in closed} == {story, f"{story} and 1 more"}
        assert {(line["transport"], line["story"]) for line in closed} >= {("websocket", story), ("sse", story)}
        opened = [line["story"] for line in _named(server, "live connection opened")]
        assert sorted(opened)[0] == "", "that of several stories names them as they come"
        assert {each for each in opened if each} <= {story, "flood"}
        requests = _await_line(server, "request", 2)
        assert {line["client"] for line in requests} == {"127.0.0.0"}
        assert server.stop(15) == 0
        assert [line["event"] for line in _lines(server)][-1] == "stopped"
        assert [line["readers_page"] for line in _named(server, "serving")] == [f"{server.url}/"]


@pytest.mark.parametrize(("form", "client"), [("off", ""), ("full", "127.0.0.1")])
def test_the_operator_decides_what_of_an_address_is_logged(
    installation: Installation, free_port: int, form: str, client: str
) -> None:
    chosen = Installation(installation.data_dir, {"LIVEBLOG_LOG_ADDRESSES": form, "LIVEBLOG_NODE_NAME": "north"})
    with chosen.serving(free_port) as server, server.client() as reader:
        reader.get("/v1/site")
        assert {line["client"] for line in _await_line(server, "request", 1)} == {client}
        assert {line["node"] for line in _lines(server)} == {"north"}


def test_behind_a_trusted_proxy_it_is_the_clients_own_address(installation: Installation, free_port: int) -> None:
    chosen = Installation(installation.data_dir, {"LIVEBLOG_TRUSTED_PROXIES": "127.0.0.1"})
    with chosen.serving(free_port) as server, server.client() as reader:
        reader.get("/v1/site", headers={"X-Forwarded-For": "198.51.100.23"})
        reader.get("/v1/site", headers={"X-Forwarded-For": '"}{"event":"forged'})
        await_true(lambda: sum(line.get("path") == "/v1/site" for line in _lines(server)) >= 2)
        shown = [line["client"] for line in _lines(server) if line.get("path") == "/v1/site"]
        assert sorted(shown) == ["", "198.51.100.0"]


def test_a_failure_of_ours_is_one_line_that_parses(installation: Installation, free_port: int) -> None:
    with installation.serving(free_port) as server, server.client(installation.token) as api:
        api.post("/v1/stories", json={"title": "Flood watch", "slug": "flood"})
        connection = sqlite3.connect(installation.data_dir / "liveblog.db")
        connection.execute("ALTER TABLE people RENAME TO persons")
        connection.commit()
        connection.close()
        answer = api.get("/v1/newsroom/people")
        assert answer.status_code in {500, 503}
        said = [line for line in _lines(server) if "exception" in line or line["event"].startswith("database_")]
        assert len(said) >= 1
        assert all(len(json.dumps(line)) < 3_500 for line in said)


def test_a_start_that_fails_writes_json_alone(tmp_path: Path, free_port: int) -> None:
    settings = {"LIVEBLOG_LOG_FORMAT": "json", "LIVEBLOG_PORT": str(free_port), "LIVEBLOG_HEADR_SECONDS": "5"}
    refused = Installation(tmp_path / "data", settings).run("serve")
    said = [json.loads(line)["event"] for line in refused.stderr.splitlines()]
    assert refused.stdout == ""
    newest = max(path.name for path in MIGRATIONS.glob("versions/0*.py"))[:4]
    assert said == [
        "LIVEBLOG_HEADR_SECONDS is no setting; did you mean LIVEBLOG_HEADER_SECONDS?",
        f"The database has no tables yet, and this release needs schema {newest}: run `liveblog migrate`.",
    ]
