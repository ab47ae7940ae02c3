"""A real server with a folder of its own, and Chromium, for one test module; a phone's page of it for one test."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.browser.network import Network, network_before
from tests.browser.newsroom_page import PHONE, signed_in
from tests.browser.newsroom_server import FLAGS, PATIENCE_MILLISECONDS, PICTURE, Newsroom, find_chromium, run_newsroom
from tests.ports import reserved_port


@pytest.fixture(scope="module")
def newsroom_settings() -> dict[str, str]:
    """The settings of the server beside its own; a file has its own fixture for others."""
    return {}


@pytest.fixture(scope="module")
def newsroom(tmp_path_factory: pytest.TempPathFactory, newsroom_settings: dict[str, str]) -> Iterator[Newsroom]:
    """A server started by its own commands on a free port."""
    with reserved_port() as port:
        yield from run_newsroom(tmp_path_factory.mktemp("server"), port, newsroom_settings)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium without a network: names resolve to nothing but this machine."""
    with sync_playwright() as playwright:
        expect.set_options(timeout=PATIENCE_MILLISECONDS)
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def context_options() -> dict[str, Any]:
    """The options of the test's browser context; a file has its own fixture for others."""
    return {}


@pytest.fixture
def context(browser: Browser, context_options: dict[str, Any]) -> Iterator[BrowserContext]:
    """A phone, which is shown the same picture for every picture of the network."""
    with browser.new_context(**{"viewport": PHONE} | context_options) as context:
        context.set_default_timeout(PATIENCE_MILLISECONDS)
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
