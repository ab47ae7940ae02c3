"""Readers' pages in the language of their story: the same from server and script, also when the language changes."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from app.domain.writing_direction import direction_of
from app.web.words import Catalogue, read_catalogue
from tests.browser.newsroom_server import Newsroom
from tests.browser.reader.pages import DRAWN, Open, attached, until

CATALOGUE = Catalogue()
WORDS_SHOWN = """() => [...document.querySelectorAll("[data-say], [aria-label]")].filter((node) => (
  !node.closest(".embed-choice, .embed-always, .share, .pause, #last-update")
)).map((node) => [
  node.dataset.say ? node.textContent.replace(/\\s+/g, " ").trim() : null,
  ...["data-say", "lang", "dir", "aria-label", "hidden"].map((name) => node.getAttribute(name)),
])"""
DATES = """(languages) => languages.map((language) => {
  const options = { dateStyle: "long", timeZone: "UTC", calendar: "gregory", numberingSystem: "latn" };
  const format = new Intl.DateTimeFormat(language === "en" ? "en-GB" : language, options);
  return [...Array(12).keys()].map((month) => format.format(new Date(Date.UTC(2026, month, 21))));
})"""
PLACES = """(selector) => {
  const words = document.createTreeWalker(document.querySelector(selector), NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  const found = [];
  while (words.nextNode()) {
    for (const { index, 0: word } of words.currentNode.data.matchAll(/\\S+/g)) {
      range.setStart(words.currentNode, index);
      range.setEnd(words.currentNode, index + word.length);
      found.push([word, range.getBoundingClientRect().left]);
    }
  }
  return found.sort((one, other) => one[1] - other[1]).map(([word]) => word);
}"""
"""The words below a place, as they stand from left to right."""


def everything(newsroom: Newsroom) -> dict[str, Any]:
    """A story with all that its page has words for."""
    before = newsroom.make_story(title="يوم سابق", language="ar")
    story = newsroom.make_story(
        time_zone="America/New_York",
        continues=before["id"],
        about={"name": "Storm Berta", "place": "לִיסבון"},
        tags=[{"slug": "a", "label": "الطقس"}, {"slug": "b", "label": "Weather (north)"}],
        coverage_start="2026-11-03T18:00:00Z",
    )
    film = newsroom.publish(story, "https://www.youtube.com/watch?v=abcdefghijk", headline="A film")
    newsroom.publish(
        story,
        "| a | b |\n|---|---|\n| 1 | 2 |\n\n```\ncode\n```",
        headline="Breaking (1): BBC",
        importance="breaking",
        key_event=True,
        kind="summary",
        authors=[{"name": "دعاء", "role": "Reporter", "place": "Porto"}, {"name": "Rui", "place": "القاهرة"}],
        source={"url": "https://first.example/", "name": "وكالة"},
        tags=[{"slug": "c", "label": "אחר"}],
    )
    edited = newsroom.publish(story, "Fourty.")
    newsroom.edit(edited, text="Forty.")
    newsroom.act(edited, "corrections", text="It is forty.", severity="clarification")
    newsroom.act(newsroom.publish(story, "The dam failed."), "retract", reason="It did not.")
    newsroom.client.put(f"/v1/stories/{story['id']}/pinned", json={"items": [{"entry": film["id"]}]}).raise_for_status()
    newsroom.client.put(f"/v1/stories/{story['id']}/key-points", json={"items": [{"text": "One."}]}).raise_for_status()
    return story


def _lang_of(page: Page) -> str | None:
    return page.locator("#key-points h2").get_attribute("lang")


def follow_through(newsroom: Newsroom, open_page: Open, languages: list[str]) -> None:
    """Change the language of a story before the eyes of a reader, and compare with what a new reader is sent."""
    story = everything(newsroom)
    page = attached(open_page(newsroom.page(story)))
    page.wait_for_selector("article.is-retracted")
    for language in languages:
        newsroom.edit_story(story, language=language)
        words = CATALOGUE.words_for(language)
        fresh = open_page(newsroom.page(story), java_script_enabled=False)
        heading = page.locator("#key-points h2")
        expect(heading).to_have_text(str(words.say("key_points")))
        # Where the words before were those, too, they were marked as of another language than the story's.
        until(page, "(lang) => document.querySelector('#key-points h2').getAttribute('lang') === lang", _lang_of(fresh))
        assert page.evaluate(DRAWN) == fresh.evaluate(DRAWN), language
        assert page.evaluate(WORDS_SHOWN) == fresh.evaluate(WORDS_SHOWN), language
        root = page.locator("html")
        assert (root.get_attribute("lang"), root.get_attribute("dir")) == (language, direction_of(language))
        assert page.locator("#entry-count").inner_text() == str(words.count("updates.count", 4))
        fresh.context.close()


@pytest.mark.slow
def test_an_open_page_follows_its_story_into_every_language(newsroom: Newsroom, open_page: Open) -> None:
    follow_through(newsroom, open_page, [*read_catalogue(), "pt-BR", "sw", "en"])


def test_an_open_page_follows_its_story_into_another_language_and_direction(
    newsroom: Newsroom, open_page: Open
) -> None:
    follow_through(newsroom, open_page, ["ar", "ja"])


def test_dates_are_those_that_chromium_writes(newsroom: Newsroom, open_page: Open) -> None:
    languages = sorted(read_catalogue())
    page = open_page(newsroom.url)
    written = [
        [CATALOGUE.words_for(language).date(date(2026, month, 21)) for month in range(1, 13)] for language in languages
    ]
    assert page.evaluate(DATES, languages) == written


@pytest.mark.parametrize("language", ["ar", "pl"])
def test_what_a_script_alone_says_is_in_the_language_too(newsroom: Newsroom, open_page: Open, language: str) -> None:
    words = CATALOGUE.words_for(language)
    story = newsroom.make_story(language=language)
    for number in range(12):
        newsroom.publish(story, f"{number}. {'x ' * 300}")
    page = attached(open_page(newsroom.page(story)))
    page.mouse.wheel(0, 2_000)
    until(page, "() => scrollY > 500")
    for number in (1, 2, 3):
        newsroom.publish(story, "نص جديد")
        expect(page.locator("#fresh")).to_have_text(str(words.count("updates.new", number)))
    assert page.title().startswith("(3) ")
    expect(page.locator("#announcement")).to_have_text(str(words.count("updates.new", 3)))
    page.click("#fresh")
    expect(page.locator(".read-to")).to_have_text(str(words.say("read_to")))
    page.evaluate("scrollTo(0, 0)")
    newsroom.publish(story, "أخير")
    expect(page.locator("#announcement")).to_have_text(words.say("updates.announced", text="أخير").unescape())
    newsroom.edit_story(story, status="withdrawn")
    expect(page.locator("main")).to_have_text(str(words.say("withdrawn")))


def test_the_newsroom_is_written_in_the_direction_of_what_is_typed(driver: Page) -> None:
    arabic = "انتهى التصويت"
    fields = driver.locator("#composer").locator(
        "[name=headline], [name=text], [name=authors], [name=source_name], [name=tags], [name=picture_alt], "
        "[name=picture_caption], [name=picture_credit]"
    )
    assert fields.count() == 8
    searched = driver.locator("#search [name=words]")
    driver.evaluate("() => { for (const each of document.querySelectorAll('details')) each.open = true; }")
    for field in [*fields.all(), searched]:
        field.fill(arabic)
        assert field.evaluate("(field) => getComputedStyle(field).direction") == "rtl"
        field.fill("Polls")
        assert field.evaluate("(field) => getComputedStyle(field).direction") == "ltr"
    driver.click("#story-edit")
    for name in ("title", "standfirst"):
        field = driver.locator(f"#ask [name={name}]")
        field.fill(arabic)
        assert field.evaluate("(field) => getComputedStyle(field).direction") == "rtl"


def test_english_words_in_a_page_from_right_to_left_are_read_from_left_to_right(
    newsroom: Newsroom, open_page: Open
) -> None:
    story = newsroom.make_story(language="fa")
    author = {"name": "سارا", "role": "خبرنگار", "place": "Porto (PT)"}
    entry = newsroom.publish(story, "متن", display_time="2026-11-03T18:00:00Z", authors=[author])
    for page in (open_page(newsroom.page(story)), open_page(newsroom.page(story), java_script_enabled=False)):
        assert page.evaluate(PLACES, "article .when b") == ["18:00"]
        assert page.evaluate(PLACES, "article .when time span") == ["3", "November", "2026"]
        assert page.evaluate(PLACES, "#entry-count") == ["1", "update"]
        assert page.evaluate(PLACES, ".byline small") == ["Porto", "(PT)", ",", "خبرنگار"]
        # A comma that is a box of its own loses the blank behind it.
        comma = page.locator(".byline small [data-say=comma]")
        assert comma.evaluate("(comma) => getComputedStyle(comma).display") == "inline"
    assert entry["time"].startswith("2026-11-03")
