"""A whole day at the newsroom's page by keyboard: nothing needs a mouse, the focus is always seen and never lost."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.keyboard import Keyboard
from tests.browser.newsroom_page import DESK, unbroken
from tests.browser.newsroom_pictures import file_of, picture_of
from tests.browser.newsroom_replies import SETTINGS, replies, reply, send_reply
from tests.browser.newsroom_roles import composer, dialog, entry, outcome, text_field
from tests.browser.newsroom_server import PATIENCE_MILLISECONDS, Newsroom
from tests.pictures import png


@pytest.fixture(scope="module")
def newsroom_settings() -> dict[str, str]:
    """Those of a site whose stories take replies."""
    return SETTINGS


@pytest.fixture
def at_desk(browser: Browser, newsroom: Newsroom) -> Iterator[Page]:
    """The newsroom's page, where nobody is signed in. No script may fail."""
    with browser.new_context(viewport=DESK) as context:
        context.set_default_timeout(PATIENCE_MILLISECONDS)
        with unbroken(context.new_page()) as page:
            page.goto(f"{newsroom.url}/newsroom")
            yield page


def _states(newsroom: Newsroom, story: dict[str, Any]) -> dict[str, str]:
    return {item["text"].partition("\n")[0]: item["status"] for item in newsroom.entries(story)}


@pytest.mark.slow  # a day
def test_a_day_at_the_desk_needs_no_mouse_and_the_focus_is_always_seen(newsroom: Newsroom, at_desk: Page) -> None:
    story = newsroom.make_story()
    hands = Keyboard(at_desk)
    _sign_in(hands, at_desk, newsroom)
    _publish_with_a_picture(hands, at_desk)
    _edit_correct_and_pin(hands, at_desk, newsroom, story)
    _approve(hands, at_desk, newsroom, story)
    _answer_a_conflict(hands, at_desk, newsroom, story)
    _moderate(hands, at_desk, newsroom, story)
    _end_the_story(hands, at_desk, newsroom, story)
    assert hands.troubles == [], "\n".join(hands.troubles)


def _sign_in(hands: Keyboard, at_desk: Page, newsroom: Newsroom) -> None:
    hands.reach(at_desk.locator("#token"))
    hands.write(newsroom.token)
    hands.press("Enter", and_then=at_desk.locator("#list"))
    expect(text_field(at_desk)).to_be_focused()


def _publish_with_a_picture(hands: Keyboard, at_desk: Page) -> None:
    hands.write("Polls close at ten.")
    hands.reach(at_desk.get_by_role("button", name="Add pictures"))
    with at_desk.expect_file_chooser() as chosen:
        hands.press("Enter")
    chosen.value.set_files([file_of("river.png", png())])
    expect(picture_of(at_desk)).to_be_visible()
    hands.look("a picture was chosen")
    hands.reach(picture_of(at_desk).get_by_label("What it shows"), by="Shift+Tab")
    hands.write("A polling station at night")
    hands.reach(at_desk.locator("#hold"))
    hands.press("End")
    expect(at_desk.locator("#hold")).to_have_value("30")
    hands.press("Control+Enter", and_then=outcome(at_desk).get_by_role("button", name="Undo"))
    hands.press("Escape")
    hands.press("z", and_then=outcome(at_desk).get_by_text("Not published"))
    hands.use(
        outcome(at_desk).get_by_role("button", name="Edit it"), and_then=text_field(at_desk).get_by_text("Polls close")
    )
    expect(text_field(at_desk)).to_be_focused()
    hands.press("Control+Enter", and_then=outcome(at_desk).get_by_role("button", name="Undo"))
    hands.press("Control+Enter", and_then=outcome(at_desk).get_by_role("button", name="Take back"))
    expect(entry(at_desk, "Polls close at ten.")).to_contain_text("published")
    expect(entry(at_desk, "Polls close at ten.").get_by_alt_text("A polling station at night")).to_be_visible()


def _edit_correct_and_pin(hands: Keyboard, at_desk: Page, newsroom: Newsroom, story: dict[str, Any]) -> None:
    hands.reach(at_desk.locator("#hold"))
    hands.press("Home")
    hands.press("Escape")
    hands.press("j")
    expect(entry(at_desk, "Polls close at ten.")).to_be_focused()
    hands.press("e", and_then=composer(at_desk).get_by_role("group", name="This change is"))
    expect(text_field(at_desk)).to_be_focused()
    hands.press("Control+End")
    hands.write(" Sharp.")
    hands.press("Control+Enter", and_then=outcome(at_desk).get_by_text("readers see the new text"))
    hands.press("Escape")
    hands.press("j")
    hands.press("c", and_then=composer(at_desk).get_by_role("group", name="This change is"))
    expect(text_field(at_desk)).to_be_focused()
    hands.press("Control+End")
    hands.write(" In Porto.")
    hands.reach(composer(at_desk).get_by_label("What was wrong"))
    hands.write("It is in Porto alone.")
    hands.press("Control+Enter", and_then=entry(at_desk, "Corrections: It is in Porto alone."))
    hands.press("Escape")
    hands.press("j")
    hands.use(entry(at_desk, "Polls close").locator("summary"))
    hands.use(entry(at_desk, "Polls close").get_by_role("button", name="Pin", exact=True))
    expect(entry(at_desk, "Polls close")).to_contain_text("pinned")
    hands.look("pinning")
    assert len(newsroom.state(story)["pinned"]) == 1


def _approve(hands: Keyboard, at_desk: Page, newsroom: Newsroom, story: dict[str, Any]) -> None:
    newsroom.publish(story, "By a colleague.", status="submitted")
    expect(at_desk.locator("#arrived")).to_be_visible()
    hands.leave(at_desk.locator("#entries"), by="Shift+Tab")
    expect(entry(at_desk, "By a colleague.")).to_be_visible()  # nobody is in the list any more
    hands.press("Escape")
    hands.press("j")
    expect(entry(at_desk, "By a colleague.")).to_be_focused()
    hands.press("a", and_then=entry(at_desk, "By a colleague.").get_by_text("published", exact=True))


def _answer_a_conflict(hands: Keyboard, at_desk: Page, newsroom: Newsroom, story: dict[str, Any]) -> None:
    hands.press("e")
    expect(text_field(at_desk)).to_be_focused()
    hands.press("Control+a")
    hands.write("By Ann.")
    (theirs,) = (item for item in newsroom.entries(story) if item["text"] == "By a colleague.")
    newsroom.edit(theirs, text="By Bo.")
    conflict = at_desk.locator('.outbox-item[data-state="conflict"]')
    hands.press("Control+Enter", and_then=conflict)
    hands.reach(conflict.get_by_role("radio").first)
    hands.press("Space")
    hands.use(conflict.get_by_role("button", name="Send both, merged"))
    expect(outcome(at_desk)).to_contain_text("Published")
    hands.look("the conflict was answered")
    assert "By Ann." in _states(newsroom, story)


def _moderate(hands: Keyboard, at_desk: Page, newsroom: Newsroom, story: dict[str, Any]) -> None:
    good, bad = send_reply(newsroom, story, "Which districts?"), send_reply(newsroom, story, "He lies.")
    hands.reach(at_desk.locator("#view-replies"), by="Shift+Tab")
    hands.press("Enter", and_then=replies(at_desk).nth(1))
    expect(reply(at_desk, "Which districts?")).to_be_focused()
    hands.press("a")
    expect(reply(at_desk, "Which districts?")).to_contain_text("Readers see it.")
    hands.look("approving")
    while not reply(at_desk, "He lies.").evaluate("(at) => at === document.activeElement"):
        hands.press("j")
    hands.press("r", and_then=dialog(at_desk))
    hands.press("1")
    hands.press("Enter")
    expect(dialog(at_desk)).to_have_count(0)
    expect(reply(at_desk, "He lies.")).to_contain_text("Rejected")
    hands.look("rejecting")
    statuses = {each["id"]: each["status"] for each in newsroom.client.get("/v1/newsroom/comments").json()["items"]}
    assert (statuses[good["id"]], statuses[bad["id"]]) == ("approved", "rejected")
    hands.use(at_desk.locator("#view-entries"), by="Shift+Tab", and_then=at_desk.locator("#list"))


def _end_the_story(hands: Keyboard, at_desk: Page, newsroom: Newsroom, story: dict[str, Any]) -> None:
    hands.use(at_desk.locator("#story-more summary"), by="Shift+Tab")
    hands.use(at_desk.locator("#story-actions [data-story=ended]"), and_then=dialog(at_desk))
    hands.use(dialog(at_desk).locator(".primary"), by="Shift+Tab")
    expect(dialog(at_desk)).to_have_count(0)
    expect(at_desk.locator("#live")).to_contain_text("ENDED", ignore_case=True)
    hands.look("the story was ended")
    assert newsroom.state(story)["status"] == "ended"
