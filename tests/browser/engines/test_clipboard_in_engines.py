"""What word processors and pages put on the clipboard, pasted by the keys in Chromium, Firefox and WebKit."""

from __future__ import annotations

from tests.browser.engines.newsroom_tab import FIELD, forgive_editing, open_newsroom, published, write
from tests.browser.engines.tabs import Tab
from tests.browser.newsroom_rich_text import PLAIN_OF
from tests.browser.newsroom_server import Newsroom
from tests.content.clipboard import CLIPBOARD

COPY = """(html, plain) => {
  document.addEventListener("copy", (event) => {
    event.preventDefault();
    event.clipboardData.setData("text/html", html);
    event.clipboardData.setData("text/plain", plain);
    window.hasCopied = true;
  }, { once: true, capture: true });
  window.hasCopied = false;
  document.querySelector("#paste-line").replaceChildren(); // what it says from here on is of the next paste
  document.activeElement.blur();
  getSelection().selectAllChildren(document.querySelector("h1"));
}"""
"""Makes the next copy of this page put that on the clipboard."""

PASTED = "Pasted with its formatting and links."


def copy(tab: Tab, html: str, plain: str) -> None:
    """Put a text in two forms on the clipboard of the machine, by the keys."""
    tab.run(COPY, html, plain)
    tab.press("Control+c")
    tab.until("() => window.hasCopied")


def test_what_is_on_the_clipboard_becomes_the_body_it_is(tab: Tab, newsroom: Newsroom) -> None:
    story = newsroom.make_story()
    open_newsroom(tab, newsroom, story)
    got, wanted = {}, {}
    for shape, (html, body) in CLIPBOARD.items():
        if shape == "an editor of code":  # its colours are none of the text's
            continue
        copy(tab, html, tab.run(PLAIN_OF, html))
        write(tab)
        tab.press("Control+v")
        tab.until_seen("#paste-line", PASTED)
        got[shape], wanted[shape] = published(tab, newsroom, story), "\n".join(body)
    forgive_editing(tab)
    assert got == wanted


def test_words_that_are_pasted_amid_others_stand_where_the_caret_was(tab: Tab, newsroom: Newsroom) -> None:
    story = newsroom.make_story()
    open_newsroom(tab, newsroom, story)
    copy(tab, '<p>Read <a href="https://e.org/a">it <b>all</b></a></p>', "Read it all")
    write(tab, "Before. After.", *["!ArrowLeft"] * 6)
    tab.press("Control+v")
    tab.until_seen("#paste-line", PASTED)
    tab.type(", and ")
    link = '<a href="https://e.org/a" rel="noopener">it <b>all</b></a>'
    assert published(tab, newsroom, story) == f"<p>Before. Read {link}, and After.</p>"
    copy(tab, "", "One.\n\nTwo.\nThree.")
    write(tab, "x ")
    tab.press("Control+v")
    tab.until(f"() => document.querySelector('{FIELD}').innerText.includes('Three.')")
    assert published(tab, newsroom, story) == "<p>x One.</p>\n<p>Two.<br>Three.</p>"
    forgive_editing(tab)
