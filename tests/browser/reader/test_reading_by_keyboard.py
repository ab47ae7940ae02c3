"""A story is read by keyboard alone: the focus is always seen and never lost, whatever is opened or taken away."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.keyboard import Keyboard
from tests.browser.newsroom_replies import SETTINGS
from tests.browser.newsroom_server import Newsroom
from tests.browser.reader.full_story import make_full_story
from tests.browser.reader.pages import Open, attached


@pytest.fixture(scope="module")
def newsroom_settings() -> dict[str, str]:
    """Those of a site whose stories take replies."""
    return SETTINGS


@pytest.mark.slow  # some sixty presses of Tab
def test_a_story_is_read_opened_and_followed_by_keys_alone(newsroom: Newsroom, open_page: Open) -> None:
    story = make_full_story(newsroom)
    page = attached(open_page(newsroom.page(story)))
    hands = Keyboard(page)
    hands.reach(page.locator("#parts .order-link"))
    expect(page.locator("#pinned li.is-open")).to_have_count(1)  # whose links were cut off
    first = page.locator("#timeline article").first
    hands.use(first.get_by_role("button", name="Share"))
    expect(first.locator(".copied")).to_be_visible()
    enlarge = page.get_by_role("button", name="Enlarge picture").first
    hands.use(enlarge, and_then=page.get_by_role("dialog"))
    hands.press("Escape")
    expect(enlarge).to_be_focused()
    newsroom.publish(story, "It has arrived.")
    fresh = page.locator("#fresh")
    expect(fresh).to_be_visible()
    hands.use(fresh, by="Shift+Tab")
    expect(page.locator("#timeline article").filter(has_text="It has arrived.")).to_be_focused()
    newsroom.edit_story(story, status="withdrawn")
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    assert hands.troubles == [], "\n".join(hands.troubles)
