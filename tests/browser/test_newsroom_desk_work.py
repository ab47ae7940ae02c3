"""A day at the desk: editing at an entry's place, urgent corrections, the queue and the keys."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, Request, expect

from tests.browser.newsroom_page import DESK, choose, open_as, somebody
from tests.browser.newsroom_roles import (
    composer,
    dialog,
    entries,
    entry,
    outcome,
    press_at,
    press_in_composer,
    text_field,
)
from tests.browser.newsroom_server import PATIENCE_MILLISECONDS, Newsroom

pytestmark = pytest.mark.slow

MOST_ACTIONS = 4
BATCH = 100


def _queue(page: Page) -> Locator:
    return page.get_by_role("region", name="Queue")


def _now(newsroom: Newsroom, made: dict[str, Any]) -> dict[str, Any]:
    answer = newsroom.client.get(f"/v1/newsroom/stories/{made['story']}/entries/{made['id']}")
    read: dict[str, Any] = answer.json()
    return read


class Person:
    """Somebody at the page whose acts are counted: each click, and each key that is no letter of what is written."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self.acts: list[str] = []

    def press(self, key: str) -> None:
        """Press a key, or several at once."""
        self.acts.append(key)
        self._page.keyboard.press(key)

    def click(self, what: Locator) -> None:
        """Click on something that is in sight."""
        expect(what).to_be_in_viewport()
        self.acts.append(f"click {what}")
        what.click()

    def write(self, words: str) -> None:
        """Write where the caret is."""
        self._page.keyboard.type(words)


def test_an_urgent_correction_of_an_old_entry_in_a_long_story_takes_four_acts(
    at_desk: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    old = newsroom.publish(story, "The dam at Alva failed at noon.")
    for first in range(0, 300, BATCH):
        items = [{"text": f"Entry {first + number}."} for number in range(BATCH)]
        answer = newsroom.client.post(f"/v1/stories/{story['id']}/entries:batch", json={"items": items})
        assert answer.is_success, answer.text
    expect(entry(at_desk, "Entry 299.")).to_be_visible()
    changes: list[str] = []

    def note(sent: Request) -> None:
        if sent.method in ("POST", "PATCH") and "/entries/" in sent.url:
            changes.append(sent.method)

    at_desk.on("request", note)
    at_desk.locator("#composer-title").focus()
    person = Person(at_desk)
    person.press("/")
    at_desk.keyboard.insert_text("dam alva")  # at once: nothing is offered for the beginning of it
    expect(at_desk.get_by_role("option").filter(has_text="The dam at Alva")).to_be_visible()
    person.press("Enter")
    expect(text_field(at_desk)).to_be_focused()
    expect(text_field(at_desk)).to_have_text("The dam at Alva failed at noon.")
    person.write(" It is a levee.")
    person.click(composer(at_desk).get_by_role("radio", name="a correction"))
    person.write("It is a levee, not a dam.")
    person.press("Control+Enter")
    expect(outcome(at_desk)).to_contain_text("Published: readers see the new text.")
    assert len(person.acts) <= MOST_ACTIONS, person.acts
    now = _now(newsroom, old)
    assert "It is a levee." in now["body_html"]
    assert [line["text"] for line in now["corrections"]] == ["It is a levee, not a dam."]
    assert (now["version"], changes) == (old["version"] + 1, ["PATCH"])  # one change of it, and one request


def test_an_entry_is_edited_at_its_place_and_what_was_being_written_comes_back(
    at_desk: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    newsroom.publish(story, "Turnout was 61 %.")
    newsroom.publish(story, "It stands.")
    text_field(at_desk).fill("Half a thought")
    press_at(at_desk, "Turnout", "Edit")
    expect(entry(at_desk, "Turnout").get_by_role("textbox", name="Text", exact=True)).to_be_focused()
    expect(text_field(at_desk)).to_have_text("Turnout was 61 %.")
    newsroom.publish(story, "What a colleague publishes meanwhile.")
    expect(at_desk.get_by_role("button", name="1 new")).to_be_visible()
    expect(text_field(at_desk)).to_be_focused()  # nothing that arrives takes the form away
    text_field(at_desk).fill("Turnout was 16 %.")
    press_in_composer(at_desk, "Save and publish")
    expect(outcome(at_desk)).to_contain_text("Published: readers see the new text.")
    expect(text_field(at_desk)).to_have_text("Half a thought")
    expect(at_desk.get_by_role("region", name="Writing").get_by_role("form")).to_be_visible()
    expect(entry(at_desk, "Turnout was 16 %.")).to_be_visible()


def test_a_fresh_typo_is_one_by_itself_a_figure_is_an_update_and_a_correction_needs_its_sentence(
    at_desk: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    made = newsroom.publish(story, "The brigde has 61 seats.")
    press_at(at_desk, "brigde", "Edit")
    kind = composer(at_desk).get_by_role("group", name="This change is")
    expect(text_field(at_desk)).to_have_text("The brigde has 61 seats.")  # else it is filled while the entry comes
    text_field(at_desk).fill("The bridge has 61 seats.")
    expect(kind.get_by_role("radio", name="a typo")).to_be_checked()
    text_field(at_desk).fill("The bridge has 16 seats.")
    expect(kind.get_by_role("radio", name="an update")).to_be_checked()
    text_field(at_desk).fill("The bridge has 61 seats.")
    expect(kind.get_by_role("radio", name="a typo")).to_be_checked()
    press_in_composer(at_desk, "Save and publish")
    expect(outcome(at_desk)).to_contain_text("Published")
    assert _now(newsroom, made)["updated_at"] is None
    entry(at_desk, "bridge").focus()
    at_desk.keyboard.press("c")
    expect(kind.get_by_role("radio", name="a correction")).to_be_checked()
    text_field(at_desk).fill("The bridge has 16 seats.")
    press_in_composer(at_desk, "Save and publish")
    expect(outcome(at_desk)).to_contain_text("Say what was wrong")
    expect(composer(at_desk).get_by_label("What was wrong")).to_be_focused()
    at_desk.keyboard.type("It has 16 seats, not 61.")
    at_desk.keyboard.press("Control+Enter")
    expect(outcome(at_desk)).to_contain_text("Published")
    expect(entry(at_desk, "bridge")).to_contain_text("Corrections: It has 16 seats, not 61.")
    assert _now(newsroom, made)["updated_at"] is not None


def test_the_queue_has_what_waits_the_oldest_first_with_its_count_in_the_title(
    at_desk: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    for text in ("First in", "Second in"):
        newsroom.publish(story, text, status="submitted")
    newsroom.publish(story, "A draft", status="draft")
    cards = _queue(at_desk).get_by_role("article")
    expect(cards).to_have_count(2)
    expect(cards.first).to_contain_text("First in")
    expect(at_desk).to_have_title(re.compile(r"^\(2\) "))
    first = cards.first.get_by_role("button", name="Publish", exact=True)
    first.hover()
    box = first.bounding_box()
    newsroom.publish(story, "Third in", status="submitted")
    expect(cards).to_have_count(3)
    expect(cards.last).to_contain_text("Third in")
    assert first.bounding_box() == box
    first.click()
    expect(entry(at_desk, "First in")).to_contain_text("published")
    expect(first).to_be_disabled()  # it keeps its place under the pointer, and takes no second press
    text_field(at_desk).click()
    expect(cards).to_have_count(2)
    _queue(at_desk).get_by_role("button", name="Drafts 1").click()
    expect(cards).to_have_count(1)
    cards.first.get_by_role("button", name="Edit").click()
    expect(text_field(at_desk)).to_have_text("A draft")


def test_a_reporter_has_their_own_in_the_queue_with_the_editors_note(
    browser: Browser, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    newsroom.edit_story(story, settings={"review_required": True})
    rae = somebody(newsroom, "Rae Quill")
    with browser.new_context(viewport=DESK) as context:
        context.set_default_timeout(PATIENCE_MILLISECONDS)
        page = open_as(context, newsroom, rae)
        choose(page, story)
        text_field(page).fill("By Rae.")
        page.keyboard.press("Control+Shift+Enter")
        expect(outcome(page)).to_contain_text("Submitted")
        mine = _queue(page).get_by_role("article").filter(has_text="By Rae.")
        expect(_queue(page).get_by_role("button", name="Mine 1")).to_be_visible()
        expect(mine).to_contain_text("Rae Quill")
        (submitted,) = newsroom.client.get(f"/v1/newsroom/stories/{story['id']}/entries").json()["items"]
        newsroom.act(submitted, "return", note="Who says so?")
        expect(mine).to_contain_text("Who says so?")


def test_the_day_is_walked_through_by_keys_alone(at_desk: Page, newsroom: Newsroom, story: dict[str, Any]) -> None:
    newsroom.publish(story, "It stands.")
    newsroom.publish(story, "Waits for a look.", status="submitted")
    expect(entries(at_desk)).to_have_count(2)
    at_desk.locator("body").press("Escape")
    at_desk.evaluate("document.activeElement.blur()")
    at_desk.keyboard.press("?")
    expect(dialog(at_desk)).to_contain_text("Ctrl+Enter")
    at_desk.keyboard.press("Escape")
    expect(dialog(at_desk)).to_have_count(0)
    at_desk.evaluate("document.activeElement.blur()")
    at_desk.keyboard.press("j")
    expect(entry(at_desk, "Waits for a look.")).to_be_focused()
    at_desk.keyboard.press("a")
    expect(entry(at_desk, "Waits for a look.")).to_contain_text("published")
    at_desk.keyboard.press("j")
    expect(entry(at_desk, "It stands.")).to_be_focused()
    at_desk.keyboard.press("r")
    expect(dialog(at_desk)).to_contain_text("It stands.")
    at_desk.keyboard.press("Escape")
    expect(entry(at_desk, "It stands.")).to_contain_text("published")
    entry(at_desk, "It stands.").focus()
    at_desk.keyboard.press("e")
    expect(text_field(at_desk)).to_have_text("It stands.")
    at_desk.keyboard.type(" Still.")
    at_desk.keyboard.press("Control+s")
    expect(outcome(at_desk)).to_contain_text("Saved")
    at_desk.keyboard.press("Escape")
    at_desk.keyboard.press("n")
    expect(text_field(at_desk)).to_be_focused()
    at_desk.keyboard.type("By keys alone.")
    at_desk.keyboard.press("Control+Enter")
    expect(outcome(at_desk)).to_contain_text("Published")
    at_desk.keyboard.press("Escape")
    at_desk.keyboard.press("z")
    expect(dialog(at_desk)).to_contain_text("By keys alone.")
    at_desk.keyboard.press("Escape")
    assert at_desk.get_by_role("heading", level=1).count() == 1
