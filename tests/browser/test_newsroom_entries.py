"""Where an entry stands, its times, and its pin, from the newsroom's page; and who else has it open."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from tests.browser.conftest import Newsroom
from tests.browser.desk import PHONE, at_the_desk, choose, item, open_as, press, somebody

LISBON = ZoneInfo("Europe/Lisbon")


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A phone far from the story: what is typed means the story's time."""
    with browser.new_context(viewport=PHONE, timezone_id="Asia/Tokyo") as context:
        context.set_default_timeout(10_000)
        yield context


@pytest.fixture
def story(newsroom: Newsroom) -> dict[str, Any]:
    return newsroom.make_story(time_zone="Europe/Lisbon")


@pytest.fixture
def desk(context: BrowserContext, newsroom: Newsroom, story: dict[str, Any]) -> Iterator[Page]:
    with at_the_desk(context, newsroom, story) as page:
        yield page


def _state(newsroom: Newsroom, story: dict[str, Any]) -> dict[str, Any]:
    state: dict[str, Any] = newsroom.client.get(f"/v1/stories/{story['id']}").json()
    return state


def _order(newsroom: Newsroom, story: dict[str, Any]) -> list[str]:
    return [entry["headline"] for entry in _state(newsroom, story)["timeline"]["items"]]


def _told(newsroom: Newsroom, entry: dict[str, Any]) -> dict[str, Any]:
    path = f"/v1/newsroom/stories/{entry['story']}/entries/{entry['id']}"
    told: dict[str, Any] = newsroom.client.get(path).json()
    return told


def _there(*, days: int) -> tuple[str, datetime]:
    """A time where the story happens: as it is typed, and as it is."""
    at = (datetime.now(LISBON) + timedelta(days=days)).replace(hour=18, minute=30, second=0, microsecond=0)
    return at.strftime("%Y-%m-%dT%H:%M"), at


def test_an_entry_is_moved_up_down_and_to_a_place_of_choice_by_keyboard(
    desk: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    for headline in ("One", "Two", "Three", "Four"):
        newsroom.publish(story, "Counted.", headline=headline)
    press(desk, "Two", "move")
    up = desk.locator('[data-step="up"]')
    expect(desk.locator("#show li[aria-current]")).to_contain_text("Two")
    up.focus()
    desk.keyboard.press("Enter")
    expect(desk.locator("#show [role=status]")).to_have_text("Moved. It stands above “Three” now.")
    expect(up).to_be_focused()
    desk.keyboard.press("Enter")
    expect(desk.locator("#show [role=status]")).to_have_text("Moved. It stands above “Four” now.")
    expect(up).to_be_disabled()
    expect(desk.locator('[data-step="down"]')).to_be_focused()
    assert _order(newsroom, story) == ["Two", "Four", "Three", "One"]
    desk.get_by_role("button", name="Move here, below “One”").click()
    expect(desk.locator("#show [role=status]")).to_have_text("Moved. It stands below “One” now.")
    assert _order(newsroom, story) == ["Four", "Three", "One", "Two"]
    desk.click("#show .close")
    expect(item(desk, "Two").locator('[data-action="move"]')).to_be_focused()


def test_a_move_that_is_refused_says_why_and_can_be_tried_again(
    desk: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    first, second = (newsroom.publish(story, "Counted.", headline=headline) for headline in ("One", "Two"))
    press(desk, "One", "move")
    newsroom.act(second, "unpublish")
    desk.click('[data-step="up"]')
    expect(desk.locator("#show .problem")).to_contain_text("beside public entries")
    newsroom.act(second, "publish")
    desk.click('[data-step="up"]')
    expect(desk.locator("#show .problem")).to_be_hidden()
    expect(desk.locator("#show [role=status]")).to_contain_text("above “Two”")
    assert _order(newsroom, story) == [first["headline"], second["headline"]]


def test_an_entry_is_dated_back_and_given_an_end_in_the_storys_time_and_both_are_taken_away_again(
    desk: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    entry = newsroom.publish(story, "The polls closed.")
    (earlier, earlier_at), (later, later_at) = _there(days=-2), _there(days=2)
    press(desk, "The polls closed.", "times")
    expect(desk.locator("#ask .hint").first).to_contain_text("Europe/Lisbon")
    desk.fill("#ask [name=display_time]", earlier)
    desk.fill("#ask [name=expires_at]", later)
    desk.click("#ask .primary")
    expect(item(desk, "The polls closed.")).to_contain_text("Dated 18:30")
    expect(item(desk, "The polls closed.")).to_contain_text("Leaves readers at 18:30")
    told = _told(newsroom, entry)
    assert datetime.fromisoformat(told["display_time"]) == earlier_at
    assert datetime.fromisoformat(told["expires_at"]) == later_at
    press(desk, "The polls closed.", "times")
    expect(desk.locator("#ask [name=display_time]")).to_have_value(earlier)
    desk.fill("#ask [name=display_time]", "")
    desk.fill("#ask [name=expires_at]", "")
    desk.click("#ask .primary")
    expect(item(desk, "The polls closed.")).not_to_contain_text("Leaves readers")
    told = _told(newsroom, entry)
    assert (told["display_time"], told["expires_at"]) == (None, None)


def test_times_that_cannot_be_are_refused_beside_their_field_and_stay_typed(
    desk: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    newsroom.publish(story, "The polls closed.")
    press(desk, "The polls closed.", "times")
    desk.fill("#ask [name=expires_at]", "2020-03-01T10:00")
    desk.click("#ask .primary")
    expect(desk.locator("#wrong-expires_at")).to_have_text("This time has passed already.")
    expect(desk.locator("#ask [name=expires_at]")).to_be_focused()
    expect(desk.locator("#ask [name=expires_at]")).to_have_value("2020-03-01T10:00")
    desk.fill("#ask [name=expires_at]", "")
    desk.fill("#ask [name=display_time]", "2026-03-29T01:30")  # an hour that Lisbon left out
    desk.click("#ask .primary")
    expect(desk.locator("#ask .general")).to_contain_text("the clocks go forward then")


def test_a_time_that_somebody_else_set_meanwhile_is_shown_and_what_is_saved_again_wins(
    desk: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    entry = newsroom.publish(story, "The polls closed.")
    (theirs, theirs_at), (mine, mine_at) = _there(days=3), _there(days=4)
    press(desk, "The polls closed.", "times")
    newsroom.edit(entry, text="The polls have closed.")  # not what is asked about: no reason to ask again
    newsroom.edit(entry, expires_at=theirs_at.isoformat())
    desk.fill("#ask [name=expires_at]", mine)
    desk.click("#ask .primary")
    expect(desk.locator("#wrong-expires_at")).to_have_text(f"Theirs: {theirs}")
    expect(desk.locator("#ask .general")).to_contain_text("Somebody else changed this")
    desk.click("#ask .primary")
    expect(desk.locator("#ask")).to_be_hidden()
    told = _told(newsroom, entry)
    assert (datetime.fromisoformat(told["expires_at"]), told["text"]) == (mine_at, "The polls have closed.")


def test_without_a_network_what_was_typed_stays_and_is_saved_once_it_is_back(
    desk: Page, context: BrowserContext, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    entry = newsroom.publish(story, "The polls closed.")
    press(desk, "The polls closed.", "times")
    later, later_at = _there(days=2)
    desk.fill("#ask [name=expires_at]", later)
    context.set_offline(True)
    desk.click("#ask .primary")
    expect(desk.locator("#ask .general")).to_contain_text("cannot be reached")
    expect(desk.locator("#ask [name=expires_at]")).to_have_value(later)
    context.set_offline(False)
    desk.click("#ask .primary")
    expect(desk.locator("#ask")).to_be_hidden()
    assert datetime.fromisoformat(_told(newsroom, entry)["expires_at"]) == later_at


def test_what_is_scheduled_goes_out_at_the_storys_time_and_can_be_put_off(
    desk: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    entry = newsroom.publish(story, "Embargoed.", status="draft")
    (first, first_at), (second, second_at) = _there(days=1), _there(days=2)
    press(desk, "Embargoed.", "schedule")
    desk.fill("#ask [name=publish_at]", first)
    desk.click("#ask .primary")
    expect(item(desk, "Embargoed.").locator(".state.is-scheduled")).to_be_visible()
    assert datetime.fromisoformat(_told(newsroom, entry)["publish_at"]) == first_at
    press(desk, "Embargoed.", "times")
    desk.fill("#ask [name=publish_at]", second)
    desk.click("#ask .primary")
    expect(desk.locator("#ask")).to_be_hidden()
    assert datetime.fromisoformat(_told(newsroom, entry)["publish_at"]) == second_at


def test_a_pin_is_given_an_end_which_is_shown_and_taken_away_again(
    desk: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    newsroom.publish(story, "Where to vote.")
    press(desk, "Where to vote.", "pin")
    press(desk, "Where to vote.", "pin-end")
    later, later_at = _there(days=2)
    desk.fill("#ask [name=until]", later)
    desk.click("#ask .primary")
    expect(item(desk, "Where to vote.")).to_contain_text("pinned until 18:30")
    (pin,) = _state(newsroom, story)["pinned"]
    assert datetime.fromisoformat(pin["until"]) == later_at
    press(desk, "Where to vote.", "pin-end")
    expect(desk.locator("#ask [name=until]")).to_have_value(later)
    desk.fill("#ask [name=until]", "")
    desk.click("#ask .primary")
    expect(item(desk, "Where to vote.")).not_to_contain_text("until")
    assert [pin["until"] for pin in _state(newsroom, story)["pinned"]] == [None]


def test_who_edits_an_entry_is_said_at_that_entry(
    desk: Page, newsroom: Newsroom, story: dict[str, Any], browser: Browser
) -> None:
    newsroom.publish(story, "Quiet.")
    newsroom.publish(story, "Contested.")
    ada = somebody(newsroom, "Ada Lind", "editor")
    with browser.new_context() as other:
        colleague = open_as(other, newsroom, ada)
        choose(colleague, story)
        press(colleague, "Contested.", "edit")
        expect(item(desk, "Contested.").locator(".at-work")).to_have_text("Ada Lind: editing this now")
        expect(item(desk, "Quiet.").locator(".at-work")).to_be_hidden()
    expect(item(desk, "Contested.").locator(".at-work")).to_be_hidden()


def test_the_list_drawn_anew_keeps_what_was_opened_and_what_has_the_focus(
    desk: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    entry = newsroom.publish(story, "Old words.")
    item(desk, "Old words.").locator(".seldom > summary").click()
    item(desk, "Old words.").locator('[data-action="versions"], [data-action="times"]').first.focus()
    newsroom.edit(entry, text="New words.")
    expect(item(desk, "New words.").locator('[data-action="times"]')).to_be_visible()
    expect(item(desk, "New words.").locator('[data-action="times"]')).to_be_focused()


def test_reporters_move_nothing_and_set_the_times_of_their_own_entries_only(
    newsroom: Newsroom, story: dict[str, Any], context: BrowserContext
) -> None:
    newsroom.publish(story, "By a colleague.")
    page = open_as(context, newsroom, somebody(newsroom, "Rae Holm"))
    choose(page, story)
    page.fill("[name=text]", "By Rae.")
    page.click("#publish")
    expect(item(page, "By Rae.").locator('[data-action="times"]')).to_have_count(1)
    expect(item(page, "By Rae.").locator('[data-action="move"]')).to_have_count(0)
    expect(item(page, "By a colleague.").locator('[data-action="times"], [data-action="move"]')).to_have_count(0)


def test_a_last_entry_is_retracted_once_however_often_its_answer_is_lost(
    desk: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    newsroom.publish(story, "It stands.")
    newsroom.publish(story, "It does not.")
    lost: list[str] = []

    def lose_the_first(route: Route) -> None:
        if lost:
            route.continue_()
        else:
            route.fetch()
            lost.append(route.request.url)
            route.abort()

    desk.route("**/retract-last", lose_the_first)
    desk.click("[data-story=retract-last]")
    desk.fill("#ask [name=reason]", "Wrong town.")
    desk.click("#ask .primary")
    expect(desk.locator("#ask .general")).to_contain_text("cannot be reached")
    desk.click("#ask .primary")
    expect(desk.locator("#ask")).to_be_hidden()
    expect(item(desk, "It does not.").locator(".state.is-retracted")).to_be_visible()
    assert [entry["status"] for entry in _state(newsroom, story)["timeline"]["items"]] == ["retracted", "published"]


def test_a_question_that_was_left_while_it_was_sent_does_not_answer_the_next_one(
    desk: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    newsroom.publish(story, "The polls closed.")
    held: list[Route] = []
    desk.route("**/retract-last", lambda route: held.append(route))
    desk.click("[data-story=retract-last]")
    desk.fill("#ask [name=reason]", "Wrong town.")
    with desk.expect_request("**/retract-last"):
        desk.click("#ask .primary")
    desk.click("#ask .primary")  # a second press sends nothing more
    desk.click("#ask button[value=no]")
    press(desk, "The polls closed.", "times")
    desk.fill("#ask [name=display_time]", "2026-01-02T03:04")
    assert len(held) == 1
    held[0].abort()
    expect(desk.locator("#said")).to_have_text("")
    expect(desk.locator("#ask .general")).to_be_hidden()
    desk.click("#ask .primary")
    expect(item(desk, "The polls closed.")).to_contain_text("Dated 03:04")


def test_a_question_that_comes_late_leaves_the_one_that_is_open_as_it_is(
    desk: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    newsroom.publish(story, "It stands.")
    expect(item(desk, "It stands.")).to_be_visible()
    held: list[Route] = []
    desk.route("**/v1/newsroom/people", lambda route: held.append(route))
    with desk.expect_request("**/v1/newsroom/people"):
        desk.click("[data-story=retract-last]")
    desk.click("[data-story=freeze]")
    expect(desk.locator("#ask h2")).to_contain_text("Freeze this story?")
    with desk.expect_response("**/v1/newsroom/people"):
        held[0].continue_()
    desk.evaluate("new Promise((resolve) => setTimeout(resolve))")  # whoever waited for the answer has gone on
    expect(desk.locator("#ask h2")).to_contain_text("Freeze this story?")
    desk.click("#ask .primary")
    expect(desk.locator("#closed")).to_contain_text("This story is frozen")
    assert [entry["status"] for entry in _state(newsroom, story)["timeline"]["items"]] == ["published"]
