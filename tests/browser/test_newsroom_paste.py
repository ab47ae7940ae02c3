"""Formatted text pasted into the newsroom's form, and the preview of what is written, by the server's own rules."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, Route, expect

from tests.browser.network import Network
from tests.browser.newsroom_page import choose, give_token, item, press, sign_in, until_in
from tests.browser.newsroom_rich_text import PASTE
from tests.browser.newsroom_server import Newsroom
from tests.content.clipboard import CLIPBOARD
from tests.pictures import png, require_decoder

PLAIN_OF = """(html) => {
  const read = new DOMParser().parseFromString(html, 'text/html').body;
  return read.textContent.trim() || 'Nothing';
}"""
FROM_A_PAGE = '<p>Read <a href="https://paper.example/a?b=1&amp;c=2">the <b>whole</b> report</a>.</p>'
WORDS = "Read the whole report."
MARKDOWN = "Read [the **whole** report](https://paper.example/a?b=1&c=2)."
WRITTEN = (
    "Turnout was **59 %**.\n\n- one\n- two\n\n| Party | Seats |\n| --- | --- |\n| A | 4 |\n\n<script>alert(1)</script>"
)
CONVERTED = "Pasted with its formatting and links."


def text_field(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Text", exact=True)


def said(page: Page) -> Locator:
    return page.get_by_role("status", name="What became of what was pasted")


def paste(page: Page, html: str, plain: str = WORDS) -> bool:
    """Paste into the text; return whether that was left to the browser."""
    text_field(page).focus()
    left: bool = text_field(page).evaluate(PASTE, {"html": html, "plain": plain})
    return left


def as_seen(html: str) -> list[str]:
    """The lines of a body, without what looks the same: Markdown has one sign for each weight."""
    return html.replace("<strong>", "<b>").replace("</strong>", "</b>").replace("em>", "i>").split("\n")


@pytest.mark.parametrize("shape", CLIPBOARD)
def test_what_is_on_the_clipboard_becomes_the_body_it_is(
    driver: Page, newsroom: Newsroom, story: dict[str, Any], shape: str
) -> None:
    html, expected = CLIPBOARD[shape]
    was_left = paste(driver, html, driver.evaluate(PLAIN_OF, html))
    assert was_left == (shape == "an editor of code")  # its colours are none of the text's, which may be Markdown
    if was_left:
        return
    expect(said(driver)).to_contain_text("Pasted")
    is_whole = CONVERTED in said(driver).inner_text()
    driver.click("#save")
    expect(driver.locator("#act-line")).to_contain_text("Kept as a draft")
    [entry] = newsroom.client.get(f"/v1/newsroom/stories/{story['id']}/entries").json()["items"]
    assert entry["body_html"].count("<a ") == "".join(expected).count("<a ")
    if is_whole:
        assert as_seen(entry["body_html"]) == as_seen("\n".join(expected))


def test_a_paste_is_undone_by_a_button_and_by_the_keyboard_and_stands_where_the_caret_was(driver: Page) -> None:
    text_field(driver).fill("Before. After.")
    text_field(driver).evaluate("field => field.setSelectionRange(8, 8)")
    assert not paste(driver, FROM_A_PAGE)
    expect(text_field(driver)).to_have_value(f"Before. {MARKDOWN}After.")
    expect(said(driver)).to_contain_text(CONVERTED)
    assert text_field(driver).evaluate("field => field.selectionStart") == len(f"Before. {MARKDOWN}")
    said(driver).get_by_role("button", name="As plain text").click()
    expect(text_field(driver)).to_have_value(f"Before. {WORDS}After.")
    expect(text_field(driver)).to_be_focused()
    text_field(driver).fill("")
    assert not paste(driver, FROM_A_PAGE)
    expect(text_field(driver)).to_have_value(MARKDOWN)
    driver.keyboard.press("Control+z")
    expect(text_field(driver)).to_have_value(WORDS)


def test_the_keys_paste_what_is_on_the_clipboard(driver: Page, context: BrowserContext) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    driver.evaluate(
        """([html, plain]) => navigator.clipboard.write([new ClipboardItem({
          'text/html': new Blob([html], {type: 'text/html'}), 'text/plain': new Blob([plain], {type: 'text/plain'}),
        })])""",
        [FROM_A_PAGE, WORDS],
    )
    text_field(driver).focus()
    driver.keyboard.press("Control+v")
    expect(text_field(driver)).to_have_value(MARKDOWN)


def test_text_alone_is_left_to_the_browser(driver: Page) -> None:
    assert paste(driver, "<span style='color:red'>Words</span>", "Words")
    assert said(driver).inner_text() == ""


def test_what_is_typed_while_it_is_converted_stays(driver: Page) -> None:
    asked: list[Route] = []
    driver.route("**/v1/newsroom/conversions", lambda route: asked.append(route))
    assert not paste(driver, FROM_A_PAGE)
    driver.keyboard.type(" And more.")
    expect(text_field(driver)).to_have_value(f"{WORDS} And more.")
    expect(said(driver)).to_have_text("Pasting with formatting …")
    asked[0].continue_()
    expect(text_field(driver)).to_have_value(f"{MARKDOWN} And more.")


def test_without_a_server_the_words_stand_at_once_and_it_is_said_in_place(
    context: BrowserContext, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    network = Network(int(newsroom.url.rpartition(":")[2]))
    page = context.new_page()
    page.goto(f"{network.url}/newsroom")
    give_token(page, newsroom.token)
    choose(page, story)
    network.cut()
    assert not paste(page, FROM_A_PAGE)
    expect(text_field(page)).to_have_value(WORDS)
    expect(said(page)).to_contain_text("Pasted as plain text, without its links. The server cannot be reached.")
    page.click("#preview-draft")
    expect(page.locator("#act-line")).to_contain_text("The server cannot be reached.")
    network.join()
    page.click("#preview-draft")
    expect(page.get_by_role("dialog")).to_contain_text(WORDS)
    network.close()


def test_what_an_entry_may_not_take_is_pasted_as_plain_text(driver: Page) -> None:
    driver.route("**/v1/newsroom/conversions", lambda route: route.fulfill(status=413, json={"detail": "Too much."}))
    assert not paste(driver, FROM_A_PAGE)
    expect(said(driver)).to_contain_text("Pasted as plain text, without its links. Too much.")
    expect(text_field(driver)).to_have_value(WORDS)


def test_a_paste_into_an_entry_of_plain_text_stays_plain(
    driver: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    newsroom.publish(story, "As *typed*.", text_format="plain")
    press(driver, "As *typed*", "edit")
    expect(text_field(driver)).to_have_value("As *typed*.")
    assert paste(driver, FROM_A_PAGE)


def test_a_preview_is_what_readers_then_see(
    context: BrowserContext, driver: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    driver.get_by_label("Headline").fill("Polls have closed")
    text_field(driver).fill(WRITTEN)
    driver.get_by_label("Key event").check()
    driver.click("#preview-draft")
    preview = driver.get_by_role("dialog").locator("article.entry")
    expect(preview.locator("h2")).to_have_text("Polls have closed")
    expect(preview.locator("table")).to_be_visible()
    assert newsroom.client.get(f"/v1/newsroom/stories/{story['id']}/entries").json()["items"] == []
    body = preview.locator(".body").inner_html()
    driver.get_by_role("dialog").get_by_role("button", name="Close").click()
    expect(text_field(driver)).to_have_value(WRITTEN)
    driver.click("#publish")
    expect(item(driver, "Polls have closed")).to_be_visible()
    reader = context.new_page()
    reader.goto(newsroom.page(story))
    seen = reader.locator("article.entry")
    expect(seen.locator("h2")).to_have_text("Polls have closed")
    assert seen.locator(".body").inner_html() == body


def test_a_preview_of_an_edit_shows_its_pictures_and_what_was_changed(
    driver: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    require_decoder()
    media = newsroom.client.post("/v1/media", content=png(), headers={"content-type": "image/png"}).json()
    blocks = [{"type": "paragraph", "html": "H<sub>2</sub>O"}, {"type": "image", "media": media["id"], "alt": "Blue"}]
    answer = newsroom.client.post(f"/v1/stories/{story['id']}/entries", json={"headline": "Water", "blocks": blocks})
    assert answer.is_success, answer.text
    press(driver, "Water", "edit")
    expect(text_field(driver)).not_to_have_value("")
    text_field(driver).press("Control+End")
    driver.keyboard.type("\n\nAnd more.")
    driver.click("#preview-draft")
    preview = driver.get_by_role("dialog").locator("article.entry")
    expect(preview).to_contain_text("And more.")
    expect(preview.locator("sub")).to_have_text("2")
    picture = preview.locator("img")
    expect(picture).to_have_attribute("alt", "Blue")
    until_in(driver, "() => document.querySelector('dialog[open] article img')?.naturalWidth > 0")


def test_there_is_nothing_to_preview_in_an_empty_form(driver: Page) -> None:
    driver.click("#preview-draft")
    expect(driver.locator("#act-line")).to_contain_text("Write a headline or a text first.")
    expect(driver.get_by_role("dialog")).to_have_count(0)


def test_a_preview_without_the_right_to_write_says_so(newsroom: Newsroom, context: BrowserContext) -> None:
    page = context.new_page()
    sign_in(page, newsroom)
    page.route("**/v1/newsroom/conversions", lambda route: route.fulfill(status=403, json={"detail": "Not yours."}))
    story = newsroom.make_story(title="Another night")
    page.reload()
    choose(page, story)
    text_field(page).fill("Words.")
    page.click("#preview-draft")
    expect(page.locator("#act-line")).to_contain_text("Not yours.")
