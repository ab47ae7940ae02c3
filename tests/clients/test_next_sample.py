"""The Next sample: drawn by its server, and kept up to date by the browser over a server that is killed and started."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import expect

from tests.browser.engines.playwright_browser import playwright_browser
from tests.clients.packages import require_sample, run_script
from tests.clients.stories import post
from tests.e2e.server import Server, make_story
from tests.ports import reserved_port
from tests.waiting import await_true

START_SECONDS = 60


@contextmanager
def started(folder: Path, server: Server) -> Iterator[str]:
    """Start what was built; ended with all that it has started."""
    with reserved_port() as port:
        environment = {**os.environ, "LIVEBLOG_URL": server.url, "NEXT_TELEMETRY_DISABLED": "1"}
        running = subprocess.Popen(
            ["node_modules/.bin/next", "start", "--hostname", "127.0.0.1", "--port", str(port)],
            cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        url = f"http://127.0.0.1:{port}"
        try:
            await_true(lambda: answers(url), seconds=START_SECONDS, or_say=lambda: f"it ended: {running.poll()}")
            yield url
        finally:
            os.killpg(running.pid, signal.SIGKILL)
            running.wait()


def answers(url: str) -> bool:
    """Return whether anything is answered there."""
    try:
        httpx.get(url, trust_env=False, timeout=5)
    except httpx.TransportError:
        return False
    return True


@pytest.mark.slow
@pytest.mark.timeout(1200)  # the first run installs what its lock file names
def test_the_next_sample_is_built_and_follows_a_server_that_is_killed_and_started_again(
    tarball: Path, server: Server
) -> None:
    folder = require_sample("next", tarball)
    run_script(folder, "check")
    run_script(folder, "build")
    story = make_story(server)
    post(server, story, "Polls have closed.")
    trouble: list[str] = []
    with playwright_browser("chromium") as browser, started(folder, server) as site:
        drawn = httpx.get(f"{site}/stories/{story}", trust_env=False, timeout=30).raise_for_status().text
        assert "<article><p>Polls have closed.</p></article>" in drawn
        page = browser.new_page()
        page.on("pageerror", lambda error: trouble.append(str(error)))
        page.goto(f"{site}/stories/{story}")
        status, articles = page.get_by_role("status"), page.get_by_role("article")
        expect(status).to_have_text("live")
        server.kill()
        expect(status).to_have_text(re.compile("retrying|connecting"))
        server.start()
        post(server, story, "After the restart.")
        expect(articles).to_have_text(["After the restart.", "Polls have closed."])
    assert trouble == []
