"""What a newsroom knows of readers and rules for replies to come: notices, addresses, blocks, hold-words, settings."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Response, expect

from tests.browser.newsroom_page import choose, open_as, somebody
from tests.browser.newsroom_replies import (
    ADDRESS,
    NETWORK_ADDRESS,
    SETTINGS,
    decide,
    open_replies,
    queue,
    reply,
    said,
    send_reply,
)
from tests.browser.newsroom_roles import answer, dialog
from tests.browser.newsroom_server import Newsroom

pytestmark = pytest.mark.slow

DESK: dict[str, Any] = {"viewport": {"width": 1440, "height": 900}}


@pytest.fixture(scope="module")
def newsroom_settings() -> dict[str, str]:
    """Those of a site whose stories take replies."""
    return SETTINGS


@pytest.fixture
def context_options() -> dict[str, Any]:
    """A desk."""
    return DESK


def test_notices_and_objections_are_lists_of_their_own_with_what_was_written(
    driver: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    shown, refused = send_reply(newsroom, story, "He lies."), send_reply(newsroom, story, "Count again.")
    decide(newsroom, shown, "approve")
    decide(newsroom, refused, "reject", reason="off_topic")
    notice = {"category": "illegal", "text": "It names a witness.", "name": "Fay"}
    place = f"/v1/stories/{story['id']}/comments/{shown['id']}/reports"
    assert newsroom.client.post(place, json=notice).status_code == 202
    receipt = refused["receipt"].rpartition("/")[2]
    appeal = newsroom.client.post(f"/v1/receipts/{receipt}/appeal", json={"text": "It is about the count."})
    assert appeal.is_success, appeal.text
    open_replies(driver, story)
    menu = queue(driver).get_by_role("combobox", name="Show")
    expect(menu.locator("option[value=reported]")).to_have_text("Reported (1)")
    menu.select_option("reported")
    expect(reply(driver, "He lies.")).to_contain_text("It names a witness.")
    expect(reply(driver, "He lies.")).to_contain_text("reported once")
    reply(driver, "He lies.").get_by_role("button", name="Spam").click()
    expect(reply(driver, "He lies.")).to_contain_text("decided: spam")
    menu.select_option("appealed")
    expect(reply(driver, "Count again.")).to_contain_text("It is about the count.")
    reply(driver, "Count again.").get_by_role("button", name="Approve").click()
    expect(reply(driver, "Count again.")).to_contain_text("Readers see it.")
    expect(menu.locator("option[value=appealed]")).to_have_text("Objections")


def test_where_a_reply_came_from_is_blocked_for_a_time_and_let_in_again(
    driver: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    send_reply(newsroom, story, "Spam, spam.")
    open_replies(driver, story)
    expect(reply(driver, "Spam, spam.")).to_contain_text(NETWORK_ADDRESS)
    reply(driver, "Spam, spam.").get_by_role("button", name="Block").click()
    expect(dialog(driver)).to_contain_text("“Spam, spam.”")
    answer(driver, "Block")
    expect(said(driver)).to_contain_text(f"No reply is taken from {NETWORK_ADDRESS}/32 until")
    draft = {"name": "Ann", "text": "Again."}
    url = f"/v1/stories/{story['id']}/comments"
    from_there = {"X-Forwarded-For": NETWORK_ADDRESS}
    assert newsroom.client.post(url, json=draft, headers=from_there).status_code == 403
    queue(driver).get_by_role("button", name="Blocked networks").click()
    dialog(driver).get_by_role("button", name=f"Lift: {NETWORK_ADDRESS}/32").click()
    expect(dialog(driver)).to_contain_text(f"replies are taken from {NETWORK_ADDRESS}/32 again")
    assert newsroom.client.post(url, json=draft, headers=from_there).status_code == 202


def test_hold_words_mark_what_comes_and_a_colleagues_change_is_not_lost(
    driver: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    open_replies(driver, story)
    queue(driver).get_by_role("button", name="Hold-words").click()
    words = dialog(driver).get_by_role("textbox")
    expect(words).to_be_focused()
    newsroom.client.put("/v1/newsroom/hold-words", json={"words": ["casino"]}).raise_for_status()
    words.fill("Lottery")
    answer(driver, "Save")
    expect(dialog(driver)).to_contain_text("Theirs: casino")
    words.fill("Lottery\ncasino")
    answer(driver, "Save")
    expect(dialog(driver)).to_have_count(0)
    assert newsroom.client.get("/v1/newsroom/hold-words").json()["words"] == ["casino", "lottery"]
    send_reply(newsroom, story, "Win the lottery at https://win.example")
    expect(reply(driver, "Win the lottery")).to_contain_text("hold-word")
    expect(reply(driver, "Win the lottery")).to_contain_text("1 link")


def test_a_reporter_sees_the_queue_without_an_address_and_without_a_button(
    context: BrowserContext, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    sent = send_reply(newsroom, story, "Which districts?")
    decide(newsroom, sent, "approve")
    notice = {"category": "hate", "text": "It hurts.", "email": ADDRESS}
    newsroom.client.post(f"/v1/stories/{story['id']}/comments/{sent['id']}/reports", json=notice)
    send_reply(newsroom, story, "How many?")
    page = open_as(context, newsroom, somebody(newsroom, "Rae"))
    heard: list[str] = []

    def hear(response: Response) -> None:
        if "/comments" in response.url:
            heard.append(response.text())

    page.on("response", hear)
    page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: heard.append(str(frame))))
    choose(page, story)
    open_replies(page, story)
    expect(reply(page, "How many?")).to_be_visible()
    queue(page).get_by_role("combobox", name="Show").select_option("all")
    expect(reply(page, "It hurts.")).to_be_visible()
    for text in ("How many?", "It hurts."):
        expect(reply(page, text).get_by_role("button")).to_have_count(0)
    expect(queue(page).get_by_role("checkbox")).to_have_count(0)
    expect(queue(page).get_by_role("button", name="Blocked networks")).to_be_hidden()
    page.keyboard.press("a")
    decide(newsroom, sent, "spam")
    expect(reply(page, "It hurts.")).to_contain_text("Marked as spam")
    everything = page.content() + "".join(heard)
    assert "It hurts." in "".join(heard)
    assert (ADDRESS in everything, NETWORK_ADDRESS in everything) == (False, False)


def test_a_storys_replies_are_turned_off_and_to_another_system_in_its_settings(
    driver: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    def mode() -> Any:
        return newsroom.client.get(f"/v1/newsroom/stories/{story['id']}").json()["settings"]["comments"]

    for choice, address, kept in (
        ("off", "", {"mode": "off", "url": None, "count": None}),
        ("external", "https://talk.example/1", {"mode": "external", "url": "https://talk.example/1", "count": None}),
        ("", "", None),
    ):
        driver.get_by_role("button", name="Edit story").click()
        dialog(driver).get_by_label("Readers’ replies").select_option(choice)
        if address:
            dialog(driver).get_by_label("Address of the replies").fill(address)
        answer(driver, "Save")
        expect(dialog(driver)).to_have_count(0)
        assert mode() == kept
