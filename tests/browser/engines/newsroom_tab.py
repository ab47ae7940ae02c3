"""The newsroom's page in a tab of any engine: signed in, a story chosen, its text cleared, written in and read."""

from __future__ import annotations

from typing import Any

from tests.browser.engines.tabs import Tab
from tests.browser.newsroom_server import Newsroom

FIELD = "#composer .rich-text"
LINE = "#act-line"
HAS_FOCUS = "(css) => document.activeElement.matches(css)"
TEXT_IS = "(css, text) => document.querySelector(css).innerText.trim() === text"
CHOOSE = """(story) => {
  const choice = document.querySelector("#story");
  choice.value = story;
  choice.dispatchEvent(new Event("change", { bubbles: true }));
}"""


def open_newsroom(tab: Tab, newsroom: Newsroom, story: dict[str, Any], *, hold_seconds: int = 0) -> None:
    """Come in with the administrator's token, choose the story, and wait until the text has the focus."""
    tab.open(f"{newsroom.url}/static/reader.css")
    tab.run("(seconds) => { localStorage['liveblog:hold_seconds'] = seconds; }", str(hold_seconds))
    tab.open(f"{newsroom.url}/newsroom")
    tab.fill("#token", newsroom.token)
    tab.click("#sign-in button")
    tab.until_seen("#list")
    tab.run(CHOOSE, story["id"])
    tab.until("(slug) => document.querySelector('#story-page')?.pathname === `/stories/${slug}`", story["slug"])
    tab.click(FIELD)


def open_newsroom_again(tab: Tab) -> None:
    """Reload the page of somebody who is signed in."""
    address = tab.run("() => location.href")
    tab.open("about:blank")
    tab.open(address)
    tab.until_seen("#list")
    tab.until_seen(FIELD)


def forgive_editing(tab: Tab) -> None:
    """Forget that the policy kept a browser's own editing command from giving a quote or a word a style of its own."""
    tab.complaints = [each for each in tab.complaints if "inline style" not in each and "style-src-attr" not in each]


def write(tab: Tab, *keys: str) -> None:
    """Type into an empty text: a key, or several together, where a word begins with `!`."""
    tab.run("(css) => document.querySelector(css).focus()", FIELD)
    tab.press("Control+a")
    tab.press("Backspace")
    for each in keys:
        if each.startswith("!"):
            tab.press(each[1:])
        else:
            tab.type(each)


def published(tab: Tab, newsroom: Newsroom, story: dict[str, Any]) -> str:
    """Publish what is written, by its key, and return the body that readers get."""
    count = len(newsroom.shown(story))
    tab.press("Control+Enter")
    tab.until_seen(LINE, "Published")
    tab.until(TEXT_IS, FIELD, "")
    newest, *others = newsroom.shown(story)
    assert len(others) == count
    return str(newest["body_html"])
