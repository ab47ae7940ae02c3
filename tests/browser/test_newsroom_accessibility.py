"""The newsroom's page holds to the rules of accessibility in every state, at a desk and on a phone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, ViewportSize, expect

from tests.browser.accessibility import NARROW, WIDE, broken_rules, in_every_appearance
from tests.browser.newsroom_page import choose, newsroom_page, open_as, open_tools, somebody
from tests.browser.newsroom_pictures import choose_files, file_of, picture_of
from tests.browser.newsroom_replies import SETTINGS, decide, open_replies, queue, reply, send_reply
from tests.browser.newsroom_roles import composer, dialog, entry, outcome, press_at, press_in_composer, text_field
from tests.browser.newsroom_server import Newsroom
from tests.browser.reader.full_story import make_full_story
from tests.pictures import png

VERY_WIDE: ViewportSize = {"width": 1700, "height": 900}
OPENERS = "[data-story]:not([data-story=paused], [data-story=live]), #story-edit, #story-new, #keys, #search button"
"""The buttons of a story and of the newsroom that open a dialog; the others do at once what they say."""
FOLDED = "details:not([open]) > summary"


@pytest.fixture(scope="module")
def newsroom_settings() -> dict[str, str]:
    """Those of a site whose stories take replies."""
    return SETTINGS


@pytest.fixture(scope="module")
def busy(newsroom: Newsroom) -> dict[str, Any]:
    """A story with an entry in every status, and people who work on it."""
    story = make_full_story(newsroom)
    for status in ("draft", "submitted"):
        newsroom.publish(story, f"An entry that is {status}.", status=status, headline=f"A {status}")
    newsroom.publish(story, "For later.", status="scheduled", publish_at="2031-01-01T10:00:00Z")
    edited = newsroom.publish(story, "It is edited aside.")
    newsroom.edit(edited, text="It is being edited aside.", publish=False)
    returned = newsroom.publish(story, "Who says so", status="submitted")
    newsroom.act(returned, "return", note="Name the source.")
    newsroom.act(newsroom.publish(story, "Taken off."), "unpublish")
    member = {"role": "editor"}
    place = f"/v1/newsroom/stories/{story['id']}/members/{somebody(newsroom, 'Mia Holt')}"
    newsroom.client.put(place, json=member).raise_for_status()
    newsroom.client.post("/v1/newsroom/tokens", json={"label": "Results bot", "role": "editor"}).raise_for_status()
    return story


@pytest.fixture
def at_desk(browser: Browser, newsroom: Newsroom, busy: dict[str, Any]) -> Iterator[Page]:
    """The administrator's page, with that story."""
    with newsroom_page(browser, newsroom) as page:
        choose(page, busy)
        expect(page.locator("#entries .item").nth(5)).to_be_visible()
        yield page


def _unfold(place: Locator) -> None:
    while place.locator(FOLDED).count() > 0:
        place.locator(FOLDED).first.click()


def _while_open(page: Page, state: str) -> list[str]:
    """Name what breaks a rule in the dialog that is open, with all that is folded away in it, and close it."""
    box = page.locator("dialog[open]")
    expect(box).to_be_visible()
    _unfold(box)
    broken = in_every_appearance(page, state, "dialog[open]")
    page.set_viewport_size(WIDE)
    page.keyboard.press("Escape")
    expect(box).to_have_count(0)
    return broken


def _words(button: Locator) -> str:
    return button.inner_text().strip()


def test_the_desk_of_a_busy_story_breaks_no_rule(at_desk: Page) -> None:
    for name in ("story-more", "site-more"):
        at_desk.click(f"#{name} summary")
    broken = in_every_appearance(at_desk, "desk")
    assert not broken, "\n".join(broken)


@pytest.mark.usefixtures("story")
def test_signing_in_and_what_is_refused_there_break_no_rule(browser: Browser, newsroom: Newsroom) -> None:
    with browser.new_context(viewport=WIDE) as context:
        page = context.new_page()
        page.goto(f"{newsroom.url}/newsroom")
        expect(page.locator("#sign-in")).to_be_visible()
        broken = in_every_appearance(page, "sign-in")
        page.fill("#token", "lb_bot_nobody")
        page.click("#sign-in button")
        expect(page.locator("#problem")).to_be_visible()
        broken += broken_rules(page, "sign-in refused")
        with page.expect_event("load"):  # the page is there already, and begins again for an invitation
            page.goto(f"{newsroom.url}/newsroom#invite=nothing")
        expect(page.locator("#problem")).to_be_visible()
        broken += broken_rules(page, "an invitation that is over")
        guest = open_as(context, newsroom, somebody(newsroom, "Ned New"))
        broken += in_every_appearance(guest, "who is new")
    assert not broken, "\n".join(broken)


@pytest.mark.slow  # every dialog, each in both appearances
def test_every_dialog_of_a_story_and_of_the_newsroom_breaks_no_rule(at_desk: Page) -> None:
    for name in ("story-more", "site-more"):
        at_desk.click(f"#{name} summary")
    at_desk.fill("#search input", "entry")
    broken, opened = list[str](), list[str]()
    for button in at_desk.locator(OPENERS).all():
        if not button.is_visible():
            continue
        name = _words(button)
        button.click()
        expect(dialog(at_desk)).to_be_visible()
        opened.append(name)
        broken += _while_open(at_desk, name)
    assert len(opened) > 12, opened
    assert not broken, "\n".join(broken)


@pytest.mark.slow  # every dialog, each in both appearances
def test_every_dialog_of_an_entry_breaks_no_rule(at_desk: Page) -> None:
    broken, opened = list[str](), set[str]()
    for words in ("It is edited aside.", "A submitted", "A draft", "Everything at once", "For later.", "Taken off."):
        item = entry(at_desk, words).first
        for button in item.locator("[data-action]").all():
            action = button.get_attribute("data-action") or ""
            if action in opened | {"edit", "pin", "publish", "submit", "restore", "cancel", "discard"}:
                continue
            if not button.is_visible():
                item.locator(".seldom > summary").click()
            button.click()
            expect(dialog(at_desk), action).to_be_visible()
            opened.add(action)
            broken += _while_open(at_desk, f"{action} of “{words}”")
    assert opened >= {"retract", "unpublish", "return", "reject", "schedule", "times", "move", "preview", "remove"}
    assert not broken, "\n".join(broken)


@pytest.mark.slow  # one page through all that is done in the form
def test_the_form_breaks_no_rule_in_whatever_is_written_and_becomes_of_it(browser: Browser, newsroom: Newsroom) -> None:
    story = newsroom.make_story()
    changed = newsroom.publish(story, "Polls close at ten in Lisbon and Porto.")
    with newsroom_page(browser, newsroom, publishes_at_once=False) as page:
        choose(page, story)
        _unfold(page.locator("#composer"))
        text_field(page).fill("Words, and a picture.")
        choose_files(page, file_of("river.png", png()))
        expect(picture_of(page).get_by_label("What it shows")).to_be_visible()
        broken = in_every_appearance(page, "written")
        page.set_viewport_size(VERY_WIDE)
        expect(page.locator("#as-read-entry article")).to_be_visible()
        broken += broken_rules(page, "the preview beside")
        page.set_viewport_size(WIDE)
        page.get_by_role("button", name="Find an older one").click()
        broken += _while_open(page, "older pictures")
        composer(page).get_by_role("button", name="Preview").click()
        broken += _while_open(page, "preview")
        page.evaluate("localStorage['liveblog:hold_seconds'] = '59'")  # looks at the countdown take some of it
        press_in_composer(page, "Publish")
        expect(outcome(page).get_by_role("button", name="Undo")).to_be_visible()
        broken += in_every_appearance(page, "counting down")
        page.set_viewport_size(WIDE)
        outcome(page).get_by_role("button", name="Undo").click()
        expect(outcome(page)).to_contain_text("Not published")
        broken += broken_rules(page, "undone")
        page.select_option("#hold", "0")
        text_field(page).fill("Words.")
        press_in_composer(page, "Publish")
        expect(outcome(page).get_by_role("button", name="Take back")).to_be_visible()
        broken += broken_rules(page, "published")
        outcome(page).get_by_role("button", name="Take back").click()
        broken += _while_open(page, "take back")
        press_at(page, "Polls close", "Edit")
        composer(page).get_by_role("radio", name="a correction").check()
        press_in_composer(page, "Save and publish")
        expect(outcome(page)).to_contain_text("Say what was wrong")
        broken += in_every_appearance(page, "a correction without its sentence")
        page.set_viewport_size(WIDE)
        text_field(page).fill("Polls close at eleven in Lisbon and Porto.")
        composer(page).get_by_label("What was wrong").fill("It is eleven.")
        newsroom.edit(changed, text="Polls close at nine in Lisbon and Braga.")
        press_in_composer(page, "Save and publish")
        expect(page.locator('.outbox-item[data-state="conflict"]')).to_be_visible()
        page.locator(f"#waiting {FOLDED}").click()
        broken += in_every_appearance(page, "a conflict")
    assert not broken, "\n".join(broken)


def test_a_page_that_is_cut_off_one_that_is_frozen_and_arrivals_break_no_rule(
    browser: Browser, newsroom: Newsroom
) -> None:
    story = newsroom.make_story()
    newsroom.publish(story, "It stands.")
    with newsroom_page(browser, newsroom) as page:
        choose(page, story)
        entry(page, "It stands.").focus()
        newsroom.publish(story, "It has arrived.")
        expect(page.locator("#arrived")).to_be_visible()
        broken = broken_rules(page, "arrivals")
        newsroom.client.post("/v1/newsroom/freeze", json={"story": story["id"], "frozen": True}).raise_for_status()
        expect(page.locator("#closed")).to_be_visible()
        broken += broken_rules(page, "frozen")
        newsroom.client.post("/v1/newsroom/freeze", json={"story": story["id"], "frozen": False}).raise_for_status()
        expect(page.locator("#closed")).to_be_hidden()
        page.route("**/v1/**", lambda route: route.abort())
        text_field(page).fill("Written in the tunnel.")
        press_in_composer(page, "Publish")
        expect(outcome(page)).to_contain_text("Kept here")
        broken += in_every_appearance(page, "kept here while the server is away")
        page.unroute("**/v1/**")
    assert not broken, "\n".join(broken)


def test_the_moderators_queue_breaks_no_rule(browser: Browser, newsroom: Newsroom) -> None:
    story = newsroom.make_story()
    first = send_reply(newsroom, story, "He lies.")
    decide(newsroom, first, "approve")
    notice = {"category": "illegal", "text": "It names a witness.", "name": "Fay"}
    newsroom.client.post(f"/v1/stories/{story['id']}/comments/{first['id']}/reports", json=notice).raise_for_status()
    for text in ("Which districts?", "Will it last?", "Nonsense."):
        send_reply(newsroom, story, text)
    decide(newsroom, send_reply(newsroom, story, "Spam."), "spam")
    with newsroom_page(browser, newsroom) as page:
        choose(page, story)
        open_replies(page, story)
        reply(page, "Nonsense.").get_by_role("checkbox").check()
        broken = in_every_appearance(page, "replies that wait")
        page.set_viewport_size(WIDE)
        for action in ("Reject", "Answer", "Make entry", "Note", "Block"):
            button = reply(page, "Will it last?").get_by_role("button", name=action)
            if button.count() > 0:
                button.click()
                broken += _while_open(page, action)
        for opener in queue(page).locator(".actions button").all():
            if _words(opener) in ("Keys", "Blocked networks", "Hold-words"):
                opener.click()
                broken += _while_open(page, _words(opener))
        page.set_viewport_size(NARROW)
        for shown in ("approved", "reported", "spam", "rejected"):
            with page.expect_response("**/v1/newsroom/comments?*"):
                queue(page).get_by_role("combobox", name="Show").select_option(shown)
            broken += broken_rules(page, f"replies: {shown}", "#replies")
    assert not broken, "\n".join(broken)


def test_a_phone_opens_its_tools_and_a_reporter_s_page_breaks_no_rule(
    browser: Browser, newsroom: Newsroom, busy: dict[str, Any]
) -> None:
    with browser.new_context(viewport=NARROW, has_touch=True) as context:
        page = open_as(context, newsroom, somebody(newsroom, "Rae Quill"))
        choose(page, busy)
        open_tools(page)
        broken = broken_rules(page, "a reporter's tools")
        for tab in ("Queue", "Timeline", "Write"):
            page.get_by_role("navigation", name="Parts of the desk").get_by_role("button", name=tab).click()
            broken += broken_rules(page, f"a reporter's {tab}")
    assert not broken, "\n".join(broken)
