"""Pictures on the newsroom's page: chosen, dropped, pasted or found again, and kept until they are sent."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, FilePayload, Locator, Page, expect

from tests.browser.network import Network, network_before
from tests.browser.newsroom_page import TOO_WIDE, choose, sign_in, signed_in
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
from tests.browser.photographs import photograph
from tests.pictures import noise, png, require_decoder

SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
KEPT = "Kept on the server."


@pytest.fixture(autouse=True)
def _decoder() -> None:
    require_decoder()


@pytest.fixture
def network(newsroom: Newsroom) -> Iterator[Network]:
    """The network between this test's browser and the server; the server runs again at the end."""
    with network_before(int(newsroom.url.rpartition(":")[2])) as network:
        yield network
    if newsroom.server.process is None:
        newsroom.server.start()


@pytest.fixture
def through(newsroom: Newsroom, network: Network) -> Newsroom:
    """The newsroom as the browser reaches it."""
    return replace(newsroom, url=network.url)


def _file(name: str, data: bytes, kind: str = "image/png") -> FilePayload:
    return {"name": name, "mimeType": kind, "buffer": data}


def _choose_files(page: Page, *files: FilePayload) -> None:
    with page.expect_file_chooser() as opened:
        composer(page).get_by_role("button", name="Add pictures").click()
    opened.value.set_files(list(files))


def _picture(page: Page, name: str = "Picture") -> Locator:
    return composer(page).get_by_role("group", name=re.compile(f"^{name}"))


def _said(page: Page, name: str = "Picture") -> Locator:
    return _picture(page, name).get_by_role("status")


def _public(newsroom: Newsroom, story: dict[str, Any]) -> list[dict[str, Any]]:
    answered = newsroom.client.get(f"/v1/stories/{story['id']}/entries", params={"body": "blocks"})
    assert answered.is_success, answered.text
    items: list[dict[str, Any]] = answered.json()["items"]
    return items


def _images(item: dict[str, Any]) -> list[dict[str, Any]]:
    return [block for block in item["blocks"] if block["type"] == "image"]


def _library(newsroom: Newsroom, words: str = "") -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = newsroom.client.get("/v1/newsroom/media", params={"q": words, "limit": 100}).json()[
        "items"
    ]
    return items


def test_a_picture_is_chosen_described_and_published_with_its_words_by_keyboard_alone(
    context: BrowserContext, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    with signed_in(context, newsroom, story) as page:
        text_field(page).fill("The river rises.")
        with page.expect_file_chooser() as opened:
            composer(page).get_by_role("button", name="Add pictures").focus()
            expect(composer(page).get_by_role("button", name="Add pictures")).to_be_focused()
            page.keyboard.press("Enter")
        opened.value.set_files([_file("bridge.png", png(900, 600))])
        expect(_said(page)).to_have_text(KEPT)
        for label, words in (
            ("What it shows", "Water at the arches"),
            ("Caption", "The Douro"),
            ("Credit", "Ana/Agency"),
        ):
            _picture(page).get_by_label(label).focus()
            page.keyboard.type(words)
        _picture(page).get_by_text("Focal point").focus()
        page.keyboard.press("Enter")
        _picture(page).get_by_label("from the left").focus()
        for _ in range(10):
            page.keyboard.press("ArrowLeft")
        composer(page).get_by_role("button", name="Publish", exact=True).focus()
        page.keyboard.press("Enter")
        expect(outcome(page)).to_contain_text("Published")
        expect(_picture(page)).to_have_count(0)
        ((image,),) = (_images(item) for item in _public(newsroom, story))
        assert (image["alt"], image["caption"], image["credit"]) == ("Water at the arches", "The Douro", "Ana/Agency")
        assert image["focal"] == {"x": 0.4, "y": 0.5}
        assert (image["width"], image["height"]) == (900, 600)
        assert [each["caption"] for each in _library(newsroom, "arches")] == ["The Douro"]  # found by what was typed


def test_a_photograph_is_shrunk_and_upright_and_the_words_in_it_are_offered(
    context: BrowserContext, newsroom: Newsroom, through: Newsroom, network: Network, story: dict[str, Any]
) -> None:
    large = photograph(3000, 2000, orientation=6, caption="Tomás na ponte", credit="Ana Sousa/Agency")
    with signed_in(context, through, story) as page:
        text_field(page).fill("At the bridge.")
        _choose_files(page, _file("DSC_0001.jpg", large, "image/jpeg"))
        expect(_said(page)).to_have_text(KEPT)
        expect(_picture(page).get_by_label("Caption")).to_have_value("Tomás na ponte")
        expect(_picture(page).get_by_label("Credit")).to_have_value("Ana Sousa/Agency")
        assert len(large) > 2_000_000
        assert 0 < network.upload_sizes[0] < len(large) / 2
        _picture(page).get_by_label("Credit").fill("Agency")
        press_in_composer(page, "Publish")
        expect(outcome(page)).to_contain_text("Published")
        ((image,),) = (_images(item) for item in _public(newsroom, story))
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
        _choose_files(page, _file("small.png", data))
        expect(_said(page)).to_have_text(KEPT)
        assert network.upload_sizes == [len(data)]


KEPT_NOTHING = """() => new Promise((resolve) => {
  indexedDB.open('liveblog-uploads').onsuccess = ({target: {result}}) => {
    const counted = result.transaction('uploads').objectStore('uploads').count();
    counted.onsuccess = () => resolve(counted.result === 0);
  };
})"""

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
        expect(_said(page, "Picture 1: dropped.png")).to_have_text(KEPT)
        expect(_said(page, "Picture 2: pasted.png")).to_have_text(KEPT)
        expect(_picture(page)).to_have_count(2)


@pytest.mark.parametrize("context_options", [{"has_touch": True, "is_mobile": True}], ids=["touch"])
def test_a_phone_offers_its_camera(context: BrowserContext, newsroom: Newsroom, story: dict[str, Any]) -> None:
    with signed_in(context, newsroom, story) as page:
        camera = page.get_by_label("A picture of the camera", exact=True)
        assert camera.get_attribute("capture") == "environment"
        with page.expect_file_chooser() as opened:
            composer(page).get_by_role("button", name="Take a picture").click()
        assert opened.value.element.get_attribute("capture") == "environment"
        camera.set_input_files([_file("taken.png", png(64, 64))])
        expect(_said(page)).to_have_text(KEPT)


def test_several_pictures_stand_in_the_order_they_are_given_and_in_their_places(
    context: BrowserContext, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    with signed_in(context, newsroom, story) as page:
        text_field(page).fill("Three of them.")
        _choose_files(page, *(_file(f"{name}.png", png(64 + number, 64)) for number, name in enumerate("abc")))
        for name in "abc":
            expect(_said(page, f"Picture . *: {name}|Picture .: {name}")).to_have_text(KEPT)
        for name in "abc":
            _picture(page, f"Picture .: {name}").get_by_label("Caption").fill(name)
        mover = composer(page).get_by_role("button", name="Move Picture 3 earlier")
        mover.focus()
        page.keyboard.press("Enter")
        expect(_picture(page, "Picture 2: c.png")).to_be_visible()
        _picture(page, "Picture 1: a").get_by_label("Place").select_option("Below the text")
        press_in_composer(page, "Publish")
        expect(outcome(page)).to_contain_text("Published")
        (item,) = _public(newsroom, story)
        assert [block.get("caption", "text") for block in item["blocks"]] == ["c", "b", "text", "a"]


def test_what_is_refused_is_said_at_the_picture_and_nothing_typed_is_lost(
    context: BrowserContext, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    with signed_in(context, newsroom, story) as page:
        text_field(page).fill("With a bad picture.")
        _choose_files(page, _file("evil.svg", SVG, "image/svg+xml"), _file("broken.png", png(64, 64)[:-30]))
        expect(_said(page, "Picture 1")).to_contain_text("Not accepted. This is an SVG")
        expect(_said(page, "Picture 2")).to_contain_text("Not accepted.")
        _picture(page, "Picture 1").get_by_label("Caption").fill("Typed before")
        press_in_composer(page, "Publish")
        expect(outcome(page)).to_contain_text("A picture cannot be sent. This is an SVG")
        page.reload()
        expect(text_field(page)).to_have_value("With a bad picture.")
        expect(_picture(page, "Picture 1").get_by_label("Caption")).to_have_value("Typed before")
        expect(_said(page, "Picture 1")).to_contain_text("Not accepted. This is an SVG")
        for _ in range(2):
            composer(page).get_by_role("button", name="out").first.click()
        expect(_picture(page)).to_have_count(0)
        press_in_composer(page, "Publish")
        expect(outcome(page)).to_contain_text("Published")


def test_a_server_that_is_busy_is_said_at_the_picture_and_asked_again(
    context: BrowserContext, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    with signed_in(context, newsroom, story) as page:
        page.route(
            "**/v1/media?*",
            lambda route: route.fulfill(
                status=503,
                headers={"Retry-After": "2", "Content-Type": "application/problem+json"},
                json={"code": "media_busy", "detail": "Too many files are worked on."},
            ),
            times=1,
        )
        _choose_files(page, _file("bridge.png", png(64, 64)))
        expect(_said(page)).to_contain_text("Kept here. Too many files are worked on. It is tried again by itself.")
        expect(_said(page)).to_have_text(KEPT)


def test_progress_is_shown_nothing_moves_meanwhile_and_an_upload_is_called_off(
    context: BrowserContext, newsroom: Newsroom, through: Newsroom, network: Network, story: dict[str, Any]
) -> None:
    with signed_in(context, through, story) as page:
        before = len(_library(newsroom))
        network.bytes_a_second = 1_500_000
        _choose_files(page, _file("slow.png", noise(1400, 1000)), _file("second.png", png(64, 64)))
        expect(_said(page, "Picture 1")).to_have_text(re.compile(r"Sending … [1-9]\d? %"))
        expect(_picture(page, "Picture 1").get_by_role("progressbar")).to_be_visible()
        publish = composer(page).get_by_role("button", name="Publish", exact=True)
        composer(page).get_by_role("button", name="Take Picture 1 out").click()
        network.bytes_a_second = None
        expect(_picture(page)).to_have_count(1)
        expect(_said(page, "Picture: second.png")).to_have_text(KEPT)
        assert len(_library(newsroom)) == before + 1
        _choose_files(page, _file("third.png", noise(200, 200)))
        at = publish.bounding_box()
        expect(_said(page, "Picture 2")).to_have_text(KEPT)
        assert publish.bounding_box() == at


def test_a_text_and_its_picture_written_without_a_network_are_sent_once_from_the_next_tab(
    context: BrowserContext, newsroom: Newsroom, through: Newsroom, network: Network, story: dict[str, Any]
) -> None:
    before = len(_library(newsroom))
    page = context.new_page()
    sign_in(page, through)
    choose(page, story)
    network.cut()
    text_field(page).fill("From the tunnel.")
    _choose_files(page, _file("tunnel.png", noise(80, 80, seed=3)))
    _picture(page).get_by_label("Caption").fill("In the tunnel")
    expect(_said(page)).to_contain_text("Kept here. The server cannot be reached.")
    press_in_composer(page, "Publish")
    expect(outcome(page)).to_contain_text("Kept here. It is sent as soon as its pictures are.")
    waiting = page.get_by_role("region", name="Not yet acknowledged")
    expect(waiting).to_contain_text("From the tunnel.")
    page.close()
    network.join()
    again = context.new_page()
    sign_in(again, through)
    choose(again, story)
    expect(entry(again, "From the tunnel.")).to_contain_text("published")
    expect(again.get_by_role("region", name="Not yet acknowledged")).to_be_hidden()
    (item,) = _public(newsroom, story)
    ((image),) = _images(item)
    assert image["caption"] == "In the tunnel"
    assert len(_library(newsroom)) == before + 1
    again.wait_for_function(KEPT_NOTHING)


@pytest.mark.slow
def test_two_tabs_send_a_picture_and_its_text_once(
    context: BrowserContext, newsroom: Newsroom, through: Newsroom, network: Network, story: dict[str, Any]
) -> None:
    before = len(_library(newsroom))
    with signed_in(context, through, story) as one, signed_in(context, through, story) as two:
        network.cut()
        text_field(one).fill("Of two tabs.")
        _choose_files(one, _file("both.png", noise(90, 90, seed=4)))
        expect(_said(one)).to_contain_text("Kept here.")
        press_in_composer(one, "Publish")
        expect(outcome(one)).to_contain_text("Kept here.")
        two.evaluate("window.dispatchEvent(new Event('online'))")
        network.requests.clear()
        network.join()
        for page in (one, two):
            page.evaluate("window.dispatchEvent(new Event('online'))")
        expect(entry(one, "Of two tabs.")).to_contain_text("published")
        expect(entry(two, "Of two tabs.")).to_contain_text("published")
        assert len(_public(newsroom, story)) == 1
        assert len(_library(newsroom)) == before + 1
        assert network.count("POST /v1/media") == 1


@pytest.mark.slow
def test_a_server_that_goes_away_in_the_middle_of_an_upload_has_it_once_when_it_is_back(
    context: BrowserContext, newsroom: Newsroom, through: Newsroom, network: Network, story: dict[str, Any]
) -> None:
    before = len(_library(newsroom))
    with signed_in(context, through, story) as page:
        network.bytes_a_second = 2_000_000
        _choose_files(page, _file("large.png", noise(2000, 1400, seed=5)))
        expect(_said(page)).to_have_text(re.compile(r"Sending … [1-9]\d? %"))
        write(page, "While it goes away.")
        newsroom.server.stop()
        network.join()
        waiting = page.get_by_role("region", name="Not yet acknowledged")
        expect(waiting).to_contain_text("sent as soon as its pictures are")
        newsroom.server.start()
        page.evaluate("window.dispatchEvent(new Event('online'))")
        expect(outcome(page)).to_contain_text("Published")
        assert len(_public(newsroom, story)) == 1
        assert len(_library(newsroom)) == before + 1


def test_a_browser_without_room_says_so_and_sends_it_all_the_same(
    context: BrowserContext, through: Newsroom, network: Network, story: dict[str, Any]
) -> None:
    with signed_in(context, through, story) as page:
        console = context.new_cdp_session(page)
        console.send("Storage.overrideQuotaForOrigin", {"origin": through.url, "quotaSize": 1})
        network.cut()
        text_field(page).fill("From a full phone.")
        _choose_files(page, _file("large.png", noise(400, 400, seed=6)))
        expect(_said(page)).to_contain_text("no room to keep it: leave this tab open until it is sent.")
        network.join()
        page.evaluate("window.dispatchEvent(new Event('online'))")
        expect(_said(page)).to_have_text(KEPT)
        press_in_composer(page, "Publish")
        expect(outcome(page)).to_contain_text("Published")


def test_words_and_focal_point_are_edited_later_in_the_same_place(
    context: BrowserContext, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    with signed_in(context, newsroom, story) as page:
        text_field(page).fill("To be mended.")
        _choose_files(page, _file("mend.png", png(200, 100, colour=(9, 9, 9))))
        _picture(page).get_by_label("Caption").fill("Wrong")
        expect(_said(page)).to_have_text(KEPT)
        press_in_composer(page, "Publish")
        expect(outcome(page)).to_contain_text("Published")
        press_at(page, "To be mended.", "Edit")
        picture = composer(page).get_by_role("group", name="Picture of this entry")
        picture.get_by_label("Caption").fill("")
        picture.get_by_label("What it shows").fill("A grey wall")
        picture.locator("img").click(position={"x": 5, "y": 5})
        press_in_composer(page, "Save and publish")
        expect(outcome(page)).to_contain_text("Published: readers see the new text.")
        ((image,),) = (_images(item) for item in _public(newsroom, story))
        assert (image["alt"], image.get("caption")) == ("A grey wall", None)
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
        expect(_picture(page).get_by_label("Caption")).to_have_value("Harbour at dawn")
        expect(_picture(page).get_by_label("What it shows")).to_have_value("Cranes")
        press_in_composer(page, "Publish")
        expect(outcome(page)).to_contain_text("Published")
        ((image,),) = (_images(item) for item in _public(newsroom, story))
        assert (image["alt"], image["caption"]) == ("Cranes", "Harbour at dawn")
        assert len(_library(newsroom, "harbour")) == 1


def test_a_story_has_its_lead_picture_and_loses_it_again(
    context: BrowserContext, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    with signed_in(context, newsroom, story) as page:
        page.get_by_role("button", name="Picture, tags and times").click()
        lead = dialog(page).get_by_role("group", name="Lead picture")
        with page.expect_file_chooser() as opened:
            lead.get_by_role("button", name="Choose a picture").click()
        opened.value.set_files([_file("lead.png", png(640, 360))])
        lead.get_by_label("Caption").fill("The hall on Tuesday")
        answer(page, "Save")
        expect(dialog(page)).to_be_hidden()
        image = newsroom.client.get(f"/v1/stories/{story['id']}").json()["image"]
        assert (image["caption"], image["width"], image["height"]) == ("The hall on Tuesday", 640, 360)
        page.get_by_role("button", name="Picture, tags and times").click()
        expect(lead.get_by_label("Caption")).to_have_value("The hall on Tuesday")
        lead.get_by_role("button", name="out").click()
        answer(page, "Save")
        expect(dialog(page)).to_be_hidden()
        assert newsroom.client.get(f"/v1/stories/{story['id']}").json()["image"] is None


def _choose_lead(page: Page, file: FilePayload) -> Locator:
    lead = dialog(page).get_by_role("group", name="Lead picture")
    with page.expect_file_chooser() as opened:
        lead.get_by_role("button", name="Choose a picture").click()
    opened.value.set_files([file])
    return lead


def test_a_new_story_begins_with_its_lead_picture(
    context: BrowserContext, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    with signed_in(context, newsroom, story) as page:
        page.get_by_role("button", name="New story").click()
        _choose_lead(page, _file("evil.svg", SVG, "image/svg+xml"))
        dialog(page).get_by_label("Title").fill("The night of the bridge")
        answer(page, "Create")
        expect(dialog(page).get_by_role("alert")).to_contain_text("This is an SVG")
        lead = _choose_lead(page, _file("lead.png", png(640, 360)))
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
        _choose_lead(page, _file("lead.png", noise(640, 360, seed=6)))
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
        page.get_by_role("button", name="Picture, tags and times").click()
        lead = dialog(page).get_by_role("group", name="Lead picture")
        with page.expect_file_chooser() as opened:
            lead.get_by_role("button", name="Choose a picture").click()
        opened.value.set_files([_file("evil.svg", SVG, "image/svg+xml")])
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
        with page.expect_file_chooser() as opened:
            face.get_by_role("button", name="Choose a picture").click()
        opened.value.set_files([_file("face.png", png(400, 400))])
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.get_by_role("button", name="Save", exact=True)).to_be_hidden()
        people = newsroom.client.get("/v1/newsroom/people").json()["items"]
        (now,) = [each for each in people if each["id"] == person["id"]]
        assert "/media" in now["avatar"]


@pytest.mark.parametrize("context_options", [{"has_touch": True, "is_mobile": True}], ids=["touch"])
def test_nothing_reaches_over_the_edge_of_a_phone_and_each_button_can_be_hit(
    context: BrowserContext, newsroom: Newsroom, story: dict[str, Any]
) -> None:
    with signed_in(context, newsroom, story) as page:
        name = "w" * 120 + ".png"
        _choose_files(page, _file(name, png(64, 64)), _file("evil.svg", SVG, "image/svg+xml"))
        expect(_said(page, "Picture 1")).to_have_text(KEPT)
        expect(_said(page, "Picture 2")).to_contain_text("Not accepted.")
        assert page.evaluate(TOO_WIDE) == []
        buttons = composer(page).get_by_role("region", name="Pictures").get_by_role("button").all()
        heights = [box["height"] for button in buttons if (box := button.bounding_box()) is not None]
        assert len(heights) >= 10
        assert min(heights) >= 44
