"""What is done on the newsroom's page while it waits for the server is neither lost nor taken for something else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.browser.newsroom_page import choose, open_as, somebody
from tests.browser.newsroom_rich_text import typed
from tests.browser.newsroom_roles import (
    answer,
    button_of,
    connection,
    dialog,
    entry,
    outcome,
    press_in_composer,
    text_field,
    write,
)
from tests.browser.newsroom_server import Newsroom
from tests.waiting import await_true

pytestmark = pytest.mark.slow

PATIENT = """() => {
  const { setTimeout } = window;
  window.setTimeout = (run, ms, ...rest) => setTimeout(run, ms === 3_000 ? 600_000 : ms, ...rest);
}"""
"""Lets the page wait for a conversion as long as the test holds it."""


@contextmanager
def _held_conversions(page: Page) -> Iterator[list[Route]]:
    """Hold what is to be converted until the end, and let it through then."""
    held: list[Route] = []
    page.evaluate(PATIENT)
    page.route("**/v1/newsroom/conversions", lambda route: held.append(route))  # a bound method cannot be registered
    try:
        yield held
    finally:
        for route in held:
            route.continue_()
        page.unroute("**/v1/newsroom/conversions")


def _until_held(page: Page, held: list[Route]) -> None:
    await_true(lambda: page.evaluate("1") and held, or_say=lambda: "nothing was asked")


def test_pressing_publish_again_while_it_is_being_sent_publishes_once(
    rich: Page, newsroom: Newsroom, night: dict[str, Any]
) -> None:
    with _held_conversions(rich) as held:
        typed(rich, "/key **Polls** have closed.", "!Control+Enter")
        _until_held(rich, held)
        expect(outcome(rich)).to_have_text("Sending …")
        rich.keyboard.press("Control+Enter")
    expect(outcome(rich)).to_contain_text("Published")
    assert len(newsroom.entries(night)) == 1


def test_what_is_typed_while_it_is_being_sent_stays_and_is_sent_by_the_next_press(
    rich: Page, newsroom: Newsroom, night: dict[str, Any]
) -> None:
    with _held_conversions(rich) as held:
        typed(rich, "/key **Polls** have closed.", "!Control+Enter")
        _until_held(rich, held)
        rich.keyboard.type(" Turnout was high.")
    expect(outcome(rich)).to_contain_text("It has changed meanwhile, and was not sent.")
    assert newsroom.entries(night) == []
    rich.keyboard.press("Control+Enter")
    expect(outcome(rich)).to_contain_text("Published")
    (sent,) = newsroom.entries(night)
    assert "have closed. Turnout was high." in sent["text"]


def test_what_is_being_sent_does_not_go_to_a_story_that_is_chosen_meanwhile(
    rich: Page, newsroom: Newsroom, night: dict[str, Any]
) -> None:
    other = newsroom.make_story(title="Another night")
    rich.reload()
    choose(rich, night)
    with _held_conversions(rich) as held:
        typed(rich, "/key **Polls** have closed.", "!Control+Enter")
        _until_held(rich, held)
        choose(rich, other)
    expect(outcome(rich)).to_contain_text("Another story was chosen meanwhile.")
    assert newsroom.entries(night) == newsroom.entries(other) == []
    choose(rich, night)
    expect(text_field(rich)).to_have_text("/key Polls have closed.")


def test_the_switch_to_markdown_changes_nothing_that_was_typed_while_it_was_asked_for(
    rich: Page, newsroom: Newsroom, night: dict[str, Any]
) -> None:
    other = newsroom.make_story(title="Another night")
    rich.reload()
    choose(rich, night)
    switch = rich.get_by_role("button", name="Markdown", exact=True)
    with _held_conversions(rich) as held:
        typed(rich, "Polls have closed.")
        switch.click()
        _until_held(rich, held)
        text_field(rich).press("End")
        rich.keyboard.type(" Turnout was high.")
    expect(rich.locator("#paste-line")).to_contain_text("It has changed meanwhile; press again.")
    expect(text_field(rich)).to_have_text("Polls have closed. Turnout was high.")
    with _held_conversions(rich) as held:
        switch.click()
        _until_held(rich, held)
        choose(rich, other)
    expect(switch).to_be_enabled()
    expect(switch).to_have_attribute("aria-pressed", "false")
    expect(text_field(rich)).to_have_text("")


def test_the_text_of_an_open_question_is_there_again_after_the_session_has_ended(
    context: BrowserContext, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    person = somebody(newsroom, "Ann Ash", role="editor")
    page = open_as(context, newsroom, person)
    choose(page, story)

    def ask() -> None:
        if not page.locator("[data-story=several]").is_visible():
            page.click("#story-more summary")
        page.click("[data-story=several]")

    ask()
    texts = dialog(page).get_by_label("The entries")
    texts.fill("One.\n---\nTwo.")
    expect(connection(page)).to_have_text("Connected")  # it is told of the end of the session
    assert newsroom.client.post(f"/v1/newsroom/people/{person}/revoke").is_success
    expect(page.locator("#problem")).to_contain_text("what you have written is kept here")
    expect(dialog(page)).to_be_hidden()
    invite = newsroom.client.post("/v1/newsroom/invites", json={"person": person}).json()["url"]
    page.goto("about:blank")
    page.goto(invite)
    choose(page, story)
    page.click("#tools")
    ask()
    expect(texts).to_have_value("One.\n---\nTwo.")
    expect(dialog(page)).to_contain_text("As you had typed it when you were signed out.")
    answer(page, "Cancel")
    ask()
    expect(texts).to_have_value("")


def test_a_write_at_which_the_server_fails_keeps_no_other_back_and_can_be_thrown_away(
    driver: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    newsroom.publish(story, "It can go out.", status="draft")
    expect(button_of(driver, "It can go out.", "Publish")).to_be_visible()
    driver.route("**/v1/stories/*/entries", lambda route: route.fulfill(status=500, json={"code": "internal"}))
    write(driver, "The server fails at this.")
    expect(outcome(driver)).to_have_text("Kept here. The server has failed at it, and is asked again.")
    waiting = driver.get_by_role("region", name="Not yet acknowledged")
    expect(waiting).to_contain_text("kept here; the server has failed at it, and is asked again")
    button_of(driver, "It can go out.", "Publish").click()
    expect(entry(driver, "It can go out.")).to_contain_text("published")
    expect(waiting.get_by_role("button")).to_have_text(["Try now", "Edit", "Throw away"])
    waiting.get_by_role("button", name="Edit").click()
    expect(dialog(driver)).to_contain_text("The server may have it all the same")
    answer(driver, "Go on")
    expect(text_field(driver)).to_have_value("The server fails at this.")
    expect(waiting).to_be_hidden()


def test_what_waits_keeps_the_focus_and_its_place_on_the_page_while_something_else_of_it_changes(
    driver: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    asked: list[str] = []

    def refuse(route: Route) -> None:
        asked.append(route.request.url)
        route.abort()

    driver.route("**/v1/stories/*/entries", refuse)
    waiting = driver.locator("#waiting > .outbox-item")
    for count, text in enumerate(("First.", "Second.", "Third."), start=1):
        write(driver, text)
        expect(waiting).to_have_count(count)
    waiting.nth(0).evaluate("(item) => { item.isTheSame = true; }")
    second = waiting.nth(1).get_by_role("button", name="Try now")
    second.focus()
    driver.evaluate("document.querySelector('#waiting > :last-child').dataset.words = ''")  # as one that has changed
    before = len(asked)
    second.press("Enter")
    await_true(lambda: driver.evaluate("1") and len(asked) > before, or_say=lambda: "nothing was sent")
    expect(waiting.nth(2)).not_to_have_attribute("data-words", "")
    expect(second).to_be_focused()
    assert waiting.nth(0).evaluate("(item) => item.isTheSame") is True


def test_a_story_that_was_made_without_the_server_does_not_take_the_place_of_what_is_being_written(
    driver: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    driver.route("**/v1/stories", lambda route: route.abort())
    driver.click("#story-new")
    dialog(driver).get_by_label("Title").fill("Made in a tunnel")
    answer(driver, "Create")
    expect(dialog(driver)).to_be_hidden()
    text_field(driver).fill("In the middle of a sen")
    driver.unroute("**/v1/stories")
    driver.evaluate("window.dispatchEvent(new Event('online'))")
    expect(driver.locator("#said")).to_contain_text("in the menu of stories: Made in a tunnel")
    expect(text_field(driver)).to_have_value("In the middle of a sen")
    expect(driver.locator("#story")).to_have_value(story["id"])
    made = driver.locator("#story option", has_text="Made in a tunnel")
    expect(made).to_have_count(1)
    press_in_composer(driver, "Publish")
    expect(outcome(driver)).to_contain_text("Published")
    assert len(newsroom.entries(story)) == 1


def test_who_signs_out_leaves_no_text_to_the_next_and_a_session_that_may_live_on_is_not_said_to_be_over(
    context: BrowserContext, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    page = open_as(context, newsroom, somebody(newsroom, "Ann Elm", role="editor"))
    choose(page, story)
    text_field(page).fill("Only for Ann")
    page.route("**/v1/newsroom/session", lambda route: route.fulfill(status=503, json={"code": "writer_away"}))
    page.click("#sign-out")
    expect(page.locator("#problem")).to_be_visible()
    expect(page.locator("#sign-in")).to_be_hidden()
    page.unroute("**/v1/newsroom/session")
    page.click("#sign-out")
    expect(page.locator("#sign-in")).to_be_visible()
    assert page.evaluate("document.getElementById('text').value") == ""
    person = somebody(newsroom, "Bob Elm", role="editor")
    token = newsroom.client.post("/v1/newsroom/tokens", json={"person": person, "label": "phone"}).json()["token"]
    page.route("**/v1/newsroom/stories", lambda route: route.abort())  # as if the list took its time
    page.fill("#token", token)
    page.click("#sign-in button")
    expect(page.locator("#me")).to_have_text("Bob Elm, editor")
    expect(page.locator("#composer")).to_be_hidden()
    page.locator("#composer").evaluate("(form) => form.dispatchEvent(new Event('input'))")
    kept = page.evaluate("Object.entries(localStorage)")
    assert [key for key, text in kept if person in key and "Ann" in text] == []
