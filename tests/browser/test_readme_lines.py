"""The lines of the README that people paste do what it says, pasted as they are.

Only the address is another: where the README has `https://live.example` and `http://127.0.0.1:8000`, there is the
test's server. The page they are pasted into is served from an origin of its own, as a news site's is.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, WebSocket, expect

from tests.e2e.server import ADMIN_TOKEN, Server, make_story, serving
from tests.figures import Figures
from tests.loopback import html_site
from tests.needs import require
from tests.pictures import png, require_decoder

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
PLACEHOLDER = "https://live.example"
WATCHED_MILLISECONDS = 3_000
"""A page that reloads itself, as the README's once did for ever, does so dozens of times in this."""


def _pasted(server: Server) -> str:
    found = re.search(r"```html\n(.*?)```", README, re.DOTALL)
    assert found is not None
    assert PLACEHOLDER in found[1]
    return f"<!doctype html><title>A news site</title>{found[1].replace(PLACEHOLDER, server.url)}"


@dataclass
class Pasted:
    """The page with the README's lines, and what it did."""

    page: Page
    loads: int = 0
    sockets: list[WebSocket] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    trouble: list[str] = field(default_factory=list)

    def shows(self, *texts: str) -> None:
        """Wait until the page shows these entries, the newest first, and nothing else."""
        expect(self.page.locator("#live article")).to_have_text(list(texts))

    def is_quiet(self) -> None:
        """Watch the page for a while: it neither loads again nor asks for anything."""
        before = len(self.requests), len(self.sockets)
        self.page.wait_for_timeout(WATCHED_MILLISECONDS)  # that nothing happens takes a time
        assert (len(self.requests), len(self.sockets)) == before, self.requests
        assert (self.loads, self.trouble) == (1, [])


@contextmanager
def _open(browser: Browser, server: Server) -> Iterator[Pasted]:
    with html_site(_pasted(server)) as url, browser.new_context() as context:
        pasted = Pasted(context.new_page())
        pasted.page.on("load", lambda _: setattr(pasted, "loads", pasted.loads + 1))
        pasted.page.on("websocket", lambda socket: pasted.sockets.append(socket))
        pasted.page.on("request", lambda request: pasted.requests.append(request.url))
        pasted.page.on("pageerror", lambda error: pasted.trouble.append(str(error)))
        pasted.page.goto(url)
        yield pasted


def _act(server: Server, path: str, **body: Any) -> None:
    with server.signed_in() as admin:
        answer = admin.request("PATCH" if path == "" else "POST", f"/v1/stories/election-night{path}", json=body,
                               headers={"If-Match": "*"})  # fmt: skip
        assert answer.is_success, answer.text


@pytest.fixture
def server(sqlite_url: str, tmp_path: Path) -> Iterator[Server]:
    """A server with the story that the lines name, and an entry."""
    with serving(sqlite_url, tmp_path) as server:
        make_story(server, slug="election-night")
        _act(server, "/entries", text="Polls have closed.")
        yield server


def test_the_page_shows_the_story_and_what_comes(browser: Browser, server: Server) -> None:
    with _open(browser, server) as pasted:
        pasted.shows("Polls have closed.")
        _act(server, "/entries", text="The first count.")
        pasted.shows("The first count.", "Polls have closed.")
        pasted.is_quiet()


def test_a_story_that_ends_or_has_ended_is_shown_and_left_alone(browser: Browser, server: Server) -> None:
    with _open(browser, server) as open_before:
        open_before.shows("Polls have closed.")
        _act(server, "", status="ended")
        with _open(browser, server) as opened_after:
            opened_after.shows("Polls have closed.")
            opened_after.page.wait_for_timeout(500)  # time to connect once more, if it did
            assert len(opened_after.sockets) == 1
            opened_after.page.wait_for_timeout(WATCHED_MILLISECONDS)  # that nothing happens takes a time
            assert (opened_after.loads, len(opened_after.sockets), opened_after.trouble) == (1, 1, [])
        assert (open_before.loads, len(open_before.sockets), open_before.trouble) == (1, 1, [])
        open_before.shows("Polls have closed.")


def test_a_story_that_is_withdrawn_is_shown_no_more_and_asked_for_no_more(browser: Browser, server: Server) -> None:
    with _open(browser, server) as open_before:
        open_before.shows("Polls have closed.")
        _act(server, "", status="withdrawn")
        open_before.shows()
        open_before.is_quiet()


def test_a_story_that_was_withdrawn_is_asked_for_once(browser: Browser, sqlite_url: str, tmp_path: Path) -> None:
    with serving(sqlite_url, tmp_path) as server:
        make_story(server, slug="election-night")
        _act(server, "", status="withdrawn")
        with _open(browser, server) as opened_after:
            opened_after.page.wait_for_load_state("networkidle")
            opened_after.shows()
            opened_after.is_quiet()


@pytest.mark.parametrize("way", ["SIGTERM", pytest.param("SIGKILL", marks=pytest.mark.slow)])
def test_a_server_that_was_away_is_found_again_with_what_was_missed(
    browser: Browser, server: Server, figures: Figures, way: str
) -> None:
    with _open(browser, server) as pasted:
        pasted.shows("Polls have closed.")
        if way == "SIGTERM":
            assert server.stop() == 0
        else:
            server.kill()
        time.sleep(figures.choose(quick=0, suite=20, prove=20))  # how long it is away is what is tried
        pasted.shows("Polls have closed.")
        server.start()
        _act(server, "/entries", text="While you were away.")
        pasted.shows("While you were away.", "Polls have closed.")
        _act(server, "/entries", text="And after.")
        pasted.shows("And after.", "While you were away.", "Polls have closed.")
        assert (pasted.loads, pasted.trouble) == (1, [])


def test_the_frame_and_the_call_work_as_pasted(browser: Browser, sqlite_url: str, tmp_path: Path) -> None:
    require("curl", found=shutil.which("curl") is not None, reason="install curl to run the README's call")
    call = re.search(r"^curl .*$", README, re.MULTILINE)
    frame = re.search(r"<iframe .*?</iframe>", README)
    assert call is not None
    assert frame is not None
    with serving(sqlite_url, tmp_path) as server:
        make_story(server, slug="demo")
        line = call[0].replace("http://127.0.0.1:8000", server.url)
        done = subprocess.run(
            ["sh", "-c", line], env={"TOKEN": ADMIN_TOKEN, "PATH": "/usr/bin:/bin"}, capture_output=True, text=True,
            timeout=20, check=True,
        )  # fmt: skip
        assert '"body_html":"<p>Polls have <strong>closed</strong>.</p>"' in done.stdout.replace('": "', '":"')
        pasted = frame[0].replace(PLACEHOLDER, server.url).replace("election-night", "demo")
        with html_site(f"<!doctype html><title>A news site</title>{pasted}") as url, browser.new_context() as context:
            page = context.new_page()
            page.goto(url)
            expect(page.frame_locator("iframe").locator("article")).to_contain_text("Polls have closed.")


def test_the_lines_that_upload_a_picture_work_as_pasted(sqlite_url: str, tmp_path: Path) -> None:
    require("curl", found=shutil.which("curl") is not None, reason="install curl to run the README's calls")
    require_decoder()
    lines = re.search(r"```\n(ID=.*?)```", README, re.DOTALL)
    assert lines is not None
    (tmp_path / "bridge.jpg").write_bytes(png())
    with serving(sqlite_url, tmp_path) as server:
        make_story(server, slug="demo")
        pasted = (
            lines[1].replace("http://127.0.0.1:8000", server.url).replace("bridge.jpg", "bridge.jpg;type=image/png")
        )
        environment = {"TOKEN": ADMIN_TOKEN, "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin"}
        subprocess.run(
            ["sh", "-ec", pasted], env=environment, cwd=tmp_path, capture_output=True, timeout=40, check=True
        )
        with server.reader() as reader:
            block = reader.get("/v1/stories/demo/entries?body=blocks").json()["items"][0]["blocks"][0]
            assert (block["type"], block["alt"]) == ("image", "Water up to the doors.")
            assert reader.get(block["url"]).status_code == 200


def test_the_lines_that_send_and_approve_a_reply_work_as_pasted(sqlite_url: str, tmp_path: Path) -> None:
    require("curl", found=shutil.which("curl") is not None, reason="install curl to run the README's calls")
    lines = re.search(r"```\n(REPLY=.*?)```", README, re.DOTALL)
    assert lines is not None
    with serving(sqlite_url, tmp_path) as server:
        make_story(server, slug="demo", settings={"comments": {"mode": "moderated"}})
        environment = {"TOKEN": ADMIN_TOKEN, "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin"}
        pasted = lines[1].replace("http://127.0.0.1:8000", server.url)
        done = subprocess.run(
            ["sh", "-ec", pasted], env=environment, capture_output=True, text=True, timeout=40, check=True
        )
        assert '"status":"pending"' in done.stdout
        with server.reader() as reader:
            (shown,) = reader.get("/v1/stories/demo/comments").json()["items"]
            assert (shown["name"], shown["text"]) == ("Ann", "Which districts?")
