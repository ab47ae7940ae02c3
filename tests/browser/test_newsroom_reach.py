"""What is far down the list, or has no form in text, is reached and corrected from the newsroom's page all the same."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, Route, expect

from tests.browser.newsroom_page import open_tools
from tests.browser.newsroom_roles import (
    composer,
    dialog,
    entry,
    outcome,
    press_at,
    press_in_composer,
    text_field,
    write,
)
from tests.browser.newsroom_server import Newsroom
from tests.waiting import await_true

PAGE = 50
"""How many entries the list shows at once."""

SOON_MILLISECONDS = 600
"""Twice as long as the page waits after news, for more of it, before it reads its list."""

IS_UNCOVERED = """(field) => {
  const { left, top } = field.getBoundingClientRect();
  return document.elementFromPoint(left + 9, top + 9) === field;
}"""
"""Returns whether the beginning of a field can be seen: nothing stands over it."""


def _search(page: Page, words: str) -> None:
    open_tools(page)
    page.get_by_role("searchbox").fill(words)
    page.get_by_role("search").get_by_role("button", name="Search").click()


def test_an_old_entry_found_by_search_opens_to_be_edited_however_deep_it_is(
    driver: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    old = newsroom.publish(story, "Zanzibar declares at nine.")
    for number in range(PAGE + 3):
        newsroom.publish(story, f"Entry {number}.")
    driver.reload()
    expect(entry(driver, f"Entry {PAGE + 2}.")).to_be_visible()
    expect(entry(driver, "Zanzibar")).to_have_count(0)
    _search(driver, "zanzibar")
    dialog(driver).get_by_role("button", name="Edit: Zanzibar").click()
    expect(text_field(driver)).to_have_value("Zanzibar declares at nine.")
    expect(text_field(driver)).to_be_focused()
    expect(text_field(driver)).to_be_in_viewport()
    assert text_field(driver).evaluate(IS_UNCOVERED)
    write(driver, "Zanzibar declares at ten.", "Save and publish")
    expect(outcome(driver)).to_contain_text("Published")
    (changed,) = (item for item in newsroom.entries(story) if item["id"] == old["id"])
    assert (changed["text"], changed["working"]) == ("Zanzibar declares at ten.", None)


def test_an_old_entry_found_by_search_has_all_its_buttons(
    driver: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    newsroom.publish(story, "Kilimanjaro declares at nine.")
    for number in range(PAGE + 3):
        newsroom.publish(story, f"Entry {number}.")
    driver.reload()
    expect(entry(driver, f"Entry {PAGE + 2}.")).to_be_visible()
    _search(driver, "kilimanjaro")
    dialog(driver).get_by_role("button", name="Go there").click()
    dialog(driver).get_by_role("button", name="Retract", exact=True).click()
    expect(dialog(driver)).to_contain_text("Kilimanjaro declares at nine.")
    dialog(driver).get_by_role("textbox").fill("It was ten.")
    dialog(driver).get_by_role("button", name="Retract", exact=True).click()
    expect(dialog(driver)).to_have_count(0)
    (retracted,) = (item for item in newsroom.entries(story) if item["status"] == "retracted")
    assert "Kilimanjaro" in retracted["text"]


def test_what_is_found_in_another_story_is_shown_in_its_list_whatever_comes_while_that_is_read(
    driver: Page, newsroom: Newsroom
) -> None:
    other = newsroom.make_story(title="Storm watch")
    found = newsroom.publish(other, "Gullfaks is evacuated.")
    frames: list[str] = []
    driver.on("websocket", lambda socket: socket.on("framereceived", lambda frame: frames.append(str(frame))))
    held: list[Route] = []
    is_slow = True
    driver.route(
        f"**/v1/newsroom/stories/{other['id']}/entries?limit=50*",
        lambda route: held.append(route) if is_slow else route.continue_(),
    )
    _search(driver, "gullfaks")
    dialog(driver).get_by_role("button", name="Go there").click()
    await_true(lambda: driver.evaluate("1") and held, or_say=lambda: "its list was not read")
    late = newsroom.publish(other, "What comes while its list is read.")
    await_true(lambda: driver.evaluate("1") and any(late["id"] in frame for frame in frames))
    driver.wait_for_timeout(SOON_MILLISECONDS)  # then a page that has heard of it would read the list again
    is_slow = False
    for route in held:
        route.continue_()
    expect(driver.locator(f'.item[data-id="{found["id"]}"]')).to_be_in_viewport()
    expect(entry(driver, "What comes while its list is read.")).to_be_visible()
    expect(dialog(driver)).to_have_count(0)


def test_a_pictures_caption_credit_and_description_are_corrected_and_its_text_stays_to_the_letter(
    driver: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    blocks = [
        {"type": "paragraph", "html": "H<sub>2</sub>O at the bridge."},
        {
            "type": "image",
            "url": "https://pictures.example/river.jpg",
            "width": 640,
            "height": 360,
            "alt": "A rvier",
            "caption": "The Duoro",
            "credit": "Ana Susa",
        },
    ]
    newsroom.client.post(f"/v1/stories/{story['id']}/entries", json={"blocks": blocks}).raise_for_status()
    press_at(driver, "at the bridge", "Edit")
    picture = composer(driver).get_by_role("group", name="Picture of this entry")
    expect(picture.get_by_label("Caption")).to_have_value("The Duoro")
    picture.get_by_label("What it shows").fill("A river")
    picture.get_by_label("Caption").fill("The Douro")
    picture.get_by_label("Credit").fill("Ana Sousa/Agency")
    driver.reload()  # what was typed is kept with the rest
    expect(picture.get_by_label("Caption")).to_have_value("The Douro")
    press_in_composer(driver, "Save and publish")
    expect(outcome(driver)).to_contain_text("Published")
    (published,) = newsroom.entries(story)
    paragraph, image = published["blocks"]
    assert paragraph["html"] == "<p>H<sub>2</sub>O at the bridge.</p>"
    words = (image["alt"], image["caption"], image["credit"], image["width"])
    assert words == ("A river", "The Douro", "Ana Sousa/Agency", 640)


def test_a_pictures_words_and_the_text_beside_it_are_changed_at_once(
    driver: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    blocks = [
        {"type": "paragraph", "html": "At the bridge."},
        {"type": "image", "url": "https://pictures.example/river.jpg", "alt": "A river", "caption": "The Duoro"},
        {"type": "video", "url": "https://pictures.example/river.mp4", "caption": "The river"},
    ]
    newsroom.client.post(f"/v1/stories/{story['id']}/entries", json={"blocks": blocks}).raise_for_status()
    press_at(driver, "At the bridge", "Edit")
    composer(driver).get_by_role("group", name="Picture").get_by_label("Caption").fill("The Douro")
    composer(driver).get_by_role("group", name="Film").get_by_label("Credit").fill("Ana Sousa")
    text = text_field(driver).input_value()
    text_field(driver).fill(text.replace("At the bridge.", "Under the bridge."))
    press_in_composer(driver, "Save and publish")
    expect(outcome(driver)).to_contain_text("Published")
    (published,) = newsroom.entries(story)
    paragraph, image, film = published["blocks"]
    assert paragraph["html"] == "<p>Under the bridge.</p>"
    assert (image["alt"], image["caption"]) == ("A river", "The Douro")
    assert (film["caption"], film["credit"]) == ("The river", "Ana Sousa")


def test_a_pictures_words_are_taken_away_and_a_description_that_was_only_its_caption_is_not_written_for_it(
    driver: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    blocks = [{"type": "image", "url": "https://pictures.example/river.jpg", "caption": "The Duoro", "credit": "Ana"}]
    answer = newsroom.client.post(f"/v1/stories/{story['id']}/entries", json={"blocks": blocks, "headline": "Seen"})
    answer.raise_for_status()
    press_at(driver, "Seen", "Edit")
    picture = composer(driver).get_by_role("group", name="Picture")
    expect(picture.get_by_label("What it shows")).to_have_value("")
    picture.get_by_label("Caption").fill("The Douro")
    picture.get_by_label("Credit").fill("")
    press_in_composer(driver, "Save without publishing")
    expect(outcome(driver)).to_contain_text("Readers do not see it yet")
    press_at(driver, "Seen", "Publish the edit")
    expect(entry(driver, "Seen")).not_to_contain_text("edit not published")
    (published,) = newsroom.entries(story)
    (image,) = published["blocks"]
    assert (image["alt"], image["caption"], image.get("credit")) == ("The Douro", "The Douro", None)
    expect(entry(driver, "Seen")).to_contain_text("A picture has no description")
