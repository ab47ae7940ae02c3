"""The text of an entry in the newsroom's form: what it lacks is said before it is sent, and code is code."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.newsroom_page import (
    TOO_WIDE,
    choose,
    item,
    long_story,
    long_word,
    newsroom_page,
    press,
    publish_long_words,
    sign_in,
    somebody,
)
from tests.browser.newsroom_rich_text import newest, published, typed
from tests.browser.newsroom_server import Newsroom

pytestmark = pytest.mark.slow

HINT = "formatting that the text does not show"


def test_formatting_that_an_edit_would_lose_is_said_before_it_is_sent(
    driver: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    html = "<p>Teh river</p><p>H<sub>2</sub>O</p>"
    entry = newsroom.client.post(f"/v1/stories/{story['id']}/entries", json={"html": html}).json()
    plain = newsroom.publish(story, "Nothing special.")
    press(driver, "Nothing special", "edit")
    expect(driver.locator("#composer-title")).to_contain_text("Edit")
    expect(driver.get_by_text(HINT)).to_be_hidden()
    driver.click("#clear")
    driver.get_by_role("button", name="Throw away").click()
    press(driver, "Teh river", "edit")
    expect(driver.locator("#composer").get_by_text(HINT)).to_be_visible()
    driver.get_by_role("textbox", name="Text", exact=True).fill("The river\n\nH2O")
    driver.click("#publish")
    dialog = driver.get_by_role("dialog")
    expect(dialog).to_contain_text(HINT)
    dialog.get_by_role("button", name="Cancel").click()
    expect(driver.get_by_role("textbox", name="Text", exact=True)).to_have_value("The river\n\nH2O")
    driver.click("#publish")
    dialog.get_by_role("button", name="Send").click()
    expect(item(driver, "The river").locator("sub")).to_have_text("2")
    read = newsroom.client.get(f"/v1/stories/{story['id']}/entries/{entry['id']}").json()
    assert read["body_html"] == "<p>The river</p>\n<p>H<sub>2</sub>O</p>"
    assert newsroom.client.get(f"/v1/stories/{story['id']}/entries/{plain['id']}").json()["revision"] == 1


def test_a_headline_has_as_many_characters_as_the_server_takes_and_is_never_cut(
    driver: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    families = "👩\u200d👩\u200d👧" * 60
    driver.get_by_label("Headline").fill(families)
    driver.get_by_role("textbox", name="Text", exact=True).fill("A crowd.")
    driver.click("#publish")
    expect(item(driver, "A crowd.").locator("h3")).to_have_text(families)
    driver.get_by_label("Headline").fill(families + "x")
    driver.click("#publish")
    expect(driver.get_by_text("A headline has at most 300 characters.")).to_be_visible()
    expect(driver.get_by_label("Headline")).to_have_value(families + "x")


def test_code_keeps_its_lines_and_a_phones_page_its_width(
    browser: Browser, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    long = "    return " + "x" * 400
    newsroom.publish(story, f"Look:\n\n```python\ndef f():\n{long}\n```\n\nThat.")
    context = browser.new_context(viewport={"width": 320, "height": 700})
    page = context.new_page()
    page.goto(newsroom.page(story))
    code = page.locator("article pre")
    expect(code).to_have_text(f"def f():\n{long}")
    assert code.evaluate("node => getComputedStyle(node).whiteSpace").startswith("pre")
    lines = code.evaluate("node => Math.round(node.querySelector('code').getBoundingClientRect().height / 20)")
    assert lines == 2
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    assert code.evaluate("node => node.scrollWidth > node.clientWidth")
    context.close()


def test_one_long_word_wherever_text_can_stand_makes_no_part_of_the_newsroom_wider_than_a_small_phone(
    context: BrowserContext, newsroom: Newsroom
) -> None:
    somebody(newsroom, long_word(100))
    story = long_story(newsroom)
    page = context.new_page()
    page.set_viewport_size({"width": 320, "height": 640})
    sign_in(page, newsroom)
    choose(page, story)
    entry = publish_long_words(newsroom, story)
    newsroom.edit(entry, headline=long_word(199))
    expect(page.locator(".item")).to_have_count(3)
    shown = page.locator(f'.item[data-id="{entry["id"]}"]')
    expect(shown).to_contain_text(long_word(199))
    for summary in page.locator("#workspace summary").all():
        summary.click()
    assert page.evaluate(TOO_WIDE) == []
    for action in ("versions", "move", "times", "preview", "correct", "retract", "remove", "pin-end", "unpublish"):
        shown.locator(f'[data-action="{action}"]').click()
        _fits_in_a_dialog(page, action)
    actions = [str(button.get_attribute("data-story")) for button in page.locator("button[data-story]").all()]
    assert len(actions) > 10
    for name in actions:
        if name == "paused":  # asks nothing
            continue
        page.locator(f'[data-story="{name}"]').click()
        _fits_in_a_dialog(page, name)
    page.get_by_label("Search all stories").fill("https example")
    page.get_by_role("button", name="Search").click()
    _fits_in_a_dialog(page, "search")
    shown.locator('[data-action="edit"]').click()
    expect(page.locator("#composer-title")).to_contain_text("Edit")
    assert page.evaluate(TOO_WIDE) == [], "edit"


def _fits_in_a_dialog(page: Page, action: str) -> None:
    dialog = page.locator("dialog[open]")
    expect(dialog).to_have_count(1)
    page.wait_for_load_state("networkidle")
    assert page.evaluate(TOO_WIDE) == [], action
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


def test_shorthand_is_read_in_formatted_text_too(browser: Browser, newsroom: Newsroom) -> None:
    story = newsroom.make_story()
    made = newsroom.client.post("/v1/newsroom/tokens", json={"label": "Slash", "role": "editor", "shorthand": True})
    assert made.is_success, made.text
    with newsroom_page(browser, replace(newsroom, token=made.json()["token"]), publishes_at_once=False) as page:
        choose(page, story)
        typed(page, "/key Polls have closed. #polls")
        published(page, newsroom, story)
        plain = newest(newsroom, story)
        typed(page, "/breaking **Polls** have closed. #polls")
        published(page, newsroom, story)
        formatted = newest(newsroom, story)
    assert (plain["key_event"], plain["body_html"]) == (True, "<p>Polls have closed.</p>")
    assert formatted["importance"] == "breaking"
    assert formatted["body_html"].replace("strong>", "b>") == "<p><b>Polls</b> have closed.</p>"
    assert [[tag["slug"] for tag in each["tags"]] for each in (plain, formatted)] == [["polls"], ["polls"]]
