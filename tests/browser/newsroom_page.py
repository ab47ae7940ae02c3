"""Actions on the newsroom's page, done as a person of the newsroom does them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Locator, Page, ViewportSize, expect

from tests.browser.engines.firefox import is_of_a_script
from tests.browser.newsroom_server import PATIENCE_MILLISECONDS, Newsroom
from tests.waiting import await_true

PHONE: ViewportSize = {"width": 360, "height": 740}
DESK: ViewportSize = {"width": 1440, "height": 900}


WRITES_MARKDOWN = """
  const read = Storage.prototype.getItem;
  Storage.prototype.getItem = function (key) {
    return read.call(this, key) ?? (key.endsWith(":writing") ? "markdown" : null);
  };
"""
"""A script for pages in which everybody writes in Markdown, unless they have chosen otherwise."""

READS_NOTHING_BY_ITSELF = """
  const { setTimeout: later } = window;
  window.setTimeout = (run, ms, ...rest) => later(run, ms === 20_000 ? 600_000 : ms, ...rest);
"""
"""A script for pages that read their lists again for news alone, and not every 20 seconds in any case."""


def publish_at_once(context: BrowserContext) -> None:
    """Choose, as a person can, that nothing this browser publishes waits to be undone."""
    keep = "try { localStorage['liveblog:hold_seconds'] ??= '0'; } catch { /* a page without storage */ }"
    context.add_init_script(keep)


def open_tools(page: Page) -> None:
    """Open the tools of the story, which a phone folds away, once the page is drawn."""
    page.wait_for_selector("#list")
    if page.locator("#tools").is_visible() and page.locator("#tools").get_attribute("aria-expanded") == "false":
        page.click("#tools")


def give_token(page: Page, token: str) -> None:
    """Sign in where a token is asked for."""
    page.fill("#token", token)
    page.click("#sign-in button")
    page.wait_for_selector("#list")


def sign_in(page: Page, newsroom: Newsroom) -> None:
    """Come in with the administrator's token, to write in Markdown."""
    page.add_init_script(WRITES_MARKDOWN)
    page.goto(f"{newsroom.url}/newsroom")
    give_token(page, newsroom.token)
    open_tools(page)


@contextmanager
def unbroken(page: Page) -> Iterator[Page]:
    """A page none of whose scripts may fail."""
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)) if is_of_a_script(error) else None)
    yield page
    assert errors == []


@contextmanager
def newsroom_page(
    browser: Browser,
    newsroom: Newsroom,
    *,
    publishes_at_once: bool = True,
    writes_markdown: bool = False,
    **options: Any,
) -> Iterator[Page]:
    """The administrator's page in a browser of its own, at a desk unless options say otherwise. No script may fail."""
    with browser.new_context(**{"viewport": DESK} | options) as context:
        context.set_default_timeout(PATIENCE_MILLISECONDS)
        if publishes_at_once:
            publish_at_once(context)
        if writes_markdown:
            context.add_init_script(WRITES_MARKDOWN)
        with unbroken(context.new_page()) as page:
            page.goto(f"{newsroom.url}/newsroom")
            give_token(page, newsroom.token)
            yield page


@contextmanager
def signed_in(context: BrowserContext, newsroom: Newsroom, story: dict[str, Any]) -> Iterator[Page]:
    """The page of the administrator, who has chosen a story and opened what is folded away. No script may fail."""
    with unbroken(context.new_page()) as page:
        sign_in(page, newsroom)
        choose(page, story)
        page.click("#story-more summary")
        page.click("#site-more summary")
        yield page


def choose(page: Page, story: dict[str, Any]) -> None:
    """Choose a story, and wait until it is shown."""
    page.select_option("#story", story["id"])
    expect(page.locator("#story-page")).to_have_attribute("href", f"/stories/{story['slug']}")


def note_outcomes(page: Page) -> None:
    """Note from now on what is said of what was sent from the form, however soon something else takes its place."""
    page.evaluate(
        """() => {
            const line = document.getElementById("act-line");
            window.outcomes = [];
            const note = () => window.outcomes.push(line.innerText);
            new MutationObserver(note).observe(line, {subtree: true, childList: true, characterData: true});
        }"""
    )


def outcomes(page: Page) -> list[str]:
    """What was said since then, in its order."""
    noted: list[str] = page.evaluate("window.outcomes")
    return noted


def until_in(page: Page, script: str) -> None:
    """Wait until a script holds in the page. `wait_for_function` evaluates a text there, which its policy forbids."""
    await_true(lambda: page.evaluate(script), or_say=lambda: f"it never held: {script}")


def somebody(newsroom: Newsroom, name: str, role: str = "reporter") -> str:
    """The id of somebody new."""
    answer = newsroom.client.post("/v1/newsroom/people", json={"name": name, "role": role})
    assert answer.is_success, answer.text
    ident: str = answer.json()["id"]
    return ident


def open_as(context: BrowserContext, newsroom: Newsroom, person: str) -> Page:
    """The page of somebody who has opened their invitation, and writes in Markdown."""
    invite = newsroom.client.post("/v1/newsroom/invites", json={"person": person})
    assert invite.is_success, invite.text
    page = context.new_page()
    page.add_init_script(WRITES_MARKDOWN)
    page.goto(invite.json()["url"])
    page.wait_for_selector("#list")
    open_tools(page)
    return page


def item(page: Page, text: str) -> Locator:
    """The entry of the list that says so."""
    return page.locator(".item", has_text=text)


def press(page: Page, text: str, action: str) -> None:
    """Press a button of an entry, wherever it is folded away."""
    button = item(page, text).locator(f'[data-action="{action}"]')
    expect(button).to_have_count(1)
    if not button.is_visible():
        item(page, text).locator(".seldom > summary").click()
    button.click()


def long_word(length: int = 200) -> str:
    """An address of that length, at which no line can be broken."""
    return "https://example.com/" + "w" * (length - 20)


def long_story(newsroom: Newsroom, **fields: Any) -> dict[str, Any]:
    """A story whose every text is one long word."""
    word = long_word()
    return newsroom.make_story(
        **{
            "title": word,
            "standfirst": word,
            "section": word[:100],
            "about": {"name": word, "place": word},
            "publisher": {"name": word, "url": word},
            "tags": [{"slug": "long", "label": long_word(90)}],
        }
        | fields
    )


def publish_long_words(newsroom: Newsroom, story: dict[str, Any]) -> dict[str, Any]:
    """Publish an entry that has one long word in every place where text can stand, and pin and retract such ones."""
    word = long_word()
    inner = f"<b>{word}</b> <code>{word}</code> <a href='{word}'>{word}</a> <mark>{word}</mark>"
    named = {"caption": word, "credit": word}
    cells = [{"html": word, "header": True}, {"html": word}]
    blocks: list[dict[str, Any]] = [
        {"type": "paragraph", "html": inner},
        {"type": "heading", "text": word},
        {"type": "list", "items": [{"html": inner, "items": [{"html": word}]}]},
        {"type": "list", "ordered": True, "items": [{"html": word}]},
        {"type": "quote", "html": f"<p>{word}</p>", "who": word, "role": word, "url": word},
        {"type": "code", "text": word},
        {"type": "image", "url": "https://pictures.example/r.jpg", "alt": word, "width": 4000, "height": 300} | named,
        {"type": "video", "url": "https://pictures.example/v.mp4", "width": 4000, "height": 300} | named,
        {"type": "audio", "url": "https://pictures.example/a.mp3"} | named,
        {"type": "embed", "url": "https://www.youtube.com/watch?v=abcdefghijk", "title": word},
        {"type": "link_card", "url": word, "title": word, "description": word, "image": "https://pictures.example/c"},
        {"type": "table", "caption": word, "rows": [cells, cells]},
    ]
    author = {"name": word, "role": word[:100], "place": word[:100]}
    fields: dict[str, Any] = {
        "headline": word,
        "authors": [author | {"url": word, "avatar": "https://pictures.example/face.jpg"}, author],
        "source": {"url": word, "name": word},
        "tags": [{"slug": "long", "label": long_word(90)}, {"slug": "longer", "label": long_word(91)}],
        "importance": "breaking",
        "key_event": True,
        "kind": "summary",
    }
    place = f"/v1/stories/{story['id']}"
    answer = newsroom.client.post(f"{place}/entries", json={"blocks": blocks} | fields)
    assert answer.is_success, answer.text
    entry: dict[str, Any] = answer.json()
    newsroom.act(newsroom.publish(story, word, **fields), "retract", reason=word)
    plain = newsroom.publish(story, word, headline=None)
    for each in (plain, entry):
        newsroom.act(each, "corrections", text=word, severity="correction")
    pins = {"items": [{"entry": entry["id"]}, {"entry": plain["id"]}]}
    points = {"items": [{"text": word}, {"text": word, "entry": entry["id"]}]}
    for name, body in (("pinned", pins), ("key-points", points)):
        answer = newsroom.client.put(f"{place}/{name}", json=body)
        assert answer.is_success, answer.text
    return entry


TOO_WIDE = """() => {
  const over = (node) => {
    const { left, right } = node.getBoundingClientRect();
    if (left >= -1 && right <= innerWidth + 1) return false;
    for (let above = node.parentElement; above && above !== document.body; above = above.parentElement) {
      if (getComputedStyle(above).overflowX !== "visible") return false;
    }
    return true;
  };
  const named = [...document.body.querySelectorAll("*")].filter(over)
    .map((node) => `${node.tagName}.${node.className}#${node.id} in ${node.parentElement.className}`);
  for (const box of document.querySelectorAll("dialog[open]")) {
    if (box.scrollWidth > box.clientWidth) named.push(`${box.id}: ${box.scrollWidth}`);
  }
  return document.documentElement.scrollWidth === innerWidth ? named : [document.documentElement.scrollWidth, ...named];
}"""
"""Names what reaches over the edge of the page, where no part of the page scrolls by itself."""
