"""Pictures of the newsroom's page on their way to the server: refused, held up, called off, cut off, and sent once."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser.network import Network
from tests.browser.newsroom_page import choose, sign_in, signed_in, until_in
from tests.browser.newsroom_pictures import (
    KEPT,
    SVG,
    choose_files,
    file_of,
    images_of,
    library,
    picture_of,
    public_entries,
    said_at,
)
from tests.browser.newsroom_roles import composer, entry, outcome, press_in_composer, text_field, write
from tests.browser.newsroom_server import Newsroom
from tests.pictures import noise, png, require_decoder


@pytest.fixture(autouse=True)
def _decoder() -> None:
    require_decoder()


KEPT_NOTHING = """() => new Promise((resolve) => {
  indexedDB.open('liveblog-uploads').onsuccess = ({target: {result}}) => {
    const counted = result.transaction('uploads').objectStore('uploads').count();
    counted.onsuccess = () => resolve(counted.result === 0);
  };
})"""


def test_what_is_refused_is_said_at_the_picture_and_nothing_typed_is_lost(
    context: BrowserContext, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    with signed_in(context, newsroom, story) as page:
        text_field(page).fill("With a bad picture.")
        choose_files(page, file_of("evil.svg", SVG, "image/svg+xml"), file_of("broken.png", png(64, 64)[:-30]))
        expect(said_at(page, "Picture 1")).to_contain_text("Not accepted. This is an SVG")
        expect(said_at(page, "Picture 2")).to_contain_text("Not accepted.")
        picture_of(page, "Picture 1").get_by_label("Caption").fill("Typed before")
        press_in_composer(page, "Publish")
        expect(outcome(page)).to_contain_text("A picture cannot be sent. This is an SVG")
        page.reload()
        expect(text_field(page)).to_have_value("With a bad picture.")
        expect(picture_of(page, "Picture 1").get_by_label("Caption")).to_have_value("Typed before")
        expect(said_at(page, "Picture 1")).to_contain_text("Not accepted. This is an SVG")
        for left in (2, 1):
            expect(picture_of(page)).to_have_count(left)
            composer(page).get_by_role("button", name="out").first.click()
        expect(picture_of(page)).to_have_count(0)
        press_in_composer(page, "Publish")
        expect(outcome(page)).to_contain_text("Published")


def test_a_server_that_is_busy_is_said_at_the_picture_and_asked_again(
    context: BrowserContext, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    with signed_in(context, newsroom, story) as page:
        page.route(
            "**/v1/media?*",
            lambda route: route.fulfill(
                status=503,
                headers={"Retry-After": "2", "Content-Type": "application/problem+json"},
                json={"code": "media_busy", "detail": "Too many files are worked on."},
            ),
        )
        choose_files(page, file_of("bridge.png", png(64, 64)))
        expect(said_at(page)).to_contain_text("Kept here. Too many files are worked on. It is tried again by itself.")
        page.unroute("**/v1/media?*")
        expect(said_at(page)).to_have_text(KEPT)


def test_progress_is_shown_nothing_moves_meanwhile_and_an_upload_is_called_off(
    context: BrowserContext, newsroom: Newsroom, through: Newsroom, network: Network, story: dict[str, Any]
) -> None:
    with signed_in(context, through, story) as page:
        before = len(library(newsroom))
        network.bytes_a_second = 300_000  # so that most of it is still to come when it is called off
        choose_files(page, file_of("slow.png", noise(1400, 1000)), file_of("second.png", png(64, 64)))
        expect(said_at(page, "Picture 1")).to_have_text(re.compile(r"Sending … [1-9]\d? %"))
        expect(picture_of(page, "Picture 1").get_by_role("progressbar")).to_be_visible()
        publish = composer(page).get_by_role("button", name="Publish", exact=True)
        composer(page).get_by_role("button", name="Take Picture 1 out").click()
        network.bytes_a_second = None
        expect(picture_of(page)).to_have_count(1)
        expect(said_at(page, "Picture: second.png")).to_have_text(KEPT)
        assert len(library(newsroom)) == before + 1
        choose_files(page, file_of("third.png", noise(200, 200)))
        at = publish.bounding_box()
        expect(said_at(page, "Picture 2")).to_have_text(KEPT)
        assert publish.bounding_box() == at


def test_a_text_and_its_picture_written_without_a_network_are_sent_once_from_the_next_tab(
    context: BrowserContext, newsroom: Newsroom, through: Newsroom, network: Network, story: dict[str, Any]
) -> None:
    before = len(library(newsroom))
    page = context.new_page()
    sign_in(page, through)
    choose(page, story)
    network.cut()
    text_field(page).fill("From the tunnel.")
    choose_files(page, file_of("tunnel.png", noise(80, 80, seed=3)))
    picture_of(page).get_by_label("Caption").fill("In the tunnel")
    expect(said_at(page)).to_contain_text("Kept here. The server cannot be reached.")
    press_in_composer(page, "Publish")
    expect(outcome(page)).to_contain_text("Kept here. It is sent as soon as its pictures are.")
    waiting = page.get_by_role("region", name="Not yet acknowledged")
    expect(waiting).to_contain_text("From the tunnel.")
    page.close()
    network.join()
    again = context.new_page()
    sign_in(again, through)
    choose(again, story)
    expect(entry(again, "From the tunnel.")).to_contain_text("published")
    expect(again.get_by_role("region", name="Not yet acknowledged")).to_be_hidden()
    (item,) = public_entries(newsroom, story)
    ((image),) = images_of(item)
    assert image["caption"] == "In the tunnel"
    assert len(library(newsroom)) == before + 1
    until_in(again, KEPT_NOTHING)


@pytest.mark.slow
def test_two_tabs_send_a_picture_and_its_text_once(
    context: BrowserContext, newsroom: Newsroom, through: Newsroom, network: Network, story: dict[str, Any]
) -> None:
    before = len(library(newsroom))
    with signed_in(context, through, story) as one, signed_in(context, through, story) as two:
        network.cut()
        text_field(one).fill("Of two tabs.")
        choose_files(one, file_of("both.png", noise(90, 90, seed=4)))
        expect(said_at(one)).to_contain_text("Kept here.")
        press_in_composer(one, "Publish")
        expect(outcome(one)).to_contain_text("Kept here.")
        two.evaluate("window.dispatchEvent(new Event('online'))")
        network.requests.clear()
        network.join()
        for page in (one, two):
            page.evaluate("window.dispatchEvent(new Event('online'))")
        expect(entry(one, "Of two tabs.")).to_contain_text("published")
        expect(entry(two, "Of two tabs.")).to_contain_text("published")
        assert len(public_entries(newsroom, story)) == 1
        assert len(library(newsroom)) == before + 1
        assert network.count("POST /v1/media") == 1


@pytest.mark.slow
def test_a_server_that_goes_away_in_the_middle_of_an_upload_has_it_once_when_it_is_back(
    context: BrowserContext, newsroom: Newsroom, through: Newsroom, network: Network, story: dict[str, Any]
) -> None:
    before = len(library(newsroom))
    with signed_in(context, through, story) as page:
        network.bytes_a_second = 600_000  # so that most of it is still to come when the server goes away
        choose_files(page, file_of("large.png", noise(2000, 1400, seed=5)))
        expect(said_at(page)).to_have_text(re.compile(r"Sending … [1-9]\d? %"))
        write(page, "While it goes away.")
        newsroom.server.stop()
        network.join()
        waiting = page.get_by_role("region", name="Not yet acknowledged")
        expect(waiting).to_contain_text("sent as soon as its pictures are")
        newsroom.server.start()
        page.evaluate("window.dispatchEvent(new Event('online'))")
        expect(outcome(page)).to_contain_text("Published")
        assert len(public_entries(newsroom, story)) == 1
        assert len(library(newsroom)) == before + 1


def test_a_browser_without_room_says_so_and_sends_it_all_the_same(
    context: BrowserContext, through: Newsroom, network: Network, story: dict[str, Any]
) -> None:
    with signed_in(context, through, story) as page:
        console = context.new_cdp_session(page)
        console.send("Storage.overrideQuotaForOrigin", {"origin": through.url, "quotaSize": 1})
        network.cut()
        text_field(page).fill("From a full phone.")
        choose_files(page, file_of("large.png", noise(400, 400, seed=6)))
        expect(said_at(page)).to_contain_text("no room to keep it: leave this tab open until it is sent.")
        network.join()
        page.evaluate("window.dispatchEvent(new Event('online'))")
        expect(said_at(page)).to_have_text(KEPT)
        press_in_composer(page, "Publish")
        expect(outcome(page)).to_contain_text("Published")
