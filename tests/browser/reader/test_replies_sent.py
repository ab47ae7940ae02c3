"""A reader sends a reply without leaving the page, over whatever happens: it is stored once, and no word is lost."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.network import network_before
from tests.browser.newsroom_server import Newsroom
from tests.browser.reader.pages import Open, attached, until

KEPT = "Not sent yet. What you wrote is kept here, and is sent again by itself."
SENT = "Thank you. Your reply is shown once the newsroom has approved it. See what becomes of it"
SCRIPTED = "() => document.querySelector('#comments').dataset.scripted === 'yes'"
NOT_AGAIN = """
  const later = window.setTimeout;
  window.setTimeout = (run, delay, ...given) => later(run, delay === 2000 ? 600_000 : delay, ...given);
"""
"""Sends nothing again by itself after two seconds, in which a test may not have done what it does before that."""
MODERATED = {"settings": {"comments": {"mode": "moderated"}}}


@pytest.fixture
def story(newsroom: Newsroom) -> dict[str, Any]:
    """A live story that takes replies, longer than a screen."""
    story = newsroom.make_story(**MODERATED)
    for number in range(8):
        newsroom.publish(story, f"Update {number}. " + "Words. " * 60)
    return story


def written(page: Page, text: str, *, name: str = "Ann", email: str = "") -> Locator:
    """Write a reply, as from a program: without the token, whose form would have to be some seconds old."""
    form = page.locator("#comments > form.reply")
    form.scroll_into_view_if_needed()
    until(page, SCRIPTED)
    form.locator("[name=token]").evaluate("(field) => { field.value = ''; }")
    form.get_by_label("Name").fill(name)
    form.get_by_label("Email (optional)").fill(email)
    form.get_by_label("Reply", exact=True).fill(text)
    return form


def pressed(form: Locator) -> Locator:
    """Press the button; return the line that says what becomes of it."""
    form.get_by_role("button", name="Post reply").click()
    return form.get_by_role("status")


def arrived(newsroom: Newsroom, story: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = newsroom.client.get(f"/v1/newsroom/comments?story={story['id']}").json()["items"]
    return found


def test_a_reply_is_sent_where_it_is_written_and_its_receipt_is_told(
    newsroom: Newsroom, story: dict[str, Any], open_page: Open
) -> None:
    page = attached(open_page(newsroom.page(story)))
    form = written(page, "Which districts?", email="ann@mail.example")
    place = page.evaluate("scrollY")
    line = pressed(form)
    expect(line).to_have_text(SENT)
    expect(line).to_have_attribute("role", "status")
    assert page.url == newsroom.page(story)
    assert page.evaluate("scrollY") == place
    expect(form.get_by_role("button")).to_be_focused()
    expect(form.get_by_label("Reply", exact=True)).to_have_value("")
    expect(form.get_by_label("Name")).to_have_value("Ann")
    expect(form.locator("[name=website]")).to_have_value("")
    (stored,) = arrived(newsroom, story)
    assert (stored["text"], stored["email"], stored["status"]) == ("Which districts?", "ann@mail.example", "pending")
    page.reload()
    line = page.locator("#comments > form.reply").get_by_role("status")
    page.locator("#comments").scroll_into_view_if_needed()
    expect(line).to_have_text(SENT)
    line.get_by_role("link").click()
    expect(page.locator("main")).to_contain_text("Your reply waits for the newsroom")


def test_an_answer_that_is_lost_makes_no_second_reply(
    newsroom: Newsroom, story: dict[str, Any], open_page: Open
) -> None:
    page = attached(open_page(newsroom.page(story)))
    keys: list[str] = []

    def lose_the_first(route: Route) -> None:
        keys.append(route.request.headers["idempotency-key"])
        if len(keys) > 1:
            route.continue_()
            return
        route.fetch()
        route.abort()

    page.route("**/comments", lose_the_first)
    line = pressed(written(page, "Once."))
    expect(line).to_have_text(KEPT)
    expect(line).to_have_text(SENT)
    assert keys == [keys[0]] * 2
    assert [each["text"] for each in arrived(newsroom, story)] == ["Once."]


def test_what_was_changed_after_a_lost_answer_is_told_that_the_first_has_arrived(
    newsroom: Newsroom, story: dict[str, Any], open_page: Open
) -> None:
    page = attached(open_page(newsroom.page(story), before_page_scripts=NOT_AGAIN))
    losing = [True]

    def lose(route: Route) -> None:
        if not losing:
            route.continue_()
            return
        losing.clear()
        route.fetch()
        route.abort()

    page.route("**/comments", lose)
    form = written(page, "First.")
    expect(pressed(form)).to_have_text(KEPT)
    form.get_by_label("Reply", exact=True).fill("First, and more.")
    expect(form.get_by_role("status")).to_have_text("Not sent. What you wrote is kept here: send it again.")
    expect(pressed(form)).to_have_text("You have sent this reply already; it has arrived. See what becomes of it")
    expect(form.get_by_label("Reply", exact=True)).to_have_value("First, and more.")
    assert [each["text"] for each in arrived(newsroom, story)] == ["First."]


def test_pressing_twice_sends_once(newsroom: Newsroom, story: dict[str, Any], open_page: Open) -> None:
    page = attached(open_page(newsroom.page(story)))
    form = written(page, "Twice.")
    form.get_by_role("button", name="Post reply").dblclick()
    expect(form.get_by_role("status")).to_have_text(SENT)
    assert len(arrived(newsroom, story)) == 1


def test_a_server_that_is_away_is_waited_for(newsroom: Newsroom, story: dict[str, Any], open_page: Open) -> None:
    page = attached(open_page(newsroom.page(story)))
    form = written(page, "Over a restart.")
    newsroom.server.stop()
    try:
        expect(pressed(form)).to_have_text(KEPT)
        expect(form.get_by_label("Reply", exact=True)).to_have_value("Over a restart.")
    finally:
        newsroom.server.start()
    expect(form.get_by_role("status")).to_have_text(SENT)
    assert [each["text"] for each in arrived(newsroom, story)] == ["Over a restart."]


def test_a_network_that_is_cut_keeps_the_text_over_a_reload(
    newsroom: Newsroom, story: dict[str, Any], open_page: Open
) -> None:
    port = int(newsroom.url.rpartition(":")[2])
    with network_before(port) as network:
        page = attached(open_page(f"{network.url}/stories/{story['slug']}", before_page_scripts=NOT_AGAIN))
        form = written(page, "On a train.", email="ann@mail.example")
        network.cut()
        expect(pressed(form)).to_have_text(KEPT)
        key = page.evaluate("Object.values(JSON.parse(sessionStorage['liveblog-replies']))[0].key")
        network.join()
        page.evaluate("scrollBy(0, -200)")
        place = page.evaluate("scrollY")
        page.reload()
        until(page, SCRIPTED)
        form = page.locator("#comments > form.reply")
        expect(form.get_by_label("Reply", exact=True)).to_have_value("On a train.")
        expect(form.get_by_label("Email (optional)")).to_have_value("ann@mail.example")
        expect(form.locator("[name=website]")).to_have_value("")
        assert abs(page.evaluate("scrollY") - place) <= 2
        line = pressed(written(page, "On a train.", email="ann@mail.example"))
        expect(line).to_have_text(SENT)
        assert page.evaluate("Object.values(JSON.parse(sessionStorage['liveblog-replies']))[0].key") is None
        assert key
    stored = arrived(newsroom, story)
    assert [each["text"] for each in stored] == ["On a train."]


def test_too_many_replies_are_said_and_waited_for(newsroom: Newsroom, story: dict[str, Any], open_page: Open) -> None:
    page = attached(open_page(newsroom.page(story)))
    refused = [{"status": 429, "code": "too_many_comments", "detail": "Many.", "title": "Too many"}]

    def refuse_once(route: Route) -> None:
        if refused:
            route.fulfill(status=429, headers={"Retry-After": "3"}, json=refused.pop())
        else:
            route.continue_()

    page.route("**/comments", refuse_once)
    form = written(page, "Later.")
    began = page.evaluate("performance.now()")
    expect(pressed(form)).to_have_text(f"Your reply could not be kept at this moment. {KEPT}")
    expect(form.get_by_role("status")).to_have_text(SENT)
    assert page.evaluate("performance.now()") - began >= 3_000
    assert len(arrived(newsroom, story)) == 1


@pytest.mark.parametrize(
    ("label", "value", "sentence"),
    [
        ("Reply", "www.a.example www.b.example www.c.example", "Your reply has more than two links."),
        ("Email (optional)", "ann@mail", "The email address is none."),
    ],
)
def test_a_field_that_is_refused_is_named_and_focused(
    newsroom: Newsroom, story: dict[str, Any], open_page: Open, label: str, value: str, sentence: str
) -> None:
    page = attached(open_page(newsroom.page(story)))
    form = written(page, "A text.")
    field = form.get_by_label(label, exact=True)
    field.fill(value)
    line = pressed(form)
    expect(line).to_have_text(sentence)
    expect(field).to_be_focused()
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_accessible_description(sentence)
    expect(field).to_have_value(value)
    field.fill("ann@mail.example")
    expect(pressed(form)).to_have_text(SENT)
    expect(field).not_to_have_attribute("aria-invalid", re.compile(".*"))


def test_a_refusal_is_said_in_the_language_of_the_story(newsroom: Newsroom, open_page: Open) -> None:
    story = newsroom.make_story(language="de", **MODERATED)
    page = attached(open_page(newsroom.page(story)))
    until(page, SCRIPTED)
    form = page.locator("#comments > form.reply")
    form.locator("[name=token]").evaluate("(field) => { field.value = ''; }")
    form.get_by_label("Name").fill("Ann")
    form.get_by_label("Kommentar", exact=True).fill("www.a.example www.b.example www.c.example")
    form.get_by_role("button").click()
    expect(form.get_by_role("status")).to_have_text("Ihr Kommentar hat mehr als zwei Links.")


def test_a_story_that_has_ended_meanwhile_says_so_and_keeps_the_text(
    newsroom: Newsroom, story: dict[str, Any], open_page: Open
) -> None:
    page = attached(open_page(newsroom.page(story)))
    form = written(page, "Too late.")
    newsroom.edit_story(story, status="ended")
    expect(pressed(form)).to_have_text("This story is over, and takes no more replies.")
    expect(form.get_by_label("Reply", exact=True)).to_have_value("Too late.")
    assert arrived(newsroom, story) == []


def test_a_freeze_takes_replies_as_ever(newsroom: Newsroom, story: dict[str, Any], open_page: Open) -> None:
    page = attached(open_page(newsroom.page(story)))
    form = written(page, "In a freeze.")
    newsroom.client.post("/v1/newsroom/freeze", json={"frozen": True}).raise_for_status()
    try:
        expect(pressed(form)).to_have_text(SENT)
    finally:
        newsroom.client.post("/v1/newsroom/freeze", json={"frozen": False}).raise_for_status()
    assert len(arrived(newsroom, story)) == 1


@pytest.mark.slow
def test_what_is_sent_too_early_or_from_an_old_form_is_sent_again_by_itself(
    newsroom: Newsroom, story: dict[str, Any], open_page: Open
) -> None:
    page = attached(open_page(newsroom.page(story)))
    form = written(page, "With a token.")
    form.locator("[name=token]").evaluate("(field) => { field.value = '1.forged'; }")
    expect(pressed(form)).to_have_text(f"This form was not made by this page, or too long ago. {KEPT}")
    expect(form.get_by_role("status")).to_have_text(SENT)
    (stored,) = arrived(newsroom, story)
    assert stored["flags"] == []
