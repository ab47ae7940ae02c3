"""<live-blog> beside another of its story or its server, changed while it loads, and taken away and put back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.newsroom_server import Newsroom
from tests.browser.reader.pages import TWO_FRAMES, Open, until
from tests.loopback import html_site

LIVE = "(id) => document.querySelector(`#${id} > .liveblog`)?.dataset.connection === 'live'"
TOLD = """
  window.told = [];
  for (const name of ["entryview", "adslot"]) {
    document.addEventListener(name, ({ detail: { id, after } }) => told.push(`${name} ${id ?? after}`));
  }
"""
WORDS = "Words. " * 100 + "Words."
FILM = "https://www.youtube.com/watch?v=abcdefghijk"
TOP = "(article) => article.querySelector('.body p').getBoundingClientRect().top"
BELOW = '<div style="height: 200vh"></div>'
AD = '<template slot="ad"><p>Buy</p></template>'

Opened = Callable[..., Page]


@pytest.fixture
def opened(open_page: Open, newsroom: Newsroom) -> Iterator[Opened]:
    """Opens a page of another site with these elements; requests for `held` wait in the list beside."""
    with ExitStack() as sites:

        def open_host(*elements: str, held: tuple[str, list[Route]] | None = None) -> Page:
            script = f'<script type="module" src="{newsroom.url}/live-blog.js"></script>'
            html = f'<!doctype html><html lang="en"><title>An article</title>{script}{"".join(elements)}'
            page = open_page("about:blank", before_page_scripts=TOLD)
            if held:
                page.route(held[0], lambda route: held[1].append(route))
            page.goto(sites.enter_context(html_site(html)), wait_until="domcontentloaded")
            return page

        yield open_host


def _read(page: Page, read: Locator) -> None:
    """Scroll to the text of an entry."""
    read.evaluate(f"(article) => scrollBy(0, ({TOP})(article) - 5)")
    page.evaluate(TWO_FRAMES)
    assert read.evaluate(TOP) == pytest.approx(5, abs=1)


def test_of_two_elements_of_one_story_each_keeps_its_own_place_and_its_own_focus(
    opened: Opened, newsroom: Newsroom
) -> None:
    story = newsroom.make_story()
    entries = [newsroom.publish(story, WORDS, headline=f"Headline {number}") for number in range(5)]
    newsroom.edit(entries[2], headline="Changed once")  # and so as high as after the next change
    elements = [f'<live-blog id="{name}" src="{newsroom.page(story)}"></live-blog>' for name in ("first", "second")]
    page = opened(*elements, BELOW)
    for name in ("first", "second"):
        until(page, LIVE, name)
    read = page.locator(f'#second [id="entry-{entries[2]["id"]}"]')
    read.locator(".when a").evaluate("(link) => link.focus({ preventScroll: true })")
    _read(page, read)
    newsroom.edit(entries[2], headline="Changed twice")
    expect(page.locator("h2", has_text="Changed twice")).to_have_count(2)
    page.evaluate(TWO_FRAMES)
    assert read.evaluate(TOP) == pytest.approx(5, abs=2)
    expect(read).to_be_focused()


def test_what_is_read_stays_when_its_entry_grows_below_it(opened: Opened, newsroom: Newsroom) -> None:
    """The pins are drawn right after the entry: before the browser has called what makes good how that has moved."""
    story = newsroom.make_story()
    entries = [newsroom.publish(story, WORDS, headline=f"Headline {number}") for number in range(5)]
    page = opened(f'<live-blog id="it" src="{newsroom.page(story)}"></live-blog>', BELOW)
    until(page, LIVE, "it")
    until(page, "() => told.length > 0")  # by what draws the pins
    read = page.locator(f'[id="entry-{entries[2]["id"]}"]')
    _read(page, read)
    newsroom.act(entries[2], "corrections", text="Not so. " * 50, severity="correction")
    expect(read.locator(".corrections li")).to_have_count(1)
    page.evaluate(TWO_FRAMES)
    assert read.evaluate(TOP) == pytest.approx(5, abs=2)


def test_what_shows_embeds_speaks_the_language_of_each_story_whenever_it_comes(
    opened: Opened, newsroom: Newsroom
) -> None:
    stories = {language: newsroom.make_story(language=language) for language in ("en", "de")}
    for story in stories.values():
        newsroom.publish(story, FILM)
    held: list[Route] = []
    page = opened(
        *(f'<live-blog id="{name}" src="{newsroom.page(story)}"></live-blog>' for name, story in stories.items()),
        held=("**/embeds/frames.js", held),
    )
    for name in stories:
        until(page, LIVE, name)
    while not held:
        page.wait_for_timeout(30)  # between two looks
    for route in held:
        route.continue_()
    expect(page.locator("#en .embed-choice button")).to_have_text("Show from YouTube")
    expect(page.locator("#de .embed-choice button")).to_have_text("Inhalt von YouTube zeigen")


def test_an_element_that_is_changed_while_its_style_loads_stays_what_it_was_changed_to(
    opened: Opened, newsroom: Newsroom
) -> None:
    story = newsroom.make_story()
    for number in range(5):
        newsroom.publish(story, f"Entry {number}.")
    held: list[Route] = []
    page = opened(f'<live-blog id="it" src="{newsroom.page(story)}"></live-blog>', held=("**/*.css", held))
    until(page, "() => document.querySelector('#it > link') !== null")
    page.evaluate("document.querySelector('#it').setAttribute('limit', '2')")
    until(page, LIVE, "it")
    for route in held:
        route.continue_()
    until(page, "() => document.querySelector('#it > link').sheet !== null")
    page.evaluate(TWO_FRAMES)
    expect(page.locator("#it article")).to_have_count(2)
    newsroom.publish(story, "And one more.")
    expect(page.locator("#it article").first).to_contain_text("And one more.")


def test_an_element_that_is_put_back_tells_of_no_entry_and_no_place_for_an_advertisement_again(
    opened: Opened, newsroom: Newsroom
) -> None:
    story = newsroom.make_story()
    entries = [newsroom.publish(story, f"Entry {number}.")["id"] for number in range(3)]
    page = opened(f'<live-blog id="it" src="{newsroom.page(story)}" ad-every="2">{AD}</live-blog>')
    page.set_viewport_size({"width": 900, "height": 1_500})
    before = {f"adslot {entries[1]}", *(f"entryview {each}" for each in entries)}
    until(page, "(count) => told.length === count", len(before))
    page.evaluate("() => { const it = document.querySelector('#it'); it.remove(); document.body.append(it); }")
    until(page, LIVE, "it")
    last = f"entryview {newsroom.publish(story, 'The last.')['id']}"
    until(page, "(last) => told.includes(last)", last)  # it is seen after all that were there before
    assert sorted(page.evaluate("told")) == sorted({*before, last})
