"""Where an entry stands, its times, and its pin, from the newsroom's page; and who else has it open."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from tests.browser.newsroom_page import choose, item, open_as, press, somebody
from tests.browser.newsroom_roles import text_field
from tests.browser.newsroom_server import Newsroom

LISBON = ZoneInfo("Europe/Lisbon")


@pytest.fixture
def context_options() -> dict[str, Any]:
    """A phone far from the story: what is typed means the story's time."""
    return {"timezone_id": "Asia/Tokyo"}


@pytest.fixture
def story(newsroom: Newsroom) -> dict[str, Any]:
    return newsroom.make_story(time_zone="Europe/Lisbon")


def _order(newsroom: Newsroom, story: dict[str, Any]) -> list[str]:
    return [entry["headline"] for entry in newsroom.state(story)["timeline"]["items"]]


def _told(newsroom: Newsroom, entry: dict[str, Any]) -> dict[str, Any]:
    path = f"/v1/newsroom/stories/{entry['story']}/entries/{entry['id']}"
    told: dict[str, Any] = newsroom.client.get(path).json()
    return told


def _there(*, days: int) -> tuple[str, datetime]:
    """A time where the story happens: as it is typed, and as it is."""
    at = (datetime.now(LISBON) + timedelta(days=days)).replace(hour=18, minute=30, second=0, microsecond=0)
    return at.strftime("%Y-%m-%dT%H:%M"), at


def test_an_entry_is_moved_up_down_and_to_a_place_of_choice_by_keyboard(
    driver: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    for headline in ("One", "Two", "Three", "Four"):
        newsroom.publish(story, "Counted.", headline=headline)
    press(driver, "Two", "move")
    up = driver.locator('[data-step="up"]')
    expect(driver.locator("#show li[aria-current]")).to_contain_text("Two")
    up.focus()
    driver.keyboard.press("Enter")
    expect(driver.locator("#show [role=status]")).to_have_text("Moved. It stands above “Three” now.")
    expect(up).to_be_focused()
    driver.keyboard.press("Enter")
    expect(driver.locator("#show [role=status]")).to_have_text("Moved. It stands above “Four” now.")
    expect(up).to_be_disabled()
    expect(driver.locator('[data-step="down"]')).to_be_focused()
    assert _order(newsroom, story) == ["Two", "Four", "Three", "One"]
    driver.get_by_role("button", name="Move here, below “One”").click()
    expect(driver.locator("#show [role=status]")).to_have_text("Moved. It stands below “One” now.")
    assert _order(newsroom, story) == ["Four", "Three", "One", "Two"]
    driver.click("#show .close")
    expect(item(driver, "Two").locator('[data-action="move"]')).to_be_focused()


def test_a_move_that_is_refused_says_why_and_can_be_tried_again(
    driver: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    first, second = (newsroom.publish(story, "Counted.", headline=headline) for headline in ("One", "Two"))
    press(driver, "One", "move")
    expect(driver.locator('[data-step="up"]')).to_be_enabled()  # the order as it still was has been read
    newsroom.act(second, "unpublish")
    driver.click('[data-step="up"]')
    expect(driver.locator("#show .problem")).to_contain_text("beside public entries")
    newsroom.act(second, "publish")
    driver.click('[data-step="up"]')
    expect(driver.locator("#show .problem")).to_be_hidden()
    expect(driver.locator("#show [role=status]")).to_contain_text("above “Two”")
    assert _order(newsroom, story) == [first["headline"], second["headline"]]


def test_an_entry_is_dated_back_and_given_an_end_in_the_storys_time_and_both_are_taken_away_again(
    driver: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    entry = newsroom.publish(story, "The polls closed.")
    (earlier, earlier_at), (later, later_at) = _there(days=-2), _there(days=2)
    press(driver, "The polls closed.", "times")
    expect(driver.locator("#ask .fields .hint").first).to_contain_text("Europe/Lisbon")
    driver.fill("#ask [name=display_time]", earlier)
    driver.fill("#ask [name=expires_at]", later)
    driver.click("#ask .primary")
    expect(item(driver, "The polls closed.")).to_contain_text("Dated 18:30")
    expect(item(driver, "The polls closed.")).to_contain_text("Leaves readers at 18:30")
    told = _told(newsroom, entry)
    assert datetime.fromisoformat(told["display_time"]) == earlier_at
    assert datetime.fromisoformat(told["expires_at"]) == later_at
    press(driver, "The polls closed.", "times")
    expect(driver.locator("#ask [name=display_time]")).to_have_value(earlier)
    driver.fill("#ask [name=display_time]", "")
    driver.fill("#ask [name=expires_at]", "")
    driver.click("#ask .primary")
    expect(item(driver, "The polls closed.")).not_to_contain_text("Leaves readers")
    told = _told(newsroom, entry)
    assert (told["display_time"], told["expires_at"]) == (None, None)


def test_times_that_cannot_be_are_refused_beside_their_field_and_stay_typed(
    driver: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    newsroom.publish(story, "The polls closed.")
    press(driver, "The polls closed.", "times")
    driver.fill("#ask [name=expires_at]", "2020-03-01T10:00")
    driver.click("#ask .primary")
    expect(driver.locator("#wrong-expires_at")).to_have_text("This time has passed already.")
    expect(driver.locator("#ask [name=expires_at]")).to_be_focused()
    expect(driver.locator("#ask [name=expires_at]")).to_have_value("2020-03-01T10:00")
    driver.fill("#ask [name=expires_at]", "")
    driver.fill("#ask [name=display_time]", "2026-03-29T01:30")  # an hour that Lisbon left out
    driver.click("#ask .primary")
    expect(driver.locator("#ask .general")).to_contain_text("the clocks go forward then")


def test_a_time_that_somebody_else_set_meanwhile_is_shown_and_what_is_saved_again_wins(
    driver: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    entry = newsroom.publish(story, "The polls closed.")
    (theirs, theirs_at), (mine, mine_at) = _there(days=3), _there(days=4)
    press(driver, "The polls closed.", "times")
    expect(driver.locator("#ask [name=expires_at]")).to_be_visible()  # what is edited from now on was not read here
    newsroom.edit(entry, text="The polls have closed.")  # not what is asked about: no reason to ask again
    newsroom.edit(entry, expires_at=theirs_at.isoformat())
    driver.fill("#ask [name=expires_at]", mine)
    driver.click("#ask .primary")
    expect(driver.locator("#wrong-expires_at")).to_have_text(f"Theirs: {theirs}")
    expect(driver.locator("#ask .general")).to_contain_text("Somebody else changed this")
    driver.click("#ask .primary")
    expect(driver.locator("#ask")).to_be_hidden()
    told = _told(newsroom, entry)
    assert (datetime.fromisoformat(told["expires_at"]), told["text"]) == (mine_at, "The polls have closed.")


def test_without_a_network_what_was_typed_stays_and_is_saved_once_it_is_back(
    driver: Page, context: BrowserContext, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    entry = newsroom.publish(story, "The polls closed.")
    press(driver, "The polls closed.", "times")
    later, later_at = _there(days=2)
    driver.fill("#ask [name=expires_at]", later)
    context.set_offline(True)
    driver.click("#ask .primary")
    expect(driver.locator("#ask .general")).to_contain_text("cannot be reached")
    expect(driver.locator("#ask [name=expires_at]")).to_have_value(later)
    context.set_offline(False)
    driver.click("#ask .primary")
    expect(driver.locator("#ask")).to_be_hidden()
    assert datetime.fromisoformat(_told(newsroom, entry)["expires_at"]) == later_at


def test_what_is_scheduled_goes_out_at_the_storys_time_and_can_be_put_off(
    driver: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    entry = newsroom.publish(story, "Embargoed.", status="draft")
    (first, first_at), (second, second_at) = _there(days=1), _there(days=2)
    press(driver, "Embargoed.", "schedule")
    driver.fill("#ask [name=publish_at]", first)
    driver.click("#ask .primary")
    expect(item(driver, "Embargoed.").locator(".state.is-scheduled")).to_be_visible()
    assert datetime.fromisoformat(_told(newsroom, entry)["publish_at"]) == first_at
    press(driver, "Embargoed.", "times")
    driver.fill("#ask [name=publish_at]", second)
    driver.click("#ask .primary")
    expect(driver.locator("#ask")).to_be_hidden()
    assert datetime.fromisoformat(_told(newsroom, entry)["publish_at"]) == second_at


def test_a_pin_is_given_an_end_which_is_shown_and_taken_away_again(
    driver: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    newsroom.publish(story, "Where to vote.")
    press(driver, "Where to vote.", "pin")
    press(driver, "Where to vote.", "pin-end")
    later, later_at = _there(days=2)
    driver.fill("#ask [name=until]", later)
    driver.click("#ask .primary")
    expect(item(driver, "Where to vote.")).to_contain_text("pinned until 18:30")
    (pin,) = newsroom.state(story)["pinned"]
    assert datetime.fromisoformat(pin["until"]) == later_at
    press(driver, "Where to vote.", "pin-end")
    expect(driver.locator("#ask [name=until]")).to_have_value(later)
    driver.fill("#ask [name=until]", "")
    driver.click("#ask .primary")
    expect(item(driver, "Where to vote.")).not_to_contain_text("until")
    assert [pin["until"] for pin in newsroom.state(story)["pinned"]] == [None]


def test_who_edits_an_entry_is_said_at_that_entry(
    driver: Page, newsroom: Newsroom, story: dict[str, Any], browser: Browser
) -> None:
    newsroom.publish(story, "Quiet.")
    newsroom.publish(story, "Contested.")
    ada = somebody(newsroom, "Ada Lind", "editor")
    with browser.new_context() as other:
        colleague = open_as(other, newsroom, ada)
        choose(colleague, story)
        press(colleague, "Contested.", "edit")
        expect(item(driver, "Contested.").locator(".at-work")).to_have_text("Ada Lind: editing this now")
        expect(item(driver, "Quiet.").locator(".at-work")).to_be_hidden()
    expect(item(driver, "Contested.").locator(".at-work")).to_be_hidden()


def test_the_list_drawn_anew_keeps_what_was_opened_and_what_has_the_focus(
    driver: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    entry = newsroom.publish(story, "Old words.")
    item(driver, "Old words.").locator(".seldom > summary").click()
    item(driver, "Old words.").locator('[data-action="versions"], [data-action="times"]').first.focus()
    newsroom.edit(entry, text="New words.")
    expect(item(driver, "New words.").locator('[data-action="times"]')).to_be_visible()
    expect(item(driver, "New words.").locator('[data-action="times"]')).to_be_focused()


def test_reporters_move_nothing_and_set_the_times_of_their_own_entries_only(
    newsroom: Newsroom, story: dict[str, Any], context: BrowserContext
) -> None:
    newsroom.publish(story, "By a colleague.")
    page = open_as(context, newsroom, somebody(newsroom, "Rae Holm"))
    choose(page, story)
    text_field(page).fill("By Rae.")
    page.click("#publish")
    expect(item(page, "By Rae.").locator('[data-action="times"]')).to_have_count(1)
    expect(item(page, "By Rae.").locator('[data-action="move"]')).to_have_count(0)
    expect(item(page, "By a colleague.").locator('[data-action="times"], [data-action="move"]')).to_have_count(0)


def test_a_last_entry_is_retracted_once_however_often_its_answer_is_lost(
    driver: Page, newsroom: Newsroom, story: dict[str, Any]
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

    driver.route("**/retract", lose_the_first)
    driver.click("[data-story=retract-last]")
    driver.fill("#ask [name=reason]", "Wrong town.")
    driver.click("#ask .primary")
    expect(driver.locator("#ask")).to_be_hidden()  # it is kept here, and sent again with the same key
    expect(item(driver, "It does not.").locator(".state.is-retracted")).to_be_visible()
    assert [entry["status"] for entry in newsroom.state(story)["timeline"]["items"]] == ["retracted", "published"]


def test_a_question_that_was_left_while_it_was_sent_does_not_answer_the_next_one(
    driver: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    newsroom.publish(story, "The polls closed.")
    held: list[Route] = []
    driver.route("**/entries/*/retract", lambda route: held.append(route))
    driver.click("[data-story=retract-last]")
    driver.fill("#ask [name=reason]", "Wrong town.")
    with driver.expect_request("**/entries/*/retract"):
        driver.click("#ask .primary")
    driver.click("#ask .primary")  # a second press sends nothing more
    driver.click("#ask button[value=no]")
    press(driver, "The polls closed.", "times")
    driver.fill("#ask [name=display_time]", "2026-01-02T03:04")
    assert len(held) == 1
    held[0].abort()
    expect(driver.locator("#said")).to_have_text("")
    expect(driver.locator("#ask .general")).to_be_hidden()
    driver.click("#ask .primary")
    expect(item(driver, "The polls closed.")).to_contain_text("Dated 03:04")


def test_a_question_that_comes_late_leaves_the_one_that_is_open_as_it_is(
    driver: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    newsroom.publish(story, "It stands.")
    expect(item(driver, "It stands.")).to_be_visible()
    held: list[Route] = []
    driver.route("**/entries?status=published**", lambda route: held.append(route))
    with driver.expect_request("**/entries?status=published**"):
        driver.click("[data-story=retract-last]")
    driver.click("[data-story=freeze]")
    expect(driver.locator("#ask h2")).to_contain_text("Freeze this story?")
    with driver.expect_response("**/entries?status=published**"):
        held[0].continue_()
    driver.evaluate("new Promise((resolve) => setTimeout(resolve))")  # whoever waited for the answer has gone on
    expect(driver.locator("#ask h2")).to_contain_text("Freeze this story?")
    driver.click("#ask .primary")
    expect(driver.locator("#closed")).to_contain_text("This story is frozen")
    assert [entry["status"] for entry in newsroom.state(story)["timeline"]["items"]] == ["published"]
