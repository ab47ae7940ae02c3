"""Each act on the newsroom's page is answered where the eye is, and what is refused can be mended and sent again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.newsroom_page import choose, note_outcomes, outcomes, signed_in
from tests.browser.newsroom_roles import (
    answer,
    button_of,
    composer,
    connection,
    dialog,
    entries,
    entry,
    outcome,
    press_at,
    press_in_composer,
    text_field,
    write,
)
from tests.browser.newsroom_server import Newsroom


@pytest.fixture
def driver(context: BrowserContext, newsroom: Newsroom, story: dict[str, Any]) -> Iterator[Page]:
    """The page of the administrator; the server runs again at the end, whatever the test did to it."""
    with signed_in(context, newsroom, story) as page:
        yield page
    if newsroom.server.process is None:
        newsroom.server.start()


def test_what_is_published_is_said_under_the_buttons_with_the_ways_to_see_it_and_to_take_it_back(
    driver: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    write(driver, "Polls have closed.")
    expect(outcome(driver)).to_contain_text("Published")
    expect(outcome(driver)).to_be_in_viewport()
    (published,) = newsroom.shown(story)
    view = outcome(driver).get_by_role("link", name="View")
    expect(view).to_have_attribute("href", f"/stories/{story['slug']}?entry={published['id']}#entry-{published['id']}")
    outcome(driver).get_by_role("button", name="Take back").click()
    expect(dialog(driver)).to_contain_text("Polls have closed.")
    expect(dialog(driver).get_by_role("textbox")).to_be_focused()
    dialog(driver).get_by_role("radio", name="Retract").check()
    answer(driver, "Take back")
    expect(dialog(driver).get_by_role("alert").filter(visible=True)).to_contain_text("Say why")
    dialog(driver).get_by_role("radio", name="Unpublish").check()
    answer(driver, "Take back")
    expect(entry(driver, "Polls have closed.")).to_contain_text("unpublished")
    assert newsroom.shown(story) == []


def test_drafts_and_submissions_and_edits_are_said_for_what_they_are(
    driver: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    write(driver, "For later.", "Save draft")
    expect(outcome(driver)).to_have_text("Kept as a draft. Readers do not see it.")
    write(driver, "For an editor.", "Submit")
    expect(outcome(driver)).to_have_text("Submitted. It waits for an editor.")
    newsroom.publish(story, "It stands.")
    press_at(driver, "It stands.", "Edit")
    expect(text_field(driver)).to_have_value("It stands.")
    write(driver, "It stands still.", "Save and publish")
    expect(outcome(driver)).to_contain_text("Published: readers see the new text.")
    expect(outcome(driver).get_by_role("button")).to_have_count(0)


def test_nothing_written_is_said_beside_the_buttons(driver: Page) -> None:
    press_in_composer(driver, "Publish")
    expect(outcome(driver)).to_have_text("Write a headline or a text first.")


def test_publishing_with_the_server_stopped_says_so_and_is_done_once_it_runs_again(
    driver: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    newsroom.publish(story, "It does not stand.")
    expect(entry(driver, "It does not stand.")).to_be_visible()
    expect(connection(driver)).to_have_text("Connected")
    newsroom.server.stop()
    expect(connection(driver)).to_contain_text("Offline")
    write(driver, "Written without a server.")
    expect(outcome(driver)).to_have_text("Kept here. It is sent as soon as the server can be reached.")
    expect(outcome(driver)).to_be_in_viewport()
    expect(connection(driver)).to_contain_text("1 kept here")
    press_at(driver, "It does not stand.", "Retract")
    dialog(driver).get_by_role("textbox").fill("Wrong town.")
    answer(driver, "Retract")
    expect(dialog(driver)).to_have_count(0)
    expect(entry(driver, "It does not stand.")).to_contain_text("kept here")
    expect(connection(driver)).to_contain_text("kept here")
    newsroom.server.start()
    expect(outcome(driver)).to_contain_text("Published")
    expect(connection(driver)).to_have_text("Connected")
    expect(entry(driver, "It does not stand.")).to_contain_text("retracted")
    assert sorted(item["status"] for item in newsroom.shown(story)) == ["published", "retracted"]


def test_a_refused_story_form_stays_open_with_all_that_was_typed_and_is_sent_again(
    driver: Page, newsroom: Newsroom
) -> None:
    driver.get_by_role("button", name="New story").click()
    form = dialog(driver)
    form.get_by_label("Title").fill("Storm night")
    form.get_by_label("Standfirst").fill("What we know.")
    form.get_by_label("Time zone").fill("Europe/Nowhere")
    answer(driver, "Create")
    expect(form.get_by_label("Time zone")).to_be_focused()
    expect(form.get_by_role("alert").filter(visible=True)).to_be_visible()
    expect(form.get_by_label("Title")).to_have_value("Storm night")
    expect(form.get_by_label("Standfirst")).to_have_value("What we know.")
    form.get_by_label("Time zone").fill("Europe/Lisbon")
    answer(driver, "Create")
    expect(form).to_have_count(0)
    expect(driver.get_by_label("Story", exact=True).locator("option:checked")).to_have_text("Storm night")
    assert [each["title"] for each in newsroom.client.get("/v1/stories").json()["items"]].count("Storm night") == 1


def test_a_story_form_sent_without_a_server_is_kept_and_sent_once_it_runs_again(
    driver: Page, newsroom: Newsroom
) -> None:
    newsroom.server.stop()
    driver.get_by_role("button", name="New story").click()
    dialog(driver).get_by_label("Title").fill("Flood night")
    answer(driver, "Create")
    expect(dialog(driver)).to_have_count(0)
    expect(driver.get_by_text("New story: Flood night")).to_be_visible()
    newsroom.server.start()
    expect(driver.get_by_label("Story", exact=True).locator("option:checked")).to_have_text("Flood night")


def test_a_refused_question_stays_open_and_says_why(driver: Page, newsroom: Newsroom, story: dict[str, Any]) -> None:
    published = newsroom.publish(story, "The dam failed.")
    press_at(driver, "The dam failed.", "Add a correction")
    newsroom.act(published, "unpublish")
    field = dialog(driver).get_by_label("What was wrong")
    field.fill("It is a levee.")
    answer(driver, "Add")
    expect(dialog(driver).get_by_role("alert").filter(visible=True)).to_be_visible()
    expect(field).to_have_value("It is a levee.")
    newsroom.act(published, "publish")
    answer(driver, "Add")
    expect(dialog(driver)).to_have_count(0)
    expect(entry(driver, "The dam failed.")).to_contain_text("Corrections: It is a levee.")


def test_a_refused_press_says_why_at_the_entry_and_offers_what_helps(
    driver: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    submitted = newsroom.publish(story, "Turnout was 61 %.", status="submitted")
    publish = button_of(driver, "Turnout was", "Publish")
    expect(publish).to_be_visible()
    driver.route("**/entries?limit=**", lambda route: route.abort())  # what is drawn is what was read before
    newsroom.edit(submitted, text="Turnout was 16 %.")
    publish.click()
    said = entry(driver, "Turnout was").get_by_role("status").filter(has_text="not accepted")
    expect(said).to_contain_text("Somebody has changed it")
    expect(driver.get_by_role("status").filter(has_text="Not accepted: publish")).to_be_in_viewport()
    assert newsroom.shown(story) == []
    driver.unroute("**/entries?limit=**")
    said.get_by_role("button", name="Throw away").click()
    driver.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(entry(driver, "Turnout was 16 %.")).to_be_visible()
    button_of(driver, "Turnout was 16 %.", "Publish").click()
    expect(entry(driver, "Turnout was 16 %.")).to_contain_text("published")


def _write_with_picture(page: Page, text: str) -> None:
    text_field(page).fill(text)
    if not composer(page).get_by_label("Address").is_visible():
        composer(page).get_by_text("Picture of another site", exact=True).click()
    composer(page).get_by_label("Address").fill("https://pictures.example/river.jpg")
    press_in_composer(page, "Publish")


def test_what_is_refused_is_mended_in_the_form_or_kept_as_a_draft(
    driver: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    newsroom.edit_story(story, settings={"require_alt": True})
    _write_with_picture(driver, "The river rises.")
    expect(outcome(driver)).to_have_text("Not accepted.")
    waiting = driver.get_by_role("region", name="Not yet acknowledged")
    expect(waiting).to_contain_text("The river rises.")
    waiting.get_by_role("button", name="Edit", exact=True).click()
    expect(waiting).to_be_hidden()
    expect(text_field(driver)).to_have_value(re.compile("The river rises."))
    expect(outcome(driver)).not_to_be_empty()  # why, still, while it is mended


def test_what_is_refused_for_its_byline_says_so_at_the_field(
    driver: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    text_field(driver).fill("With a bad source.")
    composer(driver).get_by_text("Byline, source, tags").click()
    source = composer(driver).get_by_label("Source, where it was first reported")
    source.fill("https://no blanks.example/")
    press_in_composer(driver, "Publish")
    waiting = driver.get_by_role("region", name="Not yet acknowledged")
    waiting.get_by_role("button", name="Edit", exact=True).click()
    expect(source).to_be_focused()
    expect(source).to_have_attribute("aria-invalid", "true")
    expect(outcome(driver)).to_contain_text("source")
    source.fill("https://first.example/")
    press_in_composer(driver, "Publish")
    expect(outcome(driver)).to_contain_text("Published")
    assert [item["source"]["url"] for item in newsroom.shown(story)] == ["https://first.example/"]


def test_what_a_story_holds_counts_down_and_is_cancelled_in_one_press(
    driver: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    newsroom.edit_story(story, settings={"hold_seconds": 600})
    driver.reload()
    choose(driver, story)
    write(driver, "Too early.")
    expect(outcome(driver).get_by_role("timer")).to_have_text(re.compile(r"^(10:00|9:5\d)$"))
    first = outcome(driver).get_by_role("timer").text_content()
    expect(outcome(driver).get_by_role("timer")).not_to_have_text(first or "")
    expect(entry(driver, "Too early.").get_by_role("timer")).to_have_text(re.compile(r"^\d+:\d\d$"))
    outcome(driver).get_by_role("button", name="Undo").click()
    expect(outcome(driver)).to_contain_text("Not published.")
    expect(entry(driver, "Too early.")).to_contain_text("draft")
    assert newsroom.shown(story) == []
    outcome(driver).get_by_role("button", name="Edit it").click()
    expect(text_field(driver)).to_have_value("Too early.")


def test_what_was_held_is_said_to_be_published_once_it_is(
    driver: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    newsroom.edit_story(story, settings={"hold_seconds": 2})
    note_outcomes(driver)
    write(driver, "In a moment.")
    expect(outcome(driver)).to_contain_text("Published")
    said = "\n".join(outcomes(driver))
    assert ("Undo" in said, "Send now" in said) == (True, False)  # the story holds it
    expect(outcome(driver).get_by_role("link", name="View")).to_be_visible()
    assert len(newsroom.shown(story)) == 1


def test_a_story_that_ends_says_so_in_the_bar_and_beside_what_is_being_written(
    driver: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    text_field(driver).fill("Half a thought")
    newsroom.edit_story(story, status="ended")
    expect(connection(driver)).to_have_text("Story ended")
    expect(composer(driver)).to_contain_text("This story has ended")
    expect(text_field(driver)).to_have_value("Half a thought")
    newsroom.edit_story(story, status="live")
    expect(connection(driver)).to_have_text("Connected")
    write(driver, "Half a thought")
    expect(entries(driver)).to_have_count(1)
