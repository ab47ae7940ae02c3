"""What is written in one tab of the newsroom's page is never overwritten by another, and found when its tab is gone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.newsroom_page import choose, sign_in, until_in
from tests.browser.newsroom_roles import (
    answer,
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

pytestmark = pytest.mark.slow


@contextmanager
def _tab(context: BrowserContext, newsroom: Newsroom, story: dict[str, Any]) -> Iterator[Page]:
    page = context.new_page()
    sign_in(page, newsroom)
    choose(page, story)
    yield page
    page.close()


def test_two_tabs_keep_a_text_each_and_publishing_clears_its_own(
    context: BrowserContext, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    with _tab(context, newsroom, story) as one, _tab(context, newsroom, story) as two:
        text_field(one).fill("Of the first tab")
        text_field(two).fill("Of the second tab")
        for page, text in ((one, "Of the first tab"), (two, "Of the second tab")):
            page.reload()
            expect(text_field(page)).to_have_value(text)
        press_in_composer(one, "Publish")
        expect(outcome(one)).to_contain_text("Published")
        for page, text in ((one, ""), (two, "Of the second tab")):
            page.reload()
            expect(entry(page, "Of the first tab")).to_be_visible()
            expect(text_field(page)).to_have_value(text)


def test_a_copy_of_a_tab_has_a_text_of_its_own(
    context: BrowserContext, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    with _tab(context, newsroom, story) as one:
        text_field(one).fill("Of the first tab")
        with context.expect_page() as opened:
            one.evaluate("window.open(location.href)")  # with a copy of what this tab has stored for itself
        copy = opened.value
        expect(composer(copy)).to_be_visible()
        choose(copy, story)
        expect(text_field(copy)).to_have_value("")
        text_field(copy).fill("Of its copy")
        one.reload()
        expect(text_field(one)).to_have_value("Of the first tab")
        copy.reload()
        expect(text_field(copy)).to_have_value("Of its copy")


def test_the_text_of_a_tab_that_was_closed_is_found_in_the_next_one(
    context: BrowserContext, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    with _tab(context, newsroom, story) as gone:
        text_field(gone).fill("Left behind")
    with _tab(context, newsroom, story) as page:
        expect(text_field(page)).to_have_value("Left behind")
        page.reload()
        expect(text_field(page)).to_have_value("Left behind")


def test_texts_of_several_closed_tabs_are_offered_one_by_one_and_none_replaces_what_is_written(
    context: BrowserContext, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    with _tab(context, newsroom, story) as gone, _tab(context, newsroom, story) as later:
        text_field(gone).fill("Left first")
        text_field(later).fill("Left last")
    with _tab(context, newsroom, story) as page:
        expect(composer(page)).to_contain_text("Written in a tab that is closed, and kept")
        in_form = text_field(page).input_value()
        other = {"Left first": "Left last", "Left last": "Left first"}[in_form]
        expect(composer(page)).to_contain_text(f"“{other}”")
        composer(page).get_by_role("button", name="Go on with it here").click()
        expect(dialog(page)).to_contain_text(in_form)
        answer(page, "Cancel")
        expect(text_field(page)).to_have_value(in_form)
        write(page, in_form)
        expect(outcome(page)).to_contain_text("Published")
        composer(page).get_by_role("button", name="Go on with it here").click()
        expect(text_field(page)).to_have_value(other)
        expect(composer(page)).not_to_contain_text("Written in a tab that is closed")


def test_a_text_kept_by_an_earlier_release_is_found(
    context: BrowserContext, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    with _tab(context, newsroom, story) as page:
        text_field(page).fill("Kept as of old")
        page.evaluate(
            """() => {
                const [key] = Object.keys(localStorage).filter((each) => each.includes(":draft:"));
                localStorage.setItem(key.split(":").slice(0, 4).join(":"), localStorage.getItem(key));
                localStorage.removeItem(key);
            }"""
        )
        page.reload()
        expect(text_field(page)).to_have_value("Kept as of old")


def test_what_one_tab_has_sent_is_gone_from_the_other(
    context: BrowserContext, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    with _tab(context, newsroom, story) as one:
        one.route("**/v1/stories/*/entries", lambda route: route.abort())
        write(one, "Kept in both.")
        expect(one.get_by_text("kept here")).not_to_have_count(0)
        two = context.new_page()
        two.route("**/v1/stories/*/entries", lambda route: route.abort())
        sign_in(two, newsroom)
        waiting = two.get_by_role("region", name="Not yet acknowledged")
        expect(waiting).to_contain_text("Kept in both.")
        one.unroute("**/v1/stories/*/entries")
        one.evaluate("window.dispatchEvent(new Event('online'))")  # by itself it tries once more in 15 s at most
        expect(outcome(one)).to_contain_text("Published")
        expect(waiting).to_be_hidden()
        assert newsroom.client.get(f"/v1/stories/{story['id']}").json()["entry_count"] == 1


def test_what_a_tab_has_set_aside_for_an_edit_goes_to_no_other_one_and_comes_back_after_it(
    context: BrowserContext, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    newsroom.publish(story, "It stands.")
    with _tab(context, newsroom, story) as one:
        text_field(one).fill("Half a thought")
        press_at(one, "It stands.", "Edit")
        expect(text_field(one)).to_have_value("It stands.")
        with _tab(context, newsroom, story) as two:
            expect(entry(two, "It stands.")).to_be_visible()
            until_in(two, "navigator.locks.query().then(() => true)")
            expect(text_field(two)).to_have_value("")
            expect(composer(two)).not_to_contain_text("Half a thought")
        one.reload()
        expect(text_field(one)).to_have_value("It stands.")
        expect(composer(one)).not_to_contain_text("Half a thought")
        press_in_composer(one, "Cancel")
        answer(one, "Throw away")
        expect(text_field(one)).to_have_value("Half a thought")
