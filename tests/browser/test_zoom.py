"""At 400 % and with wider spacing nothing is cut off or covered, and every function is within reach."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.newsroom_page import choose, newsroom_page, open_tools
from tests.browser.newsroom_replies import SETTINGS, open_replies, replies, send_reply
from tests.browser.newsroom_roles import entry, press_at, text_field
from tests.browser.newsroom_server import Newsroom
from tests.browser.reader.full_story import make_full_story
from tests.browser.reader.pages import attached, until
from tests.browser.zoom import ENLARGED, SPACED, cut_off, out_of_reach, sideways

pytestmark = pytest.mark.slow  # every control of a page is scrolled to
SCRIPTED = "() => document.querySelector('#comments').dataset.scripted === 'yes'"


@pytest.fixture(scope="module")
def newsroom_settings() -> dict[str, str]:
    """Those of a site whose stories take replies."""
    return SETTINGS


@pytest.fixture(scope="module")
def full(newsroom: Newsroom) -> dict[str, Any]:
    return make_full_story(newsroom)


def test_the_readers_page_keeps_everything_at_four_hundred_per_cent_and_with_wide_spacing(
    browser: Browser, newsroom: Newsroom, full: dict[str, Any]
) -> None:
    with browser.new_context(viewport=ENLARGED, bypass_csp=True) as context:
        page = context.new_page()
        page.goto(newsroom.page(full))
        attached(page)
        page.locator("#comments").scroll_into_view_if_needed()
        until(page, SCRIPTED)
        assert (sideways(page), out_of_reach(page)) == (0, [])
        page.get_by_role("button", name="Enlarge picture").first.click()
        close = page.get_by_role("dialog").get_by_role("button", name="Close")
        expect(close).to_be_in_viewport(ratio=1)
        close.click()
        before = set(cut_off(page))
        page.add_style_tag(content=SPACED)
        assert (sideways(page), out_of_reach(page)) == (0, [])
        assert set(cut_off(page)) - before == set()


def test_the_newsroom_keeps_everything_at_four_hundred_per_cent_and_with_wide_spacing(
    browser: Browser, newsroom: Newsroom
) -> None:
    story = newsroom.make_story()
    newsroom.publish(story, "It stands.", headline="A headline")
    newsroom.publish(story, "Waits for a look.", status="submitted")
    for text in ("Which districts?", "Will it last?"):
        send_reply(newsroom, story, text)
    with newsroom_page(browser, newsroom, viewport=ENLARGED, bypass_csp=True) as page:
        choose(page, story)
        expect(entry(page, "It stands.")).to_be_attached()
        open_tools(page)
        for name in ("story-more", "site-more"):
            page.click(f"#{name} summary")
        assert (sideways(page), out_of_reach(page)) == (0, [])
        before = set(cut_off(page))
        page.add_style_tag(content=SPACED)
        assert (sideways(page), out_of_reach(page)) == (0, [])
        assert set(cut_off(page)) - before == set()
        press_at(page, "It stands.", "Edit")
        expect(text_field(page)).to_be_focused()
        assert (sideways(page), out_of_reach(page)) == (0, [])
        page.click("#story-edit")
        expect(page.locator("#ask")).to_be_visible()
        for control in page.locator("#ask :is(input, select, textarea, button)").all():
            control.scroll_into_view_if_needed()
            expect(control).to_be_in_viewport()
        page.keyboard.press("Escape")
        open_replies(page, story)
        expect(replies(page)).to_have_count(2)
        assert (sideways(page), out_of_reach(page)) == (0, [])
