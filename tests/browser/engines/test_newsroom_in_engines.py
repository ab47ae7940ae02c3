"""The newsroom's page in Chromium, Firefox and WebKit: what is written, formatted, edited, approved and kept."""

from __future__ import annotations

from tests.browser.engines.newsroom_tab import (
    FIELD,
    HAS_FOCUS,
    LINE,
    TEXT_IS,
    forgive_editing,
    open_newsroom,
    open_newsroom_again,
    published,
    write,
)
from tests.browser.engines.tabs import Tab
from tests.browser.network import Network
from tests.browser.newsroom_server import Newsroom

TWO = "Polls have closed. The count begins at nine."
FITS = "() => document.documentElement.scrollWidth <= innerWidth"
BLUR = "() => document.activeElement.blur()"

TYPED: dict[str, tuple[list[str], str]] = {
    "signs": (
        ["a **bold** and _it_ and ~~no~~ one"],
        "<p>a <b>bold</b> and <i>it</i> and <s>no</s> one</p>",
    ),
    "a link and code": (
        ["see [here](https://e.org/a_(b)). Then `x < 1`."],
        '<p>see <a href="https://e.org/a_(b)" rel="noopener">here</a>. Then <code>x &lt; 1</code>.</p>',
    ),
    "keys": (
        ["a ", "!Control+b", "bold", "!Control+b", " ", "!Control+i", "it", "!Control+i", " ", "!Control+u", "u"],
        "<p>a <b>bold</b> <i>it</i> <u>u</u></p>",
    ),
    "a heading, a list and a quote": (
        ["## Head", "!Enter", "- one", "!Enter", "two", "!Enter", "!Enter", "> said", "!Enter", "!Enter", "after"],
        "<h2>Head</h2>\n<ul><li>one</li><li>two</li></ul>\n"
        '<figure class="lb-quote"><blockquote><p>said</p></blockquote></figure>\n<p>after</p>',
    ),
    "lines and paragraphs": (["one", "!Shift+Enter", "two", "!Enter", "three"], "<p>one<br>two</p>\n<p>three</p>"),
    "over what was deleted": (["wrong", "!Control+a", "!Backspace", "right"], "<p>right</p>"),
    "behind an item that was deleted": (
        ["- one", "!Enter", "!Backspace", " and more"],
        "<ul><li>one and more</li></ul>",
    ),
    "plain words that look like signs": (
        ["snake_case_name, 5*3*2, “dash” — 40–60, C:\\_x_, é"],
        "<p>snake_case_name, 5*3*2, “dash” — 40–60, C:\\_x_, é</p>",
    ),
}


def test_two_sentences_are_published_by_one_key_and_undone_unseen(tab: Tab, newsroom: Newsroom) -> None:
    story = newsroom.make_story()
    open_newsroom(tab, newsroom, story, hold_seconds=30)
    tab.type(TWO)
    tab.press("Control+Enter")
    tab.until_seen(f"{LINE} button", "Undo")
    assert newsroom.shown(story) == []
    tab.click(f"{LINE} button", "Undo")
    tab.until_seen(LINE, "Not published.")
    assert newsroom.shown(story) == []
    tab.run("() => { localStorage['liveblog:hold_seconds'] = '0'; }")
    open_newsroom_again(tab)
    write(tab, TWO)
    assert published(tab, newsroom, story) == f"<p>{TWO}</p>"
    tab.until_seen(".item", TWO)


def test_what_is_typed_is_what_readers_get(tab: Tab, newsroom: Newsroom) -> None:
    story = newsroom.make_story()
    open_newsroom(tab, newsroom, story)
    got = {}
    for name, (keys, _) in TYPED.items():
        write(tab, *keys)
        got[name] = published(tab, newsroom, story)
    forgive_editing(tab)
    assert got == {name: body for name, (_, body) in TYPED.items()}


def test_a_draft_is_kept_over_a_reload_and_a_cut_network_and_sent_once(
    tab: Tab, newsroom: Newsroom, through: Newsroom, network: Network
) -> None:
    story = newsroom.make_story()
    open_newsroom(tab, through, story)
    write(tab, "Half a ", "!Control+b", "thought")
    open_newsroom_again(tab)
    tab.until(TEXT_IS, FIELD, "Half a thought")
    assert tab.texts(f"{FIELD} b, {FIELD} strong") == ["thought"]
    tab.click(FIELD)
    network.cut()
    tab.press("Control+Enter")
    tab.until_seen(LINE, "Kept")
    network.join()
    tab.until_seen(".item", "Half a thought")
    [entry] = newsroom.entries(story)
    assert (entry["status"], entry["body_html"]) == ("published", "<p>Half a <b>thought</b></p>")
    tab.forget(through.url)


def test_an_entry_is_edited_at_its_place_and_corrected_by_keys(tab: Tab, newsroom: Newsroom) -> None:
    story = newsroom.make_story()
    newsroom.publish(story, "It stands.")
    made = newsroom.publish(story, "The dam at Alva failed at noon.")
    open_newsroom(tab, newsroom, story)
    tab.click(f'.item[data-id="{made["id"]}"] [data-action="edit"]')
    tab.until(HAS_FOCUS, f'.item[data-id="{made["id"]}"] .rich-text')
    write(tab, "The levee at Alva failed at noon.")
    tab.until_seen("#change")
    tab.click('input[name="change"][value="correction"]')
    tab.until(HAS_FOCUS, '[name="correction"]')
    tab.type("It is a levee, not a dam.")
    tab.press("Control+Enter")
    tab.until_seen(LINE, "Published: readers see the new text.")
    now = newsroom.client.get(f"/v1/stories/{story['id']}/entries/{made['id']}").json()
    assert "levee" in now["body_html"]
    assert [line["text"] for line in now["corrections"]] == ["It is a levee, not a dam."]


def test_the_queue_and_the_keys(tab: Tab, newsroom: Newsroom) -> None:
    story = newsroom.make_story()
    newsroom.publish(story, "It stands.")
    first = newsroom.publish(story, "First in.", status="submitted")
    newsroom.publish(story, "Second in.", status="submitted")
    open_newsroom(tab, newsroom, story)
    tab.until("() => document.title.startsWith('(2) ')")
    tab.click("#queue article button", "Publish")
    tab.until_seen(f'.item[data-id="{first["id"]}"]', "published")
    tab.run(BLUR)
    tab.press("?")
    tab.until_seen("dialog[open]", "Ctrl+Enter")
    tab.press("Escape")
    tab.until_gone("dialog[open]")
    tab.run(BLUR)
    tab.press("j")
    tab.until(HAS_FOCUS, ".item")
    while "Second in." not in tab.run("() => document.activeElement.textContent"):
        tab.press("j")
    tab.press("a")
    tab.until("() => !document.title.startsWith('(')")
    assert sorted(entry["status"] for entry in newsroom.entries(story)) == ["published"] * 3
    tab.press("n")
    tab.until(HAS_FOCUS, FIELD)


def test_the_page_fits_a_phone(tab: Tab, newsroom: Newsroom) -> None:
    story = newsroom.make_story(title="Donaudampfschifffahrtsgesellschaftskapitänswitwe" * 2)
    newsroom.publish(story, "Donaudampfschifffahrtsgesellschaftskapitänswitwe" * 4)
    tab.resize(360, 740)
    open_newsroom(tab, newsroom, story)
    assert tab.run(FITS)
    write(tab, "From a phone.")
    tab.click("#publish")
    tab.until_seen(LINE, "Published")
    assert tab.run(FITS)
    assert newsroom.shown(story)[0]["body_html"] == "<p>From a phone.</p>"
