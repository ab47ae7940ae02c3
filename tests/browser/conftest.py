"""A real server with a folder of its own per test module, one Chromium, and a page at a desk or on a phone per test."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.engines.playwright_browser import KeptBrowser
from tests.browser.network import Network, network_before
from tests.browser.newsroom_page import PHONE, WRITES_MARKDOWN, choose, newsroom_page, publish_at_once, signed_in
from tests.browser.newsroom_server import PATIENCE_MILLISECONDS, PICTURE, Newsroom, run_newsroom
from tests.conftest import copy_of
from tests.ports import reserved_port


@pytest.fixture(scope="module")
def newsroom_settings() -> dict[str, str]:
    """The settings of the server beside its own; a file has its own fixture for others."""
    return {}


@pytest.fixture(scope="module")
def newsroom(
    tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path, newsroom_settings: dict[str, str]
) -> Iterator[Newsroom]:
    """A server started by its own command on a free port."""
    folder = tmp_path_factory.mktemp("server")
    copy_of(migrated_sqlite, folder)
    with reserved_port() as port:
        yield from run_newsroom(folder, port, newsroom_settings)


@pytest.fixture(scope="package")
def kept_browser(request: pytest.FixtureRequest) -> Iterator[KeptBrowser]:
    """Chromium, or with `--firefox` Firefox, each as it is installed; it is started when a module asks for it."""
    with KeptBrowser("firefox" if request.config.getoption("--firefox") else "chromium") as kept:
        yield kept


@pytest.fixture(scope="module", autouse=True)
def alone_in_its_thread(request: pytest.FixtureRequest, kept_browser: KeptBrowser) -> None:
    """End that browser before a module of tests that ask for none: they run one, or an event loop, of their own."""
    items = (item for item in request.session.items if item.path == request.path)
    if not any("browser" in getattr(item, "fixturenames", ()) for item in items):
        kept_browser.close()


@pytest.fixture(scope="module")
def browser(kept_browser: KeptBrowser) -> Browser:
    """Return the browser that all modules share; each test has contexts of its own in it."""
    return kept_browser.browser


@pytest.fixture
def context_options() -> dict[str, Any]:
    """The options of the test's browser context; a file has its own fixture for others."""
    return {}


@pytest.fixture
def context(browser: Browser, context_options: dict[str, Any]) -> Iterator[BrowserContext]:
    """A phone, which is shown the same picture for every picture of the network; its user writes Markdown."""
    with browser.new_context(**{"viewport": PHONE} | context_options) as context:
        context.add_init_script(WRITES_MARKDOWN)
        context.set_default_timeout(PATIENCE_MILLISECONDS)
        publish_at_once(context)
        context.route("https://*/**", lambda route: route.fulfill(content_type="image/svg+xml", body=PICTURE))
        yield context


@pytest.fixture
def story(newsroom: Newsroom) -> dict[str, Any]:
    """A live story of this test's own."""
    return newsroom.make_story()


@pytest.fixture
def driver(context: BrowserContext, newsroom: Newsroom, story: dict[str, Any]) -> Iterator[Page]:
    """The newsroom's page of the administrator, who has chosen the story."""
    with signed_in(context, newsroom, story) as page:
        yield page


@pytest.fixture
def network(newsroom: Newsroom) -> Iterator[Network]:
    """The network between this test's browser and the server; the server runs again at the end."""
    with network_before(int(newsroom.url.rpartition(":")[2])) as network:
        yield network
    if newsroom.server.process is None:
        newsroom.server.start()


@pytest.fixture
def through(newsroom: Newsroom, network: Network) -> Newsroom:
    """The newsroom as the browser reaches it."""
    return replace(newsroom, url=network.url)


@pytest.fixture(scope="module")
def rich(browser: Browser, newsroom: Newsroom) -> Iterator[Page]:
    """The page of somebody who has chosen nothing about how they write."""
    newsroom.make_story()
    with newsroom_page(browser, newsroom, viewport={"width": 1100, "height": 900}) as page:
        yield page


@pytest.fixture
def night(rich: Page, newsroom: Newsroom) -> dict[str, Any]:
    """A story of this test's own, chosen on that page, with an empty form."""
    story = newsroom.make_story()
    rich.evaluate("localStorage.removeItem('liveblog:admin:writing')")
    rich.reload()
    choose(rich, story)
    return story


@pytest.fixture
def at_desk(browser: Browser, newsroom: Newsroom, story: dict[str, Any]) -> Iterator[Page]:
    """The page of the administrator at a desk, where nothing waits to be undone. No script may fail."""
    with newsroom_page(browser, newsroom) as page:
        choose(page, story)
        yield page
