"""Replies on a small phone and by keyboard alone: each control has a name, and its place in the order of the page."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.newsroom_page import TOO_WIDE, long_word
from tests.browser.newsroom_server import Newsroom
from tests.browser.reader.pages import Open, attached, until

SMALL = {"width": 320, "height": 640}
SCRIPTED = "() => document.querySelector('#comments').dataset.scripted === 'yes'"
CONTROLS = "#comments :is(a[href], button, summary, select, textarea, input:not([type=hidden]))"
FOCUSED = """() => {
  const at = document.activeElement;
  return at.name || (at.textContent || "").replace(/\\s+/g, " ").trim();
}"""
NAMED = re.compile(r"\w")


def tabbed(page: Page, times: int) -> list[str]:
    """Go on by the Tab key; return what had the focus each time: a field by what it sends, all else by its words."""
    found = []
    for _ in range(times):
        page.keyboard.press("Tab")
        found.append(page.evaluate(FOCUSED))
    return found


@pytest.fixture
def story(newsroom: Newsroom) -> dict[str, Any]:
    """A story with a reply of one long word, and one under it."""
    story = newsroom.make_story(settings={"comments": {"mode": "moderated"}})
    newsroom.publish(story, "Polls have closed.")
    above = _approved(newsroom, story, long_word(), name=long_word(60))
    _approved(newsroom, story, "Under it.", parent=above)
    return story


def _approved(newsroom: Newsroom, story: dict[str, Any], text: str, **more: Any) -> str:
    draft = {"name": "Ann", "text": text} | more
    sent = newsroom.client.post(f"/v1/stories/{story['id']}/comments", json=draft)
    assert sent.status_code == 202, sent.text
    ident: str = sent.json()["id"]
    newsroom.client.post(f"/v1/newsroom/comments/{ident}/approve", json={}).raise_for_status()
    return ident


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_replies_fit_a_small_phone_and_every_control_has_a_name(
    newsroom: Newsroom, story: dict[str, Any], open_page: Open, *, scripts: bool
) -> None:
    page = open_page(newsroom.page(story), viewport=SMALL, java_script_enabled=scripts)
    page.locator("#comments").scroll_into_view_if_needed()
    if scripts:
        until(attached(page), SCRIPTED)
    for each in page.locator("#comments summary").all():
        each.click()
    assert page.evaluate(TOO_WIDE) == []
    controls = [each for each in page.locator(CONTROLS).all() if each.get_attribute("name") != "website"]
    seen = [each for each in controls if each.is_visible()]
    assert len(seen) > 15
    for control in seen:
        expect(control).to_have_accessible_name(NAMED)
    addresses = page.locator("#comments form.reply [name=email]").all()
    assert len(addresses) == 2  # of the story's form, and of the one under a reply
    for address in addresses:
        expect(address).to_have_accessible_description("Your email address will not be published.")
    for trap in page.locator(
        "#comments [name=website]"
    ).all():  # nobody comes to it: not by Tab, not by ear, not by eye
        assert trap.evaluate("(field) => field.tabIndex") == -1
        assert trap.evaluate("(field) => !!field.closest('[aria-hidden=true]')")


def test_a_reply_is_left_answered_and_reported_by_keyboard_alone(
    newsroom: Newsroom, story: dict[str, Any], open_page: Open
) -> None:
    page = attached(open_page(newsroom.page(story)))
    page.locator("#comments").scroll_into_view_if_needed()
    until(page, SCRIPTED)
    form = page.locator("#comments > form.reply")
    form.locator("[name=token]").evaluate("(field) => { field.value = ''; }")  # whose form would have to be older
    form.get_by_label("Name").focus()
    page.keyboard.type("Ben")
    assert tabbed(page, 2) == ["email", "text"]
    page.keyboard.type("Which districts?")
    assert tabbed(page, 1) == ["Post reply"]
    page.keyboard.press("Enter")
    expect(form.get_by_role("status")).to_contain_text("Thank you.")
    assert page.evaluate(FOCUSED) == "Post reply"
    order = page.get_by_role("navigation", name="Order of replies")
    order.get_by_role("link").last.focus()
    assert tabbed(page, 1) == ["Report"]
    page.keyboard.press("Enter")
    assert tabbed(page, 4) == ["category", "text", "email", "Send notice"]
    waiting = newsroom.client.get(f"/v1/newsroom/comments?story={story['id']}&status=pending").json()["items"]
    assert [(each["name"], each["text"]) for each in waiting] == [("Ben", "Which districts?")]
