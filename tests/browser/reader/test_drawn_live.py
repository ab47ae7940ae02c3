"""What the API tells of a story and its entries is drawn by the server, and by the scripts when it changes."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from app.web.words import Catalogue
from tests.browser.newsroom_page import TOO_WIDE
from tests.browser.newsroom_server import Newsroom
from tests.browser.reader.pages import DRAWN, PRESS_OLDER, SOON, STAYS_ONCE_ENDED, TWO_FRAMES, Open, attached, until
from tests.waiting import await_true

PICTURE = {
    "url": "https://pictures.example/lead.jpg",
    "alt": "The <hall>",
    "caption": "The hall\non Tuesday",
    "credit": "Ana Sousa/Agency",
    "width": 1280,
    "height": 720,
}
EVERYTHING: dict[str, Any] = {
    "title": "The results <b>are</b> in",
    "standfirst": "It is over.\nOr is it?",
    "section": "Politics & more",
    "language": "ar",
    "direction": "rtl",
    "time_zone": "Asia/Tokyo",
    "tags": [{"slug": "vote", "label": "The vote"}, {"slug": "b", "label": "<b>"}],
    "image": PICTURE,
    "intro": {"html": "<p>It <b>rains</b>.</p><table><tr><td>1</td></tr></table><pre>code</pre>"},
    "authors": [
        "Ana Sousa",
        {"name": "R&D <desk>", "role": "Data", "place": "Porto", "url": "https://herald.example/d"},
    ],
    "sponsor": {"name": "The <Bank>", "url": "https://bank.example/", "label": "Presented by"},
    "seo": {"title": "Found <by> this"},
    "publisher": {"name": "The Herald", "url": "https://herald.example/"},
    "about": {"name": "Election", "place": "Porto", "start": "2026-11-03T18:00:00Z"},
    "coverage_start": "2026-11-03T17:00:00Z",
}
WIDE = (
    "| " + " | ".join(f"Column {number}" for number in range(30)) + " |\n" + "|---" * 30 + "|\n" + "| word " * 30 + "|"
)
CODE = "```python\n" + "x" * 400 + "\n```"


def _text(page: Page, selector: str) -> str:
    return " ".join(page.locator(selector).first.inner_text().split())


@pytest.mark.parametrize(
    "fields", [EVERYTHING, {**EVERYTHING, "image": {"url": PICTURE["url"]}, "language": "pt", "sponsor": {"name": "B"}}]
)
def test_a_story_that_changes_is_drawn_as_the_server_draws_it(
    newsroom: Newsroom, open_page: Open, fields: dict[str, Any]
) -> None:
    earlier = newsroom.make_story(title="The day before", language="de")
    story = newsroom.make_story(coverage_start="2026-11-02T17:00:00Z")
    entry = newsroom.publish(story, "Forty.", label="67′")
    newsroom.edit(entry, text="Fifty.", icon="red_card")
    newsroom.act(entry, "corrections", text="Fifty.", severity="correction")
    page = attached(open_page(newsroom.page(story), before_page_scripts=STAYS_ONCE_ENDED))
    newsroom.edit_story(story, continues=earlier["id"], **fields)
    expect(page.locator(".continues a")).to_have_text("The day before")
    later = newsroom.make_story(title="The day after", continues=story["id"], language="he")
    expect(page.locator(".continued a")).to_have_text("The day after")
    newsroom.edit_story(story, status="ended")
    words = Catalogue().words_for(fields["language"])
    expect(page.locator(".story .live")).to_have_text(str(words.say("status.ended")))
    loaded = open_page(newsroom.page(story))
    assert page.evaluate(DRAWN) == loaded.evaluate(DRAWN)
    for each in (page, loaded):
        assert each.title() == "Found <by> this – The Courier"
        assert each.locator(".intro b").inner_text() == "rains"
        assert each.locator(".intro [role=group]").count() == 2
        assert each.evaluate("[document.documentElement.lang, document.documentElement.dir]") == [
            fields["language"],
            "rtl",
        ]
        assert _text(each, ".section").upper() == "POLITICS & MORE"
        assert _text(each, ".story .tags") == "The vote <b>"
        day = words.date(date(2026, 11, 4))
        assert words.say("started", time=f"02:00 {day}") in _text(each, ".about")
        assert words.say("comma").join(["Election", "Porto", f"03:00 {day}"]) in _text(each, ".about")
        assert words.say("times", place="Tokyo") in _text(each, ".about")
        assert _text(each, ".continues") == words.say("earlier", story="The day before")
        assert _text(each, ".continued") == words.say("continued_in", story="The day after")
        assert each.locator(".continues a").get_attribute("href") == f"/stories/{earlier['slug']}"
        assert each.locator(".continued a").get_attribute("lang") == later["language"]
        assert each.locator(".lead img").get_attribute("loading") is None
    if fields is EVERYTHING:
        assert _text(loaded, ".lead figcaption") == "The hall on Tuesday Ana Sousa/Agency"
        assert loaded.locator(".lead img").get_attribute("alt") == "The <hall>"
    newsroom.edit_story(story, image=None, section=None, tags=[], continues=None, about=None, standfirst=None)
    newsroom.edit_story(story, intro=None, authors=[], sponsor=None, seo=None)
    expect(page.locator(".lead")).to_be_hidden()
    expect(page.locator(".intro")).to_be_hidden()  # by the second change
    assert page.evaluate(DRAWN) == open_page(newsroom.page(story)).evaluate(DRAWN)


def test_a_new_time_zone_or_language_redraws_every_time_on_the_page(newsroom: Newsroom, open_page: Open) -> None:
    story = newsroom.make_story(coverage_start="2026-11-02T17:00:00Z")
    entries = [newsroom.publish(story, f"Update {number}.") for number in range(25)]
    newsroom.edit(entries[0], text="Edited.")
    newsroom.act(entries[0], "corrections", text="Edited.", severity="correction")
    page = attached(open_page(newsroom.page(story)))
    page.evaluate(PRESS_OLDER)
    expect(page.locator("article")).to_have_count(25)
    for change in ({"time_zone": "Asia/Kolkata"}, {"language": "pt"}, {"time_zone": "UTC", "language": "en"}):
        before = page.locator("time").all_inner_texts()
        newsroom.edit_story(story, **change)
        expect(page.locator("time").first).not_to_have_text(before[0])
        after = page.locator("time").all_inner_texts()
        assert [each for each, was in zip(after, before, strict=True) if each == was] == []
    assert page.locator("time").count() == 28


def test_the_tabs_title_follows_the_story_and_still_counts_what_is_new(newsroom: Newsroom, open_page: Open) -> None:
    story = newsroom.make_story()
    for number in range(8):
        newsroom.publish(story, f"Update {number}. " + "Words. " * 80)
    page = attached(open_page(newsroom.page(story)))
    page.evaluate("scrollTo(0, 900)")
    page.evaluate(TWO_FRAMES)
    newsroom.publish(story, "One more.")
    expect(page).to_have_title("(1) Election night – The Courier")
    newsroom.edit_story(story, title="The results")
    expect(page).to_have_title("(1) The results – The Courier")
    page.click("#fresh")
    expect(page).to_have_title("The results – The Courier")


@pytest.mark.parametrize("scripts", [True, False])
def test_a_story_that_has_not_begun_says_when_it_does(newsroom: Newsroom, open_page: Open, scripts: bool) -> None:
    story = newsroom.make_story(status="upcoming", coverage_start="2090-11-03T17:00:00Z", time_zone="Asia/Tokyo")
    page = open_page(newsroom.page(story), java_script_enabled=scripts)
    assert "Starts 02:00 4 November 2090" in _text(page, ".about")
    assert page.locator('.about time[datetime^="2090-11-03T17:00:00"]').count() == 1
    if scripts:
        attached(page)
        newsroom.edit_story(story, coverage_start="2090-11-03T18:30:00Z")
        expect(page.locator(".about time b")).to_have_text("03:30")
        newsroom.edit_story(story, status="live")
        expect(page.locator(".about")).to_contain_text("Started")


def test_only_what_is_new_is_shown_as_new(newsroom: Newsroom, open_page: Open) -> None:
    story = newsroom.make_story()
    for number in range(45):
        newsroom.publish(story, f"Update {number}.")
    watch = """addEventListener("DOMContentLoaded", () => {
      window.flashed = [];
      new MutationObserver((changes) => flashed.push(...changes.flatMap(({ addedNodes }) => [...addedNodes])
        .filter((node) => node.classList?.contains("is-new")).map((node) => node.querySelector(".body").textContent)))
        .observe(document.getElementById("timeline"), { childList: true });
    })"""
    page = attached(open_page(newsroom.page(story), before_page_scripts=watch))
    # Near the end older entries come by themselves: a press on the link there would race with that.
    until(page, "() => (scrollBy(0, 3000), document.querySelectorAll('article').length === 45)")
    assert page.evaluate("flashed") == []
    page.evaluate("scrollTo(0, 0)")
    newsroom.publish(story, "The newest.")
    expect(page.locator("article")).to_have_count(46)
    assert page.evaluate("flashed") == ["The newest."]
    expect(page.locator(".is-new")).to_have_count(0)


@pytest.mark.parametrize(("drawn_by", "scripts"), [("server", True), ("server", False), ("script", True)])
def test_what_is_wider_than_the_page_scrolls_by_keyboard(
    newsroom: Newsroom, open_page: Open, scripts: bool, drawn_by: str
) -> None:
    story = newsroom.make_story()
    page = None
    if drawn_by == "script":
        page = attached(open_page(newsroom.page(story), viewport={"width": 320, "height": 640}))
    newsroom.publish(story, f"A table.\n\n{WIDE}\n\nSome code.\n\n{CODE}")
    page = page or open_page(newsroom.page(story), viewport={"width": 320, "height": 640}, java_script_enabled=scripts)
    for name in ("Table", "Code"):
        region = page.get_by_role("group", name=name, exact=True)
        expect(region).to_have_count(1)
        for _ in range(20):
            page.keyboard.press("Tab")
            if region.evaluate("(node) => node === document.activeElement"):
                break
        expect(region).to_be_focused()
        await_true(partial(region.evaluate, "(node) => getComputedStyle(node).outlineStyle === 'solid'"))  # once styled
        page.keyboard.press("ArrowRight")
        await_true(partial(region.evaluate, "(node) => node.scrollLeft > 0"))
    assert page.evaluate(TOO_WIDE) == []
    assert page.get_by_role("table").count() == 1


def test_a_story_that_changes_before_its_drawing_is_here_is_drawn_once_that_comes(
    newsroom: Newsroom, open_page: Open
) -> None:
    """story_changes.js comes at an idle moment, and that may be one in which the server is away."""
    story = newsroom.make_story(title="Before")
    page = open_page("about:blank", before_page_scripts=SOON)
    kept_back: list[Route] = []

    def keep_back(route: Route) -> None:
        kept_back.append(route)
        route.abort()

    page.route("**/story_changes.js", keep_back)
    page.goto(newsroom.page(story))
    attached(page)
    while len(kept_back) < 2:
        page.wait_for_event("requestfailed")  # it is asked for again
    newsroom.edit_story(story, title="After", intro={"text": "It rains."})
    expect(page).to_have_title("After – The Courier")
    assert _text(page, "h1") == "Before"
    page.unroute("**/story_changes.js")
    expect(page.locator("h1")).to_have_text("After")
    assert _text(page, ".intro") == "It rains."
