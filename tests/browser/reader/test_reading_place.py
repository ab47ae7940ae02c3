"""What is read stays where it is on the screen, whatever changes its height above it, in every kind of browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.newsroom_server import Newsroom
from tests.browser.reader.pages import SHIFTS, TWO_FRAMES, Open, attached, until
from tests.loopback import LatePictures, html_site, late_pictures

BROWSERS = {
    "with anchoring": "",
    "without anchoring": """
      const sheet = new CSSStyleSheet();
      sheet.replaceSync("* { overflow-anchor: none !important }");
      document.adoptedStyleSheets = [sheet];
      const supports = CSS.supports.bind(CSS);
      CSS.supports = (name, ...value) => name !== "overflow-anchor" && supports(name, ...value);
    """,
}
"""Chromium as it is, and as WebKit: nothing but the page's own script keeps a place."""

BENEATH_THE_BAR = 60

WORDS = "Words. " * 59 + "Words."
READ = f"Update 06. {WORDS}"
READ_BELOW_A_PICTURE = f"After 07. {WORDS}"
NEVER_OUT_OF_SIGHT = """(text) => {
  const read = [...document.querySelectorAll("#timeline .body p")].find((each) => each.textContent === text);
  window.sights = [];
  new IntersectionObserver((seen) => sights.push(...seen.map((each) => each.isIntersecting))).observe(read);
}"""
TOP_OF = "(id) => document.getElementById(`entry-${id}`).getBoundingClientRect().top"
LOADED = "(count) => [...document.images].filter((each) => each.naturalWidth > 0).length >= count"
GROWN = "() => document.documentElement.scrollHeight > 5_000"
AT_REST = "() => { window.atRest = new Promise((done) => addEventListener('scrollend', done, { once: true })); }"
HOLDING = """
  window.held = null;
  window.WebSocket = class extends WebSocket {
    set onmessage(take) {
      super.onmessage = (event) => held === null ? take(event) : held.push([event.data, () => take(event)]);
    }
  };
"""
"""Lets a test have messages wait: `held = []`, and then be read together, before a frame of the page comes."""
RELEASE = "() => { const all = held; held = null; for (const [, take] of all) take(); }"
PARAGRAPH = """(text) => [...document.querySelectorAll("#timeline .body p")]
  .find((each) => each.textContent === text)?.getBoundingClientRect().top"""


@pytest.fixture
def pictures() -> Iterator[LatePictures]:
    with late_pictures() as pictures:
        yield pictures


@pytest.fixture(params=[*BROWSERS.values()], ids=[*BROWSERS])
def before(request: pytest.FixtureRequest) -> str:
    """What is run before the page's own scripts."""
    return str(request.param) + SHIFTS


@pytest.fixture
def illustrated(newsroom: Newsroom, pictures: LatePictures) -> dict[str, Any]:
    """A story of twelve entries; those above the one to read, and the one above it in its midst, have pictures."""
    story = newsroom.make_story()
    entries = []
    for number in range(12):
        text = f"Update {number:02d}. {WORDS}"
        if number >= 7:
            text += f"\n\n![A picture]({pictures.address(number)})\n\nAfter {number:02d}. {WORDS}"
        entries.append(newsroom.publish(story, text, source={"url": "https://first.example/", "name": "First"}))
    return story | {"entries": entries, "read": entries[6]["id"]}


def _deep_link(newsroom: Newsroom, story: dict[str, Any]) -> str:
    return newsroom.page(story, f"?entry={story['read']}#entry-{story['read']}")


def _released(page: Page, pictures: LatePictures) -> None:
    pictures.released.set()
    page.evaluate(TWO_FRAMES)
    until(page, LOADED, len(set(pictures.asked)))
    until(page, GROWN)
    page.evaluate(TWO_FRAMES)


def test_a_linked_entry_stays_when_pictures_above_it_load_late(
    newsroom: Newsroom, open_page: Open, illustrated: dict[str, Any], pictures: LatePictures, before: str
) -> None:
    page = attached(open_page(_deep_link(newsroom, illustrated), before_page_scripts=before))
    assert page.evaluate(TOP_OF, illustrated["read"]) == pytest.approx(BENEATH_THE_BAR, abs=1)
    newsroom.publish(illustrated, "Newer than all.")
    expect(page.locator("#fresh")).to_have_text("1 new update")
    assert page.evaluate(TOP_OF, illustrated["read"]) == pytest.approx(BENEATH_THE_BAR, abs=1)
    page.evaluate(NEVER_OUT_OF_SIGHT, READ)
    _released(page, pictures)
    assert page.evaluate(TOP_OF, illustrated["read"]) == pytest.approx(BENEATH_THE_BAR, abs=1)
    assert page.evaluate("sights") == [True]
    assert before != SHIFTS or page.evaluate("shifts") == []


def test_a_linked_entry_that_is_the_newest_stays_when_newer_ones_come(
    newsroom: Newsroom, open_page: Open, illustrated: dict[str, Any], before: str
) -> None:
    story = illustrated | {"read": illustrated["entries"][-1]["id"]}
    page = attached(open_page(_deep_link(newsroom, story), before_page_scripts=before))
    newsroom.publish(story, "Newer than all.")
    expect(page.locator("#fresh")).to_have_text("1 new update")
    assert page.evaluate(TOP_OF, story["read"]) == pytest.approx(BENEATH_THE_BAR, abs=1)
    page.click("#fresh")
    newest = page.locator("article").first
    expect(newest).to_contain_text("Newer than all.")
    expect(newest).to_be_focused()
    expect(newest).to_be_in_viewport()
    expect(page.locator(f"#entry-{story['read']} > .read-to")).to_be_in_viewport()


@pytest.mark.parametrize("above", ["in the entries above", "in the same entry"])
def test_the_place_that_is_read_stays_when_pictures_above_it_load_late(
    newsroom: Newsroom,
    open_page: Open,
    illustrated: dict[str, Any],
    pictures: LatePictures,
    before: str,
    above: str,
) -> None:
    page = attached(open_page(newsroom.page(illustrated), before_page_scripts=before))
    text = READ_BELOW_A_PICTURE if above == "in the same entry" else READ
    page.evaluate(f"(text) => scrollBy(0, ({PARAGRAPH})(text) - 5)", text)
    page.evaluate(TWO_FRAMES)
    assert page.evaluate(PARAGRAPH, text) == pytest.approx(5, abs=1)
    page.evaluate(NEVER_OUT_OF_SIGHT, text)
    _released(page, pictures)
    assert page.evaluate(PARAGRAPH, text) == pytest.approx(5, abs=1)
    assert page.evaluate("sights") == [True]
    assert before != SHIFTS or above == "in the same entry" or page.evaluate("shifts") == []


def test_a_reader_who_has_begun_to_scroll_is_never_pulled_back(
    newsroom: Newsroom, open_page: Open, illustrated: dict[str, Any], pictures: LatePictures, before: str
) -> None:
    page = attached(open_page(_deep_link(newsroom, illustrated), before_page_scripts=before))
    page.mouse.move(400, 400)
    page.evaluate(TWO_FRAMES)
    page.evaluate(AT_REST)
    page.mouse.wheel(0, 400)
    page.evaluate("() => atRest.then(() => true)")  # the wheel has an animation of its own
    assert page.evaluate(TOP_OF, illustrated["read"]) < -300
    first = page.evaluate("""() => {
      const found = [...document.querySelectorAll(".body p")].find((each) => each.getBoundingClientRect().top >= 0);
      return [found.textContent, found.getBoundingClientRect().top];
    }""")
    _released(page, pictures)
    assert page.evaluate(PARAGRAPH, first[0]) == pytest.approx(first[1], abs=1)
    assert page.evaluate(TOP_OF, illustrated["read"]) < -300


Change = Callable[[Newsroom, dict[str, Any], Page], None]


def _put(newsroom: Newsroom, story: dict[str, Any], name: str, items: list[dict[str, Any]]) -> None:
    newsroom.client.put(f"/v1/stories/{story['id']}/{name}", json={"items": items}).raise_for_status()


def _correct(newsroom: Newsroom, story: dict[str, Any], page: Page) -> None:
    newsroom.act(story["entries"][9], "corrections", text="Not so. " * 50, severity="correction")
    expect(page.locator(".corrections li")).to_have_count(1)


def _edit(newsroom: Newsroom, story: dict[str, Any], page: Page) -> None:
    newsroom.edit(story["entries"][8], text="Short now.")
    expect(page.locator("article", has_text="Short now.")).to_have_count(1)


def _edit_what_is_read(newsroom: Newsroom, story: dict[str, Any], page: Page) -> None:
    text = "A paragraph more. " * 40 + f"\n\n{READ_BELOW_A_PICTURE}"
    newsroom.edit(story["entries"][7], text=text)
    expect(page.locator("article", has_text="A paragraph more.")).to_have_count(1)


def _retract(newsroom: Newsroom, story: dict[str, Any], page: Page) -> None:
    newsroom.act(story["entries"][10], "retract", reason="It was wrong. " * 30)
    expect(page.locator("article.is-retracted")).to_have_count(1)


def _remove(newsroom: Newsroom, story: dict[str, Any], page: Page) -> None:
    newsroom.act(story["entries"][9], "remove")
    expect(page.locator("article")).to_have_count(11)


def _date_back(newsroom: Newsroom, story: dict[str, Any], page: Page) -> None:
    late = newsroom.publish(story, "It was before. " * 60)
    newsroom.client.post(
        f"/v1/stories/{story['id']}/entries/{late['id']}/move", json={"after": story["entries"][9]["id"]}
    ).raise_for_status()
    expect(page.locator("article", has_text="It was before.")).to_have_count(1)


def _pin(newsroom: Newsroom, story: dict[str, Any], page: Page) -> None:
    _put(newsroom, story, "pinned", [{"entry": each["id"]} for each in story["entries"][:8]])
    expect(page.locator("#pinned li")).to_have_count(8)
    _put(newsroom, story, "pinned", [])
    expect(page.locator("#pinned")).to_be_hidden()


def _key_points(newsroom: Newsroom, story: dict[str, Any], page: Page) -> None:
    _put(newsroom, story, "key-points", [{"text": f"Point {number}. {'More. ' * 20}"} for number in range(10)])
    expect(page.locator("#key-points li")).to_have_count(10)


def _story(newsroom: Newsroom, story: dict[str, Any], page: Page) -> None:
    picture = {"url": "https://pictures.example/lead.jpg", "alt": "The hall", "caption": "The hall"}
    newsroom.edit_story(story, title="A longer title. " * 8, standfirst="It goes on. " * 30, image=picture)
    expect(page.locator(".lead img")).to_have_count(1)


def _status_bar(newsroom: Newsroom, story: dict[str, Any], page: Page) -> None:
    page.evaluate("document.getElementById('connection').textContent = 'Connecting again. '.repeat(20)")


def _larger_letters(newsroom: Newsroom, story: dict[str, Any], page: Page) -> None:
    page.evaluate("document.documentElement.style.fontSize = '21px'")


def _turn(newsroom: Newsroom, story: dict[str, Any], page: Page) -> None:
    page.set_viewport_size({"width": 500, "height": 700})


def _late_font(newsroom: Newsroom, story: dict[str, Any], page: Page) -> None:
    page.evaluate("for (const p of document.querySelectorAll('.body p')) p.style.letterSpacing = '2px'")


CHANGES: list[Change] = [
    _correct,
    _edit,
    _edit_what_is_read,
    _retract,
    _remove,
    _date_back,
    _pin,
    _key_points,
    _story,
    _status_bar,
    _larger_letters,
    _turn,
    _late_font,
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__.strip("_"))
def test_the_place_that_is_read_stays_whatever_changes_above_it(
    newsroom: Newsroom,
    open_page: Open,
    illustrated: dict[str, Any],
    pictures: LatePictures,
    before: str,
    change: Change,
) -> None:
    pictures.released.set()
    page = attached(open_page(newsroom.page(illustrated), before_page_scripts=before))
    text = READ_BELOW_A_PICTURE if change is _edit_what_is_read else READ
    page.evaluate("for (const image of document.images) image.loading = 'eager'")
    until(page, "() => [...document.images].every((image) => image.complete)")
    page.evaluate(f"(text) => scrollBy(0, ({PARAGRAPH})(text) - 5)", text)
    page.evaluate(TWO_FRAMES)
    assert page.evaluate(PARAGRAPH, text) == pytest.approx(5, abs=1)
    change(newsroom, illustrated, page)
    page.evaluate(TWO_FRAMES)
    assert page.evaluate(PARAGRAPH, text) == pytest.approx(5, abs=2)


def test_the_place_stays_when_what_has_just_come_above_it_goes_before_it_was_painted(
    newsroom: Newsroom, open_page: Open, illustrated: dict[str, Any], pictures: LatePictures, before: str
) -> None:
    """Shorten the page to less than it has been scrolled, by a change that comes together with the one before."""
    pictures.released.set()
    page = attached(open_page(newsroom.page(illustrated), before_page_scripts=before + HOLDING))
    page.evaluate("for (const image of document.images) image.loading = 'eager'")
    until(page, "() => [...document.images].every((image) => image.complete)")
    page.evaluate(f"(text) => scrollBy(0, ({PARAGRAPH})(text) - 5)", READ)
    page.evaluate(TWO_FRAMES)
    page.evaluate("held = []")
    _put(newsroom, illustrated, "pinned", [{"entry": each["id"]} for each in illustrated["entries"][:8]])
    _put(newsroom, illustrated, "pinned", [])
    until(page, """() => held.filter(([data]) => data.includes('"seq"')).length >= 2""")
    page.evaluate(RELEASE)
    page.evaluate(TWO_FRAMES)
    assert page.evaluate(PARAGRAPH, READ) == pytest.approx(5, abs=2)


def test_the_reader_comes_back_to_the_place_that_was_read(
    newsroom: Newsroom, open_page: Open, illustrated: dict[str, Any], pictures: LatePictures, before: str
) -> None:
    pictures.released.set()
    page = attached(open_page(newsroom.page(illustrated), before_page_scripts=before))
    text = READ_BELOW_A_PICTURE
    page.evaluate("for (const image of document.images) image.loading = 'eager'")
    until(page, "() => [...document.images].every((image) => image.complete)")
    page.evaluate(f"(text) => scrollBy(0, ({PARAGRAPH})(text) - 5)", text)
    page.evaluate(TWO_FRAMES)
    for number in range(21):  # so that what was read is on the second page by now
        newsroom.publish(illustrated, f"Meanwhile {number}.")
    with html_site("<!doctype html><h1>Elsewhere</h1>") as elsewhere:
        page.goto(elsewhere)
        page.go_back()
        until(page, f"(text) => Math.abs(({PARAGRAPH})(text) - 5) <= 1", text)
        attached(page)
        page.reload()
        attached(page)
        until(page, f"(text) => Math.abs(({PARAGRAPH})(text) - 5) <= 1", text)
        page.evaluate("scrollTo(0, 0)")
        page.evaluate(TWO_FRAMES)
        page.reload()
        attached(page)
        assert page.evaluate("scrollY") == 0


def test_without_scripts_a_linked_entry_stays_where_the_browser_keeps_it(
    newsroom: Newsroom, open_page: Open, illustrated: dict[str, Any], pictures: LatePictures
) -> None:
    page = open_page(_deep_link(newsroom, illustrated), java_script_enabled=False)
    until(page, f"(id) => Math.abs(({TOP_OF})(id) - 60) <= 1", illustrated["read"])
    pictures.released.set()
    until(page, LOADED, len(set(pictures.asked)))
    until(page, GROWN)
    page.screenshot()  # of a frame that was made since: without scripts none tells of itself
    assert page.evaluate(TOP_OF, illustrated["read"]) == pytest.approx(BENEATH_THE_BAR, abs=1)


@pytest.mark.slow  # the bar waits five seconds before it says anything
def test_the_bar_that_comes_when_the_connection_is_lost_moves_nothing(
    newsroom: Newsroom, open_page: Open, illustrated: dict[str, Any], pictures: LatePictures, before: str
) -> None:
    pictures.released.set()
    site = {"viewport": {"width": 320, "height": 640}}
    pages = [attached(open_page(newsroom.page(illustrated), before_page_scripts=before, **site)) for _ in range(2)]
    pages[1].evaluate("scrollTo(0, 900)")
    for page in pages:
        page.evaluate("for (const image of document.images) image.loading = 'eager'")
        until(page, "() => [...document.images].every((image) => image.complete)")
        page.evaluate(TWO_FRAMES)
        page.evaluate("shifts.length = 0")
    tops = [page.evaluate(TOP_OF, illustrated["read"]) for page in pages]
    newsroom.server.stop()
    try:
        for page, top in zip(pages, tops, strict=True):
            expect(page.locator("#connection")).to_have_text("Connecting again …")
            expect(page.locator("#connection")).to_be_in_viewport()
            assert page.evaluate(TOP_OF, illustrated["read"]) == top
            assert page.evaluate("shifts") == []
    finally:
        newsroom.server.start()
