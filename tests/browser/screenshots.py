"""Takes the pictures in docs/images: the pages of a server of its own with the demo story, at a desk and on a phone.

`make screenshots` runs it. Each picture is of a whole window, small enough for a repository.
"""

from __future__ import annotations

import io
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import BrowserContext, Page, expect

from app.storage.upkeep.migrations import migrate
from tests.browser.engines.playwright_browser import playwright_browser
from tests.browser.newsroom_page import give_token
from tests.browser.newsroom_server import PATIENCE_MILLISECONDS, Newsroom, run_beside, run_newsroom
from tests.commands import ROOT
from tests.loopback import html_site
from tests.ports import reserved_port

FOLDER = ROOT / "docs" / "images"
MOST_BYTES = 600_000
"""All pictures together."""
SIZES = {"desk": (1440, 900), "phone": (390, 844)}
SETTLED_MILLISECONDS = 1_200
"""Fonts, pictures and what a page loads at leisure."""
HOST_PAGE = """<!doctype html><html lang="en"><meta name="viewport" content="width=device-width">
<title>The Harbour Post</title>
<style>body {{ margin: 0 auto; max-width: 44rem; padding: 1rem; background: #f3efe6; color: #222 }}
body {{ font: 1.05rem/1.5 Georgia, serif }} body > h1 {{ border-bottom: 3px double #222 }}
live-blog {{ display: block; margin-top: 1rem; padding: 0 1rem 1rem; background: #fff }}</style>
<h1>The Harbour Post</h1><p>A page of another newspaper, with a story of ours in the middle of it.</p>
<script type="module" src="{url}/live-blog.js"></script>
<live-blog src="{url}/stories/demo"></live-blog></html>"""


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture: its name, how its page is opened, and what has to be there before it is taken."""

    name: str
    open: Callable[[Page], None]
    awaited: str


def take_pictures(newsroom: Newsroom, context_of: Callable[[tuple[int, int]], BrowserContext], host: str) -> None:
    """Take every picture at every size into the folder, in place of those that are there."""
    pictures = (
        Picture("reader", lambda page: _go(page, f"{newsroom.url}/stories/demo"), "article"),
        Picture("newsroom", lambda page: _enter(page, newsroom), "#list article, #list li"),
        Picture("demo", lambda page: _post(page, newsroom), "#frames .in"),
        Picture("element", lambda page: _go(page, host), "live-blog article"),
    )
    FOLDER.mkdir(exist_ok=True)
    for size_name, size in SIZES.items():
        for picture in pictures:
            with context_of(size) as context:
                page = context.new_page()
                picture.open(page)
                page.wait_for_selector(picture.awaited, state="attached")
                page.wait_for_timeout(SETTLED_MILLISECONDS)
                _write(page.screenshot(animations="disabled"), FOLDER / f"{picture.name}-{size_name}.webp")


def _go(page: Page, url: str) -> None:
    page.goto(url)


def _enter(page: Page, newsroom: Newsroom) -> None:
    page.goto(f"{newsroom.url}/newsroom")
    give_token(page, newsroom.token)


def _post(page: Page, newsroom: Newsroom) -> None:
    page.goto(f"{newsroom.url}/demo?cut=1#token={newsroom.token}")
    expect(page.locator("#connection")).to_have_text("Connected by WebSocket")
    page.get_by_role("button", name="Post", exact=True).click()
    expect(page.locator("#said")).to_have_text("Published.")
    page.get_by_role("button", name="Cut").click()
    page.fill("#text", "The lights on the north pier are on again.")
    page.get_by_role("button", name="Edit last").click()
    expect(page.locator("#count")).to_contain_text("resumed from")


def _write(png: bytes, file: Path) -> None:
    Image.open(io.BytesIO(png)).convert("RGB").save(file, "WEBP", quality=70, method=6)


def main() -> None:
    """Take the pictures, and refuse more bytes than a repository should hold of them."""
    with tempfile.TemporaryDirectory() as folder, reserved_port() as port, playwright_browser("chromium") as browser:
        (Path(folder) / "data").mkdir()
        migrate(f"sqlite:///{folder}/data/liveblog.db")
        servers = run_newsroom(Path(folder), port, {"LIVEBLOG_DEMO": "true"})
        newsroom = next(servers)
        newsroom.server.stop()
        run_beside(newsroom, "demo")  # beside a running server its entries would all be of now
        newsroom.server.start()

        def context_of(size: tuple[int, int]) -> BrowserContext:
            context = browser.new_context(
                viewport={"width": size[0], "height": size[1]},
                locale="en-GB",
                timezone_id="Europe/London",
                color_scheme="light",
                reduced_motion="reduce",
            )
            context.set_default_timeout(PATIENCE_MILLISECONDS)
            return context

        with html_site(HOST_PAGE.format(url=newsroom.url)) as host:
            take_pictures(newsroom, context_of, host)
        next(servers, None)
    taken = sum(file.stat().st_size for file in FOLDER.glob("*.webp"))
    if taken > MOST_BYTES:
        sys.exit(f"{FOLDER} holds {taken:,} bytes of pictures; {MOST_BYTES:,} at most")
    sys.stdout.write(f"{FOLDER} holds {taken:,} bytes of pictures.\n")


if __name__ == "__main__":
    main()
