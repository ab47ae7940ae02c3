"""The demo in a real server: its remaining entries arrive at a page that is open, and at no other time."""

from __future__ import annotations

import json
import shutil
import time
from pathlib import Path

import pytest
from websockets.sync.client import connect

from app.jobs.demo import LONGEST_PAUSE_SECONDS
from app.jobs.demo_story import load_demo_story
from tests.processes import Installation


@pytest.mark.slow  # a pause of up to fifteen seconds goes by; tests/jobs has both rules with a clock of its own
def test_the_next_entry_arrives_while_a_page_is_open_and_none_before(
    migrated_sqlite: Path, tmp_path: Path, free_port: int
) -> None:
    data_dir = tmp_path / "data"
    data_dir.mkdir()
    shutil.copyfile(migrated_sqlite, data_dir / "liveblog.db")
    installation = Installation(data_dir)
    installation.check("demo")
    with installation.serving(free_port) as server, server.client() as reader:
        before = reader.get("/v1/stories/demo").json()
        quiet_until = time.monotonic() + LONGEST_PAUSE_SECONDS + 1
        while time.monotonic() < quiet_until:  # one whole pause without a reader, polled as a passer-by would
            assert reader.get("/v1/stories/demo").json()["head"] == before["head"]
            time.sleep(1)  # between two looks of a passer-by
        with connect(f"{server.url.replace('http', 'ws')}/v1/stories/demo/live", proxy=None) as page:
            message = {"type": ""}
            while message["type"] != "entry.published":
                message = json.loads(page.recv(timeout=2 * LONGEST_PAUSE_SECONDS))
        expected = load_demo_story(server.url).remaining[0].body
        assert message["entry"]["headline"] == expected["headline"]  # type: ignore[index]
