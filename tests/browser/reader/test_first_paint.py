"""What a reader sees first is in the first HTML and stays where it is, whatever comes: by the browser's own figures."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from app.jobs.demo_story import DEMO_STORY, load_demo_story
from tests.browser.newsroom_server import PATIENCE_MILLISECONDS, Newsroom, run_beside
from tests.browser.reader.pages import SHIFTS, TWO_FRAMES, attached, until
from tests.loopback import late_pictures

LARGEST = """
  window.largest = [];
  new PerformanceObserver((list) => {
    for (const { element, url } of list.getEntries()) largest.push([element?.tagName, url, element?.textContent ?? ""]);
  }).observe({ type: "largest-contentful-paint", buffered: true });
"""
"""Collects what was the largest thing painted, each time that it was another one."""

PHONE = {"width": 390, "height": 844}
WIDE = {"width": 1440, "height": 900}


@pytest.fixture(scope="module")
def newsroom_settings() -> dict[str, str]:
    return {"LIVEBLOG_DEMO": "true"}


def _post_the_rest(newsroom: Newsroom) -> None:
    """Post what is left of the demo: else the server does, one entry every few seconds while a page is open."""
    for entry in load_demo_story(newsroom.url).remaining:
        place = f"/v1/stories/{DEMO_STORY}/entries/by-external-id/{entry.external_id}"
        newsroom.client.put(place, json={**entry.body, "external_version": 1}).raise_for_status()


@pytest.mark.parametrize("screen", [PHONE, WIDE], ids=["phone", "desk"])
def test_the_largest_thing_of_the_demo_is_in_the_first_html_and_nothing_shifts_though_entries_arrive(
    browser: Browser, newsroom: Newsroom, screen: Any
) -> None:
    run_beside(newsroom, "demo")
    _post_the_rest(newsroom)
    html = newsroom.client.get("/stories/demo").text
    with browser.new_context(viewport=screen) as context:
        context.set_default_timeout(PATIENCE_MILLISECONDS)
        context.add_init_script(SHIFTS + LARGEST)
        page = context.new_page()
        page.goto(f"{newsroom.url}/stories/demo")
        attached(page)
        page.wait_for_load_state("networkidle")
        until(page, "() => largest.length > 0")
        tag, picture, words = page.evaluate("largest.at(-1)")
        assert picture == "" or picture.removeprefix(newsroom.url) in html, picture
        for line in filter(None, (line.strip() for line in words.splitlines())):
            assert line in html, (tag, line)
        assert page.evaluate("shifts") == []
        page.locator("#timeline article").nth(1).scroll_into_view_if_needed()
        page.evaluate("scrollBy(0, 300)")
        page.evaluate(TWO_FRAMES)
        story = {"id": page.locator("#story").get_attribute("data-story")}
        for number in range(3):
            newsroom.publish(story, f"Arrived while it is read {number}. " + "Words. " * 20)
        expect(page.locator("#fresh")).to_have_text("3 new updates")
        page.evaluate(TWO_FRAMES)
        assert page.evaluate("shifts") == []


def _with_picture(newsroom: Newsroom, story: dict[str, Any], address: str) -> str:
    blocks = [{"type": "paragraph", "html": "An update."}, {"type": "image", "url": address, "alt": "A river"}]
    made = newsroom.client.post(f"/v1/stories/{story['id']}/entries", json={"blocks": blocks})
    assert made.is_success, made.text
    ident: str = made.json()["id"]
    return ident


@pytest.mark.parametrize("screen", [PHONE, WIDE], ids=["phone", "desk"])
def test_pictures_without_a_size_above_a_deep_link_shift_nothing_when_they_come(
    browser: Browser, newsroom: Newsroom, screen: Any
) -> None:
    with late_pictures() as pictures:
        address = pictures.address("a", width=1280, height=720)
        story = newsroom.make_story(image={"url": address, "alt": "The hall"})
        entries = [_with_picture(newsroom, story, f"{address}?{number}") for number in range(8)]
        entry = entries[2]
        with browser.new_context(viewport=screen) as context:
            context.set_default_timeout(PATIENCE_MILLISECONDS)
            context.add_init_script(SHIFTS)
            page = context.new_page()
            page.goto(newsroom.page(story, f"?entry={entry}#entry-{entry}"), wait_until="domcontentloaded")
            attached(page)
            page.evaluate(TWO_FRAMES)
            top = page.locator(f"#entry-{entry}").bounding_box()
            pictures.released.set()
            until(page, f"() => document.querySelector('#entry-{entry} img').naturalWidth > 0")
            page.evaluate(TWO_FRAMES)
            assert page.locator(f"#entry-{entry}").bounding_box() == top
            assert page.evaluate("shifts") == []
