"""What scripts add to the page: times as they pass, days, sharing, large pictures, and what came between two visits."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.browser.network import Network
from tests.browser.newsroom_server import Newsroom
from tests.browser.reader.pages import SHIFTS, TWO_FRAMES, Open, attached, until
from tests.loopback import late_pictures

READ = """([story, entry, text]) => (
  JSON.parse(localStorage.getItem(`liveblog-visit:${story}`))?.read[entry] === text
)"""


TEN_MINUTES_LATER = "{ const now = Date.now; Date.now = () => now() + 600_000; }"


def test_times_say_how_long_ago_and_whose_they_are_and_days_are_ruled_off(newsroom: Newsroom, open_page: Open) -> None:
    story = newsroom.make_story(time_zone="America/New_York")
    now = datetime.now(UTC)
    for hours in (60, 59, 0):
        newsroom.publish(story, f"{hours} hours ago.", display_time=(now - timedelta(hours=hours)).isoformat())
    page = attached(open_page(newsroom.page(story), before_page_scripts=SHIFTS, timezone_id="Asia/Tokyo"))
    newest, older = page.locator("article").first, page.locator("article").nth(1)
    expect(newest.locator(".ago")).to_have_text(re.compile("^New York · (now|1 min. ago)$"))
    expect(older.locator(".ago")).to_have_text("New York")
    expect(page.locator("#last-update")).to_have_text(re.compile("^Updated (now|1 min. ago)$"))
    days = page.locator(".starts-day .when time span")
    assert days.count() in (2, 3), "two of them may be of one day"
    assert days.first.bounding_box()["width"] > 40  # type: ignore[index]
    assert page.evaluate("shifts") == []
    without = open_page(newsroom.page(story), java_script_enabled=False)
    assert without.locator(".starts-day .when time span").all_inner_texts() == days.all_inner_texts()
    newsroom.publish(story, "Another of today.")
    expect(page.locator("article")).to_have_count(4)
    assert without.locator(".starts-day").count() == page.locator(".starts-day").count()
    expect(page.locator("article").nth(1)).not_to_have_class(re.compile("starts-day"))
    newsroom.edit_story(story, time_zone="Asia/Tokyo", language="de")
    expect(page.locator("#last-update")).to_have_text(re.compile("^Aktualisiert: (jetzt|vor 1 Min.)$"))
    expect(page.locator("article .ago").first).to_have_text(re.compile("^(jetzt|vor 1 Min.)$"))


def test_an_entry_is_shared_by_its_address_and_every_target_is_large_enough(
    newsroom: Newsroom, open_page: Open
) -> None:
    story = newsroom.make_story()
    entry = newsroom.publish(story, "Shared. " * 200, headline="The headline", key_event=True, tags=[{"label": "A"}])
    page = attached(
        open_page(
            newsroom.page(story),
            before_page_scripts="delete Navigator.prototype.share;" + SHIFTS,
            permissions=["clipboard-read", "clipboard-write"],
            viewport={"width": 320, "height": 640},
        )
    )
    page.get_by_role("button", name="Share").click()
    expect(page.locator(".copied")).to_have_text("Link copied")
    address = newsroom.page(story, f"/entries/{entry['id']}")
    assert page.evaluate("navigator.clipboard.readText()") == address
    page.evaluate("() => { navigator.share = async (given) => { window.shared = given; }; }")
    page.get_by_role("button", name="Share").click()
    until(page, "() => window.shared !== undefined")
    assert page.evaluate("shared") == {"title": "The headline", "url": address}
    assert page.evaluate("shifts") == []
    page.evaluate("scrollTo(0, 700)")
    expect(page.locator(".bar")).to_be_visible()
    heights = """() => [...document.querySelectorAll(".share, .pause, .parts a, .bar-title, #key-events li a + a")]
      .map((each) => [each.className, each.getBoundingClientRect().height]).filter(([, height]) => height < 44)"""
    assert page.evaluate(heights) == []
    page.evaluate("scrollTo(0, 0)")
    reached = """() => {
      const [time, share] = document.querySelectorAll("article .when b, article .share");
      const { left, top, bottom } = time.getBoundingClientRect();
      const hit = (y) => document.elementFromPoint(left + 5, y)?.closest("a")?.hash ?? null;
      const reach = 22 - (bottom - top) / 2 - 1;
      return [hit(top - reach), hit(bottom + reach), share.getBoundingClientRect().width];
    }"""
    assert page.evaluate(reached) == [f"#entry-{entry['id']}", f"#entry-{entry['id']}", 44]
    assert page.evaluate("document.documentElement.scrollWidth") == 320


def test_a_picture_is_enlarged_on_a_press_and_one_without_a_size_keeps_its_place(
    newsroom: Newsroom, open_page: Open
) -> None:
    story = newsroom.make_story()
    with late_pictures() as pictures:
        for number in range(3):
            newsroom.publish(story, f'![A river]({pictures.address(number)} "On Tuesday")\n\nBelow {number}.')
        page = attached(open_page(newsroom.page(story), before_page_scripts=SHIFTS))
        page.evaluate(TWO_FRAMES)
        pictures.released.set()
        until(page, "() => document.querySelector('.body img').naturalWidth > 0")
        page.evaluate(TWO_FRAMES)
        assert page.evaluate("shifts") == []
        button = page.get_by_role("button", name="Enlarge picture").first
        button.focus()
        page.keyboard.press("Enter")
        dialog = page.get_by_role("dialog", name="Enlarge picture")
        expect(dialog.get_by_role("img", name="A river")).to_be_visible()
        expect(dialog).to_contain_text("On Tuesday")
        page.keyboard.press("Escape")
        expect(dialog).to_have_count(0)
        expect(button).to_be_focused()
        button.click()
        dialog.get_by_role("button", name="Close").click()
        expect(dialog).to_have_count(0)
        expect(button).to_be_focused()


def test_who_comes_back_is_told_what_came_since_and_what_was_corrected_of_what_they_read(
    newsroom: Newsroom, open_page: Open
) -> None:
    story = newsroom.make_story()
    read = newsroom.publish(story, "It was forty per cent of all votes.")
    newsroom.publish(story, "An old key event.", key_event=True)
    page = attached(open_page(newsroom.page(story), viewport={"width": 900, "height": 1_200}))
    until(page, READ, [story["id"], read["id"], "It was forty per cent of all votes."])
    page.goto(f"{newsroom.url}/")
    newsroom.edit(read, text="It is 41 per cent of all votes.")
    newsroom.act(read, "corrections", text="It is 41, not 40.", severity="correction")
    newsroom.publish(story, "The polls have closed.", key_event=True)
    unread = newsroom.publish(story, "Nobody has read this.")
    newsroom.act(unread, "corrections", text="Nor this.", severity="correction")
    page.context.add_init_script(SHIFTS + TEN_MINUTES_LATER)
    page.goto(newsroom.page(story))
    chip = attached(page).locator(".since")
    expect(chip).to_have_text("Since you were here (2)")
    assert page.evaluate("shifts") == []
    chip.click()
    dialog = page.get_by_role("dialog", name="Since you were here")
    expect(dialog).to_contain_text("The polls have closed.")
    expect(dialog).to_contain_text("It is 41, not 40.")
    assert dialog.locator("del").all_inner_texts() == ["was forty"]
    assert dialog.locator("ins").all_inner_texts() == ["is 41"]
    assert "An old key event." not in dialog.inner_text()
    assert "Nor this." not in dialog.inner_text()
    page.keyboard.press("Escape")
    expect(page.locator(".since")).to_have_count(0)
    page.goto(f"{newsroom.url}/")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(newsroom.page(story))
    attached(page)
    page.wait_for_load_state("networkidle")
    assert page.locator(".since").count() == 0, "away for a moment"
    assert not [url for url in asked if "since_then" in url or "corrections" in url]


def test_the_bar_says_since_when_the_page_is_offline(newsroom: Newsroom, open_page: Open) -> None:
    story = newsroom.make_story()
    newsroom.publish(story, "Words. " * 900)
    page = attached(open_page(newsroom.page(story)))
    page.evaluate("scrollTo(0, 900)")
    expect(page.locator(".bar-status")).to_have_text("Live")
    page.evaluate("document.getElementById('connection').textContent = 'Connecting again …'")
    expect(page.locator(".bar-status")).to_have_text(re.compile(r"^Offline, as of \d\d:\d\d$"))
    page.evaluate("document.getElementById('connection').textContent = ''")
    expect(page.locator(".bar-status")).to_have_text("Live")
    page.get_by_role("button", name="Election night").click()
    expect(page.locator("h1")).to_be_focused()
    assert page.evaluate("scrollY") == 0
    expect(page.locator(".bar")).to_be_hidden()


@pytest.mark.slow  # the page waits five seconds before it says that it is offline
def test_a_network_that_is_cut_is_said_in_the_bar_until_it_is_back(
    newsroom: Newsroom, through: Newsroom, network: Network, open_page: Open
) -> None:
    story = newsroom.make_story()
    newsroom.publish(story, "Words. " * 900)
    page = attached(open_page(through.page(story)))
    page.evaluate("scrollTo(0, 900)")
    network.cut()
    expect(page.locator(".bar-status")).to_have_text(re.compile(r"^Offline, as of \d\d:\d\d$"))
    network.join()
    expect(page.locator(".bar-status")).to_have_text("Live")
