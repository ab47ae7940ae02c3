"""Pictures of an entry on the newsroom's page: chosen, dropped, pasted or found again, described and placed."""

from __future__ import annotations

import base64
import re
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Route, expect

from tests.browser.network import Network
from tests.browser.newsroom_page import TOO_WIDE, signed_in
from tests.browser.newsroom_pictures import (
    KEPT,
    SVG,
    choose_files,
    file_of,
    images_of,
    library,
    picture_of,
    public_entries,
    said_at,
)
from tests.browser.newsroom_roles import composer, dialog, outcome, press_at, press_in_composer, text_field
from tests.browser.newsroom_server import Newsroom
from tests.browser.photographs import photograph
from tests.pictures import png, require_decoder
from tests.waiting import await_true


@pytest.fixture(autouse=True)
def _decoder() -> None:
    require_decoder()


def test_a_picture_is_chosen_described_and_published_with_its_words_by_keyboard_alone(
    context: BrowserContext, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    with signed_in(context, newsroom, story) as page:
        text_field(page).fill("The river rises.")
        with page.expect_file_chooser() as opened:
            composer(page).get_by_role("button", name="Add pictures").focus()
            expect(composer(page).get_by_role("button", name="Add pictures")).to_be_focused()
            page.keyboard.press("Enter")
        opened.value.set_files([file_of("bridge.png", png(900, 600))])
        expect(said_at(page)).to_have_text(KEPT)
        for label, words in (
            ("What it shows", "Water at the arches"),
            ("Caption", "The Douro"),
            ("Credit", "Ana/Agency"),
        ):
            picture_of(page).get_by_label(label).focus()
            page.keyboard.type(words)
        picture_of(page).get_by_text("Focal point").focus()
        page.keyboard.press("Enter")
        picture_of(page).get_by_label("from the left").focus()
        for _ in range(10):
            page.keyboard.press("ArrowLeft")
        composer(page).get_by_role("button", name="Publish", exact=True).focus()
        page.keyboard.press("Enter")
        expect(outcome(page)).to_contain_text("Published")
        expect(picture_of(page)).to_have_count(0)
        ((image,),) = (images_of(item) for item in public_entries(newsroom, story))
        assert (image["alt"], image["caption"], image["credit"]) == ("Water at the arches", "The Douro", "Ana/Agency")
        assert image["focal"] == {"x": 0.4, "y": 0.5}
        assert (image["width"], image["height"]) == (900, 600)
        assert [each["caption"] for each in library(newsroom, "arches")] == ["The Douro"]  # found by what was typed


def test_a_photograph_is_shrunk_and_upright_and_the_words_in_it_are_offered(
    context: BrowserContext, newsroom: Newsroom, through: Newsroom, network: Network, story: dict[str, Any]
) -> None:
    large = photograph(3000, 2000, orientation=6, caption="Tomás na ponte", credit="Ana Sousa/Agency")
    with signed_in(context, through, story) as page:
        text_field(page).fill("At the bridge.")
        choose_files(page, file_of("DSC_0001.jpg", large, "image/jpeg"))
        expect(said_at(page)).to_have_text(KEPT)
        expect(picture_of(page).get_by_label("Caption")).to_have_value("Tomás na ponte")
        expect(picture_of(page).get_by_label("Credit")).to_have_value("Ana Sousa/Agency")
        assert len(large) > 2_000_000
        assert 0 < network.upload_sizes[0] < len(large) / 2
        picture_of(page).get_by_label("Credit").fill("Agency")
        press_in_composer(page, "Publish")
        expect(outcome(page)).to_contain_text("Published")
        ((image,),) = (images_of(item) for item in public_entries(newsroom, story))
        assert (image["width"], image["height"]) == (1365, 2048)
        assert (image["caption"], image["credit"]) == ("Tomás na ponte", "Agency")
        page.goto(newsroom.page(story))
        shown = page.locator("article img")
        expect(shown).to_be_visible()
        colours = shown.evaluate(
            """async (image) => {
                await image.decode();
                const canvas = document.createElement('canvas');
                [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
                const context = canvas.getContext('2d');
                context.drawImage(image, 0, 0);
                const at = (part) => [...context.getImageData(canvas.width * part, canvas.height / 2, 1, 1).data];
                return [at(0.1), at(0.9)];
            }"""
        )
        (left, right) = colours
        assert left[2] > left[0]  # turned by a quarter: what was below is on the left, once
        assert right[0] > right[2]


def test_a_small_file_is_sent_as_it_is(
    context: BrowserContext, through: Newsroom, network: Network, story: dict[str, Any]
) -> None:
    data = png(3000, 200, colour=(1, 2, 3))
    with signed_in(context, through, story) as page:
        choose_files(page, file_of("small.png", data))
        expect(said_at(page)).to_have_text(KEPT)
        assert network.upload_sizes == [len(data)]


PUT = """(form, {type, name, data, text}) => {
  const transfer = new DataTransfer();
  const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  transfer.items.add(new File([bytes], name, {type: 'image/png'}));
  if (text) transfer.setData('text/plain', text);
  const how = {bubbles: true, cancelable: true};
  const event = type === 'paste'
    ? new ClipboardEvent(type, {...how, clipboardData: transfer})
    : new DragEvent(type, {...how, dataTransfer: transfer});
  return !form.dispatchEvent(event);
}"""


def test_pictures_are_dropped_and_pasted_and_pasted_text_stays_text(
    context: BrowserContext, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    with signed_in(context, newsroom, story) as page:
        given = {"name": "dropped.png", "data": base64.b64encode(png(320, 200)).decode()}
        assert text_field(page).evaluate(PUT, {"type": "drop"} | given)
        assert text_field(page).evaluate(PUT, {"type": "paste"} | given | {"name": "pasted.png"})
        assert not text_field(page).evaluate(PUT, {"type": "paste", "text": "Words of a document"} | given)
        expect(said_at(page, "Picture 1: dropped.png")).to_have_text(KEPT)
        expect(said_at(page, "Picture 2: pasted.png")).to_have_text(KEPT)
        expect(picture_of(page)).to_have_count(2)


@pytest.mark.parametrize("context_options", [{"has_touch": True, "is_mobile": True}], ids=["touch"])
def test_a_phone_offers_its_camera(context: BrowserContext, newsroom: Newsroom, story: dict[str, Any]) -> None:
    with signed_in(context, newsroom, story) as page:
        camera = page.get_by_label("A picture of the camera", exact=True)
        assert camera.get_attribute("capture") == "environment"
        with page.expect_file_chooser() as opened:
            composer(page).get_by_role("button", name="Take a picture").click()
        assert opened.value.element.get_attribute("capture") == "environment"
        camera.set_input_files([file_of("taken.png", png(64, 64))])
        expect(said_at(page)).to_have_text(KEPT)


def test_several_pictures_stand_in_the_order_they_are_given_and_in_their_places(
    context: BrowserContext, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    with signed_in(context, newsroom, story) as page:
        text_field(page).fill("Three of them.")
        choose_files(page, *(file_of(f"{name}.png", png(64 + number, 64)) for number, name in enumerate("abc")))
        for name in "abc":
            expect(said_at(page, f"Picture . *: {name}|Picture .: {name}")).to_have_text(KEPT)
        for name in "abc":
            picture_of(page, f"Picture .: {name}").get_by_label("Caption").fill(name)
        mover = composer(page).get_by_role("button", name="Move Picture 3 earlier")
        mover.focus()
        page.keyboard.press("Enter")
        expect(picture_of(page, "Picture 2: c.png")).to_be_visible()
        picture_of(page, "Picture 1: a").get_by_label("Place").select_option("Below the text")
        press_in_composer(page, "Publish")
        expect(outcome(page)).to_contain_text("Published")
        (item,) = public_entries(newsroom, story)
        assert [block.get("caption", "text") for block in item["blocks"]] == ["c", "b", "text", "a"]


def test_words_and_focal_point_are_edited_later_in_the_same_place(
    context: BrowserContext, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    with signed_in(context, newsroom, story) as page:
        text_field(page).fill("To be mended.")
        choose_files(page, file_of("mend.png", png(200, 100, colour=(9, 9, 9))))
        picture_of(page).get_by_label("Caption").fill("Wrong")
        expect(said_at(page)).to_have_text(KEPT)
        press_in_composer(page, "Publish")
        expect(outcome(page)).to_contain_text("Published")
        press_at(page, "To be mended.", "Edit")
        picture = composer(page).get_by_role("group", name="Picture of this entry")
        picture.get_by_label("Caption").fill("")
        picture.get_by_label("What it shows").fill("A grey wall")
        picture.locator("img").click(position={"x": 5, "y": 5})
        press_in_composer(page, "Save and publish")
        expect(outcome(page)).to_contain_text("Published: readers see the new text.")
        ((image,),) = (images_of(item) for item in public_entries(newsroom, story))
        assert (image["alt"], image["caption"]) == ("A grey wall", "")
        assert image["focal"]["x"] < 0.1


def test_an_older_picture_is_found_by_its_words_and_shown_again(
    context: BrowserContext, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    kept = newsroom.client.post(
        "/v1/media", content=png(80, 60, colour=(7, 7, 7)), params={"caption": "Harbour at dawn", "alt": "Cranes"}
    )
    assert kept.status_code == 201, kept.text
    with signed_in(context, newsroom, story) as page:
        text_field(page).fill("Again.")
        composer(page).get_by_role("button", name="Find an older one").click()
        dialog(page).get_by_role("searchbox").fill("harb")
        page.keyboard.press("Enter")
        dialog(page).get_by_role("button", name="Use Harbour at dawn").click()
        expect(picture_of(page).get_by_label("Caption")).to_have_value("Harbour at dawn")
        expect(picture_of(page).get_by_label("What it shows")).to_have_value("Cranes")
        press_in_composer(page, "Publish")
        expect(outcome(page)).to_contain_text("Published")
        ((image,),) = (images_of(item) for item in public_entries(newsroom, story))
        assert (image["alt"], image["caption"]) == ("Cranes", "Harbour at dawn")
        assert len(library(newsroom, "harbour")) == 1


def test_an_answer_that_comes_late_does_not_take_the_place_of_what_was_searched_for_since(
    context: BrowserContext, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    for number, words in enumerate(("Ferry at noon", "Tram at night")):
        kept = newsroom.client.post("/v1/media", content=png(90 + number, 60), params={"caption": words, "alt": words})
        assert kept.status_code == 201, kept.text
    with signed_in(context, newsroom, story) as page:
        held: list[Route] = []
        page.route("**/v1/newsroom/media?*", lambda route: held.append(route), times=1)
        composer(page).get_by_role("button", name="Find an older one").click()
        await_true(lambda: page.evaluate("1") and held, or_say=lambda: "nothing was asked")
        dialog(page).get_by_role("searchbox").fill("ferry")
        page.keyboard.press("Enter")
        found = dialog(page).get_by_role("listitem")
        expect(found).to_have_text([re.compile("Ferry at noon")])
        with page.expect_response("**/v1/newsroom/media?*"):
            held[0].continue_()
        page.evaluate("new Promise((resolve) => setTimeout(resolve, 300))")  # whoever waited for the answer has gone on
        expect(found).to_have_text([re.compile("Ferry at noon")])


@pytest.mark.parametrize("context_options", [{"has_touch": True, "is_mobile": True}], ids=["touch"])
def test_nothing_reaches_over_the_edge_of_a_phone_and_each_button_can_be_hit(
    context: BrowserContext, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    with signed_in(context, newsroom, story) as page:
        name = "w" * 120 + ".png"
        choose_files(page, file_of(name, png(64, 64)), file_of("evil.svg", SVG, "image/svg+xml"))
        expect(said_at(page, "Picture 1")).to_have_text(KEPT)
        expect(said_at(page, "Picture 2")).to_contain_text("Not accepted.")
        assert page.evaluate(TOO_WIDE) == []
        buttons = composer(page).get_by_role("region", name="Pictures").get_by_role("button").all()
        buttons += page.get_by_role("group", name="On duty").get_by_role("button").all()
        heights = [box["height"] for button in buttons if (box := button.bounding_box()) is not None]
        assert len(heights) >= 11
        assert min(heights) >= 44
