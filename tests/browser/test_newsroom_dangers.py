"""Every dialog of the newsroom's page quotes what it acts on, and nothing is chosen or answered by typing."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.newsroom_page import choose, open_as, somebody
from tests.browser.newsroom_roles import answer, dialog, entry, press_at, text_field
from tests.browser.newsroom_server import Newsroom

pytestmark = pytest.mark.slow


def _retract_last(page: Page) -> None:
    page.get_by_role("button", name="Retract the last entry").click()


def test_retract_last_names_its_entry_and_typing_a_reason_chooses_no_other(
    driver: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    newsroom.publish(story, "Wrong town in the headline.")
    newsroom.publish(story, "It does not stand.")
    expect(entry(driver, "It does not stand.")).to_be_visible()
    _retract_last(driver)
    expect(dialog(driver).get_by_role("textbox")).to_be_focused()
    chosen = dialog(driver).get_by_role("radio", checked=True)
    expect(chosen).to_have_accessible_name(re.compile("It does not stand."))
    driver.keyboard.type("Wrong town.")
    expect(dialog(driver).get_by_role("textbox")).to_have_value("Wrong town.")
    expect(chosen).to_have_accessible_name(re.compile("It does not stand."))
    newsroom.publish(story, "Published while the reason was typed.")
    answer(driver, "Retract")
    expect(entry(driver, "It does not stand.")).to_contain_text("retracted")
    assert newsroom.statuses(story) == {
        "Wrong town in the headline.": "published",
        "It does not stand.": "retracted",
        "Published while the reason was typed.": "published",
    }


def test_retract_last_takes_another_one_that_is_pointed_out(
    driver: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    newsroom.publish(story, "It does not stand.")
    newsroom.publish(story, "It stands.")
    expect(entry(driver, "It stands.")).to_be_visible()
    _retract_last(driver)
    dialog(driver).get_by_role("radio", name="It does not stand.").check()
    dialog(driver).get_by_role("textbox").fill("Wrong town.")
    answer(driver, "Retract")
    expect(entry(driver, "It does not stand.")).to_contain_text("retracted")
    assert newsroom.statuses(story)["It stands."] == "published"


def test_a_reporter_retracts_the_last_of_their_own_alone(
    context: BrowserContext, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    page = open_as(context, newsroom, somebody(newsroom, "Rae Holm"))
    choose(page, story)
    text_field(page).fill("By Rae.")
    page.click("#publish")
    expect(entry(page, "By Rae.")).to_be_visible()
    newsroom.publish(story, "By a colleague.")
    page.get_by_text("More for this story").click()
    page.get_by_role("button", name="Retract my last entry").click()
    expect(dialog(page).get_by_role("radio")).to_have_count(1)
    expect(dialog(page)).to_contain_text("By Rae.")
    dialog(page).get_by_role("textbox").fill("Wrong town.")
    answer(page, "Retract")
    expect(entry(page, "By Rae.")).to_contain_text("retracted")
    assert newsroom.statuses(story)["By a colleague."] == "published"


def test_where_nothing_was_published_retract_last_says_so(driver: Page, story: dict[str, Any]) -> None:
    _retract_last(driver)
    expect(driver.get_by_role("alert")).to_contain_text("Nothing that you could retract")
    expect(driver.get_by_role("alert")).to_be_in_viewport()


@pytest.mark.parametrize(
    "button", ["Retract", "Add a correction", "Unpublish", "Remove", "Times", "Move in the timeline", "Preview link"]
)
def test_a_dialog_about_an_entry_quotes_it_and_has_the_focus_where_words_are_typed(
    driver: Page, newsroom: Newsroom, story: dict[str, Any], button: str
) -> None:
    newsroom.publish(story, "Polls have closed.")
    newsroom.publish(story, "Counting begins.")
    expect(entry(driver, "Counting begins.")).to_be_visible()
    press_at(driver, "Polls have closed.", button)
    expect(dialog(driver)).to_contain_text("Polls have closed.")
    if button in ("Retract", "Add a correction", "Unpublish", "Remove"):
        expect(dialog(driver).get_by_role("textbox")).to_be_focused()
        expect(dialog(driver)).not_to_contain_text("Counting begins.")


@pytest.mark.parametrize("button", ["End", "Withdraw", "Freeze this story"])
def test_a_question_about_a_story_quotes_its_title_and_no_key_meant_for_the_text_answers_it(
    driver: Page, newsroom: Newsroom, story: dict[str, Any], button: str
) -> None:
    driver.get_by_role("button", name=button, exact=True).click()
    expect(dialog(driver)).to_contain_text(f"“{story['title']}”")
    expect(dialog(driver).get_by_role("button", name="Cancel")).to_be_focused()
    driver.keyboard.press("Enter")
    expect(dialog(driver)).to_have_count(0)
    told = newsroom.client.get(f"/v1/newsroom/stories/{story['id']}").json()
    assert (told["status"], told["frozen"]) == ("live", False)


def test_what_is_in_the_form_is_quoted_before_it_is_thrown_away(driver: Page) -> None:
    driver.fill("[name=text]", "Half a thought")
    driver.click("#clear")
    expect(dialog(driver)).to_contain_text("Half a thought")
    answer(driver, "Cancel")
    expect(driver.locator("[name=text]")).to_have_value("Half a thought")
