"""What the page does for who reads it: where they had read to, what is older, pauses, filters, and what is above."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.newsroom_server import Newsroom
from tests.browser.reader.pages import SHIFTS, STAYS_ONCE_ENDED, TWO_FRAMES, Open, attached, until

WORDS = "Words and more words. " * 30
BENEATH_THE_BAR = 60
TEXTS = "[...document.querySelectorAll('#timeline > article .body')].map((body) => body.textContent.trim())"
ABOVE = """() => {
  const tidy = (node) => node.nodeType === Node.TEXT_NODE ? node.textContent.replace(/\\s+/g, " ").trim()
    : [node.tagName, Object.fromEntries([...node.attributes].map(({ name, value }) => [name, value]).sort()),
       [...node.childNodes].map(tidy).filter((part) => part !== "")];
  return [...document.querySelectorAll(".above-timeline")].map((part) => {
    const drawn = part.cloneNode(true);
    drawn.normalize();
    for (const own of drawn.querySelectorAll(".embed-choice, .embed-always")) own.remove();
    return tidy(drawn);
  });
}"""
"""What stands above the entries, as trees that are equal if they say and mean the same."""


def _put(newsroom: Newsroom, story: dict[str, Any], name: str, *items: dict[str, Any]) -> None:
    newsroom.client.put(f"/v1/stories/{story['id']}/{name}", json={"items": items}).raise_for_status()


def _scrolled(page: Page, y: int) -> None:
    page.evaluate(f"scrollTo(0, {y})")
    page.evaluate(TWO_FRAMES)


def test_the_pill_leads_to_the_first_unseen_entry_above_where_was_read_to(newsroom: Newsroom, open_page: Open) -> None:
    story = newsroom.make_story()
    seen = [newsroom.publish(story, f"Update {number}. {WORDS}") for number in range(8)][-1]
    page = attached(open_page(newsroom.page(story), before_page_scripts=SHIFTS))
    expect(page.locator(".bar")).to_be_hidden()
    _scrolled(page, 1500)
    expect(page.locator(".bar")).to_have_text("Election night" + "Live")
    unseen = [newsroom.publish(story, f"Unseen {number}. {WORDS}") for number in range(3)]
    expect(page.locator("#fresh")).to_have_text("3 new updates")
    expect(page.locator("#announcement")).to_have_text("3 new updates")
    assert page.evaluate("shifts") == []
    page.click("#fresh")
    first = page.locator(f"#entry-{unseen[0]['id']}")
    expect(first).to_be_focused()
    page.evaluate(TWO_FRAMES)
    assert abs(first.evaluate("(entry) => entry.getBoundingClientRect().top") - BENEATH_THE_BAR) <= 1
    mark = page.locator(f"#entry-{seen['id']} > .read-to")
    expect(mark).to_have_text("You had read to here")
    expect(mark).to_be_in_viewport()
    assert page.locator(".read-to").count() == 1
    newsroom.edit(seen, text="Edited, and marked still.")
    expect(page.locator("article", has_text="Edited, and marked still.").locator(".read-to")).to_be_visible()
    newsroom.edit_story(story, language="pt")
    expect(page.locator(".read-to")).to_have_text("Tinha lido até aqui")
    expect(page.locator(".bar-status")).to_have_text("Ao vivo")
    # Who scrolls up to what waits has read to somewhere too.
    newsroom.publish(story, "Later.")
    expect(page.locator("#fresh")).to_be_visible()
    _scrolled(page, 0)
    expect(page.locator(f"#entry-{unseen[2]['id']} > .read-to")).to_have_count(1)
    assert page.locator(".read-to").count() == 1


def test_a_paused_page_is_given_nothing_new_until_it_is_asked_for(newsroom: Newsroom, open_page: Open) -> None:
    story = newsroom.make_story()
    first = newsroom.publish(story, "The first.")
    page = attached(open_page(newsroom.page(story)))
    pause = page.get_by_role("button", name="Pause updates")
    pause.click()
    expect(pause).to_have_attribute("aria-pressed", "true")
    newsroom.publish(story, "Withheld.")
    expect(page.locator("#fresh")).to_have_text("1 new update")
    newsroom.act(first, "retract", reason="It was wrong.")
    expect(page.locator("article.is-retracted")).to_have_count(1)
    page.evaluate("scrollTo(0, 5); scrollTo(0, 0)")
    page.evaluate(TWO_FRAMES)
    assert page.locator("article").count() == 1
    page.click("#fresh")
    expect(page.locator("article")).to_have_count(2)
    _scrolled(page, 0)
    newsroom.publish(story, "Withheld again.")
    expect(page.locator("#fresh")).to_have_text("1 new update")
    assert page.locator("#announcement").inner_text() == "", "nobody is interrupted"
    pause.click()
    expect(page.locator("article")).to_have_count(3)
    expect(pause).to_be_focused()
    assert page.evaluate("scrollY") == 0
    newsroom.publish(story, "At once.")
    expect(page.locator("article")).to_have_count(4)
    expect(page.locator("#announcement")).to_have_text("New update: At once.")


def test_older_entries_come_by_themselves_and_from_the_start_they_stand_in_order(
    newsroom: Newsroom, open_page: Open
) -> None:
    story = newsroom.make_story()
    for number in range(65):
        newsroom.publish(story, f"Update {number:02d}. " + "Words. " * 40)
    page = attached(open_page(newsroom.page(story), before_page_scripts=SHIFTS))
    page.evaluate(TWO_FRAMES)
    assert page.locator("article").count() == 20, "nobody has scrolled"
    page.locator("article").nth(3).locator(".when a").focus()
    focused = page.evaluate("document.activeElement.href")
    until(page, "() => { scrollBy(0, 900); return document.querySelectorAll('article').length === 65; }")
    expect(page.locator("#older")).to_be_hidden()
    page.evaluate(TWO_FRAMES)
    assert page.evaluate("document.activeElement.href") == focused
    assert page.evaluate("shifts") == []
    wanted = [f"Update {number:02d}." for number in range(64, -1, -1)]
    assert [text[:10] for text in page.evaluate(TEXTS)] == wanted

    _scrolled(page, 0)
    page.click("text=From the start")
    attached(page)
    assert [text[:10] for text in page.evaluate(TEXTS)] == wanted[::-1][:20]
    newsroom.publish(story, "Not on this page.")
    expect(page.locator("#fresh")).to_have_text("1 new update")
    for _ in range(3):
        page.click("text=Newer updates >> nth=0")
        attached(page)
    assert [text[:10] for text in page.evaluate(TEXTS)][:5] == wanted[::-1][60:]
    newsroom.publish(story, "The very last.")
    expect(page.locator("article").last.locator(".body")).to_have_text("The very last.")
    assert page.locator("#fresh").is_hidden()
    page.click("text=Older updates")
    assert [text[:10] for text in attached(page).evaluate(TEXTS)] == wanted[::-1][40:60]
    page.click("text=Newest first")
    assert attached(page).evaluate(TEXTS)[0] == "The very last."


def test_filters_show_a_part_of_the_timeline_and_keep_it_up_to_date(newsroom: Newsroom, open_page: Open) -> None:
    story = newsroom.make_story()
    for number in range(44):
        newsroom.publish(
            story, f"Entry {number:02d}.", key_event=number % 2 == 0, tags=[{"label": "Año"}] * (number % 11 == 0)
        )
    keys = [f"Entry {number:02d}." for number in range(42, -1, -2)]
    without = open_page(newsroom.page(story), java_script_enabled=False)
    without.get_by_label("Show").get_by_text("Key events").click()
    expect(without.get_by_label("Show").locator("[aria-current]")).to_have_text("Key events")
    expect(without.locator("#timeline .body")).to_have_text(keys[:20])
    without.click("text=Older updates")
    expect(without.locator("#timeline .body")).to_have_text(keys[20:])
    page = attached(open_page(newsroom.page(story, "?tag=a%C3%B1o")))
    assert page.evaluate(TEXTS) == ["Entry 33.", "Entry 22.", "Entry 11.", "Entry 00."]
    expect(page.get_by_label("Show").locator("[aria-current]")).to_have_text("Año")

    page = attached(open_page(newsroom.page(story, "?only=key")))
    assert page.evaluate(TEXTS) == keys[:20]
    _scrolled(page, 100_000)  # where older ones come by themselves
    expect(page.locator("article")).to_have_count(22)
    _scrolled(page, 0)
    newsroom.publish(story, "No key event.")
    key = newsroom.publish(story, "A key event.", key_event=True)
    expect(page.locator("article").first.locator(".body")).to_have_text("A key event.")
    expect(page.locator("#entry-count")).to_have_text("46 updates")
    expect(page.locator("#announcement")).to_have_text("New update: A key event.")
    newsroom.edit(key, key_event=False)
    expect(page.locator("article")).to_have_count(22)
    assert page.evaluate(TEXTS) == keys
    assert page.locator("#fresh").is_hidden()


def test_what_stands_above_the_entries_is_drawn_live_as_the_server_draws_it(
    newsroom: Newsroom, open_page: Open
) -> None:
    story = newsroom.make_story()
    body = "The count. " + WORDS + "\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n![A river](https://pictures.example/r.jpg)"
    pinned = newsroom.publish(story, body, headline="Pinned & long")
    short = newsroom.publish(story, "Short <b>.")
    for number in range(21):
        newsroom.publish(story, f"Later {number}.", key_event=number == 7)
    summary = newsroom.publish(story, "- One\n- Two", headline="All in all", kind="summary")
    page = attached(open_page(newsroom.page(story), before_page_scripts=STAYS_ONCE_ENDED))
    points = [{"text": "Turnout is high.", "entry": pinned["id"]}, {"text": "<i>Rain.</i>"}]
    _put(newsroom, story, "key-points", *points)
    _put(newsroom, story, "pinned", {"entry": pinned["id"]}, {"entry": short["id"]})
    event = newsroom.publish(story, "The result is in. " + WORDS, key_event=True)
    expect(page.locator("#key-events li")).to_have_count(2)
    expect(page.locator("#key-points time")).to_have_count(1)
    expect(page.locator("#pinned li")).to_have_count(2)
    newsroom.edit(summary, text="- One\n- Two\n- Three")
    newsroom.edit_story(story, status="ended")
    expect(page.locator("#summary li")).to_have_count(3)
    assert page.evaluate(ABOVE) == attached(open_page(newsroom.page(story))).evaluate(ABOVE)

    more = page.locator("#pinned").get_by_text("More", exact=True)
    assert page.locator("#pinned figure").is_hidden()
    height = "document.querySelector('#pinned .body').getBoundingClientRect().height"
    assert page.evaluate(height) <= 6 * 28
    more.click()
    expect(page.locator("#pinned figure")).to_be_visible()
    assert page.evaluate("location.search") == ""
    newsroom.edit_story(story, status="live", language="pt")
    expect(page.locator("#key-points h2")).not_to_have_text("Key points")
    expect(page.locator("#summary")).to_be_hidden()
    newsroom.act(event, "remove")
    expect(page.locator("#key-events li")).to_have_count(1)
    newsroom.act(pinned, "remove")
    expect(page.locator("#pinned li")).to_have_count(1)
    assert "Pinned & long" not in page.inner_text("body")


PARTS = """() => [...document.querySelectorAll("#parts a")].map((link) => (
  [link.getAttribute("href"), link.textContent, link.ariaCurrent, link.dir, link.target]
))"""


@pytest.mark.parametrize("query", ["", "?tag=night", "?order=oldest"])
def test_the_tags_to_choose_by_are_those_of_the_entries_on_the_page(
    newsroom: Newsroom, open_page: Open, query: str
) -> None:
    story = newsroom.make_story()
    tagged = [
        newsroom.publish(
            story, f"Update {at}.", tags=[{"slug": "night", "label": "Night"}, {"slug": name, "label": name}]
        )
        for at, name in enumerate(("b", "c", "c"))
    ]
    page = attached(open_page(newsroom.page(story, query)))
    for at in range(6):
        tags = [{"slug": f"new-{at}", "label": f"<New> {at}"}, {"slug": "new-5", "label": "<New> 5"}]
        newsroom.publish(story, f"New {at}.", tags=[*tags, {"slug": "night", "label": "Night!"}])
    newsroom.edit(tagged[0], tags=[{"slug": "amter", "label": "Ämter"}, {"slug": "new-4", "label": "<New> 4"}])
    newsroom.act(tagged[1], "retract", reason="Not so.")
    last = newsroom.publish(story, "The last.", tags=[{"slug": "night", "label": "Night"}])
    if query != "?order=oldest":
        page.wait_for_selector(f"#entry-{last['id']}")
    else:
        until(page, "(id) => document.querySelector(`[id='entry-${id}']`) !== null", last["id"])
    loaded = attached(open_page(newsroom.page(story, query)))
    assert page.evaluate(PARTS) == loaded.evaluate(PARTS)
    assert "<New> 5" in page.locator("#parts").inner_text()
