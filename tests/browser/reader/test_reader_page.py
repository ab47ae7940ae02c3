from __future__ import annotations

import re
import statistics
import time
from typing import Any

import pytest
from playwright.sync_api import Browser, Route, expect

from tests.browser.newsroom_page import TOO_WIDE, long_story, long_word, publish_long_words
from tests.browser.newsroom_server import Newsroom
from tests.browser.reader.pages import DRAWN, LIVE, PRESS_OLDER, SOON, TWO_FRAMES, Open, attached

ROUNDS = 5
"""The middle one counts: one wait alone is also the machine's, which other tests share."""

SEEN = """() => {
  const first = [...document.querySelectorAll("article")].find((a) => a.getBoundingClientRect().bottom > 0);
  return [first.id, Math.round(first.getBoundingClientRect().top)];
}"""


def test_an_entry_reaches_an_open_page_within_a_second(newsroom: Newsroom, open_page: Open) -> None:
    story = newsroom.make_story()
    page = attached(open_page(newsroom.page(story)))
    expect(page.locator("#nothing-yet")).to_be_visible()
    waits = []
    for number in range(ROUNDS, 0, -1):
        started = time.monotonic()
        entry = newsroom.publish(story, f"Polls close in {number} minutes.", headline=f"“Closing” — 20:5{10 - number}")
        page.wait_for_selector(f"article:has-text('Polls close in {number} minutes.')")
        waits.append(time.monotonic() - started)
        if number > 1:
            newsroom.act(entry, "remove")
            expect(page.locator("#nothing-yet")).to_be_visible()
    assert statistics.median(waits) < 1, waits
    expect(page.locator("#entry-count")).to_have_text("1 update")
    expect(page.locator("#announcement")).to_have_text("New update: “Closing” — 20:59")
    expect(page.locator("#nothing-yet")).to_be_hidden()


def _everything(newsroom: Newsroom, story: dict[str, Any]) -> None:
    evil = "<img src=x onerror=alert(1)>"
    author = {"name": f"Ana {evil}", "role": "Reporter", "place": "Porto", "url": "https://news.example/ana"}
    newsroom.publish(story, "No headline, no byline.", authors=[])
    newsroom.publish(story, "https://www.youtube.com/watch?v=abcdefghijk", headline="A film", importance="major")
    newsroom.publish(
        story,
        f'“Quoted” — 40–60 %.\n**Some background:** {evil}\n\n![The river](https://pictures.example/r.jpg "Caption")',
        headline=evil,
        importance="breaking",
        key_event=True,
        kind="summary",
        authors=[author, {"name": "Rui", "avatar": "https://pictures.example/rui.jpg"}],
        source={"url": "https://first.example/a?b=1&c=2", "name": "First & foremost"},
        tags=[{"slug": "a", "label": "A & B"}, {"slug": "b", "label": evil}],
    )
    edited = newsroom.publish(story, "Fourty.")
    newsroom.edit(edited, text="Forty.")
    newsroom.act(edited, "corrections", text=f"It is forty.\n{evil}", severity="clarification")
    newsroom.act(newsroom.publish(story, "The dam failed.\n\n- one\n- two"), "retract", reason=f"It did not. {evil}")


@pytest.mark.parametrize("language", ["en-GB", "pt"])
def test_the_browser_draws_what_the_server_draws(newsroom: Newsroom, open_page: Open, language: str) -> None:
    story = newsroom.make_story(language=language, time_zone="America/New_York")
    page = attached(open_page(newsroom.page(story)))
    _everything(newsroom, story)
    page.wait_for_selector("article.is-retracted")
    assert page.locator("article").count() == 5
    assert page.evaluate(DRAWN) == open_page(newsroom.page(story)).evaluate(DRAWN)


def test_a_page_with_a_time_zone_that_the_browser_does_not_know_is_kept_up_to_date(
    newsroom: Newsroom, open_page: Open
) -> None:
    story = newsroom.make_story()
    page = open_page("about:blank")

    def with_bad_zone(route: Route) -> None:
        reply = route.fetch()
        assert 'data-time-zone="UTC"' in reply.text()
        route.fulfill(response=reply, body=reply.text().replace('data-time-zone="UTC"', 'data-time-zone="localtime"'))

    page.route(newsroom.page(story), with_bad_zone)
    page.goto(newsroom.page(story))
    attached(page)
    entry = newsroom.publish(story, "Polls have closed.")
    expect(page.locator("article .when b").first).to_have_text(entry["time"][11:16])


def test_a_page_kept_from_another_release_goes_live_with_the_files_of_this_one(
    newsroom: Newsroom, open_page: Open
) -> None:
    story = newsroom.make_story()
    page = open_page("about:blank")
    asked: list[str] = []

    def of_another_release(route: Route) -> None:
        reply = route.fetch()
        route.fulfill(response=reply, body=re.sub(r"/static/[0-9a-f]{12}/", "/static/0123456789ab/", reply.text()))

    page.route(newsroom.page(story), of_another_release)
    page.on("request", lambda request: asked.append(request.url) if "/static/" in request.url else None)
    page.goto(newsroom.page(story))
    attached(page)
    newsroom.publish(story, "Polls have closed.")
    expect(page.locator("article .body")).to_have_text("Polls have closed.")
    assert asked
    assert {address.split("/")[4] for address in asked} == {"0123456789ab"}


def test_the_page_reads_without_javascript_and_so_do_its_older_pages(newsroom: Newsroom, open_page: Open) -> None:
    story = newsroom.make_story()
    for number in range(25):
        newsroom.publish(story, f"Update {number:02d}.")
    page = open_page(newsroom.page(story), java_script_enabled=False)
    bodies = page.locator("article .body")
    expect(bodies).to_have_text([f"Update {number:02d}." for number in range(24, 4, -1)])
    page.click("text=Older updates")
    expect(bodies).to_have_text([f"Update {number:02d}." for number in range(4, -1, -1)])
    page.click("text=Newer updates")
    expect(bodies.first).to_have_text("Update 24.")


def test_older_entries_are_added_below_and_stay_up_to_date(newsroom: Newsroom, open_page: Open) -> None:
    story = newsroom.make_story()
    entries = [newsroom.publish(story, f"Update {number:02d}.") for number in range(25)]
    page = attached(open_page(newsroom.page(story)))
    page.evaluate(PRESS_OLDER)
    expect(page.locator("article")).to_have_count(25)
    expect(page.locator("#older")).to_be_hidden()
    newsroom.edit(entries[0], text="The first, edited.")
    page.wait_for_selector("article:last-child:has-text('The first, edited.')")
    newsroom.act(entries[1], "remove")
    expect(page.locator("article")).to_have_count(24)


def test_nothing_moves_under_the_eyes_of_a_reader_who_has_scrolled(newsroom: Newsroom, open_page: Open) -> None:
    story = newsroom.make_story()
    entries = [newsroom.publish(story, f"Update {number}. " + "Words and more words. " * 40) for number in range(15)]
    page = attached(open_page(newsroom.page(story)))
    page.evaluate("window.scrollTo(0, 1500)")
    seen = page.evaluate(SEEN)
    newsroom.publish(story, "One more.")
    newsroom.edit(entries[14], text="Short now.")
    newsroom.act(entries[13], "remove")
    newsroom.publish(story, "Two more.")
    expect(page.locator("#fresh")).to_have_text("2 new updates")
    expect(page.locator("#announcement")).to_have_text("2 new updates")
    page.evaluate(TWO_FRAMES)
    now = page.evaluate(SEEN)
    assert now[0] == seen[0]
    assert abs(now[1] - seen[1]) <= 1
    assert page.locator("article").count() == 14
    page.click("#fresh")
    expect(page.locator("article")).to_have_count(16)
    expect(page.locator("#fresh")).to_be_hidden()
    assert page.evaluate("document.activeElement.textContent.includes('One more.')"), "the first that was not seen"
    expect(page.locator("article", has_text="One more.")).to_be_in_viewport()


def test_edits_removals_and_the_storys_title_arrive_in_place(newsroom: Newsroom, open_page: Open) -> None:
    story = newsroom.make_story()
    first, second = newsroom.publish(story, "First."), newsroom.publish(story, "Second.")
    page = attached(open_page(newsroom.page(story)))
    newsroom.edit(first, text="First, edited.")
    page.wait_for_selector("article:has-text('First, edited.') .updated")
    newsroom.edit(second, text="Second, silently.", material=False)
    page.wait_for_selector("article:has-text('Second, silently.')")
    assert page.locator("article:has-text('Second, silently.') .updated").count() == 0
    newsroom.edit_story(story, title="The results", standfirst="It is over.")
    expect(page.locator("h1")).to_have_text("The results")
    expect(page.locator(".standfirst")).to_have_text("It is over.")
    newsroom.act(second, "unpublish")
    expect(page.locator("article")).to_have_count(1)


def test_what_is_taken_back_is_nowhere_in_the_page(newsroom: Newsroom, open_page: Open) -> None:
    story = newsroom.make_story()
    page = attached(open_page(newsroom.page(story)))
    entry = newsroom.publish(story, "Not meant for you.")
    page.wait_for_selector("article")
    newsroom.act(entry, "remove")
    expect(page.locator("article")).to_have_count(0)
    assert "Not meant for you" not in page.content()


def test_a_permalink_opens_the_page_around_its_entry(newsroom: Newsroom, open_page: Open) -> None:
    story = newsroom.make_story()
    entries = [newsroom.publish(story, f"Update {number:02d}. " + "Words. " * 60) for number in range(45)]
    wanted = entries[10]["id"]
    page = attached(open_page(newsroom.page(story, f"?entry={wanted}#entry-{wanted}")))
    expect(page.locator(f"#entry-{wanted}")).to_be_in_viewport()
    shown = page.locator("article").count()
    newsroom.publish(story, "Newer than all of it.")
    expect(page.locator("#fresh")).to_have_text("1 new update")
    assert page.locator("article").count() == shown
    newsroom.edit(entries[10], text="The entry itself, edited.")
    page.wait_for_selector(f"#entry-{wanted}:has-text('The entry itself, edited.')")
    page.click("#fresh")
    page.wait_for_selector("article:first-child:has-text('Newer than all of it.')")


@pytest.mark.parametrize("blocked", [["live"], ["live", "events"]], ids=["event stream", "long-poll"])
def test_where_sockets_do_not_get_through_updates_still_arrive(
    newsroom: Newsroom, browser: Browser, blocked: list[str]
) -> None:
    story = newsroom.make_story()
    with browser.new_context() as context:
        page = context.new_page()
        page.route_web_socket("**/live?*", lambda socket: socket.close(code=1011, reason="blocked"))
        if "events" in blocked:
            page.route("**/events?*", lambda route: route.abort())
        page.goto(newsroom.page(story))
        page.wait_for_selector(LIVE, timeout=20_000)
        entry = newsroom.publish(story, "By another way.")
        page.wait_for_selector("article:has-text('By another way.')", timeout=5_000)
        newsroom.act(entry, "remove")
        expect(page.locator("article")).to_have_count(0)


def test_a_reader_who_was_away_catches_up_exactly(newsroom: Newsroom, open_page: Open) -> None:
    story = newsroom.make_story()
    kept, gone = newsroom.publish(story, "Kept."), newsroom.publish(story, "Gone.")
    page = attached(open_page(newsroom.page(story)))
    page.evaluate("window.dispatchEvent(new Event('pagehide'))")
    newsroom.edit(kept, text="Kept and edited.")
    newsroom.act(gone, "remove")
    newsroom.publish(story, "Came meanwhile.")
    assert page.locator("article .body").all_inner_texts() == ["Gone.", "Kept."]
    page.evaluate("window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    expect(page.locator("article .body")).to_have_text(["Came meanwhile.", "Kept and edited."])


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_fits_a_narrow_screen(newsroom: Newsroom, open_page: Open, scheme: str) -> None:
    story = newsroom.make_story(title="Donaudampfschifffahrtsgesellschaftskapitänswitwe " * 2)
    _everything(newsroom, story)
    newsroom.publish(story, "| a | b |\n|---|---|\n| " + "word " * 30 + "| 2 |\n\nhttps://example.com/" + "long" * 40)
    page = attached(open_page(newsroom.page(story), viewport={"width": 320, "height": 640}, color_scheme=scheme))
    assert page.evaluate("document.documentElement.scrollWidth") == 320


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
def test_one_long_word_wherever_text_can_stand_makes_no_page_wider_than_a_small_phone(
    newsroom: Newsroom, open_page: Open, direction: str
) -> None:
    story = long_story(newsroom, direction=direction)
    site = {"viewport": {"width": 320, "height": 640}}
    page = attached(open_page(newsroom.page(story), **site))
    entry = publish_long_words(newsroom, story)
    expect(page.locator("article")).to_have_count(3)
    expect(page.locator("#key-points li")).to_have_count(2)
    expect(page.locator(".corrections li")).to_have_count(2)
    assert page.evaluate(TOO_WIDE) == [], "drawn by the browser"
    newsroom.edit(entry, headline=long_word(199))
    expect(page.locator("article .updated")).not_to_have_count(0)
    assert page.evaluate(TOO_WIDE) == []

    def with_a_long_name(route: Route) -> None:
        reply = route.fetch()
        route.fulfill(response=reply, body=reply.text().replace("The Courier", "W" * 200))

    for address in (newsroom.page(story), newsroom.url + "/", newsroom.url + "/stories/nothing"):
        page = open_page("about:blank", **site, java_script_enabled=False)
        page.route(address, with_a_long_name)
        page.goto(address)
        assert "W" * 200 in page.content()
        assert page.evaluate(TOO_WIDE) == [], address


def test_the_api_page_shows_every_operation_within_its_policy(newsroom: Newsroom, open_page: Open) -> None:
    document = newsroom.client.get("/openapi.json").json()  # made when it is asked for first, and kept for the page
    page = open_page(f"{newsroom.url}/docs")
    count = sum(len(operations) for operations in document["paths"].values())
    expect(page.locator(".opblock")).to_have_count(count)


def test_pins_key_points_and_how_the_story_goes_stand_above_the_timeline_and_stay_true(
    open_page: Open, newsroom: Newsroom
) -> None:
    story = newsroom.make_story()
    pinned = newsroom.publish(story, "The count so far: 40 %. " + "More words than fit. " * 20)
    other = newsroom.publish(story, "Second.", headline="The second headline")
    for number in range(21):
        newsroom.publish(story, f"Later {number}.")
    place = f"/v1/stories/{story['id']}"
    newsroom.client.put(f"{place}/pinned", json={"items": [{"entry": pinned["id"]}]}).raise_for_status()
    newsroom.client.put(f"{place}/key-points", json={"items": [{"text": "Turnout is high."}]}).raise_for_status()
    page = open_page(newsroom.page(story))
    drawn = page.locator("#pinned").inner_text()
    assert "The count so far: 40 %." in drawn
    assert drawn.endswith("More")
    expect(page.locator("#key-points")).to_have_text(re.compile("Turnout is high."))
    page.wait_for_selector('#story[data-connection="live"]')

    # An entry far below what the page holds is pinned: its words have to be fetched.
    items = [{"entry": other["id"]}, {"entry": pinned["id"]}]
    newsroom.client.put(f"{place}/pinned", json={"items": items}).raise_for_status()
    expect(page.locator("#pinned li h3").first).to_have_text("The second headline")
    assert page.locator("#pinned li").nth(1).inner_text() in drawn
    newsroom.edit(other, headline="The second headline, mended")
    expect(page.locator("#pinned li h3").first).to_have_text("The second headline, mended")
    newsroom.act(pinned, "remove")
    expect(page.locator("#pinned li")).to_have_count(1)
    newsroom.edit_story(story, status="paused")
    expect(page.locator("#story .live")).to_have_text("Live updates, paused")
    newsroom.edit_story(story, status="ended")
    expect(page.locator("#story .live")).to_have_text("Ended")
    expect(page.locator("#story .live")).to_have_attribute("data-status", "ended")
    page.locator("#pinned .at").click()
    expect(page.locator(f"#entry-{other['id']}")).to_be_in_viewport()


def test_of_a_withdrawn_story_nothing_stays_on_an_open_page(open_page: Open, newsroom: Newsroom) -> None:
    story = newsroom.make_story(title="The wrong name")
    newsroom.publish(story, "Somebody did something.")
    page = attached(open_page(newsroom.page(story)))
    newsroom.edit_story(story, status="withdrawn")
    expect(page.locator("#story")).to_have_text("This story has been withdrawn.")
    assert "Somebody" not in page.content()
    assert "wrong name" not in page.content()


def test_of_an_entry_that_was_taken_back_nothing_stays_on_an_open_page(open_page: Open, newsroom: Newsroom) -> None:
    story = newsroom.make_story()
    gone = newsroom.publish(story, "Somebody did something.")
    newsroom.publish(story, "Kept.")
    page = attached(open_page(newsroom.page(story)))
    assert "Somebody" in page.content()
    newsroom.act(gone, "remove")
    expect(page.locator("article")).to_have_count(1)
    assert "Somebody" not in page.content()


def test_what_the_page_loads_later_is_asked_for_again_unless_it_fails_by_itself(
    open_page: Open, newsroom: Newsroom, trouble: list[str]
) -> None:
    asked: list[Route] = []

    def miss_twice(route: Route) -> None:
        asked.append(route)
        if len(asked) <= 2:
            route.abort()
        else:
            route.continue_()

    page = open_page("about:blank", before_page_scripts=SOON)
    page.route("**/reading/main.js", miss_twice)
    page.goto(newsroom.page(newsroom.make_story()))
    attached(page)
    assert len(asked) == 3
    page.route(
        "**/reading/main.js",
        lambda route: route.fulfill(content_type="text/javascript", body="throw new TypeError('broken')"),
    )
    with page.expect_event("pageerror"):
        page.reload()
    assert trouble == ["broken"]
    trouble.clear()
