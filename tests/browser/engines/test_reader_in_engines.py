"""The reader's page in Chromium, Firefox and WebKit: what happens to a story, and what the page does for its reader."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.browser.engines.tabs import Tab
from tests.browser.network import Network
from tests.browser.newsroom_server import Newsroom

LONG = "Words and more words. " * 30
ATTACHED = """() => document.querySelector('[data-connection="live"]') !== null
  && document.querySelector("[data-reading]") !== null"""
BODIES = "#timeline > article .body"
TOPS = """(ids) => ids.map((id) => Math.round(document.getElementById(`entry-${id}`).getBoundingClientRect().top))"""
TOP_OF_LAST = """() => Math.round(
  [...document.querySelectorAll("#timeline > article")].at(-1).getBoundingClientRect().top)"""
SAYS = "(css, words) => document.querySelector(css)?.textContent.trim() === words"
COUNTS = "(css, count) => document.querySelectorAll(css).length === count"
FIRST_SAYS = "(css, words) => document.querySelector(css)?.textContent.includes(words)"
FITS = "() => document.documentElement.scrollWidth <= innerWidth"
HAS_READ = """(story, entry, text) =>
  JSON.parse(localStorage.getItem(`liveblog-visit:${story}`))?.read[entry] === text"""
KEPT_AT = "(story) => JSON.parse(localStorage.getItem(`liveblog-visit:${story}`)).at"
BEEN_AWAY = """(story) => {
  const key = `liveblog-visit:${story}`;
  const visit = JSON.parse(localStorage.getItem(key));
  if (visit.at <= Date.now() - 600_000) return performance.now() - window.setAt > 500;
  localStorage.setItem(key, JSON.stringify({ ...visit, at: Date.now() - 600_000 }));
  window.setAt = performance.now();
  return false;
}"""
"""Makes a visit one of ten minutes ago; true once it stays: Firefox may keep what a page wrote in leaving later."""

WITHOUT_SCRIPTS = """async (address) => {
  const frame = document.createElement("iframe");
  frame.sandbox = "allow-same-origin";
  frame.srcdoc = await (await fetch(address)).text();
  document.body.append(frame);
  await new Promise((done) => frame.addEventListener("load", done));
  return [...frame.contentDocument.querySelectorAll("#timeline > article .body")].map((each) => each.innerText.trim());
}"""


def read(tab: Tab, newsroom: Newsroom, story: dict[str, Any], query: str = "") -> None:
    """Open a story's page, and wait until it does all that it does."""
    tab.open(newsroom.page(story, query))
    tab.until(ATTACHED)


def test_what_happens_to_a_story_happens_on_the_open_page(tab: Tab, newsroom: Newsroom) -> None:
    story = newsroom.make_story()
    first = newsroom.publish(story, "Polls close at nine.", headline="Closing")
    read(tab, newsroom, story)
    assert tab.texts(BODIES) == ["Polls close at nine."]
    entry = newsroom.publish(story, "The count has begun.", key_event=True, importance="breaking")
    tab.until(SAYS, BODIES, "The count has begun.")
    tab.until(SAYS, "#entry-count", "2 updates")
    tab.until(SAYS, "#announcement", "New update: The count has begun.")
    newsroom.edit(entry, text="The count begins at ten.")
    tab.until(SAYS, BODIES, "The count begins at ten.")
    newsroom.act(first, "retract", reason="It is half past nine.")
    tab.until_seen("article.is-retracted", "It is half past nine.")
    newsroom.client.put(
        f"/v1/stories/{story['id']}/key-points", json={"items": [{"text": "Turnout is high.", "entry": entry["id"]}]}
    ).raise_for_status()
    tab.until_seen("#key-points", "Turnout is high.")
    tab.until_seen("#key-events", "The count begins at ten.")
    newsroom.edit_story(story, language="pt", title="Noite eleitoral")
    tab.until_seen("h1", "Noite eleitoral")
    tab.until_seen("#entry-count", "2 atualizações")
    newsroom.act(entry, "unpublish")
    tab.until(COUNTS, "#timeline > article", 1)
    assert tab.run("() => document.title").endswith("Noite eleitoral – The Courier")


def test_the_first_text_is_there_without_a_script(tab: Tab, newsroom: Newsroom) -> None:
    story = newsroom.make_story()
    for number in range(3):
        newsroom.publish(story, f"Update {number}.")
    tab.open(f"{newsroom.url}/static/reader.css")  # of the same origin, without a policy of its own
    assert tab.run(WITHOUT_SCRIPTS, newsroom.page(story)) == ["Update 2.", "Update 1.", "Update 0."]


def test_nothing_that_is_read_moves_and_the_pill_leads_to_what_came(tab: Tab, newsroom: Newsroom) -> None:
    story = newsroom.make_story()
    seen = [newsroom.publish(story, f"Update {number}. {LONG}") for number in range(10)]
    read(tab, newsroom, story)
    tab.run("() => scrollTo(0, 1500)")
    tab.until_seen(".bar", "Live")
    below = [entry["id"] for entry in seen[:7]]
    before = tab.run(TOPS, below)
    unseen = [newsroom.publish(story, f"Unseen {number}. {LONG}") for number in range(3)]
    tab.until(SAYS, "#fresh", "3 new updates")
    newsroom.edit(seen[9], text=f"Longer by far. {LONG}{LONG}{LONG}")
    tab.until(FIRST_SAYS, f"#entry-{seen[9]['id']}", "Longer by far.")
    tab.settle()
    assert all(abs(now - then) <= 1 for now, then in zip(tab.run(TOPS, below), before, strict=True))
    tab.click("#fresh")
    tab.until("(id) => document.activeElement?.id === id", f"entry-{unseen[0]['id']}")
    tab.until_seen(f"#entry-{seen[9]['id']} > .read-to", "You had read to here")


def test_what_grows_above_moves_nothing_that_is_read(tab: Tab, newsroom: Newsroom) -> None:
    story = newsroom.make_story()
    newsroom.publish(story, f"Read. {LONG}{LONG}")
    for number in range(3):
        newsroom.publish(story, f"Above {number}. {LONG}")
    read(tab, newsroom, story)
    tab.run("() => scrollTo(0, document.body.scrollHeight)")
    tab.settle()
    before = tab.run(TOP_OF_LAST)
    tab.run("""() => {
      const late = document.createElement("p");
      late.style.height = "333px";
      document.querySelector("#timeline > article .body").append(late);
    }""")
    tab.until("() => document.querySelector('#timeline > article .body').offsetHeight > 333")
    tab.settle()
    tab.until(f"(before) => Math.abs(({TOP_OF_LAST})() - before) <= 1", before)


def test_older_entries_come_by_themselves_and_a_filter_shows_a_part(tab: Tab, newsroom: Newsroom) -> None:
    story = newsroom.make_story()
    for number in range(45):
        newsroom.publish(story, f"Update {number:02d}. " + "Words. " * 40, key_event=number % 9 == 0)
    read(tab, newsroom, story)
    assert len(tab.texts(BODIES)) == 20
    tab.until("() => { scrollBy(0, 900); return document.querySelectorAll('#timeline > article').length === 45; }")
    assert [text[:10] for text in tab.texts(BODIES)] == [f"Update {number:02d}." for number in range(44, -1, -1)]
    tab.run("() => scrollTo(0, 0)")
    tab.click(".parts a", "Key events")
    tab.until("() => new URLSearchParams(location.search).has('only')")  # the page before is attached, too
    tab.until(ATTACHED)
    assert [text[:10] for text in tab.texts(BODIES)] == [f"Update {number:02d}." for number in (36, 27, 18, 9, 0)]
    newsroom.publish(story, "No key event.")
    newsroom.publish(story, "A key event.", key_event=True)
    tab.until(SAYS, BODIES, "A key event.")
    assert "No key event." not in tab.texts(BODIES)


def test_who_comes_back_is_told_what_came_since(tab: Tab, newsroom: Newsroom) -> None:
    story = newsroom.make_story()
    text = "It was forty per cent of all votes."
    entry = newsroom.publish(story, text)
    read(tab, newsroom, story)
    tab.until(HAS_READ, story["id"], entry["id"], text)
    before = tab.run(KEPT_AT, story["id"])
    tab.open(f"{newsroom.url}/")
    tab.until(f"(story, before) => ({KEPT_AT})(story) > before", story["id"], before)  # written in leaving
    newsroom.edit(entry, text="It is 41 per cent of all votes.")
    newsroom.act(entry, "corrections", text="It is 41, not 40.", severity="correction")
    newsroom.publish(story, "The polls have closed.", key_event=True)
    tab.until(BEEN_AWAY, story["id"])
    read(tab, newsroom, story)
    tab.click(".since", "Since you were here (2)")
    tab.until_seen("dialog[open]", "It is 41, not 40.")
    assert tab.texts("dialog[open] del") == ["was forty"]
    assert tab.texts("dialog[open] ins") == ["is 41"]
    tab.press("Escape")
    tab.until_gone("dialog[open]")


def test_a_reply_is_written_and_sent_without_leaving_the_page(tab: Tab, newsroom: Newsroom) -> None:
    story = newsroom.make_story(settings={"comments": {"mode": "moderated"}})
    newsroom.publish(story, "Ask us anything.")
    read(tab, newsroom, story)
    tab.run("() => document.querySelector('#comments').scrollIntoView()")
    tab.until("() => document.querySelector('#comments').dataset.scripted === 'yes'")
    form = "#comments > form.reply"
    tab.run(f"() => {{ document.querySelector('{form} [name=token]').value = ''; }}")  # else it had to be older
    tab.fill(f"{form} [name=name]", "Ann")
    tab.fill(f"{form} [name=text]", "Which districts? “Mine” – 👩‍👩‍👧")
    tab.click(f"{form} button", "Post reply")
    tab.until_seen(f"{form} [role=status]", "Thank you.")
    [stored] = newsroom.client.get(f"/v1/newsroom/comments?story={story['id']}").json()["items"]
    assert (stored["text"], stored["name"]) == ("Which districts? “Mine” – 👩‍👩‍👧", "Ann")
    assert tab.run("() => document.activeElement.textContent.trim()") == "Post reply"


def test_nothing_is_lost_while_the_network_is_cut(
    tab: Tab, newsroom: Newsroom, through: Newsroom, network: Network
) -> None:
    story = newsroom.make_story()
    newsroom.publish(story, "Before.")
    read(tab, through, story)
    network.cut()
    newsroom.publish(story, "While it was cut.")
    network.join()
    tab.until(COUNTS, "#timeline > article", 2)
    assert tab.texts(BODIES) == ["While it was cut.", "Before."]
    tab.forget(through.url)


@pytest.mark.slow  # the page waits five seconds before it says that it is offline
def test_a_server_that_is_killed_is_said_until_it_is_back(tab: Tab, newsroom: Newsroom) -> None:
    story = newsroom.make_story()
    newsroom.publish(story, "Words. " * 900)
    read(tab, newsroom, story)
    tab.run("() => scrollTo(0, 900)")
    tab.until_seen(".bar-status", "Live")
    newsroom.server.kill()
    tab.until_seen(".bar-status", "Offline, as of")
    assert re.fullmatch(r"Offline, as of \d\d:\d\d", tab.texts(".bar-status")[0])
    newsroom.server.start()
    newsroom.publish(story, "After it was killed.")
    tab.until(SAYS, "#fresh", "1 new update")
    tab.until_seen(".bar-status", "Live")
    tab.click("#fresh")
    tab.until(COUNTS, "#timeline > article", 2)


def test_the_page_fits_a_phone(tab: Tab, newsroom: Newsroom) -> None:
    word = "Donaudampfschifffahrtsgesellschaftskapitänswitwe" * 4
    story = newsroom.make_story(title=word, standfirst=word)
    newsroom.publish(story, f"{word}\n\n| {word} | b |\n|---|---|\n| 1 | 2 |", headline=word, key_event=True)
    tab.resize(360, 740)
    read(tab, newsroom, story)
    assert tab.run(FITS)


@pytest.mark.slow  # the page waits five seconds before it asks again; tests/web/js/late_module.test.mjs stays
def test_what_the_page_loads_later_is_asked_for_again_where_it_was_out_of_reach(
    tab: Tab, newsroom: Newsroom, through: Newsroom, network: Network
) -> None:
    story = newsroom.make_story()
    newsroom.publish(story, "There at once.")
    network.refuse(r"GET /static/\S+/reading/main\.js", times=1)
    tab.open(through.page(story))
    tab.until(ATTACHED)
    assert network.count(r"GET /static/\S+/reading/main\.js") == 2
    tab.forget(through.url)
