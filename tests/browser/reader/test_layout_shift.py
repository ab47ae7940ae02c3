"""Nothing on the page jumps: while it loads, and when updates arrive below the reader's eyes."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.newsroom_server import Newsroom
from tests.browser.reader.pages import SHIFTS, TWO_FRAMES, Open, attached, until
from tests.loopback import late_pictures

SCREENS = [(1440, 900), (390, 844), (320, 640)]


def _story(newsroom: Newsroom, picture: str, **size: int) -> dict[str, Any]:
    image = {"url": picture, "alt": "The hall", "caption": "The hall on Tuesday", "credit": "Ana Sousa"} | size
    story = newsroom.make_story(image=image, section="Politics", tags=[{"slug": "a", "label": "A"}])
    sized = {"type": "image", "url": picture + "?entry", "alt": "A river", "width": 1280, "height": 720}
    for number in range(6):
        shown = {"type": "image", "url": f"{picture}?{number}", "alt": "A river"} if number % 2 else sized
        blocks = [{"type": "paragraph", "html": f"Update {number}. " + "Words. " * 20}, shown]
        body = {"blocks": blocks, "authors": [{"name": "Rui", "avatar": picture + "?face"}]}
        newsroom.client.post(f"/v1/stories/{story['id']}/entries", json=body).raise_for_status()
    newsroom.publish(story, "https://www.youtube.com/watch?v=abcdefghijk")
    return story


@pytest.mark.parametrize("size", [{"width": 1280, "height": 720}, {}], ids=["sized", "the story's without a size"])
@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: f"{screen[0]}")
def test_a_page_of_pictures_with_and_without_a_size_shifts_nothing_while_it_loads(
    newsroom: Newsroom, open_page: Open, screen: tuple[int, int], size: dict[str, int]
) -> None:
    with late_pictures() as pictures:
        story = _story(newsroom, pictures.address("a", width=1280, height=720), **size)
        viewport = {"width": screen[0], "height": screen[1]}
        page = attached(open_page(newsroom.page(story), before_page_scripts=SHIFTS, viewport=viewport))
        expect(page.get_by_role("button", name="Show from YouTube")).to_have_count(1)
        page.evaluate(TWO_FRAMES)
        pictures.released.set()
        until(page, "() => document.querySelector('.lead img').naturalWidth > 0")
        page.evaluate(TWO_FRAMES)
        assert page.evaluate("shifts") == []


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: f"{screen[0]}")
def test_arrivals_shift_nothing_for_a_reader_who_has_scrolled(
    newsroom: Newsroom, open_page: Open, screen: tuple[int, int]
) -> None:
    story = newsroom.make_story()
    for number in range(12):
        newsroom.publish(story, f"Update {number}. " + "Words. " * 60)
    viewport = {"width": screen[0], "height": screen[1]}
    page = attached(open_page(newsroom.page(story), before_page_scripts=SHIFTS, viewport=viewport))
    page.evaluate("scrollTo(0, 1200)")
    page.evaluate(TWO_FRAMES)
    newsroom.publish(story, "One more.")
    newsroom.edit_story(story, title="A longer title than before. " * 4, section="Politics")
    newsroom.client.put(f"/v1/stories/{story['id']}/key-points", json={"items": [{"text": "It is wet."}]})
    expect(page.locator("#key-points li")).to_have_count(1)
    expect(page.locator("#fresh")).to_have_text("1 new update")
    page.evaluate(TWO_FRAMES)
    assert page.evaluate("shifts") == []
