"""The reader's page in the frame that the README recommends, on a page of another site."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Frame, Page, expect

from tests.browser.newsroom_server import PATIENCE_MILLISECONDS, Newsroom
from tests.browser.reader.pages import until
from tests.loopback import html_site

README = (Path(__file__).parents[3] / "README.md").read_text(encoding="utf-8")
ELSEWHERE = "https://elsewhere.example/"
IN_SIGHT_SAID = """() => new Promise((done) => {
  const own = new IntersectionObserver(() => done(own.disconnect()));
  own.observe(document.documentElement);
})"""
"""Waits until the browser has said what is in sight now, to all who have asked."""
LINKS = {
    "text": "in the text",
    "bare address": f"{ELSEWHERE}bare",
    "source": "Source link",
    "author": "Ana Sousa",
    "film": f"{ELSEWHERE}card",
    "publisher": "The Herald",
}


def _framing_page(newsroom: Newsroom, story: dict[str, Any], sandbox: str | None) -> str:
    found = re.search(r"`(<iframe [^`]*</iframe>)`", README)
    assert found is not None
    frame = found[1].replace("https://live.example/stories/election-night", newsroom.page(story))
    assert newsroom.page(story) in frame
    if sandbox is not None:
        frame = frame.replace("<iframe ", f'<iframe sandbox="{sandbox}" ')
    return f"<!doctype html><title>An article</title><h1>An article</h1>{frame}"


def _sandbox_of_the_readme() -> str:
    found = re.search(r"`(allow-scripts[^`]*)`", README)
    assert found is not None
    return found[1]


@pytest.fixture
def linking_story(newsroom: Newsroom) -> dict[str, Any]:
    """A story that has a link in every place that can have one."""
    story = newsroom.make_story(publisher={"name": "The Herald", "url": f"{ELSEWHERE}herald"})
    for number in range(21):
        newsroom.publish(story, f"Earlier {number}.")
    entry = newsroom.publish(
        story,
        f"See [in the text]({ELSEWHERE}text) and {ELSEWHERE}bare here.\n\n{ELSEWHERE}card",
        authors=[{"name": "Ana Sousa", "url": f"{ELSEWHERE}ana"}],
        source={"url": f"{ELSEWHERE}source", "name": "First"},
    )
    pins = newsroom.client.put(f"/v1/stories/{story['id']}/pinned", json={"items": [{"entry": entry["id"]}]})
    assert pins.is_success, pins.text
    return story | {"entry": entry}


@contextmanager
def _framed(
    context: BrowserContext, newsroom: Newsroom, story: dict[str, Any], *, sandbox: str | None = None
) -> Iterator[tuple[Page, Frame]]:
    """Open the article; what is elsewhere refuses to be framed, as most sites do."""
    refusal = {"X-Frame-Options": "DENY", "Content-Type": "text/html"}
    context.route(f"{ELSEWHERE}*", lambda route: route.fulfill(headers=refusal, body="<h1>Elsewhere</h1>"))
    context.set_default_timeout(PATIENCE_MILLISECONDS)
    with html_site(_framing_page(newsroom, story, sandbox)) as article:
        page = context.new_page()
        page.goto(article)
        frame = page.frames[1]
        frame.wait_for_selector("#story")
        yield page, frame


@pytest.mark.parametrize("sandbox", [None, _sandbox_of_the_readme()], ids=["as recommended", "sandboxed"])
def test_links_to_elsewhere_open_beside_the_article_and_leave_the_live_blog_where_it_is(
    newsroom: Newsroom, context: BrowserContext, linking_story: dict[str, Any], sandbox: str | None
) -> None:
    with _framed(context, newsroom, linking_story, sandbox=sandbox) as (page, frame):
        frame.wait_for_selector('[data-connection="live"]')
        before = page.url, frame.url
        for name in LINKS.values():
            with context.expect_page() as opened:
                frame.get_by_role("link", name=name, exact=True).first.click()
            expect(opened.value.locator("h1")).to_have_text("Elsewhere")
            assert opened.value.evaluate("window.opener") is None
            opened.value.close()
        assert (page.url, frame.url) == before
        frame.evaluate("window.scrollTo(0, 0)")
        newsroom.publish(linking_story, f"It goes on, [drawn here]({ELSEWHERE}drawn).")
        with context.expect_page() as opened:
            frame.get_by_role("link", name="drawn here", exact=True).click()
        expect(opened.value.locator("h1")).to_have_text("Elsewhere")


def test_links_to_the_live_blogs_own_pages_stay_in_the_frame(
    newsroom: Newsroom, context: BrowserContext, linking_story: dict[str, Any]
) -> None:
    with _framed(context, newsroom, linking_story) as (page, frame):
        frame.wait_for_selector('[data-connection="live"]')
        article = page.url
        for place in ("#pinned .at", "article .when a"):
            frame.locator(place).first.click()
            frame.wait_for_url("**?entry=*")
            frame.wait_for_selector('[data-connection="live"]')
        frame.wait_for_selector("[data-reading]")  # only then is it heard that the reader scrolls
        frame.evaluate("scrollTo(0, document.body.scrollHeight)")
        expect(frame.locator("article")).to_have_count(22)
        assert page.url == article
        assert len(context.pages) == 1


@pytest.mark.parametrize("framed", [True, False])
def test_without_javascript_links_to_elsewhere_leave_the_frame_and_others_stay(
    newsroom: Newsroom, browser: Browser, linking_story: dict[str, Any], framed: bool
) -> None:
    with (
        browser.new_context(java_script_enabled=False) as context,
        _framed(context, newsroom, linking_story) as (page, frame),
    ):
        if not framed:
            page.goto(newsroom.page(linking_story))
            frame = page.main_frame
        frame.get_by_role("link", name="Older updates").click()
        expect(frame.locator("article").last).to_contain_text("Earlier 0.")
        frame.get_by_role("link", name="Newer updates").click()
        frame.get_by_role("link", name="Source link").first.click()
        expect(page.locator("h1")).to_have_text("Elsewhere")
        assert page.url == f"{ELSEWHERE}source"


def test_an_embedded_page_tells_how_high_it_is_and_all_its_links_leave_it(
    newsroom: Newsroom, context: BrowserContext, linking_story: dict[str, Any]
) -> None:
    """The script of five lines in the documents is the one that is tried."""
    documents = (Path(__file__).parents[3] / "docs" / "element.md").read_text(encoding="utf-8")
    found = re.search(r'<script>\naddEventListener\("message".*?</script>', documents, re.DOTALL)
    assert found is not None
    script = found[0].replace("https://live.example", newsroom.url)
    assert len(script.splitlines()) <= 7
    frame_tag = f'<iframe src="{newsroom.page(linking_story, "?embed")}" title="Live" style="width:100%" height="90">'
    context.set_default_timeout(PATIENCE_MILLISECONDS)
    with html_site(f"<!doctype html><title>An article</title>{script}{frame_tag}</iframe><p>Below.</p>") as article:
        page = context.new_page()
        page.goto(article)
        frame = page.frames[1]
        frame.wait_for_selector('[data-connection="live"]')
        frame.wait_for_selector("[data-reading]")
        expect(frame.locator(".masthead")).to_have_count(0)
        height = "() => document.querySelector('iframe').offsetHeight"
        is_whole = "() => document.documentElement.scrollHeight <= window.innerHeight + 1"
        until(page, f"() => ({height})() > 1000")
        until(frame, is_whole)
        before = page.evaluate(height)
        newsroom.publish(linking_story, "It grows.")
        until(page, f"(before) => ({height})() > before", before)
        until(frame, is_whole)
        # A frame that is never scrolled knows all the same that its reader is further down.
        frame.locator("article").nth(9).scroll_into_view_if_needed()
        expect(frame.locator("#fresh")).to_be_hidden()
        frame.evaluate(IN_SIGHT_SAID)
        newsroom.publish(linking_story, "Held back.")
        expect(frame.locator("#fresh")).to_have_text("1 new update")
        page.evaluate("window.scrollTo(0, 0)")
        expect(frame.locator("article").first).to_contain_text("Held back.")
        with context.expect_page() as opened:
            frame.locator("article .when a").first.click()
        expect(opened.value.locator(".masthead")).to_be_visible()
        opened.value.close()
        frame.locator("article").last.scroll_into_view_if_needed()
        expect(frame.locator("article")).to_have_count(24)
        assert (page.url, len(context.pages)) == (article, 1)
