"""Formatted text on the newsroom's page: typing and pasting it, every kind of block, and the body that became of it."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.browser.newsroom_page import press
from tests.browser.newsroom_roles import outcome, press_in_composer, text_field
from tests.browser.newsroom_server import Newsroom

PASTE = """(field, {html, plain, picture}) => {
  const data = new DataTransfer();
  if (html) data.setData('text/html', html);
  if (plain) data.setData('text/plain', plain);
  if (picture) data.items.add(new File([Uint8Array.from(picture)], 'river.png', {type: 'image/png'}));
  const event = new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true});
  if (event.clipboardData !== data) Object.defineProperty(event, 'clipboardData', {value: data}); // Firefox takes none
  return field.dispatchEvent(event);
}"""
"""Pastes into a field; answers whether that was left to the browser."""
PLAIN_OF = "(html) => new DOMParser().parseFromString(html, 'text/html').body.textContent.trim() || 'Nothing'"
FILM = "https://www.youtube.com/watch?v=abcdefghijk"
PICTURE = {"type": "image", "url": "https://pictures.example/r.jpg", "alt": "A river", "width": 4, "height": 3}
BLOCKS: list[dict[str, Any]] = [
    {
        "type": "paragraph",
        "html": "Plain <b>bold</b> <strong>strong</strong> <i>i</i> <em>em</em> <code>a &lt; b</code>",
    },
    {"type": "paragraph", "html": "H<sub>2</sub>O, mc<sup>2</sup>, <u>under</u>, <mark>marked</mark>, <s>struck</s>"},
    {"type": "paragraph", "html": 'He said <span lang="fr">« oui »</span>', "lang": "en-GB"},
    {"type": "paragraph", "html": "مرحبا <b>بكم</b>", "lang": "ar", "dir": "rtl"},
    {"type": "paragraph", "html": "https://e.org/alone"},
    {"type": "paragraph", "html": "One  two\u00a0three\u202ffour — “five”<br><br>six & seven 👩\u200d👩\u200d👧"},
    {
        "type": "paragraph",
        "html": '<a href="https://e.org/a?b=1&amp;c=2" title="&quot;A&quot;">a <b>link</b></a>',
    },
    {"type": "paragraph", "html": "[[block:none]] and # no heading"},
    {"type": "heading", "level": 2, "html": "Head <i>two</i>"},
    {"type": "heading", "level": 3, "text": "Head three"},
    {"type": "heading", "level": 4, "text": "Head four", "lang": "de"},
    {"type": "list", "items": [{"html": "one", "items": [{"html": "<b>deep</b>", "lang": "pt"}], "ordered": True}]},
    {"type": "list", "ordered": True, "start": 7, "items": [{"html": "seven"}, {"html": "eight<br>more"}]},
    {"type": "list", "items": [{"html": "واحد"}], "dir": "rtl"},
    {"type": "quote", "html": "<p>First.</p><p>Second, <u>said</u>.</p>"},
    {"type": "quote", "html": "<p>Sourced.</p>", "who": "Ana Sousa", "role": "mayor", "url": "https://e.org/said"},
    {"type": "code", "text": "def f():\n    return 1 < 2", "language": "python"},
    PICTURE | {"caption": "The “river”", "credit": "Ana/Agency"},
    {
        "type": "video",
        "url": "https://pictures.example/v.mp4",
        "poster": "https://pictures.example/p.jpg",
        "credit": "C",
    },
    {"type": "audio", "url": "https://pictures.example/a.mp3", "caption": "Sound"},
    {"type": "embed", "url": FILM, "title": "A film"},
    {"type": "link_card", "url": "https://e.org/card", "title": "Card", "description": "Two\nlines"},
    {
        "type": "table",
        "caption": "Seats",
        "rows": [
            [{"html": "Party", "header": True}, {"html": "Seats", "header": True, "colspan": 2}],
            [{"html": "A<sub>1</sub>", "lang": "fr"}, {"html": "4"}, {"html": "5"}],
        ],
    },
    {"type": "divider"},
]


def clear(page: Page) -> Locator:
    """Empty the form; return the text."""
    page.click("#clear")
    throws = page.get_by_role("button", name="Throw away", exact=True)
    expect(throws.or_(text_field(page)).first).to_be_visible()
    if throws.is_visible():
        throws.click()
    text_field(page).click()
    return text_field(page)


def typed(page: Page, *keys: str) -> str:
    """Type into an empty text, a key where a word begins with `!`; return its HTML as `drawn`."""
    field = clear(page)
    for each in keys:
        if each.startswith("!"):
            page.keyboard.press(each[1:])
        else:
            page.keyboard.type(each)
    return drawn(field)


def drawn(field: Locator) -> str:
    """Return the HTML of the text, without what a browser alone makes of it."""
    html = field.evaluate("field => field.innerHTML")
    for found, plain in (("<span>", ""), ("</span>", ""), ("<br></p>", "</p>")):
        html = html.replace(found, plain)
    return str(html)


def newest(newsroom: Newsroom, story: dict[str, Any]) -> dict[str, Any]:
    """Return the newest entry of a story as the newsroom has it."""
    answered = newsroom.client.get(f"/v1/newsroom/stories/{story['id']}/entries")
    entry: dict[str, Any] = answered.json()["items"][0]
    return entry


def published(page: Page, newsroom: Newsroom, story: dict[str, Any]) -> str:
    """Publish what is in the form; return the body that readers get."""
    press_in_composer(page, "Publish")
    expect(outcome(page)).to_contain_text("Published")
    expect(text_field(page)).to_have_text("")
    return str(newest(newsroom, story)["body_html"])


def open_to_edit(page: Page, entry: dict[str, Any], headline: str) -> None:
    """Open an entry to edit it, wherever it waits to be shown, and wait until its text has the focus."""
    there, arrived = page.locator(".item", has_text=headline), page.locator("#arrived:not([hidden])")
    expect(there.or_(arrived).first).to_be_visible()
    if there.count() == 0:  # the pointer or the focus is in the list, which stays as it is meanwhile
        arrived.click()
    press(page, headline, "edit")
    expect(page.locator("#composer-title")).to_contain_text("Edit")
    expect(page.get_by_label("Headline")).to_have_value(headline)
    expect(text_field(page)).to_be_focused()
