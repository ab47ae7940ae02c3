"""Nothing of the newsroom's page moves under a pointer or a focus, and a press acts on what it was begun on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.newsroom_page import choose, newsroom_page, sign_in
from tests.browser.newsroom_roles import arrived, button_of, centre, composer, entries, entry, press_at, text_field
from tests.browser.newsroom_server import Newsroom
from tests.waiting import await_true

pytestmark = pytest.mark.slow

STILL_MILLISECONDS = 400
SOON_MILLISECONDS = 300
"""How long the page waits after the news of a change, for more of it, before it reads its list."""


@pytest.fixture
def at_desk(browser: Browser, newsroom: Newsroom, story: dict[str, Any]) -> Iterator[Page]:
    """The page on a large screen, with a mouse, and two submissions in its list."""
    _submit(newsroom, story, "First in", "Second in")
    with newsroom_page(browser, newsroom, publishes_at_once=False, writes_markdown=True) as page:
        choose(page, story)
        expect(entries(page)).to_have_count(2)
        yield page


def _submit(newsroom: Newsroom, story: dict[str, Any], *texts: str) -> None:
    for text in texts:
        newsroom.publish(story, text, status="submitted")


def test_a_click_held_while_submissions_arrive_publishes_the_one_it_was_begun_on(
    at_desk: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    publish = button_of(at_desk, "First in", "Publish")
    publish.hover()
    before = centre(publish)
    at_desk.mouse.down()
    _submit(newsroom, story, "Third in", "Fourth in")
    with at_desk.expect_response("**/entries?limit=**"):
        pass
    assert centre(publish) == before
    at_desk.mouse.up()
    expect(entry(at_desk, "First in")).to_contain_text("published")
    expect(arrived(at_desk, 2)).to_be_visible()
    submitted = dict.fromkeys(("Second in", "Third in", "Fourth in"), "submitted")
    assert newsroom.statuses(story) == {"First in": "published", **submitted}


def test_what_arrives_under_the_pointer_waits_behind_a_button_that_counts_it_until_it_is_asked_for(
    at_desk: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    publish = button_of(at_desk, "First in", "Publish")
    publish.hover()
    before = centre(publish)
    _submit(newsroom, story, "Third in")
    expect(arrived(at_desk, 1)).to_be_visible()
    _submit(newsroom, story, "Fourth in")
    expect(arrived(at_desk, 2)).to_be_visible()
    assert centre(publish) == before
    expect(entries(at_desk)).to_have_count(2)
    arrived(at_desk, 2).click()
    expect(entries(at_desk)).to_have_count(4)
    expect(entries(at_desk).first).to_contain_text("Fourth in")
    expect(arrived(at_desk, 2)).to_be_hidden()


def test_what_a_colleague_publishes_keeps_its_place_and_its_buttons_stay_under_the_pointer(
    at_desk: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    edit = button_of(at_desk, "First in", "Edit")
    edit.hover()
    before = centre(edit)
    (first,) = [item for item in newsroom.entries(story) if item["text"] == "First in"]
    newsroom.act(first, "publish")
    expect(entry(at_desk, "First in")).to_contain_text("published")
    expect(entries(at_desk).nth(1)).to_contain_text("First in")  # the newest change of all, and where it was
    assert centre(edit)[1] == pytest.approx(before[1], abs=1)
    composer(at_desk).hover()
    expect(entries(at_desk).first).to_contain_text("First in")


def test_what_arrives_while_a_button_has_the_focus_leaves_the_key_with_that_button(
    at_desk: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    publish = button_of(at_desk, "First in", "Publish")
    publish.focus()
    _submit(newsroom, story, "Third in")
    expect(arrived(at_desk, 1)).to_be_visible()
    expect(publish).to_be_focused()
    at_desk.keyboard.press("Enter")
    expect(entry(at_desk, "First in")).to_contain_text("published")
    assert newsroom.statuses(story)["Third in"] == "submitted"


def test_what_arrives_while_nobody_points_at_the_list_appears_by_itself(
    at_desk: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    text_field(at_desk).click()
    _submit(newsroom, story, "Third in")
    expect(entries(at_desk)).to_have_count(3)
    expect(arrived(at_desk, 1)).to_be_hidden()


def test_what_is_gone_stays_in_the_queue_until_the_mouse_has_left_it_or_the_window(
    at_desk: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    cards = at_desk.get_by_role("region", name="Queue").get_by_role("article")
    expect(cards).to_have_count(2)
    cards.last.hover()
    for number, away in enumerate(((-20, 400), (720, 5)), start=1):
        last = newsroom.publish(story, f"Last in {number}", status="submitted")
        expect(cards).to_have_count(3)
        newsroom.act(last, "publish")
        expect(cards.last).to_have_class(re.compile(r"\bis-done\b"))
        at_desk.mouse.move(*away)
        expect(cards).to_have_count(2)
        cards.last.hover()


def test_a_press_just_after_the_thing_under_it_changed_does_nothing_and_says_so(
    browser: Browser, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    _submit(newsroom, story, "First in", "Second in")
    with browser.new_context(viewport={"width": 1440, "height": 2000}) as context:
        page = context.new_page()
        page.clock.install()
        sign_in(page, newsroom)
        choose(page, story)
        expect(entries(page)).to_have_count(2)
        expect(button_of(page, "Second in", "Publish")).to_be_visible()
        at = centre(button_of(page, "Second in", "Publish"))
        composer(page).hover()
        page.clock.fast_forward(STILL_MILLISECONDS)
        page.clock.pause_at(page.evaluate("Date.now()") / 1000 + 1)
        _submit(newsroom, story, "Third in")
        _run_until_third(page)
        page.mouse.click(*at)
        expect(page.get_by_text("This has just changed. Look again, then press.")).to_be_visible()
        page.clock.run_for(STILL_MILLISECONDS)
        assert set(newsroom.statuses(story).values()) == {"submitted"}
        page.mouse.click(*at)
        page.clock.resume()
        expect(entry(page, "Third in")).to_contain_text("published")


def _run_until_third(page: Page) -> None:
    """Let the page's own time pass, step by step, until it has drawn what arrived; not a moment more."""

    def is_drawn() -> bool:
        if entries(page).count() == 3:
            return True
        page.clock.run_for(SOON_MILLISECONDS // 10)
        return False

    await_true(is_drawn, or_say=lambda: "the third submission was not drawn")


def test_a_press_on_a_phone_hits_what_it_was_meant_for_while_submissions_arrive(
    browser: Browser, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    _submit(newsroom, story, "First in", "Second in")
    phone: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
    with newsroom_page(browser, newsroom, publishes_at_once=False, writes_markdown=True, **phone) as page:
        choose(page, story)
        publish = button_of(page, "First in", "Publish")
        publish.scroll_into_view_if_needed()
        before = centre(publish)
        _submit(newsroom, story, "Third in")
        expect(arrived(page, 1)).to_be_visible()
        assert centre(publish) == before
        page.touchscreen.tap(*before)
        expect(entry(page, "First in")).to_contain_text("published")
        assert newsroom.statuses(story)["Third in"] == "submitted"


def test_the_second_click_of_a_double_click_answers_no_question_that_the_first_one_asked(
    at_desk: Page, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    newsroom.publish(story, "It stands.")
    expect(entry(at_desk, "It stands.")).to_be_visible()
    press_at(at_desk, "It stands.", "Remove")
    asked = at_desk.get_by_role("dialog").get_by_role("button", name="Remove", exact=True)
    x, y = centre(asked)
    at_desk.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    # A button of the page is laid where the dialog's answer comes to stand.
    at_desk.evaluate(
        """async ([x, y]) => {
            const remove = [...document.querySelectorAll("article button")].find((each) => (
                each.textContent === "Remove" && each.closest("article").textContent.includes("It stands.")));
            Object.assign(remove.style, {position: "fixed", left: `${x - 30}px`, top: `${y - 15}px`, zIndex: 9});
            remove.classList.add("moved");  // now the page sees that it has moved, and takes no press on it for 400 ms
            for (let frame = 0; frame < 2; frame += 1) await new Promise(requestAnimationFrame);
            await new Promise((resolve) => setTimeout(resolve, 500));
        }""",
        [x, y],
    )
    at_desk.mouse.dblclick(x, y)
    at_desk.get_by_role("dialog").get_by_role("textbox").fill("Still asked.")
    at_desk.wait_for_load_state("networkidle")
    expect(at_desk.get_by_role("dialog").get_by_role("textbox")).to_have_value("Still asked.")
    at_desk.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    assert newsroom.statuses(story)["It stands."] == "published"
