"""What an editor is told about how an entry reached its readers, and what operators see of it."""

from __future__ import annotations

import json
from contextlib import ExitStack
from pathlib import Path

from websockets.sync.client import ClientConnection, connect

from tests.e2e.server import make_story, serving
from tests.waiting import await_true


def _follow(url: str, opened: ExitStack) -> ClientConnection:
    reader = opened.enter_context(connect(url, proxy=None))
    while json.loads(reader.recv(timeout=10))["type"] != "caught_up":
        pass
    return reader


def test_an_editor_sees_how_many_readers_had_the_entry_and_when(sqlite_url: str, tmp_path: Path) -> None:
    with ExitStack() as stack:
        server = stack.enter_context(serving(sqlite_url, tmp_path))
        admin, anyone = stack.enter_context(server.signed_in()), stack.enter_context(server.reader())
        story = make_story(server)
        place = f"/v1/newsroom/stories/{story}/entries"
        unheard = admin.post(f"/v1/stories/{story}/entries", json={"text": "Nobody is here."}).json()["id"]
        nothing = admin.get(f"{place}/{unheard}/delivery")
        assert (nothing.status_code, nothing.json()["code"]) == (404, "delivery_not_known")

        url = f"{server.url.replace('http', 'ws')}/v1/stories/{story}/live"
        opened = stack.enter_context(ExitStack())
        readers = [_follow(url, opened) for _ in range(25)]
        entry = admin.post(f"/v1/stories/{story}/entries", json={"text": "Polls have closed."}).json()["id"]
        for reader in readers:
            assert json.loads(reader.recv(timeout=10))["entry"]["id"] == entry
        seen = admin.get(f"{place}/{entry}/delivery").json()
        assert (seen["seq"], seen["readers"], seen["handed_over"], seen["behind"]) == (3, 25, 25, 0)
        assert 0 < seen["median_ms"] <= seen["p99_ms"]

        draft = admin.post(f"/v1/stories/{story}/entries", json={"text": "Not yet.", "status": "draft"}).json()["id"]
        assert admin.get(f"{place}/{draft}/delivery").status_code == 404
        assert anyone.get(f"{place}/{entry}/delivery").status_code == 401

        metrics = anyone.get("/metrics").text
        assert 'liveblog_live_connections{transport="websocket"} 25' in metrics
        assert 'liveblog_live_bytes_written_total{framing="deflated_frame"}' in metrics
        assert "liveblog_live_passes_total" in metrics
        opened.close()
        await_true(
            lambda: 'liveblog_live_connections{transport="websocket"} 0' in anyone.get("/metrics").text,
            seconds=10,
            or_say=lambda: "connections that were closed are still counted",
        )
