"""The page that the product starts from, posted through the API, in Chromium: every part is there, to the letter."""

from __future__ import annotations

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.newsroom_page import TOO_WIDE
from tests.browser.newsroom_server import Newsroom
from tests.browser.reader.pages import DRAWN, Open, attached, until
from tests.browser.reader.seed_page import (
    ALT,
    CLOSED,
    FILM,
    GUIDE,
    NOTICE,
    TITLE,
    SeedPage,
    create_story,
    post_seed_page,
)
from tests.loopback import NO_CERTIFICATES
from tests.pictures import require_decoder

DESK, PHONE = (1440, 900), (390, 844)


@pytest.fixture(scope="module")
def seed_page(newsroom: Newsroom) -> SeedPage:
    require_decoder()
    return post_seed_page(newsroom, create_story(newsroom))


@pytest.mark.parametrize("screen", [DESK, PHONE], ids=lambda screen: f"{screen[0]}")
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_the_page_says_every_line_in_its_order(
    newsroom: Newsroom, seed_page: SeedPage, open_page: Open, screen: tuple[int, int], *, scripts: bool
) -> None:
    viewport = {"width": screen[0], "height": screen[1]}
    page = open_page(newsroom.page(seed_page.story), viewport=viewport, java_script_enabled=scripts)
    if scripts:
        _until_embeds_can_be_shown(attached(page))
    assert _lines(page) == seed_page.text(plays=scripts)
    assert page.title() == f"{TITLE} – The Courier"
    assert page.evaluate(TOO_WIDE) == []
    pictures = page.locator("figure img")
    expect(pictures).to_have_count(2)
    for picture in pictures.all():
        picture.scroll_into_view_if_needed()
        assert picture.get_attribute("alt") == ALT
    until(page, "() => [...document.images].every((image) => image.naturalWidth > 0)")


def test_a_page_that_was_open_before_anything_was_posted_says_the_same(newsroom: Newsroom, open_page: Open) -> None:
    require_decoder()
    story = create_story(newsroom)
    page = attached(open_page(newsroom.page(story)))
    posted = post_seed_page(newsroom, story)
    expect(page.locator("#comment-count")).to_have_text("2 replies")
    expect(page.locator("#timeline > article")).to_have_count(len(posted.entries))
    expect(page.locator(".lead img")).to_have_count(1)
    expect(page.locator(f"#entry-{posted.entries[1]['id']} > .replies")).to_have_text("1 reply")
    _until_embeds_can_be_shown(page)
    whole = posted.text(plays=True)
    form = len(whole) - len(posted.below())
    assert _lines(page)[:form] == whole[:form]
    assert page.evaluate(DRAWN) == open_page(newsroom.page(story)).evaluate(DRAWN)


def test_on_paper_there_is_what_was_written_and_nothing_to_fill_in(
    newsroom: Newsroom, seed_page: SeedPage, open_page: Open
) -> None:
    page = attached(open_page(newsroom.page(seed_page.story)))
    page.emulate_media(media="print")
    printed = [line.replace(f" ({NOTICE})", "") for line in _lines(page)]
    assert printed == seed_page.text(plays=False, forms=False)


def test_every_link_of_the_page_leads_where_it_says(newsroom: Newsroom, seed_page: SeedPage, open_page: Open) -> None:
    page = open_page(newsroom.page(seed_page.story), java_script_enabled=False)
    ids = [entry["id"] for entry in seed_page.entries]
    for words, address in {
        "Source link": NOTICE,
        "The Tern at Old Quay": FILM,
        "What to do when the river rises": GUIDE,
        "2 replies": "#comments",
        CLOSED: f"?entry={ids[1]}#entry-{ids[1]}",
        "this update": f"?entry={ids[1]}#entry-{ids[1]}",
    }.items():
        link = page.get_by_role("link", name=words, exact=True)
        expect(link).to_have_count(1)
        expect(link).to_have_attribute("href", address)
    times = [each.get_attribute("datetime") for each in page.locator("article .when time").all()]
    assert times == [entry["display_time"] for entry in reversed(seed_page.entries)]
    page.get_by_role("link", name="this update", exact=True).click()
    expect(page.locator(f"#entry-{ids[1]}")).to_be_in_viewport()
    page.get_by_role("link", name="Oldest first").click()
    expect(page.locator(".comment .who b").first).to_have_text("Jo K.")


def test_the_addresses_of_those_who_replied_are_nowhere(newsroom: Newsroom, seed_page: SeedPage) -> None:
    path = f"/v1/stories/{seed_page.story['id']}"
    with httpx.Client(base_url=newsroom.url, verify=NO_CERTIFICATES, timeout=40) as reader:
        for address in (newsroom.page(seed_page.story), path, f"{path}/comments", f"{path}/entries", "/"):
            answer = reader.get(address)
            assert answer.is_success
            assert "mail.example" not in answer.text + str(answer.headers)


def _until_embeds_can_be_shown(page: Page) -> None:
    """Wait until the script has come that lets the reader show them."""
    expect(page.get_by_role("button", name="Show from YouTube")).to_have_count(1)


def _lines(page: Page) -> list[str]:
    """Return what a person sees of the page, line by line, once its style is there, which puts words in capitals."""
    page.wait_for_load_state("load")
    page.evaluate("() => document.querySelectorAll('.unseen').forEach((each) => { each.hidden = true; })")
    lines = (" ".join(line.split()) for line in page.locator("body").inner_text().splitlines())
    return [line for line in lines if line and not line.startswith("Updated ")]  # when is the test's own time
