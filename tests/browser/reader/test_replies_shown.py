"""Replies on the reader's page: their numbers kept fresh over every transport, new ones shown where that is asked."""

from __future__ import annotations

import time
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.network import network_before
from tests.browser.newsroom_server import Newsroom
from tests.browser.reader.pages import DRAWN, SHIFTS, TWO_FRAMES, Open, attached, until

SCRIPTED = "() => document.querySelector('#comments').dataset.scripted === 'yes'"
MODERATED = {"settings": {"comments": {"mode": "moderated"}}}
TRANSPORTS = {
    "websocket": "",
    "sse": "delete window.WebSocket;",
    "poll": "delete window.WebSocket; delete window.EventSource;",
}


def reply(newsroom: Newsroom, story: dict[str, Any], text: str, **more: Any) -> str:
    """Leave a reply that is approved; return its id."""
    sent = newsroom.client.post(f"/v1/stories/{story['id']}/comments", json={"name": "Ann", "text": text} | more)
    ident: str = sent.json()["id"]
    newsroom.client.post(f"/v1/newsroom/comments/{ident}/approve", json={}).raise_for_status()
    return ident


@pytest.fixture
def story(newsroom: Newsroom) -> dict[str, Any]:
    return newsroom.make_story(**MODERATED)


def texts(page: Page) -> list[str]:
    return page.locator("#comments > .comments .said").all_inner_texts()


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_numbers_are_drawn_and_kept_fresh(
    newsroom: Newsroom, story: dict[str, Any], open_page: Open, transport: str
) -> None:
    first = newsroom.publish(story, "The first.")
    page = attached(open_page(newsroom.page(story), before_page_scripts=TRANSPORTS[transport]))
    link = page.locator(f"#entry-{first['id']} > .replies")
    expect(link).to_have_text("Leave a reply")
    until(page, SCRIPTED)
    second = newsroom.publish(story, "The second, which arrives later.")
    later = page.locator(f"#entry-{second['id']} > .replies")
    expect(later).to_have_text("Leave a reply")
    reply(newsroom, story, "One.", entry=second["id"])
    expect(later).to_have_text("1 reply")
    expect(page.locator("#comment-count")).to_have_text("1 reply")
    expect(page.locator("#comments-title")).to_have_text("1 reply")
    expect(link).to_have_text("Leave a reply")
    newsroom.edit(second, text="The second, changed.")
    expect(page.locator("#timeline")).to_contain_text("The second, changed.")
    expect(later).to_have_text("1 reply")
    drawn = page.evaluate(DRAWN)
    page.reload()
    assert drawn == attached(page).evaluate(DRAWN)
    later.click()
    assert f"?entry={second['id']}#comments" in page.url
    expect(page.locator("#comments .said")).to_have_text(["One."])
    expect(page.locator("#comments .of-entry")).to_have_text("1 reply")
    expect(page.locator("#comments > form.reply [name=entry]")).to_have_value(second["id"])
    page.get_by_role("link", name="About the whole story instead").click()
    expect(page.locator("#comments > form.reply [name=entry]")).to_have_count(0)


def test_the_numbers_of_older_entries_come_with_them(
    newsroom: Newsroom, story: dict[str, Any], open_page: Open
) -> None:
    oldest = newsroom.publish(story, "The oldest.")
    reply(newsroom, story, "About it.", entry=oldest["id"])
    for number in range(55):
        newsroom.publish(story, f"Update {number}.")
    page = attached(open_page(newsroom.page(story)))
    expect(page.locator("#comment-count")).to_have_text("1 reply")
    for _ in range(5):
        if page.locator(f"#entry-{oldest['id']}").count():
            break
        held = page.locator("#timeline > article").count()
        page.locator("#older").click()
        until(page, "(held) => document.querySelectorAll('#timeline > article').length > held", held)
    expect(page.locator(f"#entry-{oldest['id']} > .replies")).to_have_text("1 reply")
    expect(page.locator("#timeline > article > .replies")).to_have_count(56)


def test_numbers_that_were_told_while_the_network_was_cut_are_asked_for(
    newsroom: Newsroom, story: dict[str, Any], open_page: Open
) -> None:
    entries = [newsroom.publish(story, f"Update {number}.") for number in range(2)]
    with network_before(int(newsroom.url.rpartition(":")[2])) as network:
        page = attached(open_page(f"{network.url}/stories/{story['slug']}"))
        until(page, SCRIPTED)
        network.cut()
        until(page, "() => document.querySelector('#story').dataset.connection !== 'live'")
        reply(newsroom, story, "One.", entry=entries[0]["id"])
        _until_told(newsroom, story, 1)
        reply(newsroom, story, "Two.", entry=entries[1]["id"])
        _until_told(newsroom, story, 2)
        network.join()
        for entry in entries:
            expect(page.locator(f"#entry-{entry['id']} > .replies")).to_have_text("1 reply", timeout=40_000)
        expect(page.locator("#comment-count")).to_have_text("2 replies")
        expect(page.locator("#comments .new")).to_have_text("2 new replies")


def _until_told(newsroom: Newsroom, story: dict[str, Any], count: int) -> None:
    """Wait until readers are told this number."""
    deadline = time.monotonic() + 30
    while newsroom.client.get(f"/v1/stories/{story['id']}").json()["comment_count"] != count:
        assert time.monotonic() < deadline
        time.sleep(0.1)  # between two looks


@pytest.mark.parametrize("screen", [(1440, 900), (390, 844), (320, 640)], ids=lambda screen: f"{screen[0]}")
def test_what_brings_replies_to_life_shifts_nothing_while_the_page_loads(
    newsroom: Newsroom, story: dict[str, Any], open_page: Open, screen: tuple[int, int]
) -> None:
    entry = newsroom.publish(story, "An update.")
    parent = reply(newsroom, story, "One.", entry=entry["id"])
    reply(newsroom, story, "An answer.", parent=parent)
    viewport = {"width": screen[0], "height": screen[1]}
    page = attached(open_page(newsroom.page(story), before_page_scripts=SHIFTS, viewport=viewport))
    until(page, SCRIPTED)
    page.evaluate(TWO_FRAMES)
    page.locator("#comments").evaluate("(each) => each.scrollIntoView()")
    form = page.locator("#comments > form.reply")
    form.locator("[name=token]").evaluate("(field) => { field.value = ''; }")
    form.get_by_label("Name").fill("Ann")
    form.get_by_label("Reply", exact=True).fill("A text.")
    page.route("**/comments", lambda route: route.abort())
    form.get_by_role("button").click()
    expect(form.get_by_role("status")).to_contain_text("Not sent yet.")
    page.unroute("**/comments")
    expect(form.get_by_role("status")).to_contain_text("Thank you.")
    page.evaluate(TWO_FRAMES)
    assert page.evaluate("shifts") == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_new_replies_wait_until_they_are_asked_for_and_move_nothing(
    newsroom: Newsroom, story: dict[str, Any], open_page: Open
) -> None:
    newsroom.publish(story, "One update.")
    ids = [reply(newsroom, story, f"Reply {number}.\n" + "Words. " * 40) for number in range(6)]
    page = attached(open_page(newsroom.page(story), before_page_scripts=SHIFTS))
    until(page, SCRIPTED)
    shown = texts(page)
    page.locator(f"#comment-{ids[3]}").scroll_into_view_if_needed()
    page.evaluate(TWO_FRAMES)
    reply(newsroom, story, "A new one.")
    answer = reply(newsroom, story, "A new answer.", parent=ids[3])
    button = page.locator("#comments .new")
    expect(button).to_have_text("2 new replies", timeout=30_000)
    assert texts(page) == shown
    assert page.evaluate("shifts") == []
    button.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#comments > .comments > li").first).to_contain_text("A new one.")
    expect(page.locator(f"#comment-{ids[3]} #comment-{answer}")).to_contain_text("A new answer.")
    expect(page.locator("#comments > .comments > li").first).to_be_focused()
    expect(button).to_be_hidden()
    page.evaluate(TWO_FRAMES)
    assert page.evaluate("shifts") == []
    assert page.locator("#comments > .comments > li").count() == 7


def test_the_order_is_switched_in_place_and_new_ones_then_come_at_the_end(
    newsroom: Newsroom, story: dict[str, Any], open_page: Open
) -> None:
    for number in range(25):
        reply(newsroom, story, f"Reply {number}.")
    page = attached(open_page(newsroom.page(story)))
    until(page, SCRIPTED)
    page.get_by_label("Name").first.fill("Cy")
    page.get_by_role("link", name="Oldest first").click()
    expect(page.locator("#comments .said").first).to_have_text("Reply 0.")
    expect(page.get_by_role("link", name="Oldest first")).to_have_attribute("aria-current", "true")
    expect(page.get_by_role("link", name="Newest first")).not_to_have_attribute("aria-current", "true")
    expect(page.get_by_label("Name").first).to_have_value("Cy")
    page.get_by_role("link", name="More replies").click()
    expect(page.locator("#comments .said")).to_have_count(25)
    assert texts(page) == [f"Reply {number}." for number in range(25)]
    expect(page.locator("#comments > .comments > li").nth(20)).to_be_focused()
    expect(page.locator("#comments > .pages")).to_have_count(0)
    reply(newsroom, story, "The last.")
    button = page.locator("#comments .new")
    expect(button).to_have_text("1 new reply", timeout=30_000)
    button.click()
    expect(page.locator("#comments .said").last).to_have_text("The last.")
    expect(page.locator("#comments > .comments > li").last).to_be_focused()


def test_answers_are_one_level_deep_and_all_are_shown_in_place(
    newsroom: Newsroom, story: dict[str, Any], open_page: Open
) -> None:
    parent = reply(newsroom, story, "The question.")
    for number in range(7):
        reply(newsroom, story, f"Answer {number}.", parent=parent)
    page = attached(open_page(newsroom.page(story)))
    until(page, SCRIPTED)
    expect(page.locator("#comments .said")).to_have_count(6)
    page.get_by_role("link", name="All answers (7)").click()
    expect(page.locator(f"#comment-{parent} .comments .said")).to_have_text([f"Answer {at}." for at in range(7)])
    expect(page.locator("#comments .comment").nth(6)).to_be_focused()
    for each in page.locator("#comments .comment").all():
        expect(each.locator("> details > summary", has_text="Report")).to_have_count(1)
    page.locator(f"#comment-{parent} .comments a.answer").first.click()
    form = page.locator(f"#answer-{parent}")
    expect(form.get_by_label("Name")).to_be_focused()
    form.get_by_label("Name").fill("Bo")
    form.get_by_label("Reply", exact=True).fill("One more.")
    page.reload()
    until(page, SCRIPTED)
    expect(form.get_by_label("Reply", exact=True)).to_have_value("One more.")
    expect(form.get_by_label("Reply", exact=True)).to_be_visible()
    form.locator("[name=token]").evaluate("(field) => { field.value = ''; }")
    form.get_by_role("button").click()
    expect(form.get_by_role("status")).to_contain_text("Thank you.")
    (waiting,) = newsroom.client.get(f"/v1/newsroom/comments?story={story['id']}&status=pending").json()["items"]
    assert (waiting["text"], waiting["parent"]) == ("One more.", parent)


def test_a_reply_is_reported_in_place(newsroom: Newsroom, story: dict[str, Any], open_page: Open) -> None:
    ident = reply(newsroom, story, "A claim.")
    page = attached(open_page(newsroom.page(story)))
    until(page, SCRIPTED)
    item = page.locator(f"#comment-{ident}")
    item.get_by_text("Report", exact=True).click()
    item.get_by_label("Why?").fill("It is not true.")
    item.get_by_role("button", name="Send notice").click()
    expect(item.locator("form.report").get_by_role("status")).to_have_text(
        "Thank you. The newsroom has your notice and decides about it."
    )
    assert page.url == newsroom.page(story)
    (shown,) = newsroom.client.get(f"/v1/newsroom/comments?story={story['id']}").json()["items"]
    assert [report["text"] for report in shown["reports"]] == ["It is not true."]


def test_a_reply_that_was_taken_away_goes_with_the_next_look(
    newsroom: Newsroom, story: dict[str, Any], open_page: Open
) -> None:
    ids = [reply(newsroom, story, f"Reply {number}.") for number in range(3)]
    page = attached(open_page(newsroom.page(story)))
    until(page, SCRIPTED)
    newsroom.client.post(f"/v1/newsroom/comments/{ids[1]}/remove", json={}).raise_for_status()
    page.get_by_role("link", name="Oldest first").click()
    expect(page.locator("#comments .said")).to_have_text(["Reply 0.", "Reply 2."])


def test_all_of_it_is_there_without_scripts(newsroom: Newsroom, story: dict[str, Any], open_page: Open) -> None:
    entry = newsroom.publish(story, "The update.")
    parent = reply(newsroom, story, "About the update.", entry=entry["id"])
    reply(newsroom, story, "An answer.", parent=parent)
    for number in range(21):
        reply(newsroom, story, f"Reply {number}.")
    page = open_page(newsroom.page(story), java_script_enabled=False)
    expect(page.locator("#comments .said").first).to_have_text("Reply 20.")
    expect(page.locator("#comments .new")).to_be_hidden()
    page.get_by_role("link", name="Oldest first").click()
    expect(page.locator("#comments .said").first).to_have_text("About the update.")
    page.get_by_role("link", name="More replies").click()
    expect(page.locator("#comments .said").last).to_have_text("Reply 20.")
    page.goto(newsroom.page(story))
    page.locator(f"#entry-{entry['id']} > .replies").click()
    expect(page.locator("#comments .said")).to_have_text(["About the update.", "An answer."])
    page.get_by_role("link", name="Oldest first").click()
    expect(page.locator("#comments .said")).to_have_text(["About the update.", "An answer."])
    page.locator("a.answer").click()
    expect(page.locator(f"#answer-{parent}").get_by_label("Name")).to_be_visible()


def test_nothing_of_it_is_loaded_where_no_replies_are(newsroom: Newsroom, open_page: Open) -> None:
    story = newsroom.make_story()
    newsroom.publish(story, "An update.")
    page = attached(open_page(newsroom.page(story)))
    page.evaluate("() => new Promise((done) => requestIdleCallback(done))")
    loaded = "() => performance.getEntriesByType('resource').map(({ name }) => name)"
    assert [name for name in page.evaluate(loaded) if "/replies/" in name] == []
    expect(page.locator(".replies")).to_have_count(0)


def test_what_is_far_from_the_reader_is_loaded_once_it_is_near(
    newsroom: Newsroom, story: dict[str, Any], open_page: Open
) -> None:
    for number in range(12):
        newsroom.publish(story, f"Update {number}. " + "Words. " * 100)
    page = attached(open_page(newsroom.page(story)))
    loaded = "() => performance.getEntriesByType('resource').map(({ name }) => name.split('/').at(-1))"
    until(page, f"() => ({loaded})().includes('numbers.js')")
    page.evaluate(TWO_FRAMES)
    assert {"list.js", "sending.js"} & set(page.evaluate(loaded)) == set()
    page.evaluate("document.querySelector('#comments').scrollIntoView()")
    until(page, SCRIPTED)
