"""<live-blog> on a page of another site: two stories in two languages and a ticker, whatever happens."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.network import Network
from tests.browser.newsroom_server import PATIENCE_MILLISECONDS, Newsroom
from tests.browser.reader.pages import SOON, Open, until
from tests.loopback import NO_CERTIFICATES, html_site

README = (Path(__file__).parents[3] / "README.md").read_text(encoding="utf-8")
LISTEN = """
  window.told = [];
  for (const name of ["entry", "entryview", "status", "adslot"]) {
    document.addEventListener(name, ({ detail, target }) => {
      told.push({ name, from: target.id, ...detail, slot: undefined });
    });
  }
"""
TOLD = "([name, from]) => told.filter((each) => each.name === name && each.from === from)"
LIVE = "(id) => document.getElementById(id).querySelector('.liveblog')?.dataset.connection === 'live'"
TICKER_IS_LIVE = "() => told.some(({ from, connection }) => from === 'ticker' && connection === 'live')"
SEEN = """() => told.filter(({ name, from }) => name === 'entryview' && from === 'drawn')
  .map(({ headline }) => headline)"""
SLOTS = """() => [...document.querySelectorAll('#asked .ad-slot')]
  .map(({ dataset: { after }, offsetHeight }) => [after, offsetHeight])"""
COUNT_LOADS = """() => {
  window.loads = 0;
  for (const frame of document.querySelectorAll('#asked iframe')) {
    frame.addEventListener('load', () => { loads += 1; });
  }
}"""
ALL_LOADED = """() => [...document.querySelectorAll('#asked iframe')]
  .every(({ contentDocument: shown }) => shown?.readyState === 'complete' && shown.body.innerText === 'Buy')"""
TEXTS = "(id) => [...document.getElementById(id).querySelectorAll('article .body')].map((each) => each.textContent)"
AD = '<template slot="ad"><iframe srcdoc="<p>Buy</p>" title="An ad" width="300" height="250"></iframe></template>'


def _host(script: str, *elements: str) -> str:
    style = "h2 { color: rgb(1, 2, 3); } p { margin: 7px; } .body { color: rgb(4, 5, 6); }"
    return (
        f'<!doctype html><html lang="en"><title>An article</title><style>{style}</style>'
        f'<script type="module" src="{script}/live-blog.js"></script>'
        f'<h2 id="own">An article</h2><p id="text" class="body">Text.</p>{"".join(elements)}'
    )


def _fragment(newsroom: Newsroom, story: dict[str, Any], query: str = "") -> str:
    answer = httpx.get(f"{newsroom.page(story)}/fragment{query}", verify=NO_CERTIFICATES, timeout=40)
    assert answer.status_code == 200
    return answer.text


@pytest.fixture
def english(newsroom: Newsroom) -> dict[str, Any]:
    story = newsroom.make_story(title="Election night", language="en")
    for number in range(1, 6):
        newsroom.publish(story, f"English {number}.", headline=f"Headline {number}")
    return story


@pytest.fixture
def german(newsroom: Newsroom) -> dict[str, Any]:
    story = newsroom.make_story(title="Wahlabend", language="de")
    for number in range(1, 6):
        newsroom.publish(story, f"Deutsch {number}.")
    return story


@pytest.fixture
def host(
    open_page: Open, newsroom: Newsroom, through: Newsroom, english: dict[str, Any], german: dict[str, Any]
) -> Iterator[Page]:
    """A page of another origin: a story that its server has drawn, one that it has not, and a ticker of the first."""
    elements = (
        f'<live-blog id="drawn" src="{through.page(english)}">{_fragment(newsroom, english)}</live-blog>',
        f'<live-blog id="asked" src="{through.page(german)}" ad-every="2">{AD}</live-blog>',
        f'<live-blog id="ticker" src="{through.page(english)}" mode="ticker" limit="3"></live-blog>',
    )
    with html_site(_host(newsroom.url, *elements)) as address:
        page = open_page(address, before_page_scripts=LISTEN)
        for name in ("drawn", "asked"):
            until(page, LIVE, name)
        until(page, TICKER_IS_LIVE)
        expect(page.locator("#ticker li")).to_have_count(3)
        yield page


def _told(page: Page, name: str, source: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = page.evaluate(TOLD, [name, source])
    return found


def _live_connections(newsroom: Newsroom) -> float:
    metrics = newsroom.client.get("/metrics").text
    return sum(map(float, re.findall(r"^liveblog_live_connections\{[^}]*\} (\S+)$", metrics, re.MULTILINE)))


def test_two_stories_and_a_ticker_follow_what_happens_to_each(
    host: Page, newsroom: Newsroom, english: dict[str, Any], german: dict[str, Any]
) -> None:
    first = newsroom.publish(english, "English 6.", headline="Headline 6")
    newsroom.publish(german, "Deutsch 6.")
    expect(host.locator("#drawn article").first).to_contain_text("English 6.")
    expect(host.locator("#asked article").first).to_contain_text("Deutsch 6.")
    expect(host.locator("#ticker li a")).to_contain_text(["Headline 6", "Headline 5", "Headline 4"])
    expect(host.locator("#ticker li")).to_have_count(3)
    assert [each["entry"]["id"] for each in _told(host, "entry", "drawn")] == [first["id"]]
    newsroom.edit(first, headline="Headline six", text="English six.")
    expect(host.locator("#drawn article").first).to_contain_text("English six.")
    expect(host.locator("#ticker li a").first).to_contain_text("Headline six")
    expect(host.locator("#drawn article .updated").first).to_contain_text("Updated")
    newsroom.act(first, "unpublish")
    expect(host.locator("#drawn article")).to_have_count(5)
    expect(host.locator("#ticker li a")).to_contain_text(["Headline 5", "Headline 4", "Headline 3"])
    # Each says its words in the language of its own story, whichever of them was drawn last.
    expect(host.locator("#drawn .story .about")).to_contain_text("5 updates")
    expect(host.locator("#asked .story .about")).to_contain_text("6 Meldungen")
    assert len(_told(host, "entry", "drawn")) == 1
    # A story that has another language from now on is followed into it, by its view and by its ticker.
    expect(host.locator("#ticker [part=status]")).to_have_text("Live updates")
    newsroom.edit_story(english, language="de")
    expect(host.locator("#ticker [part=status]")).to_have_text("Live")
    expect(host.locator("#ticker [part=liveblog]")).to_have_attribute("lang", "de")
    expect(host.locator("#drawn .story .about")).to_contain_text("5 Meldungen")


def test_the_style_of_the_element_stays_in_it_and_links_lead_to_the_storys_own_page(
    host: Page, english: dict[str, Any]
) -> None:
    link = re.compile(f"^{re.escape(english['url'])}[?]entry=")
    expect(host.locator("#drawn article .when a").first).to_have_attribute("href", link)
    styles = """() => ["own", "text"].map((id) => document.getElementById(id)).map((node) => {
      const { color, marginTop, fontFamily, boxSizing } = getComputedStyle(node);
      return [color, marginTop, fontFamily, boxSizing, getComputedStyle(document.body).margin];
    })"""
    with_element = host.evaluate(styles)
    host.evaluate("document.querySelectorAll('link, live-blog').forEach((node) => node.remove())")
    assert host.evaluate(styles) == with_element


def test_nothing_is_lost_or_doubled_while_the_network_is_cut(
    host: Page, newsroom: Newsroom, network: Network, english: dict[str, Any]
) -> None:
    network.cut()
    newsroom.publish(english, "While cut.")
    network.join()
    expect(host.locator("#drawn article").first).to_contain_text("While cut.")
    assert host.evaluate(TEXTS, "drawn") == ["While cut.", *(f"English {number}." for number in (5, 4, 3, 2, 1))]
    expect(host.locator("#ticker li a")).to_contain_text(["While cut.", "Headline 5", "Headline 4"])


@pytest.mark.slow
def test_nothing_is_lost_or_doubled_while_the_server_is_away(
    host: Page, newsroom: Newsroom, network: Network, english: dict[str, Any]
) -> None:
    network.cut()
    newsroom.publish(english, "While cut.")
    network.join()
    newsroom.server.stop()
    until(host, "() => told.some(({ name, connection }) => name === 'status' && connection === 'retrying')")
    newsroom.server.start()
    newsroom.publish(english, "After it was away.")
    expect(host.locator("#drawn article").first).to_contain_text("After it was away.")
    assert host.evaluate(TEXTS, "drawn") == [
        "After it was away.", "While cut.", *(f"English {number}." for number in (5, 4, 3, 2, 1))
    ]  # fmt: skip
    expect(host.locator("#ticker li a")).to_contain_text(["After it was away.", "While cut.", "Headline 5"])


def test_an_element_that_is_taken_away_lets_go_of_everything_and_goes_on_where_it_was(
    host: Page, newsroom: Newsroom, network: Network, english: dict[str, Any]
) -> None:
    """The other two elements are taken away for good; what comes meanwhile is there once the first is put back."""
    host.evaluate("window.taken = [...document.querySelectorAll('live-blog')]; taken.forEach((each) => each.remove())")
    deadline = time.monotonic() + PATIENCE_MILLISECONDS / 1000
    while _live_connections(newsroom) > 0:
        assert time.monotonic() < deadline, "a connection is kept open"
        time.sleep(0.05)  # between two looks
    asked = len(network.requests)
    newsroom.publish(english, "While it was away.")
    host.evaluate("window.dispatchEvent(new Event('online')); document.dispatchEvent(new Event('visibilitychange'))")
    assert (len(network.requests), _live_connections(newsroom)) == (asked, 0), "it is asleep, and nothing wakes it"
    host.evaluate("document.body.append(taken[0])")
    expect(host.locator("#drawn article").first).to_contain_text("While it was away.")
    newsroom.publish(english, "And after.")
    expect(host.locator("#drawn article").first).to_contain_text("And after.")
    assert host.evaluate(TEXTS, "drawn")[:3] == ["And after.", "While it was away.", "English 5."]
    assert network.count(r"GET /stories/") == 2, "each fragment that was not there was asked for once"


def test_places_for_advertisements_stay_as_they_are_whatever_comes_and_goes(
    host: Page, newsroom: Newsroom, german: dict[str, Any]
) -> None:
    slots = host.locator("#asked .ad-slot")
    expect(slots).to_have_count(2)
    host.evaluate(COUNT_LOADS)
    until(host, ALL_LOADED)
    before = host.evaluate(SLOTS)
    assert [height for _, height in before] == [250, 250]
    settled = host.evaluate("loads")
    entries = [newsroom.publish(german, f"Neu {number}.") for number in range(3)]
    newsroom.edit(entries[0], text="Geändert.")
    expect(host.locator("#asked article")).to_have_count(8)
    newsroom.act({"story": german["id"], "id": before[0][0]}, "unpublish")
    expect(host.locator("#asked article")).to_have_count(7)
    expect(slots).to_have_count(3)
    after = host.evaluate(SLOTS)
    assert [each for each in after if each in before] == before
    assert host.evaluate("loads") == settled
    assert len(_told(host, "adslot", "asked")) == 3


def test_each_entry_is_told_of_once_when_it_was_seen(host: Page, newsroom: Newsroom, english: dict[str, Any]) -> None:
    host.locator("#drawn").scroll_into_view_if_needed()
    until(host, f"() => ({SEEN})().length > 0")
    entry = newsroom.publish(english, "Seen, and changed.", headline="Seen once")
    host.evaluate("window.scrollTo(0, 0)")
    until(host, f"() => ({SEEN})().includes('Seen once')")
    newsroom.edit(entry, text="Changed.")
    expect(host.locator("#drawn article").first).to_contain_text("Changed.")
    host.locator("#drawn article").last.scroll_into_view_if_needed()
    until(host, f"() => ({SEEN})().includes('Headline 1')")
    host.evaluate("window.scrollTo(0, 0)")
    newsroom.publish(english, "The last.", headline="The last")
    until(host, f"() => ({SEEN})().includes('The last')")
    assert sorted(host.evaluate(SEEN)) == sorted({*host.evaluate(SEEN)})


def test_a_reader_who_has_scrolled_or_marked_something_is_offered_what_is_new(
    host: Page, newsroom: Newsroom, english: dict[str, Any]
) -> None:
    host.evaluate("""() => {
      const [text] = document.querySelectorAll('#drawn article .body p');
      getSelection().selectAllChildren(text);
    }""")
    newsroom.publish(english, "Not while something is marked.")
    fresh = host.locator("#drawn .fresh button")
    expect(fresh).to_have_text("1 new update")
    assert "Not while" not in host.locator("#drawn article").first.inner_text()
    host.evaluate("getSelection().removeAllRanges()")
    newsroom.publish(english, "At once again.")
    expect(host.locator("#drawn article").first).to_contain_text("At once again.")
    expect(fresh).to_be_hidden()
    host.locator("#drawn article").nth(4).scroll_into_view_if_needed()
    host.evaluate("window.scrollBy(0, 300)")
    top = "() => document.querySelectorAll('#drawn article')[4].getBoundingClientRect().top"
    before = host.evaluate(top)
    newsroom.publish(english, "Behind the pill.")
    expect(fresh).to_have_text("1 new update")
    assert host.evaluate(top) == pytest.approx(before, abs=1)
    fresh.click()
    expect(host.locator("#drawn article").first).to_contain_text("Behind the pill.")


def test_on_the_storys_own_page_an_address_with_an_entry_opens_there_however_old_it_is(
    open_page: Open, newsroom: Newsroom, english: dict[str, Any]
) -> None:
    oldest = newsroom.client.get(f"/v1/stories/{english['id']}/entries").json()["items"][-1]["id"]
    element = f'<div style="height:50vh"></div><live-blog id="own-page" src="{newsroom.page(english)}" limit="2">'
    with html_site(_host(newsroom.url, f'{element}</live-blog><div style="height:200vh">')) as address:
        newsroom.edit_story(english, canonical_url=address)
        page = open_page(f"{address}#entry-{oldest}", before_page_scripts=LISTEN)
        expect(page.locator(f"#entry-{oldest}")).to_be_in_viewport()
        links = page.locator("#own-page .when a")
        assert links.last.get_attribute("href") == f"{address}#entry-{oldest}"
        newsroom.publish(english, "Drawn here.")
        page.locator("#own-page .fresh button").click()
        expect(page.locator("#own-page article").first).to_contain_text("Drawn here.")
        expect(links.first).to_have_attribute("href", re.compile(f"^{re.escape(address)}#entry-"))


def test_a_story_that_is_not_there_yet_is_asked_for_until_it_is(
    open_page: Open, newsroom: Newsroom, through: Newsroom, network: Network, english: dict[str, Any]
) -> None:
    """The lines are those of the README."""
    network.cut()
    found = re.search(r'`(<script type="module" src="https://live.example/live-blog.js">.*?</live-blog>)`', README)
    assert found is not None
    pasted = found[1].replace("https://live.example/live-blog.js", f"{newsroom.url}/live-blog.js")
    pasted = pasted.replace("https://live.example/stories/election-night", through.page(english))
    with html_site(pasted.replace("<live-blog ", '<live-blog id="late" order="oldest" ')) as address:
        page = open_page(address, before_page_scripts=LISTEN)
        until(page, "() => told.some(({ name, connection }) => name === 'status' && connection === 'retrying')")
        network.join()
        until(page, LIVE, "late")
        newsroom.publish(english, "At the end.")
        expect(page.locator("#late article").last).to_contain_text("At the end.")
        assert page.evaluate(TEXTS, "late")[:2] == ["English 1.", "English 2."]
        newsroom.edit_story(english, status="withdrawn")
        expect(page.locator("#late")).to_have_text("This story has been withdrawn.")
        assert _told(page, "status", "late")[-1]["status"] == "withdrawn"


def test_modules_and_words_that_were_out_of_reach_are_asked_for_again_and_once_at_a_time(
    open_page: Open, newsroom: Newsroom, english: dict[str, Any], german: dict[str, Any]
) -> None:
    sources = {"one": english, "two": german, "ticker": english}
    elements = [f'<live-blog id="{name}" src="{newsroom.page(each)}"' for name, each in sources.items()]
    closed = (f"{each}></live-blog>" for each in (*elements[:2], f'{elements[2]} mode="ticker" limit="3"'))
    held: list[Route] = []
    missed: list[str] = []

    def miss_once(route: Route) -> None:
        name = route.request.url.rpartition("/")[2]
        if name in missed:
            route.continue_()
        else:
            missed.append(name)
            route.abort()

    with html_site(_host(newsroom.url, *closed)) as address:
        page = open_page("about:blank", before_page_scripts=LISTEN + SOON)
        page.route(re.compile(r"/(ticker|host_page)\.js$"), miss_once)
        page.goto(address)
        for name in ("one", "two"):
            until(page, LIVE, name)
        newsroom.publish(english, "English 6.", headline="Headline 6")
        expect(page.locator("#ticker li a")).to_contain_text(["Headline 6", "Headline 5", "Headline 4"])
        until(page, "() => told.some(({ name, from }) => name === 'entryview' && from === 'one')")
        assert sorted(missed) == ["host_page.js", "ticker.js"]
        page.route("**/words/de.json", lambda route: held.append(route))
        for number in range(3):
            newsroom.edit_story(english, language="de", title=f"Wahlabend {number}")
        expect(page.locator("#one h1")).to_contain_text("Wahlabend 2")
        expect(page.locator('#ticker [part="title"]')).to_contain_text("Wahlabend 2")
        while len(held) < 2:
            page.wait_for_timeout(30)  # between two looks
        newsroom.publish(german, "Deutsch 6.")  # drawn in the words that the other story waits for
        expect(page.locator("#two article").first).to_contain_text("Deutsch 6.")
        assert len(held) == 2, "one by each of the two that want them"
        page.unroute("**/words/de.json")
        for route in held:
            route.abort()
        expect(page.locator("#one .story .about")).to_contain_text("6 Meldungen")
        until(page, "() => document.querySelector('#ticker > .liveblog').lang === 'de'")
        newsroom.edit_story(english, status="withdrawn")
        expect(page.locator("#one")).to_have_text("Dieser Liveticker wurde zurückgezogen.")


def test_who_presses_twice_for_older_entries_is_not_led_away_from_the_page(
    open_page: Open, newsroom: Newsroom, english: dict[str, Any]
) -> None:
    with html_site(_host(newsroom.url, f'<live-blog id="short" src="{newsroom.page(english)}" limit="2">')) as address:
        page = open_page(address, before_page_scripts=LISTEN)
        until(page, LIVE, "short")
        asked: list[Route] = []
        page.route("**/entries?*", lambda route: asked.append(route))
        older = page.locator('#short [part="older"]')
        older.click()
        until(page, "() => document.querySelector('#short [part=\"older\"]').ariaBusy === 'true'")
        older.click()
        while not asked:
            page.wait_for_timeout(30)  # between two looks
        asked[0].continue_()
        expect(page.locator("#short article")).to_have_count(5)
        assert (page.url, len(asked)) == (address, 1)
