"""Uploaded pictures on the reader's page: their place and their colour are there before they are."""

from __future__ import annotations

import re
import threading
from typing import Any

import pytest
from playwright.sync_api import Route, expect

from tests.browser.newsroom_server import Newsroom
from tests.browser.reader.pages import SHIFTS, TWO_FRAMES, Open, attached, until
from tests.pictures import png, require_decoder


@pytest.fixture(autouse=True)
def _decoder() -> None:
    require_decoder()


def _upload(newsroom: Newsroom, **words: str) -> dict[str, Any]:
    kept = newsroom.client.post("/v1/media", content=png(1600, 900, colour=(200, 80, 40)), params=words)
    assert kept.status_code == 201, kept.text
    media: dict[str, Any] = kept.json()
    return media


def _publish(newsroom: Newsroom, story: dict[str, Any], media: dict[str, Any]) -> None:
    blocks = [{"type": "image", "media": media["id"]}, {"type": "paragraph", "html": "Below the picture."}]
    newsroom.client.post(f"/v1/stories/{story['id']}/entries", json={"blocks": blocks}).raise_for_status()


@pytest.mark.parametrize("screen", [(1440, 900), (390, 844)], ids=lambda screen: f"{screen[0]}")
def test_an_uploaded_picture_has_its_place_and_its_colour_before_it_is_there(
    newsroom: Newsroom, open_page: Open, screen: tuple[int, int]
) -> None:
    media = _upload(newsroom, alt="The hall", caption="The hall on Tuesday")
    story = newsroom.make_story(image={"media": media["id"]})
    _publish(newsroom, story, media)
    viewport = {"width": screen[0], "height": screen[1]}
    page = open_page("about:blank", before_page_scripts=SHIFTS, viewport=viewport)
    held: list[Route] = []
    lock, is_released = threading.Lock(), False

    def hold(route: Route) -> None:
        with lock:
            if is_released:
                route.continue_()
            else:
                held.append(route)

    page.route("**/media/**", hold)
    page.goto(newsroom.page(story), wait_until="domcontentloaded")
    attached(page)
    pictures = page.locator("img[data-placeholder]")
    expect(pictures).to_have_count(2)
    _publish(newsroom, story, media)  # and once more, drawn by the page's scripts
    until(page, "() => document.querySelectorAll('img[data-placeholder]').length === 3")
    red, green, blue = (int(media["placeholder"][at : at + 2], 16) for at in (1, 3, 5))
    for at in range(3):
        picture = pictures.nth(at)
        assert (picture.get_attribute("width"), picture.get_attribute("height")) == ("1600", "900")
        colour = picture.evaluate("(image) => getComputedStyle(image).backgroundColor")
        assert colour == f"rgb({red}, {green}, {blue})"
        box = picture.bounding_box()
        assert box is not None
        assert box["height"] == pytest.approx(box["width"] * 900 / 1600, abs=1)
    for picture in pictures.all():  # the lead picture too
        assert re.search(r"/320\.webp 320w, .*/1280\.webp 1280w", picture.get_attribute("srcset") or "")
        assert picture.get_attribute("sizes") == "(min-width: 720px) 720px, 100vw"
    page.evaluate(TWO_FRAMES)
    page.evaluate("shifts.length = 0")  # what was published meanwhile was above a reader who reads nothing yet
    page.evaluate(TWO_FRAMES)
    with lock:
        is_released = True
    for route in held:
        route.continue_()
    until(page, "() => document.querySelector('.lead img').naturalWidth > 0")
    page.evaluate(TWO_FRAMES)
    assert page.evaluate("shifts") == []


def test_a_byline_and_a_lead_picture_are_chosen_among_the_files_of_their_uploads_however_they_are_drawn(
    newsroom: Newsroom, open_page: Open
) -> None:
    media = _upload(newsroom, alt="The hall")
    draft = {"name": "Rui", "role": "editor", "avatar_media": media["id"]}
    person = newsroom.client.post("/v1/newsroom/people", json=draft).json()
    author = {"id": person["id"], "name": "Rui", "avatar": person["avatar"]}
    story = newsroom.make_story()
    post = f"/v1/stories/{story['id']}/entries"
    newsroom.client.post(post, json={"text": "Drawn by the server.", "authors": [author]}).raise_for_status()
    page = open_page(newsroom.page(story))
    attached(page)
    newsroom.client.post(post, json={"text": "Drawn by the script.", "authors": [author]}).raise_for_status()
    change = {"image": {"media": media["id"]}}
    newsroom.client.patch(f"/v1/stories/{story['id']}", json=change, headers={"if-match": "*"}).raise_for_status()
    faces = page.locator(".byline img")
    expect(faces).to_have_count(2)
    for face in faces.all():
        assert re.fullmatch(r"\S+/320\.webp 320w, \S+/640\.webp 640w", face.get_attribute("srcset") or "")
        assert face.get_attribute("sizes") == "1.7rem"
        until(page, "() => [...document.querySelectorAll('.byline img')].every((each) => each.naturalWidth > 0)")
        assert str(face.evaluate("(image) => image.currentSrc")).endswith("/320.webp")
    lead = page.locator(".lead img")
    drawn = lead.get_attribute("srcset")
    assert re.search(r"/320\.webp 320w, .*/1600\.webp 1600w", drawn or "")
    page.reload()
    assert (lead.get_attribute("srcset"), lead.get_attribute("sizes")) == (
        drawn,
        "(min-width: 720px) 720px, 100vw",
    )
