"""What stands above a story's entries, and the label and icon of an entry, written on the newsroom's page."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser.newsroom_page import item, press, signed_in
from tests.browser.newsroom_roles import answer, dialog
from tests.browser.newsroom_server import Newsroom
from tests.waiting import await_true

pytestmark = pytest.mark.slow

BUTTON = "Intro, authors and sponsor"


def test_a_story_gets_its_intro_authors_and_sponsor_and_an_entry_its_label_and_icon(
    context: BrowserContext, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    def public() -> dict[str, Any]:
        found: dict[str, Any] = newsroom.client.get(f"/v1/stories/{story['id']}").json()
        return found

    with signed_in(context, newsroom, story) as page:
        page.get_by_role("button", name=BUTTON).click()
        form = dialog(page)
        form.get_by_label("Intro, above the entries").fill("What **we** know.")
        form.get_by_label("Authors").fill("Ana Sousa, Reporter, Porto\nBerta Lima")
        form.get_by_label("Sponsor", exact=True).fill("The Bank")
        form.get_by_label("Address of the sponsor").fill("https://bank.example/")
        form.get_by_label("Title for search engines").fill("Every result, live")
        answer(page, "Save")
        expect(form).to_be_hidden()
        shown = public()
        assert shown["intro"]["html"] == "<p>What <strong>we</strong> know.</p>"
        assert shown["authors"] == [{"name": "Ana Sousa", "role": "Reporter", "place": "Porto"}, {"name": "Berta Lima"}]
        assert shown["sponsor"] == {"name": "The Bank", "url": "https://bank.example/", "label": None}
        assert shown["seo"] == {"title": "Every result, live", "description": None, "image": None}

        page.get_by_role("button", name=BUTTON).click()
        expect(form.get_by_label("Intro, above the entries")).to_have_value("What **we** know.")
        form.get_by_label("Intro, above the entries").fill("")
        form.get_by_label("Sponsor", exact=True).fill("")
        answer(page, "Save")
        expect(form).to_be_hidden()
        shown = public()
        assert (shown["intro"], shown["sponsor"], shown["seo"]["title"]) == (None, None, "Every result, live")

        composer = page.locator("#composer")
        composer.get_by_text("Label and icon").click()
        composer.get_by_label("Label, a few words").fill("67′")
        composer.get_by_label("Icon").select_option("Red card")
        composer.get_by_role("textbox", name="Text").fill("Off he goes.")
        page.get_by_role("button", name="Publish", exact=True).click()
        expect(item(page, "Off he goes.")).to_contain_text("red card 67′")
        [entry] = [each for each in public()["timeline"]["items"] if "Off he goes." in each["body_html"]]
        assert (entry["label"], entry["icon"]) == ("67′", "red_card")
        press(page, "Off he goes.", "edit")
        expect(composer.get_by_label("Label, a few words")).to_have_value("67′")
        composer.get_by_label("Icon").select_option("None")
        page.get_by_role("button", name="Save and publish").click()
        await_true(lambda: "icon" not in next(e for e in public()["timeline"]["items"] if e["id"] == entry["id"]))
