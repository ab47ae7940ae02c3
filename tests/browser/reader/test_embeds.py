"""Embeds in Chromium: frames come when the reader, the site or the page around has agreed, and nothing moves for them.

No provider is reached: whatever is asked of another host is answered by the test.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.newsroom_server import Newsroom
from tests.browser.reader.pages import SHIFTS, TWO_FRAMES, Open, attached, until
from tests.waiting import await_true

FILM = "https://www.youtube.com/watch?v=abcdefghijk&t=90"
POST = "https://x.com/someone/status/1234567890"
SONG = "https://open.spotify.com/track/4uLU6hMCjMI75M1A2tKUQC"
CHART = "https://datawrapper.dwcdn.net/AbC12/"
PLACE = "https://www.openstreetmap.org/#map=12/52.5/13.4"
OWN = "https://video.example/w/abc"
SHORT = "https://vm.tiktok.com/ZMabc/"
FRAMES = {
    FILM: "https://www.youtube-nocookie.com/embed/abcdefghijk?start=90",
    POST: "https://platform.twitter.com/embed/Tweet.html?dnt=true&id=1234567890",
    SONG: "https://open.spotify.com/embed/track/4uLU6hMCjMI75M1A2tKUQC",
    CHART: "https://datawrapper.dwcdn.net/AbC12/",
    PLACE: "https://www.openstreetmap.org/export/embed.html?bbox=13.29014,52.44984,13.50986,52.55016&layer=mapnik",
    OWN: "https://frames.video.example/abc",
}
PROVIDERS = """
[[provider]]
name = "peertube"
label = "Our PeerTube"
category = "video"
addresses = ["https://video.example/w/{id}"]
frame = "https://frames.video.example/{id}"
ratio = "4/3"
"""
SAYS = """<!doctype html><script>
  parent.postMessage({ "datawrapper-height": { AbC12: 777.2 } }, "*");
  parent.postMessage({ "twttr.embed": { method: "twttr.private.resize", params: [{ height: 999 }] } }, "*");
</script>"""
HEIGHT = "(each) => each.querySelector('iframe')?.offsetHeight ?? null"
COUNT_SAID = "window.said = 0; addEventListener('message', () => { said += 1; });"
EVENTS = "window.told = []; document.addEventListener('consentchange', ({ detail }) => told.push(detail));"


@pytest.fixture(scope="module")
def newsroom_settings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A server with a provider of the operator's own."""
    file = tmp_path_factory.mktemp("settings") / "embeds.toml"
    file.write_text(PROVIDERS, encoding="utf-8")
    return {"LIVEBLOG_EMBED_PROVIDERS": str(file)}


def story_of(newsroom: Newsroom, *addresses: str, **fields: Any) -> dict[str, Any]:
    story = newsroom.make_story(**fields)
    for address in addresses:
        newsroom.publish(story, f"Seen here:\n\n{address}\n\nAnd text below.")
    return story


def card(page: Page, address: str) -> Locator:
    return page.locator(f'figure.lb-embed[data-url="{address}"]')


def frame(page: Page, address: str) -> Locator:
    return card(page, address).locator("iframe")


def always(page: Page, address: str) -> Locator:
    return card(page, address).get_by_role("checkbox")


def hosts_asked(page: Page) -> list[str]:
    """Note, from now on, every address but those of the server that the browser asks for."""
    asked: list[str] = []
    page.context.on("request", lambda sent: None if "127.0.0.1" in sent.url else asked.append(sent.url))
    return asked


def test_no_provider_is_asked_for_anything_before_the_reader_agrees_and_then_that_one_alone(
    newsroom: Newsroom, open_page: Open
) -> None:
    story = story_of(newsroom, *FRAMES, SHORT)
    page = open_page("about:blank", before_page_scripts=SHIFTS)
    asked = hosts_asked(page)
    attached(open_again(page, newsroom.page(story)))
    for address in FRAMES:
        expect(card(page, address).get_by_role("button")).to_be_visible()
        card(page, address).scroll_into_view_if_needed()
    expect(card(page, SHORT)).to_contain_text("TikTok")
    expect(card(page, SHORT).get_by_role("button")).to_have_count(0)
    page.evaluate("scrollTo(0, 0)")
    page.evaluate(TWO_FRAMES)
    assert asked == []
    for address, source in FRAMES.items():
        before = len(asked)
        button = card(page, address).get_by_role("button")
        button.scroll_into_view_if_needed()
        # Chromium sends a press that comes before it has drawn what was scrolled to the frame that was there before.
        page.evaluate(TWO_FRAMES)
        with page.expect_request(source):
            button.click()
        shown = frame(page, address)
        expect(shown).to_have_attribute("src", source)
        expect(shown).to_be_focused()
        assert asked[before:] == [source]
        assert "allow-top-navigation" not in (shown.get_attribute("sandbox") or "allow-top-navigation")
        assert shown.get_attribute("referrerpolicy") == "strict-origin"
        assert "autoplay" not in (shown.get_attribute("allow") or "autoplay")
    assert page.evaluate("shifts") == []
    label = {FILM: "YouTube", POST: "X", OWN: "Our PeerTube"}
    assert all((frame(page, url).get_attribute("title") or "").startswith(f"{name}: ") for url, name in label.items())


def open_again(page: Page, address: str) -> Page:
    page.goto(address, wait_until="domcontentloaded")
    return page


def test_a_provider_that_is_always_shown_is_shown_at_once_until_that_is_taken_back(
    newsroom: Newsroom, open_page: Open
) -> None:
    second = FILM.replace("abcdefghijk", "bcdefghijkl")
    story = story_of(newsroom, FILM, second, POST)
    page = attached(open_page(newsroom.page(story), before_page_scripts=SHIFTS + EVENTS))
    always(page, FILM).check()
    expect(page.locator("iframe")).to_have_count(2)
    expect(always(page, second)).to_be_checked()
    told = page.evaluate("told")
    assert [(each["by"], each["provider"], each["granted"]) for each in told] == [("reader", "youtube", ["youtube"])]
    attached(open_again(page, newsroom.page(story)))
    expect(frame(page, FILM)).to_have_count(1)
    expect(frame(page, POST)).to_have_count(0)
    page.evaluate(TWO_FRAMES)
    assert page.evaluate("shifts") == []
    beside = page.context.new_page()
    beside.goto(newsroom.page(story))
    always(beside, second).uncheck()
    for each in (page, beside):
        expect(each.locator("iframe")).to_have_count(0)
        expect(card(each, FILM).get_by_role("button")).to_be_visible()


def test_the_page_around_grants_by_an_attribute_and_by_an_event_and_takes_back(
    newsroom: Newsroom, open_page: Open
) -> None:
    story = story_of(newsroom, FILM, POST, SONG)
    page = attached(open_page(newsroom.page(story)))
    expect(card(page, SONG).get_by_role("button")).to_be_visible()
    page.evaluate("document.documentElement.setAttribute('consent', 'video  social')")
    expect(page.locator("iframe")).to_have_count(2)
    expect(always(page, POST)).to_be_hidden()
    grant = "(granted) => document.dispatchEvent(new CustomEvent('consentchange', { detail: { granted } }))"
    page.evaluate(grant, ["spotify", 7, None, "<b>"])
    expect(frame(page, SONG)).to_have_count(1)
    page.evaluate("document.documentElement.removeAttribute('consent')")
    expect(page.locator("iframe")).to_have_count(1)
    page.evaluate(grant, [])
    expect(page.locator("iframe")).to_have_count(0)


def test_what_a_site_says_its_readers_need_not_be_asked_about_is_shown(newsroom: Newsroom, open_page: Open) -> None:
    site = {"slug": "evening", "name": "Evening", "url": "https://evening.example", "consent": ["map", "video"]}
    newsroom.client.post("/v1/newsroom/sites", json=site).raise_for_status()
    story = story_of(newsroom, FILM, PLACE, SONG, site="evening")
    page = attached(open_page(newsroom.page(story), before_page_scripts=SHIFTS))
    expect(page.locator("iframe")).to_have_count(2)
    expect(frame(page, SONG)).to_have_count(0)
    page.evaluate(TWO_FRAMES)
    assert page.evaluate("shifts") == []
    saving = "Object.defineProperty(Navigator.prototype, 'connection', { get: () => ({ saveData: true }) });"
    page = attached(open_page(newsroom.page(story), before_page_scripts=saving))
    card(page, FILM).get_by_role("button").click()
    expect(page.locator("iframe")).to_have_count(1)


def test_an_embed_that_arrives_or_is_changed_is_offered_and_what_was_shown_stays(
    newsroom: Newsroom, open_page: Open
) -> None:
    story = newsroom.make_story()
    page = attached(open_page(newsroom.page(story)))
    entry = newsroom.publish(story, f"Look:\n\n{FILM}")
    card(page, FILM).get_by_role("button", name="Show from YouTube").click()
    newsroom.edit(entry, text=f"Look again:\n\n{FILM}")
    expect(page.locator("article .body")).to_contain_text("Look again")
    expect(frame(page, FILM)).to_have_count(1)
    newsroom.edit_story(story, language="de")
    expect(card(page, FILM).locator(".embed-always")).to_have_text("YouTube immer zeigen")


def test_without_scripts_and_on_paper_there_is_the_card(newsroom: Newsroom, open_page: Open) -> None:
    story = story_of(newsroom, FILM, POST)
    page = open_page(newsroom.page(story), java_script_enabled=False)
    page.wait_for_load_state()  # with its style: without scripts nothing has waited for that
    assert card(page, POST).inner_text().split("\n") == ["x.com/someone/status/1234567890", "X @someone"]
    box = card(page, POST).bounding_box()
    assert box is not None
    assert box["height"] < 120, "no place is kept for what cannot come"
    assert page.locator("iframe, button.play, input[type=checkbox]").count() == 0
    page = attached(open_page(newsroom.page(story)))
    card(page, FILM).get_by_role("button").click()
    expect(frame(page, FILM)).to_be_visible()
    page.emulate_media(media="print")
    expect(frame(page, FILM)).to_be_hidden()
    expect(card(page, FILM).get_by_role("link")).to_be_visible()
    expect(card(page, FILM).get_by_role("checkbox")).to_be_hidden()


def test_a_preview_offers_the_frame_and_the_newsroom_shows_the_card_alone(newsroom: Newsroom, open_page: Open) -> None:
    story = newsroom.make_story()
    entry = newsroom.publish(story, FILM)
    made = newsroom.client.post(f"/v1/newsroom/stories/{story['id']}/entries/{entry['id']}/preview")
    made.raise_for_status()
    page = open_page(newsroom.url + urlsplit(made.json()["page_url"]).path)
    card(page, FILM).get_by_role("button").click()
    expect(frame(page, FILM)).to_have_attribute("src", FRAMES[FILM])
    policy = newsroom.client.get("/newsroom").headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-src" not in policy


def test_a_frame_is_as_high_as_it_says_itself(newsroom: Newsroom, open_page: Open) -> None:
    story = story_of(newsroom, CHART, POST)
    page = attached(open_page(newsroom.page(story)))
    page.route("https://datawrapper.dwcdn.net/**", lambda route: route.fulfill(content_type="text/html", body=SAYS))
    chart, post = card(page, CHART), card(page, POST)
    before = post.evaluate("(each) => each.offsetHeight")
    chart.locator(".play").click()
    await_true(lambda: chart.evaluate(HEIGHT) == 778)
    assert post.evaluate("(each) => each.offsetHeight") == before, "what is not its own form says nothing"
    for _ in ("always", "not any more"):
        chart.locator("input").evaluate("(box) => box.click()")
    expect(chart.locator("iframe")).to_have_count(0)
    assert chart.evaluate("(each) => each.style.minHeight") == ""


def test_a_frame_that_says_its_height_once_is_so_high_though_it_was_faster_than_what_hears_it(
    newsroom: Newsroom, open_page: Open
) -> None:
    page = open_page("about:blank", before_page_scripts=COUNT_SAID)
    held: list[Route] = []
    page.route("**/embeds/frame_heights.js", lambda route: held.append(route))
    page.route("https://datawrapper.dwcdn.net/**", lambda route: route.fulfill(content_type="text/html", body=SAYS))
    attached(open_again(page, newsroom.page(story_of(newsroom, CHART))))
    chart = card(page, CHART)
    chart.locator(".play").click()
    until(page, "() => said === 2")
    held[0].continue_()
    await_true(lambda: chart.evaluate(HEIGHT) == 778)
