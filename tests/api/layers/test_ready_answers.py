"""What connections answer without the layers is what these would send, and is recorded alike."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import unquote

import httpx
import pytest

from tests.api.layers.test_hot_reads import ENCODINGS, paths
from tests.api.server import PAGE_ORIGIN, PUBLIC_URL, Server, running

pytestmark = pytest.mark.anyio

SENT_IDS = [None, "a-caller-s-id", "not an id"]


def scope_of(path: str, headers: dict[str, str]) -> dict[str, Any]:
    """Return the scope of a GET as the server makes it."""
    raw, _, query = httpx.URL(PUBLIC_URL + path).raw_path.partition(b"?")
    return {
        "type": "http",
        "http_version": "1.1",
        "method": "GET",
        "scheme": "https",
        "path": unquote(raw.decode()),
        "raw_path": raw,
        "query_string": query,
        "headers": [(b"host", b"live.example"), *((name.encode(), value.encode()) for name, value in headers.items())],
        "client": ("192.0.2.1", 50_000),
    }


def parsed(answer: tuple[bytes, bytes]) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    """Return the status, headers and body of an answer as a connection is given it."""
    head, body = answer
    first, *lines = head.removesuffix(b"\r\n").split(b"\r\n")
    version, status, _ = first.split(b" ", 2)
    assert version == b"HTTP/1.1"
    headers = [(name, value) for name, _, value in (line.partition(b": ") for line in lines)]
    return int(status), headers, body


def figures(server: Server) -> tuple[dict[int, int], int, int]:
    """Return what is counted of requests: by status, their bytes, and how many durations of reads."""
    metrics = server.app_state.request_metrics
    return dict(metrics.by_status), metrics.bytes_sent, metrics.durations["read"].cumulative()[-1]


def lines_of(server: Server) -> list[str]:
    """Return the access log's lines since the last look, without what differs from one request to the next."""
    server.app.flush_logs()
    written = server.access_lines.getvalue()
    server.access_lines.seek(0)
    server.access_lines.truncate()
    return [
        ",".join(
            part for part in line.split(",") if not part.startswith(('"time"', '{"time"', '"duration_us"', '"us"'))
        )
        for line in written.splitlines()
    ]


async def test_they_are_those_of_the_layers(server: Server) -> None:
    story = await server.story("Größe: выборы")
    for _ in range(25):
        await server.post(story["id"], "Polls have closed, “quietly” – and counting goes on.")
    answered = 0
    for path in paths(story):
        for encoding in ENCODINGS:
            first = await server.client.get(path, headers={"accept-encoding": encoding})
            for condition in ("", '"other"', first.headers.get("etag", '"none"')):
                for sent_id in SENT_IDS:
                    headers = {"accept-encoding": encoding, "if-none-match": condition, "origin": PAGE_ORIGIN}
                    headers |= {} if sent_id is None else {"x-request-id": sent_id}
                    where = (path, headers)
                    lines_of(server)
                    before = figures(server)
                    layers = await server.client.get(path, headers=headers)
                    between, line = figures(server), lines_of(server)
                    ready = server.app.answer_at_once(scope_of(path, headers))
                    if ready is None:
                        assert layers.status_code not in {200, 304} or "%" in path, where
                        continue
                    answered += 1
                    status, found, body = parsed(ready)
                    assert status == layers.status_code, where
                    ours, theirs = dict(found), dict(layers.headers.raw)
                    assert len(ours) == len(found)
                    if sent_id != SENT_IDS[1]:
                        assert len(ours.pop(b"x-request-id")) == len(theirs.pop(b"x-request-id")) == 20
                    assert ours == theirs, where
                    assert httpx.Response(status, headers=found, content=body).content == layers.content, where
                    assert _grown(between, figures(server)) == _grown(before, between), where
                    if sent_id == SENT_IDS[1]:
                        assert lines_of(server) == line, where
    assert answered > 300


def _grown(before: tuple[dict[int, int], int, int], after: tuple[dict[int, int], int, int]) -> Any:
    statuses = {status: count - before[0].get(status, 0) for status, count in after[0].items()}
    return {status: count for status, count in statuses.items() if count}, after[1] - before[1], after[2] - before[2]


@pytest.mark.parametrize(
    "path", ["/", "/v1/stories?limit=2", "/v1/stories/none", "/v1/newsroom/stories", "/readyz", "/v1/stories/%zz"]
)
async def test_everything_else_is_left_to_the_layers(server: Server, path: str) -> None:
    before = figures(server)
    assert server.app.answer_at_once(scope_of(path, {})) is None
    assert figures(server) == before


async def test_an_entry_is_in_the_answer_as_soon_as_it_is_acknowledged(sqlite_url: str, tmp_path: Path) -> None:
    async with running(sqlite_url, tmp_path / "data") as server:
        story = await server.story()
        path = f"/v1/stories/{story['id']}"
        await server.client.get(path)
        assert server.app.answer_at_once(scope_of(path, {})) is not None
        await server.post(story["id"], "It is over.")
        ready = server.app.answer_at_once(scope_of(path, {}))
        assert ready is None or b"It is over." in ready[1]
        assert b"It is over." in (await server.client.get(path)).content
        again = server.app.answer_at_once(scope_of(path, {}))
        assert again is not None
        assert b"It is over." in again[1]
