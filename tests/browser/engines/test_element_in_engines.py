"""<live-blog> on a page of another origin in Chromium, Firefox and WebKit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from tests.browser.engines.tabs import Tab
from tests.browser.newsroom_server import Newsroom
from tests.loopback import NO_CERTIFICATES, html_site

LISTEN = """<script>
  window.told = [];
  for (const name of ["entry", "entryview", "status", "adslot"]) {
    document.addEventListener(name, ({ detail, target }) => {
      told.push({ name, from: target.id, entry: detail.entry?.id, status: detail.status });
    });
  }
</script>"""
AD = '<template slot="ad"><iframe srcdoc="<p>Buy</p>" title="An ad" width="300" height="250"></iframe></template>'
LIVE = "(id) => document.getElementById(id).querySelector('.liveblog')?.dataset.connection === 'live'"
COUNTS = "(css, count) => document.querySelectorAll(css).length === count"
TEXTS = "(id) => [...document.querySelectorAll(`#${id} article .body`)].map((each) => each.textContent)"
SAYS_FIRST = "(id, words) => document.querySelector(`#${id} article .body`)?.textContent === words"
TICKER = "(words) => document.querySelector('#ticker li a')?.textContent.includes(words)"
TOLD = "(name, from) => told.filter((each) => each.name === name && each.from === from)"
SLOTS = """() => [...document.querySelectorAll('#asked .ad-slot')].map(({ offsetHeight }) => offsetHeight)"""
STYLES = """() => ["own", "text"].map((id) => {
  const { color, marginTop, fontFamily } = getComputedStyle(document.getElementById(id));
  return [color, marginTop, fontFamily];
})"""
ARTICLE = """<style>h2 { color: rgb(1, 2, 3); } p { margin: 7px; } .body { color: rgb(4, 5, 6); }</style>
<h2 id="own">An article</h2><p id="text" class="body">Text.</p>"""


@contextmanager
def host_page(tab: Tab, newsroom: Newsroom, *elements: str) -> Iterator[None]:
    """Open a page of another site that has these elements in it."""
    script = f'<script type="module" src="{newsroom.url}/live-blog.js"></script>'
    page = f'<!doctype html><html lang="en"><title>An article</title>{LISTEN}{ARTICLE}{script}{"".join(elements)}'
    with html_site(page) as address:
        tab.open(address)
        yield
        tab.open("about:blank")


def stories(newsroom: Newsroom) -> tuple[dict[str, Any], dict[str, Any]]:
    """A story in English and one in German."""
    english = newsroom.make_story(language="en")
    german = newsroom.make_story(title="Wahlabend", language="de")
    for number in range(1, 6):
        newsroom.publish(english, f"English {number}.", headline=f"Headline {number}")
        newsroom.publish(german, f"Deutsch {number}.")
    return english, german


def test_the_element_is_drawn_live_tells_its_host_and_keeps_its_style_to_itself(tab: Tab, newsroom: Newsroom) -> None:
    english, german = stories(newsroom)
    drawn = httpx.get(f"{newsroom.page(english)}/fragment", verify=NO_CERTIFICATES, timeout=40).text
    with host_page(
        tab,
        newsroom,
        f'<live-blog id="drawn" src="{newsroom.page(english)}">{drawn}</live-blog>',
        f'<live-blog id="asked" src="{newsroom.page(german)}" ad-every="2">{AD}</live-blog>',
        f'<live-blog id="ticker" src="{newsroom.page(english)}" mode="ticker" limit="3"></live-blog>',
    ):
        tab.until(LIVE, "drawn")
        tab.until(LIVE, "asked")
        tab.until(COUNTS, "#ticker li", 3)
        assert tab.run(TEXTS, "asked") == [f"Deutsch {number}." for number in (5, 4, 3, 2, 1)]
        tab.until("() => told.some(({ name, from }) => name === 'entryview' && from === 'drawn')")
        tab.until(COUNTS, "#asked .ad-slot", 2)
        assert min(tab.run(SLOTS)) >= 250
        entry = newsroom.publish(english, "English 6.", headline="Headline 6")
        newsroom.publish(german, "Deutsch 6.")
        tab.until(SAYS_FIRST, "drawn", "English 6.")
        tab.until(SAYS_FIRST, "asked", "Deutsch 6.")
        tab.until(TICKER, "Headline 6")
        assert [each["entry"] for each in tab.run(TOLD, "entry", "drawn")] == [entry["id"]]
        newsroom.edit(entry, text="English six.", headline="Headline six")
        tab.until(SAYS_FIRST, "drawn", "English six.")
        tab.until(TICKER, "Headline six")
        newsroom.act(entry, "unpublish")
        tab.until(COUNTS, "#drawn article", 5)
        tab.until(TICKER, "Headline 5")
        with_element = tab.run(STYLES)
        tab.run("() => document.querySelectorAll('link, live-blog').forEach((node) => node.remove())")
        assert tab.run(STYLES) == with_element
        assert [color for color, *_ in with_element] == ["rgb(1, 2, 3)", "rgb(4, 5, 6)"]


def test_an_ended_story_is_told_and_an_element_that_is_put_in_later_is_drawn(tab: Tab, newsroom: Newsroom) -> None:
    english, _ = stories(newsroom)
    with host_page(tab, newsroom):
        tab.run(
            """(src) => {
              const made = document.createElement("live-blog");
              Object.assign(made, { id: "later" }).setAttribute("src", src);
              document.body.append(made);
            }""",
            newsroom.page(english),
        )
        tab.until(LIVE, "later")
        newsroom.edit_story(english, status="ended")
        tab.until("() => told.some(({ name, status }) => name === 'status' && status === 'ended')")
        tab.resize(360, 740)
        assert tab.run("() => document.documentElement.scrollWidth <= innerWidth")
