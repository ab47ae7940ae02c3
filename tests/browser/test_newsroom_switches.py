"""What the desk shows to whom: the timeline's switch, what readers see, one's own entries, several at once, tabs."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.newsroom_page import PHONE, choose, newsroom_page, open_as, somebody, until_in
from tests.browser.newsroom_rich_text import PASTE
from tests.browser.newsroom_roles import composer, dialog, entries, press_in_composer, text_field
from tests.browser.newsroom_server import Newsroom

pytestmark = pytest.mark.slow

LISTEN_TO_ALERTS = """
  window.told = [];
  window.Notification = class {
    constructor(title, { body }) { window.told.push(`${title}: ${body}`); }
    static requestPermission() { return Promise.resolve("granted"); }
  };
  window.AudioContext = class {
    state = "running";
    currentTime = 0;
    createOscillator() {
      return { frequency: {}, connect: (next) => next, start: () => window.told.push("a tone"), stop() {} };
    }
    createGain() {
      return { gain: { setValueAtTime() {}, exponentialRampToValueAtTime() {} }, connect: (next) => next };
    }
  };
  document.hasFocus = () => false;
"""
"""A browser whose notifications and sounds are noted, in a window that is not looked at."""


def _queue(page: Page) -> Locator:
    return page.get_by_role("region", name="Queue")


def _timeline(page: Page) -> Locator:
    return page.get_by_role("region", name="Entries")


def test_the_timeline_shows_all_key_events_ones_own_or_what_readers_see(
    at_desk: Page, newsroom: Newsroom, story: dict[str, Any], browser: Browser
) -> None:
    newsroom.publish(story, "The gates are shut.", key_event=True)
    newsroom.publish(story, "Wind from the west.")
    with browser.new_context() as context:
        page = open_as(context, newsroom, somebody(newsroom, "Bo Colleague", "editor"))
        choose(page, story)
        text_field(page).fill("Seen by Bo.")
        expect(composer(page).get_by_text("Kept in this browser")).to_be_visible()
        press_in_composer(page, "Save draft")
        expect(entries(page)).to_have_count(3)
        _timeline(page).get_by_role("button", name="Mine").click()
        expect(entries(page)).to_have_count(1)
        expect(entries(page)).to_contain_text(["Seen by Bo."])
    expect(entries(at_desk)).to_have_count(3)
    _timeline(at_desk).get_by_role("button", name="Key").click()
    expect(entries(at_desk)).to_contain_text(["The gates are shut."])
    expect(entries(at_desk)).to_have_count(1)
    newsroom.publish(story, "Another key event.", key_event=True)
    _timeline(at_desk).get_by_role("button", name="All").click()
    expect(entries(at_desk)).to_have_count(4)

    as_readers = _timeline(at_desk).get_by_role("button", name="As readers see it")
    as_readers.click()
    shown = at_desk.locator("live-blog article")
    expect(shown).to_have_count(3)
    expect(at_desk.locator("#entries")).to_be_hidden()
    newsroom.publish(story, "Readers have this.")
    expect(shown.filter(has_text="Readers have this.")).to_have_count(1)
    expect(at_desk.locator("h1:not([aria-level='2'])")).to_have_count(1)  # Playwright's levels are those of the tags
    as_readers.click()
    expect(at_desk.locator("live-blog")).to_have_count(0)
    expect(entries(at_desk)).to_have_count(5)


def test_a_reporter_has_what_was_returned_and_what_is_out_and_hears_of_it(
    browser: Browser, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    newsroom.edit_story(story, settings={"review_required": True})
    with browser.new_context() as context:
        context.add_init_script(LISTEN_TO_ALERTS)
        page = open_as(context, newsroom, somebody(newsroom, "Rita Reporter"))
        choose(page, story)
        for words in ("Two roads are closed.", "The school is open."):
            text_field(page).fill(words)
            press_in_composer(page, "Submit")
            expect(_queue(page).get_by_role("article").filter(has_text=words)).to_contain_text("submitted")
        newsroom.publish(story, "By somebody else.")
        expect(_queue(page).get_by_role("article")).to_have_count(2)
        for wanted in ("Sound", "Notification"):
            _queue(page).get_by_role("checkbox", name=wanted).check()
        page.evaluate("window.told.length = 0")
        roads, school = (
            next(each for each in newsroom.entries(story) if each["text"] == words)
            for words in ("Two roads are closed.", "The school is open.")
        )
        newsroom.act(roads, "return", note="Which roads?")
        card = _queue(page).get_by_role("article").filter(has_text="Two roads")
        expect(card).to_contain_text("returned")
        expect(card).to_contain_text("Which roads?")
        until_in(page, "window.told.includes('What you wrote has come back: Two roads are closed.')")
        assert page.evaluate("window.told.includes('a tone')")
        newsroom.act(school, "publish")
        expect(_queue(page).get_by_role("article").filter(has_text="The school")).to_contain_text("published")
        expect(_queue(page).get_by_role("button", name="Mine 1")).to_be_visible()
        assert page.title().startswith("(1)")
        page.reload()
        page.wait_for_selector("#list")
        expect(_queue(page).get_by_role("checkbox", name="Sound")).to_be_checked()
        expect(_queue(page).get_by_role("article")).to_have_count(2)


def test_several_entries_go_in_one_request_and_what_is_refused_stays_to_be_mended(
    at_desk: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    at_desk.click("#story-more summary")
    at_desk.get_by_role("button", name="Several entries at once").click()
    asked = dialog(at_desk)
    asked.get_by_role("textbox").fill(f"# First\nPolls have closed.\n---\n{'# ' + 'x' * 301}\n---\nThird.")
    asked.get_by_role("combobox").select_option("published")
    asked.get_by_role("button", name="Send").click()
    expect(asked).to_contain_text("2 of 3 are kept. These are not:")
    expect(asked.get_by_role("textbox")).to_have_value("# " + "x" * 301)
    asked.get_by_role("textbox").fill("# Second\nMended.")
    asked.get_by_role("button", name="Send").click()
    expect(asked).to_be_hidden()
    assert newsroom.statuses(story) == {
        "Polls have closed.": "published",
        "Third.": "published",
        "Mended.": "published",
    }
    assert {each["headline"] for each in newsroom.entries(story)} == {"First", "Second", None}


def test_each_tab_of_a_phone_brings_in_its_part_from_any_other(
    browser: Browser, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    newsroom.publish(story, "Something to see.")
    with newsroom_page(browser, newsroom, viewport=PHONE, has_touch=True, is_mobile=True) as page:
        choose(page, story)
        parts = {
            "Queue": _queue(page),
            "Timeline": _timeline(page),
            "Write": page.get_by_role("region", name="Writing"),
        }
        for name in ("Timeline", "Queue", "Timeline", "Write", "Queue", "Write"):
            tab = page.get_by_role("navigation", name="Parts of the desk").get_by_role("button", name=name)
            tab.click()
            expect(parts[name]).to_be_in_viewport(ratio=0.9)
            expect(tab).to_have_attribute("aria-current", "true")


def test_the_address_of_a_provider_becomes_its_embed_and_says_what_readers_get(
    at_desk: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    field = text_field(at_desk)
    field.focus()
    field.evaluate(PASTE, {"plain": "https://www.youtube.com/watch?v=dQw4w9WgXcQ"})
    piece = field.locator(".piece")
    expect(piece).to_contain_text("YouTube · https://www.youtube.com/watch?v=dQw4w9WgXcQ")
    expect(piece).to_contain_text("A player, once a reader agrees.")
    press_in_composer(at_desk, "Preview")
    expect(dialog(at_desk).get_by_role("article")).to_contain_text("YouTube")
    dialog(at_desk).get_by_role("button", name="Close").click()
    press_in_composer(at_desk, "Publish")
    expect(entries(at_desk)).to_have_count(1)
    (shown,) = newsroom.client.get(f"/v1/stories/{story['id']}/entries?body=blocks").json()["items"]
    assert [(block["type"], block["provider"]) for block in shown["blocks"]] == [("embed", "youtube")]
