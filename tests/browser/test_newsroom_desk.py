"""The desk: one key publishes what is written, it can be undone unseen, and what became of it is said in sight."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Response, WebSocketRoute, expect

from tests.browser.newsroom_page import choose, newsroom_page, note_outcomes, outcomes
from tests.browser.newsroom_roles import answer, dialog, entries, entry, outcome, press_in_composer, text_field, write
from tests.browser.newsroom_server import Newsroom

PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
TWO = "Polls have closed. The count begins at nine."

READERS = re.compile(r"/v1/stories/[^/?]+(/(live|changes))?(\?.*)?$")
"""The ways by which readers follow a story; not those of the newsroom."""

FOLLOW = """async ([story, transport]) => {
  const address = document.querySelector("script[type=module]").src.replace(/newsroom.*/, "client.js");
  const { follow, browserEnvironment } = await import(address);
  const env = browserEnvironment();
  if (transport !== "websocket") env.WebSocket = undefined;
  if (transport === "poll") env.EventSource = undefined;
  const heard = (window.heard ??= {})[transport] = [];
  const onUpdate = ({ state, message }) => heard.push({ state, message });
  const follower = follow({ story, origin: location.origin, env, onUpdate });
  follower.start();
  await new Promise((resolve) => {
    const look = () => (follower.transport === transport && follower.state ? resolve() : setTimeout(look, 50));
    look();
  });
}"""
"""Follows a story as a reader by one transport, and keeps all that came."""


@pytest.fixture
def at_desk(browser: Browser, newsroom: Newsroom, story: dict[str, Any]) -> Iterator[Page]:
    """The page at a desk, as it is by default: what is published waits five seconds."""
    with _opened(browser, newsroom, story) as page:
        yield page


@pytest.fixture
def phone(browser: Browser, newsroom: Newsroom, story: dict[str, Any]) -> Iterator[Page]:
    """The page on a phone."""
    with _opened(browser, newsroom, story, **PHONE) as page:
        yield page


@contextmanager
def _opened(browser: Browser, newsroom: Newsroom, story: dict[str, Any], **options: Any) -> Iterator[Page]:
    with newsroom_page(browser, newsroom, publishes_at_once=False, **options) as page:
        choose(page, story)
        page.reload()  # as one who comes back to the story they work on
        page.wait_for_selector("#list")
        yield page


def _waited(newsroom: Newsroom, story: dict[str, Any]) -> timedelta:
    """How long the server kept the one entry of the story from readers."""
    (entry,) = newsroom.shown(story)
    (kept,) = newsroom.entries(story)
    return datetime.fromisoformat(entry["published_at"]) - datetime.fromisoformat(kept["created_at"])


def test_two_sentences_are_published_with_no_click_at_all_and_the_receipt_is_in_sight(
    at_desk: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    expect(text_field(at_desk)).to_be_focused()
    note_outcomes(at_desk)
    at_desk.keyboard.type(TWO)
    at_desk.keyboard.press("Control+Enter")
    expect(text_field(at_desk)).to_have_text("")
    expect(outcome(at_desk)).to_be_in_viewport(ratio=1)
    expect(text_field(at_desk)).to_be_focused()
    expect(outcome(at_desk)).to_contain_text("Published")
    assert any(re.match(r"Goes out in 0:0\d\b.*Undo", said) for said in outcomes(at_desk)), outcomes(at_desk)
    assert _waited(newsroom, story) >= timedelta(seconds=5)
    expect(outcome(at_desk).get_by_role("link", name="View")).to_be_in_viewport(ratio=1)
    assert [TWO in item["body_html"] for item in newsroom.shown(story)] == [True]


def test_the_same_key_again_sends_what_counts_down_at_once(
    at_desk: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    at_desk.get_by_label("How long a publication can be undone").select_option("30")
    write(at_desk, TWO)
    expect(outcome(at_desk).get_by_role("button", name="Send now")).to_be_visible()
    text_field(at_desk).focus()
    at_desk.keyboard.press("Control+Enter")
    expect(outcome(at_desk)).to_contain_text("Published")
    assert _waited(newsroom, story) < timedelta(seconds=30)
    at_desk.reload()
    expect(at_desk.get_by_label("How long a publication can be undone")).to_have_value("30")  # a person's own, and kept


def test_what_is_breaking_waits_for_nothing(at_desk: Page, newsroom: Newsroom, story: dict[str, Any]) -> None:
    text_field(at_desk).fill(TWO)
    at_desk.get_by_label("Importance").select_option("breaking")
    statuses: list[int] = []

    def note(got: Response) -> None:
        if got.url.endswith("/entries") and got.request.method == "POST":
            statuses.append(got.status)

    at_desk.on("response", note)
    press_in_composer(at_desk, "Publish")
    expect(outcome(at_desk)).to_contain_text("Published")
    assert statuses == [201]


def test_what_is_undone_no_reader_has_seen_by_any_transport(
    at_desk: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    transports = ("websocket", "sse", "poll")
    for transport in transports:
        at_desk.evaluate(FOLLOW, [story["id"], transport])
    at_desk.get_by_label("How long a publication can be undone").select_option("30")
    write(at_desk, "Regretted at once.")
    expect(outcome(at_desk).get_by_role("timer")).to_have_text(re.compile(r"^0:[0-3]\d$"))
    outcome(at_desk).get_by_role("button", name="Undo").click()
    expect(outcome(at_desk)).to_contain_text("Not published.")
    newsroom.publish(story, "What came after it.")
    for transport in transports:
        at_desk.wait_for_function(
            "([name, words]) => JSON.stringify(heard[name]).includes(words)", arg=[transport, "What came after it."]
        )
        assert "Regretted" not in json.dumps(at_desk.evaluate("name => heard[name]", transport)), transport
    outcome(at_desk).get_by_role("button", name="Edit it").click()
    expect(text_field(at_desk)).to_have_text("Regretted at once.")


def test_published_is_said_only_once_readers_stream_has_told_of_it(
    at_desk: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    expect(entries(at_desk)).to_have_count(0)
    is_cut = True

    def cut(socket: WebSocketRoute) -> None:
        if is_cut:
            socket.close()
        else:
            socket.connect_to_server()

    at_desk.route_web_socket(READERS, cut)
    at_desk.route(READERS, lambda route: route.abort() if is_cut else route.continue_())
    at_desk.reload()
    text_field(at_desk).fill(TWO)
    at_desk.get_by_label("Importance").select_option("breaking")
    press_in_composer(at_desk, "Publish")
    expect(outcome(at_desk)).to_contain_text("On the server")
    expect(outcome(at_desk)).to_contain_text("not seen in readers’ stream yet")
    assert len(newsroom.shown(story)) == 1
    expect(outcome(at_desk)).not_to_contain_text("Published")
    is_cut = False
    at_desk.evaluate("window.dispatchEvent(new Event('online'))")  # by itself it tries once more in 15 s at most
    expect(outcome(at_desk)).to_contain_text("Published")


def test_what_is_out_is_taken_back_by_a_question_that_quotes_it(
    at_desk: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    at_desk.get_by_label("How long a publication can be undone").select_option("0")
    write(at_desk, TWO)
    outcome(at_desk).get_by_role("button", name="Take back").click()
    expect(dialog(at_desk)).to_contain_text(TWO)
    dialog(at_desk).get_by_role("textbox").fill("It closed at ten.")
    dialog(at_desk).get_by_role("radio", name="Retract").check()
    answer(at_desk, "Take back")
    expect(entry(at_desk, "Polls have closed")).to_contain_text("retracted")
    assert "It closed at ten." in newsroom.shown(story)[0]["body_html"]


def test_on_a_phone_two_taps_publish_without_scrolling_and_the_receipt_is_in_sight(
    phone: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    phone.get_by_label("How long a publication can be undone").select_option("10")
    scrolled = "[...document.querySelectorAll('[data-scrolls]')].map((each) => each.scrollTop + each.scrollLeft)"
    before = phone.evaluate(scrolled)
    text_field(phone).tap()
    phone.keyboard.type(TWO)
    publish = phone.get_by_role("button", name="Publish", exact=True)
    expect(publish).to_be_in_viewport(ratio=1)
    box = publish.bounding_box()
    assert box is not None
    assert box["height"] >= 44
    assert phone.evaluate(scrolled) == before
    publish.tap()
    expect(outcome(phone).get_by_role("button", name="Undo")).to_be_in_viewport(ratio=1)
    expect(outcome(phone)).to_contain_text("Published")
    expect(outcome(phone).get_by_role("link", name="View")).to_be_in_viewport(ratio=1)
    assert len(newsroom.shown(story)) == 1


def test_a_row_of_the_timeline_has_three_lines_at_most_and_scrolls_where_there_is_more(
    at_desk: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    newsroom.publish(story, "One line.")
    newsroom.publish(story, "A long report. " * 80)
    short, long = entry(at_desk, "One line."), entry(at_desk, "A long report.")
    lines = """(body) => [body.clientHeight, body.scrollHeight].map((height) => (
      Math.round(height / parseFloat(getComputedStyle(body).lineHeight))
    ))"""
    expect(long).to_be_visible()
    [seen, whole] = long.get_by_role("group", name="Text").evaluate(lines)
    assert (seen, whole > 5) == (3, True)
    [seen, whole] = short.get_by_role("group", name="Text").evaluate(lines)
    assert seen == whole
    expect(long.get_by_role("group", name="Text")).to_have_attribute("tabindex", "0")


def test_a_text_that_scrolls_is_reached_by_keys_from_the_moment_it_is_drawn(
    at_desk: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    at_desk.evaluate("""() => {
      window.drawn = [];
      const look = (part) => part.matches?.(".item") && window.drawn.push(part.querySelector(".body").tabIndex);
      const watch = new MutationObserver((changes) => changes.forEach(({ addedNodes }) => addedNodes.forEach(look)));
      watch.observe(document.getElementById("list"), { childList: true, subtree: true });
    }""")
    newsroom.publish(story, "A long report. " * 80)
    expect(entry(at_desk, "A long report.")).to_be_visible()
    assert set(at_desk.evaluate("window.drawn")) == {0}  # before its height is known
