"""The picture of a story, and that of a person, chosen in their dialogs."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser.network import Network
from tests.browser.newsroom_page import signed_in
from tests.browser.newsroom_pictures import SVG, choose_picture, file_of
from tests.browser.newsroom_roles import answer, dialog
from tests.browser.newsroom_server import Newsroom
from tests.pictures import noise, png, require_decoder

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _decoder() -> None:
    require_decoder()


def test_a_story_has_its_lead_picture_and_loses_it_again(
    context: BrowserContext, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    with signed_in(context, newsroom, story) as page:
        page.get_by_role("button", name="Picture, tags, event and times").click()
        lead = dialog(page).get_by_role("group", name="Lead picture")
        choose_picture(lead, file_of("lead.png", png(640, 360)))
        lead.get_by_label("Caption").fill("The hall on Tuesday")
        answer(page, "Save")
        expect(dialog(page)).to_be_hidden()
        image = newsroom.client.get(f"/v1/stories/{story['id']}").json()["image"]
        assert (image["caption"], image["width"], image["height"]) == ("The hall on Tuesday", 640, 360)
        page.get_by_role("button", name="Picture, tags, event and times").click()
        expect(lead.get_by_label("Caption")).to_have_value("The hall on Tuesday")
        lead.get_by_role("button", name="out").click()
        answer(page, "Save")
        expect(dialog(page)).to_be_hidden()
        assert newsroom.client.get(f"/v1/stories/{story['id']}").json()["image"] is None


def test_a_new_story_begins_with_its_lead_picture(
    context: BrowserContext, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    with signed_in(context, newsroom, story) as page:
        page.get_by_role("button", name="New story").click()
        lead = dialog(page).get_by_role("group", name="Lead picture")
        choose_picture(lead, file_of("evil.svg", SVG, "image/svg+xml"))
        dialog(page).get_by_label("Title").fill("The night of the bridge")
        answer(page, "Create")
        expect(dialog(page).get_by_role("alert")).to_contain_text("This is an SVG")
        choose_picture(lead, file_of("lead.png", png(640, 360)))
        lead.get_by_label("Caption").fill("The bridge on Tuesday")
        answer(page, "Create")
        expect(dialog(page)).to_be_hidden()
        stories = newsroom.client.get("/v1/newsroom/stories").json()["items"]
        (made,) = [each for each in stories if each["title"] == "The night of the bridge"]
        assert (made["image"]["caption"], made["image"]["width"]) == ("The bridge on Tuesday", 640)


def test_a_new_story_that_is_written_without_a_server_is_sent_with_its_picture_once_it_is_back(
    context: BrowserContext, newsroom: Newsroom, through: Newsroom, network: Network, story: dict[str, Any]
) -> None:
    title = "The night without a line"
    with signed_in(context, through, story) as page:
        network.cut()
        page.get_by_role("button", name="New story").click()
        lead = dialog(page).get_by_role("group", name="Lead picture")
        choose_picture(lead, file_of("lead.png", noise(640, 360, seed=6)))
        dialog(page).get_by_label("Title").fill(title)
        answer(page, "Create")
        expect(dialog(page)).to_be_hidden()
        expect(page.get_by_role("region", name="Not yet acknowledged")).to_contain_text(f"New story: {title}")
        network.join()
        page.evaluate("window.dispatchEvent(new Event('online'))")
        expect(page.get_by_label("Story", exact=True).locator("option:checked")).to_have_text(title)
        (made,) = [each for each in newsroom.client.get("/v1/stories").json()["items"] if each["title"] == title]
        assert (made["image"]["width"], len(made["image"]["renditions"])) == (640, 4)


def test_a_lead_picture_that_is_refused_is_said_in_the_dialog_which_stays_open(
    context: BrowserContext, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    with signed_in(context, newsroom, story) as page:
        page.get_by_role("button", name="Picture, tags, event and times").click()
        lead = dialog(page).get_by_role("group", name="Lead picture")
        choose_picture(lead, file_of("evil.svg", SVG, "image/svg+xml"))
        dialog(page).get_by_label("Section").fill("Politics")
        answer(page, "Save")
        expect(dialog(page).get_by_role("alert")).to_contain_text("This is an SVG")
        expect(dialog(page).get_by_label("Section")).to_have_value("Politics")


def test_a_person_has_a_picture_that_stands_beside_their_name(
    context: BrowserContext, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    person = newsroom.client.post("/v1/newsroom/people", json={"name": "Ada Face", "role": "reporter"}).json()
    with signed_in(context, newsroom, story) as page:
        page.get_by_role("button", name="People and tokens").click()
        page.get_by_text("Ada Face, reporter").click()
        page.get_by_role("dialog").get_by_role("button", name="Change", exact=True).locator("visible=true").click()
        face = page.get_by_role("group", name="Picture beside their name")
        choose_picture(face, file_of("face.png", png(400, 400)))
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.get_by_role("button", name="Save", exact=True)).to_be_hidden()
        people = newsroom.client.get("/v1/newsroom/people").json()["items"]
        (now,) = [each for each in people if each["id"] == person["id"]]
        assert "/media" in now["avatar"]
