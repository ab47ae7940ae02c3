"""A theme in Chromium: its colours and its logo are there, nothing moves for them, and nothing is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser.newsroom_server import Newsroom
from tests.browser.reader.pages import PRESS_OLDER, TWO_FRAMES, Open, attached, until

LOGO = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 360 72"><rect width="72" height="72"
 rx="14" fill="#fff"/>
<path d="M14 50q11-14 22 0t22 0" stroke="#0a5d4a" stroke-width="8" fill="none"/>
<text x="88" y="51" font-size="36" font-family="serif" fill="#fff">Harbour Post</text></svg>"""
STYLE = """:root { --accent: #0a5d4a; --link: #0a5d8f; }
.masthead { background: var(--accent); }
footer { max-width: 44rem; margin-inline: auto; padding: 1rem; }
"""
PAGE = '{% extends "ours/page.html" %}{% block footer %}<footer>Imprint of {{ site.name }}</footer>{% endblock %}'
AD = """{% set every = 2 %}
{% macro draw(story, after) %}<a href="https://shop.example/{{ after }}">{{ story.title }}</a>{% endmacro %}
"""
SLOTS = """() => [...document.querySelectorAll("#timeline > .ad-slot")].map((slot) => [
  slot.previousElementSibling.dataset.id, slot.dataset.after, slot.querySelector("a").href.split("/").at(-1),
  slot.textContent, slot.offsetHeight >= 250, slot.isKept,
])"""
PLACE = "(logo) => [logo.complete && logo.naturalWidth > 0, getComputedStyle(logo.closest('header')).backgroundColor]"


@pytest.fixture(scope="module")
def newsroom_settings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A server whose own site has a theme."""
    folder = tmp_path_factory.mktemp("themes")
    (folder / "harbour" / "templates").mkdir(parents=True)
    for name, text in {
        "theme.css": STYLE,
        "logo.svg": LOGO,
        "templates/page.html": PAGE,
        "templates/ad.html": AD,
    }.items():
        Path(folder, "harbour", name).write_text(text, encoding="utf-8")
    return {"LIVEBLOG_THEME_DIR": str(folder), "LIVEBLOG_THEME": "harbour"}


@pytest.mark.parametrize("width", [1440, 390])
def test_a_story_is_drawn_in_its_theme(newsroom: Newsroom, open_page: Open, tmp_path: Path, width: int) -> None:
    story = newsroom.make_story(title="Fog in the harbour")
    newsroom.publish(story, "The first ferry is late.", importance="breaking")
    page = open_page(newsroom.page(story), viewport={"width": width, "height": 800})
    logo = page.get_by_role("img", name="The Courier")
    page.wait_for_load_state("load")
    assert logo.evaluate(PLACE) == [True, "rgb(10, 93, 74)"]
    box = logo.bounding_box()
    assert box is not None
    assert box["width"] == pytest.approx(box["height"] * 5, abs=1)
    accent = page.locator(".mark").first.evaluate("(mark) => getComputedStyle(mark).color")
    assert accent == "rgb(10, 93, 74)"
    assert page.get_by_text("Imprint of The Courier").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.screenshot(path=tmp_path / f"theme-{width}.png")


@pytest.mark.parametrize("query", ["", "?embed", "?order=oldest"])
def test_places_for_advertisements_stay_behind_their_entries(newsroom: Newsroom, open_page: Open, query: str) -> None:
    story = newsroom.make_story(title="Fog & <b>")
    ids = [newsroom.publish(story, f"Update {number}.")["id"] for number in range(5)]
    behind = [ids[1], ids[3]] if query == "?order=oldest" else [ids[3], ids[1]]
    without = open_page(newsroom.page(story, query), java_script_enabled=False)
    without.wait_for_load_state("load")
    drawn = [[each, each, each, "Fog & <b>", True, None] for each in behind]
    assert without.evaluate(SLOTS) == drawn
    page = attached(open_page(newsroom.page(story, query)))
    page.evaluate("() => document.querySelectorAll('.ad-slot').forEach((slot) => { slot.isKept = true; })")
    newest = newsroom.publish(story, "The newest.")
    newsroom.edit({"story": story["id"], "id": ids[3]}, text="Changed.")
    newsroom.act({"story": story["id"], "id": ids[2]}, "unpublish")
    until(page, "(id) => document.querySelector(`[id='entry-${id}']`) !== null", newest["id"])
    until(page, "(id) => document.querySelector(`[id='entry-${id}']`) === null", ids[2])
    assert page.evaluate(SLOTS) == [[*each[:-1], True] for each in drawn]


def test_older_entries_that_come_by_script_have_places_like_the_servers(newsroom: Newsroom, open_page: Open) -> None:
    story = newsroom.make_story(title="Fog & <b>")
    ids = [newsroom.publish(story, f"Update {number}.")["id"] for number in range(26)][::-1]
    page = attached(open_page(newsroom.page(story)))
    until(page, "() => document.querySelectorAll('#timeline > .ad-slot').length === 10")
    page.evaluate("() => document.querySelectorAll('.ad-slot').forEach((slot) => { slot.isKept = true; })")
    page.evaluate(PRESS_OLDER)
    until(page, "() => document.querySelectorAll('#timeline > .ad-slot').length === 12")
    # None behind the last entry: nothing comes below it.
    drawn = [[each, each, each, "Fog & <b>", True, number < 10 or None] for number, each in enumerate(ids[1:24:2])]
    assert page.evaluate(SLOTS) == drawn
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    page.evaluate(TWO_FRAMES)
    newest = newsroom.publish(story, "The newest.")
    page.locator("#fresh").click()
    until(page, "(id) => document.querySelector(`[id='entry-${id}']`) !== null", newest["id"])
    assert page.evaluate(SLOTS) == drawn
