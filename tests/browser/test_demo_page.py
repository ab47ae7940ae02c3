"""The page /demo: what is posted, edited and retracted there is read beside it, and a cut loses and doubles nothing."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.newsroom_server import PATIENCE_MILLISECONDS, Newsroom, run_beside
from tests.loopback import NO_CERTIFICATES

MOST_BYTES = 60_000
"""As sent, headers included, of what a reader's page of the demo story loads beside its pictures."""


@pytest.fixture(scope="module")
def newsroom_settings() -> dict[str, str]:
    return {"LIVEBLOG_DEMO": "true"}


@pytest.fixture(scope="module")
def seeded(newsroom: Newsroom) -> Newsroom:
    """The server with its demo story."""
    assert _status(newsroom) == 404
    run_beside(newsroom, "demo")
    assert _status(newsroom) == 200
    return newsroom


@pytest.fixture
def page(browser: Browser, seeded: Newsroom) -> Iterator[Page]:
    """The page as the greeting's link opens it, with a cut of one second."""
    with browser.new_context(viewport={"width": 1440, "height": 900}) as context:
        context.set_default_timeout(PATIENCE_MILLISECONDS)
        page, errors, asked = context.new_page(), [], []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"{seeded.url}/demo?cut=1#token={seeded.token}&pid={os.getpid()}")
        yield page
        assert [url for url in asked if seeded.token in url] == []
        assert [line for line in errors if not line.startswith(("WebSocket connection", "Failed to load"))] == []


def _status(newsroom: Newsroom) -> int:
    return httpx.get(f"{newsroom.url}/demo", verify=NO_CERTIFICATES, timeout=40).status_code


def test_the_story_weighs_at_most_sixty_kilobytes_without_its_pictures_with_all_that_it_loads_later(
    browser: Browser, seeded: Newsroom
) -> None:
    with browser.new_context(viewport={"width": 390, "height": 844}) as context:
        context.set_default_timeout(PATIENCE_MILLISECONDS)
        page, weights = context.new_page(), dict[str, float]()
        network = context.new_cdp_session(page)
        network.send("Network.enable")
        addresses = dict[str, str]()
        network.on(
            "Network.requestWillBeSent", lambda told: addresses.update({told["requestId"]: told["request"]["url"]})
        )
        network.on(
            "Network.loadingFinished",
            lambda told: weights.update({addresses[told["requestId"]]: told["encodedDataLength"]}),
        )
        page.goto(f"{seeded.url}/stories/demo")
        page.wait_for_selector("#story[data-reading=ready]")
        page.wait_for_load_state("networkidle")
        assert any(address.endswith("/reading/main.js") for address in weights)
        weighed = {address: weight for address, weight in weights.items() if not address.endswith(".png")}
        assert sum(weighed.values()) <= MOST_BYTES, weighed


def test_what_is_done_at_the_right_is_read_at_the_left_and_a_cut_loses_nothing(page: Page) -> None:
    expect(page).to_have_url(re.compile(r"/demo\?cut=1$"))
    reader = page.frame_locator("iframe")
    said, count = page.locator("#said"), page.locator("#count")
    expect(page.locator("#kill")).to_have_text(f"kill -9 {os.getpid()}")
    expect(page.locator("#connection")).to_have_text("Connected by WebSocket")
    expect(reader.locator("article").first).to_be_visible()
    page.fill("#text", "The siren has **stopped**.")
    page.get_by_role("button", name="Post", exact=True).click()
    expect(said).to_have_text("Published.")
    expect(reader.get_by_text("The siren has stopped.")).to_have_count(1)
    expect(page.locator("#frames")).to_contain_text('"type":"entry.published"')
    page.fill("#text", "The siren has stopped at last.")
    page.get_by_role("button", name="Edit last").click()
    expect(said).to_have_text("Edited.")
    expect(reader.get_by_text("The siren has stopped at last.")).to_have_count(1)
    page.get_by_role("button", name="Cut").click()
    expect(page.locator("#connection")).to_have_text(re.compile("Cut off|Connecting"))
    page.get_by_role("button", name="Retract last").click()
    expect(said).to_have_text("Retracted.")
    page.fill("#text", "Posted while this page was cut off.")
    page.get_by_role("button", name="Post", exact=True).click()
    expect(reader.get_by_text("Posted while this page was cut off.")).to_have_count(1)
    expect(count).to_have_text(re.compile(r"^0 lost, 0 doubled, resumed from \d+ after [1-9]\d* s, [4-9] received$"))
    expect(page.locator("#frames")).to_contain_text("closed (1006)")


def test_a_token_without_rights_is_refused_in_words(page: Page) -> None:
    page.fill("#token", "lb_bot_nobody")
    page.get_by_role("button", name="Post", exact=True).click()
    expect(page.locator("#said")).not_to_have_text("")
    expect(page.locator("#edit")).to_be_disabled()


@pytest.mark.slow  # a server starts again, and the client sits out its back-off; the cut above is the same in a second
def test_a_server_that_is_killed_is_come_back_to_and_the_number_of_its_process_is_forgotten(
    page: Page, seeded: Newsroom
) -> None:
    expect(page.locator("#connection")).to_have_text("Connected by WebSocket")
    process = seeded.server.process
    assert process is not None
    process.kill()
    process.wait()
    expect(page.locator("#killed")).to_be_visible()
    expect(page.locator("#process")).to_be_hidden()
    seeded.server.start()
    expect(page.locator("#count")).to_have_text(re.compile(r"^0 lost, 0 doubled, resumed from \d+ after \d+ s"))
