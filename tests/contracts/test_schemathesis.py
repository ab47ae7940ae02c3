"""The API as it is described, driven by Schemathesis as everybody who may call it: no finding, and never a 5xx."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.wire.shapes.newsroom import NEWSROOM_ENTRY
from tests.e2e.server import ADMIN_TOKEN, Server, make_story, serving
from tests.figures import Figures

ROLES = ("editor", "anonymous", "reporter", "admin")
RUN_SECONDS = 900
CONFIG = """
[checks]
# Rules across fields and about what there is already cannot be described: they may refuse what the schema allows.
positive_data_acceptance.expected-statuses = [
  "2xx", 304, 400, 401, 403, 404, 409, 410, 412, 422, 428
]
# Its own list, and 431: a head that is far too long is refused before it is looked at.
negative_data_rejection.expected-statuses = [
  400, 401, 403, 404, 405, 406, 409, 415, 422, 428, 429, 431, "5xx"
]
"""


@pytest.fixture
def server(sqlite_url: str, tmp_path: Path) -> Iterator[Server]:
    """A server with the story and the entry that the examples of the description name."""
    with serving(sqlite_url, tmp_path) as running:
        story = make_story(running, slug="election-night-x4k2")
        with running.signed_in() as admin:
            body = {"id": NEWSROOM_ENTRY["id"], "text": "Polls have closed."}
            assert admin.post(f"/v1/stories/{story}/entries", json=body).status_code == 201
        yield running


@pytest.mark.slow
@pytest.mark.timeout(RUN_SECONDS)
@pytest.mark.parametrize("role", ROLES)
def test_nothing_that_can_be_sent_breaks_what_is_promised(
    server: Server, tmp_path: Path, figures: Figures, role: str
) -> None:
    examples = figures.choose(suite=3, prove=200)
    config = tmp_path / "schemathesis.toml"
    config.write_text(CONFIG)
    token = _token(server, role)
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(config), "run"]
    command += [f"{server.url}/openapi.json", "--url", server.url, "--checks", "all", "--seed", "1", "--no-color"]
    command += ["--max-examples", str(examples), "--warnings", "off", "--generation-database", "none"]
    # An event stream of a story that can be read does not end; its answers are held to the description elsewhere.
    command += ["--exclude-operation-id", "follow_story"]
    command += ["--header", f"Authorization: Bearer {token}"] if token else []
    done = subprocess.run(
        command, cwd=tmp_path, env=_environment(), capture_output=True, text=True, timeout=RUN_SECONDS, check=False
    )
    assert done.returncode == 0, f"{done.stdout[-20_000:]}{done.stderr[-2000:]}"
    assert server.stop() == 0, server.log
    assert "Traceback" not in server.log


def _environment() -> dict[str, str]:
    """Ours, without proxies: everything is on this machine."""
    return {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}


def _token(server: Server, role: str) -> str | None:
    if role == "anonymous":
        return None
    if role == "admin":
        return ADMIN_TOKEN
    with server.signed_in() as admin:
        made = admin.post("/v1/newsroom/tokens", json={"label": f"A {role}", "role": role})
        assert made.status_code == 201, made.text
        token: str = made.json()["token"]
        return token
