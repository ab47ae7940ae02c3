"""The text of an entry, written as readers will see it: typed, pasted, edited and sent, by the server's rules alone."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

from playwright.sync_api import Browser, Page, expect

from tests.browser.network import network_before
from tests.browser.newsroom_page import choose, newsroom_page, press
from tests.browser.newsroom_rich_text import (
    BLOCKS,
    FILM,
    PASTE,
    PLAIN_OF,
    clear,
    drawn,
    newest,
    open_to_edit,
    published,
    typed,
)
from tests.browser.newsroom_roles import answer, composer, dialog, outcome, press_in_composer, text_field
from tests.browser.newsroom_server import Newsroom
from tests.content.attacks import HTML, MARKUP, SCHEMES
from tests.content.clipboard import CLIPBOARD
from tests.figures import Figures
from tests.pictures import png, require_decoder


def test_signs_that_are_typed_become_what_they_stand_for(rich: Page, night: dict[str, Any]) -> None:
    assert typed(rich, "a **bold** and _it_ and ~~no~~ one") == "<p>a <b>bold</b> and <i>it</i> and <s>no</s> one</p>"
    assert typed(rich, "a `x < 1` b") == "<p>a <code>x &lt; 1</code> b</p>"
    assert typed(rich, "see [here](https://e.org/a_(b)).") == '<p>see <a href="https://e.org/a_(b)">here</a>.</p>'
    untouched = "snake_case_name, 5*3*2, a * b * c, “dash” — 40–60, C:\\_x_, 👩\u200d👩\u200d👧 # 1"
    assert typed(rich, untouched) == f"<p>{untouched}</p>"
    assert typed(rich, "## Head", "!Enter", "text") == "<h2>Head</h2><p>text</p>"
    assert typed(rich, "### Head") == "<h3>Head</h3>"
    listed = typed(rich, "- one", "!Enter", "two", "!Enter", "!Enter", "after")
    assert "<ul><li>one</li><li>two</li></ul><p>after</p>" in listed
    assert "<ol><li>one</li></ol>" in typed(rich, "1. one")
    quote = typed(rich, "> one", "!Enter", "two", "!Enter", "!Enter", "- three", "!Enter", "!Enter", "**four**")
    assert "<p>one</p><p>two</p></blockquote>" in quote
    assert "<ul><li>three</li></ul><p><b>four</b></p>" in quote
    assert typed(rich, "## x", "!Home", "!Backspace") == "<p>x</p>"
    assert typed(rich, "a **bold**", "!Control+z") == "<p>a **bold**</p>"
    assert typed(rich, "> ", "!Control+z", "!Control+z") == "<p>&gt;</p>"


def test_buttons_and_keys_format_say_what_is_on_and_are_one_stop_of_the_tab_key(
    rich: Page, night: dict[str, Any]
) -> None:
    tool = composer(rich).get_by_role("toolbar", name="Formatting").get_by_role("button", name="Bold")
    assert (
        typed(rich, "a ", "!Control+b", "bold", "!Control+b", " ", "!Control+i", "it")
        == "<p>a <b>bold</b> <i>it</i></p>"
    )
    expect(tool).to_have_attribute("aria-pressed", "false")
    typed(rich, "words", "!Control+a")
    tool.click()
    assert drawn(text_field(rich)) == "<p><b>words</b></p>"
    expect(tool).to_have_attribute("aria-pressed", "true")
    expect(text_field(rich)).to_be_focused()
    rich.keyboard.press("Control+z")
    assert drawn(text_field(rich)) == "<p>words</p>"
    for name, tag in (("Heading", "h2"), ("Quote", "blockquote"), ("List", "ul"), ("Numbered list", "ol")):
        button = composer(rich).get_by_role("button", name=name, exact=True)
        button.click()
        assert f"<{tag}" in drawn(text_field(rich))
        expect(button).to_have_attribute("aria-pressed", "true")
        button.click()
        assert f"<{tag}" not in drawn(text_field(rich))
    composer(rich).get_by_label("Headline").focus()
    rich.keyboard.press("Tab")
    expect(tool).to_be_focused()
    rich.keyboard.press("ArrowRight")
    expect(composer(rich).get_by_role("button", name="Italic")).to_be_focused()
    rich.keyboard.press("Tab")
    rich.keyboard.press("Tab")
    expect(text_field(rich)).to_be_focused()
    expect(composer(rich).get_by_label("Characters")).to_have_text("5")


def test_a_link_is_asked_for_pasted_over_words_and_taken_away(
    rich: Page, newsroom: Newsroom, night: dict[str, Any]
) -> None:
    typed(rich, "the report", "!Shift+Control+ArrowLeft", "!Control+k")
    dialog(rich).get_by_label("Address").fill("java script:alert(1)")
    answer(rich, "Set")
    expect(dialog(rich)).to_contain_text("This is no address")
    dialog(rich).get_by_label("Address").fill("e.org/a?b=1&c=2")
    answer(rich, "Set")
    expect(text_field(rich).locator("a")).to_have_count(1)
    assert drawn(text_field(rich)) == '<p>the <a href="https://e.org/a?b=1&amp;c=2">report</a></p>'
    rich.keyboard.press("Home")
    rich.keyboard.press("Shift+Control+ArrowRight")
    text_field(rich).evaluate(PASTE, {"plain": "https://e.org/over"})
    assert published(rich, newsroom, night) == (
        '<p><a href="https://e.org/over" rel="noopener">the</a> '
        '<a href="https://e.org/a?b=1&amp;c=2" rel="noopener">report</a></p>'
    )
    typed(rich, "[x](https://e.org)", "!ArrowLeft", "!Control+k")
    expect(dialog(rich).get_by_label("Address")).to_have_value("https://e.org")
    dialog(rich).get_by_label("Address").fill("")
    answer(rich, "Set")
    expect(text_field(rich).locator("a")).to_have_count(0)
    assert drawn(text_field(rich)) == "<p>x</p>"


def test_what_is_written_is_what_readers_get_and_plain_words_are_sent_as_ever(
    rich: Page, newsroom: Newsroom, night: dict[str, Any]
) -> None:
    typed(rich, "Polls have closed.", "!Shift+Enter", "Count at https://e.org/a.", "!Enter", FILM)
    link = '<a href="https://e.org/a" rel="noopener">https://e.org/a</a>'
    body = published(rich, newsroom, night)
    assert body.startswith(f'<p>Polls have closed.<br>Count at {link}.</p>\n<figure class="lb-embed"')
    text_field(rich).focus()
    rich.keyboard.press("Control+z")  # what was sent does not come back
    expect(text_field(rich)).to_have_text("")
    typed(rich, "- **one** 5 < 6", "!Enter", "two https://e.org/?a=1&b=(2).", "!Enter", "!Enter", FILM)
    link = '<a href="https://e.org/?a=1&amp;b=(2)" rel="noopener">https://e.org/?a=1&amp;b=(2)</a>'
    body = published(rich, newsroom, night)
    assert body.startswith(f'<ul><li><b>one</b> 5 &lt; 6</li><li>two {link}.</li></ul>\n<figure class="lb-embed"')


def test_a_paste_becomes_the_body_that_the_server_makes_of_it(
    rich: Page, newsroom: Newsroom, night: dict[str, Any]
) -> None:
    for shape, (html, expected) in CLIPBOARD.items():
        if shape == "an editor of code":  # its colours are none of the text's
            continue
        clear(rich).evaluate(PASTE, {"html": html, "plain": rich.evaluate(PLAIN_OF, html)})
        expect(rich.locator("#paste-line")).to_contain_text("Pasted with its formatting and links.")
        press_in_composer(rich, "Save draft")
        expect(outcome(rich)).to_contain_text("Kept as a draft")
        assert newest(newsroom, night)["body_html"] == "\n".join(expected), shape
        newsroom.client.post(f"/v1/stories/{night['id']}/entries/{newest(newsroom, night)['id']}/remove", json={})


def test_a_paste_amid_words_is_undone_by_its_button_and_by_the_keys(
    rich: Page, newsroom: Newsroom, night: dict[str, Any]
) -> None:
    html = '<p>Read <a href="https://e.org/a"><b>it</b> <mark>all</mark></a></p>'
    typed(rich, "Before. After.", *["!ArrowLeft"] * 6)
    text_field(rich).evaluate(PASTE, {"html": html, "plain": "Read it all"})
    expect(rich.locator("#paste-line")).to_contain_text("Pasted with its formatting")
    whole = '<p>Before. Read <a href="https://e.org/a"><b>it</b> <mark>all</mark></a>After.</p>'
    assert drawn(text_field(rich)) == whole
    rich.get_by_role("button", name="As plain text").click()
    expect(text_field(rich)).to_have_text("Before. Read it allAfter.")
    expect(text_field(rich).locator("a")).to_have_count(0)
    typed(rich, "x ")
    text_field(rich).evaluate(PASTE, {"html": "<p>H<sub>2</sub></p>", "plain": "H2"})
    expect(text_field(rich).locator("sub")).to_have_count(1)
    text_field(rich).evaluate(PASTE, {"plain": "One.\n\nTwo.\nThree.\r\n"})
    assert published(rich, newsroom, night) == "<p>x H<sub>2</sub>One.</p>\n<p>Two.<br>Three.</p>"
    clear(rich)
    text_field(rich).evaluate(PASTE, {"plain": FILM})
    expect(text_field(rich).locator(".piece")).to_contain_text("Embed")
    text_field(rich).get_by_role("button", name="Remove this: Embed").click()
    expect(text_field(rich).locator(".piece")).to_have_count(0)


def test_an_entry_that_is_edited_keeps_every_block_that_was_not_touched(
    rich: Page, newsroom: Newsroom, night: dict[str, Any], figures: Figures
) -> None:
    order = random.Random(13)
    mixtures = figures.choose(quick=1, suite=4, prove=40)
    bodies = [BLOCKS, *([order.choice(BLOCKS) for _ in range(12)] for _ in range(mixtures))]
    bodies = [[*blocks, {"type": "paragraph", "html": "The last."}] for blocks in bodies]
    for number, blocks in enumerate(bodies):
        made = newsroom.client.post(
            f"/v1/stories/{night['id']}/entries", json={"headline": f"No. {number}", "blocks": blocks}
        )
        assert made.is_success, made.text
        before = newest(newsroom, night)["blocks"]
        open_to_edit(rich, made.json(), f"No. {number}")
        press_in_composer(rich, "Save and publish")
        expect(outcome(rich)).to_contain_text("Published")
        assert newest(newsroom, night)["blocks"] == before, "without a change"
        open_to_edit(rich, made.json(), f"No. {number}")
        rich.keyboard.press("Control+End")
        rich.keyboard.press("Enter")
        rich.keyboard.type("And **more**.")
        press_in_composer(rich, "Save and publish")
        expect(outcome(rich)).to_contain_text("Published")
        after = newest(newsroom, night)["blocks"]
        assert after[: len(before)] == before, "with a paragraph more"
        assert [block["html"] for block in after[len(before) :]] == ["<p>And <b>more</b>.</p>"]


def test_a_word_that_is_changed_changes_its_block_alone(rich: Page, newsroom: Newsroom, night: dict[str, Any]) -> None:
    blocks = [BLOCKS[1], {"type": "paragraph", "html": "Teh <mark>river</mark>", "lang": "en"}, BLOCKS[15], BLOCKS[17]]
    made = newsroom.client.post(f"/v1/stories/{night['id']}/entries", json={"blocks": blocks, "headline": "River"})
    before = newest(newsroom, night)["blocks"]
    open_to_edit(rich, made.json(), "River")
    line = text_field(rich).locator("p", has_text="Teh")
    line.evaluate("line => getSelection().setBaseAndExtent(line.firstChild, 0, line.firstChild, 3)")
    rich.keyboard.type("The")
    quote = text_field(rich).locator("blockquote p")
    quote.evaluate("line => getSelection().setBaseAndExtent(line.firstChild, 0, line.firstChild, 7)")
    rich.keyboard.type("Said")
    press_in_composer(rich, "Save and publish")
    expect(outcome(rich)).to_contain_text("Published")
    after = newest(newsroom, night)["blocks"]
    assert after[1] == before[1] | {"html": before[1]["html"].replace("Teh", "The")}
    assert after[2] == before[2] | {"html": before[2]["html"].replace("Sourced", "Said")}
    assert [after[0], after[3]] == [before[0], before[3]]


def test_the_other_way_of_writing_is_kept_for_the_person_and_turns_by_the_server_without_loss(
    rich: Page, newsroom: Newsroom, night: dict[str, Any]
) -> None:
    mode = composer(rich).get_by_role("button", name="Markdown")
    typed(rich, "## Head", "!Enter", "a **bold** word #polls", "!Enter", "- one", "!Enter", "two")
    mode.click()
    expect(rich.locator("textarea[name=text]")).to_be_visible()
    expect(text_field(rich)).to_have_value("## Head\n\na **bold** word #polls\n\n- one\n- two")
    expect(mode).to_have_attribute("aria-pressed", "true")
    rich.reload()
    choose(rich, night)
    expect(rich.locator("textarea[name=text]")).to_be_visible()
    expect(text_field(rich)).to_have_value("## Head\n\na **bold** word #polls\n\n- one\n- two")
    mode.click()
    expect(text_field(rich).locator("strong")).to_have_text("bold")
    html = "<h2>Head</h2><p>a <strong>bold</strong> word #polls</p><ul><li>one</li><li>two</li></ul>"
    assert html in drawn(text_field(rich))
    rich.route("**/v1/newsroom/conversions", lambda route: route.abort())
    mode.click()
    expect(rich.locator("#paste-line")).to_contain_text("It stays as it is. The server cannot be reached")
    expect(text_field(rich).locator("strong")).to_have_text("bold")
    rich.unroute("**/v1/newsroom/conversions")
    typed(rich, "x ", "!Control+u", "under")
    mode.click()
    expect(rich.locator("#paste-line")).to_contain_text("It stays as it is. Markdown has no sign")
    expect(text_field(rich).locator("u")).to_have_text("under")
    newsroom.publish(night, "As *typed*.", text_format="plain")
    clear(rich)
    press(rich, "As *typed*", "edit")
    expect(rich.locator("textarea[name=text]")).to_be_visible()
    expect(text_field(rich)).to_have_value("As *typed*.")
    expect(mode).to_be_hidden()


def test_what_is_formatted_is_kept_over_a_reload_and_a_cut_network_and_sent_once(
    browser: Browser, newsroom: Newsroom
) -> None:
    story = newsroom.make_story()
    with (
        network_before(int(newsroom.url.rpartition(":")[2])) as network,
        newsroom_page(
            browser, replace(newsroom, url=network.url), publishes_at_once=False, viewport={"width": 390, "height": 800}
        ) as page,
    ):
        choose(page, story)
        typed(page, "A **bold** word", "!Enter", "> said")
        page.reload()
        choose(page, story)
        expect(text_field(page).locator("b")).to_have_text("bold")
        expect(text_field(page).locator("blockquote")).to_have_text("said")
        network.cut()
        text_field(page).click()
        page.keyboard.press("Control+End")
        text_field(page).evaluate(PASTE, {"html": "<p>and <b>more</b></p>", "plain": "and more"})
        expect(page.locator("#paste-line")).to_contain_text("Pasted as plain text, without its links.")
        expect(text_field(page)).to_contain_text("and more")
        press_in_composer(page, "Publish")
        expect(outcome(page)).to_contain_text("Kept here")
        network.join()
        page.evaluate("window.dispatchEvent(new Event('online'))")  # by itself it tries once more in 15 s at most
        expect(outcome(page)).to_contain_text("Published")
        bodies = [
            each["body_html"] for each in newsroom.client.get(f"/v1/stories/{story['id']}/entries").json()["items"]
        ]
        assert len(bodies) == 1
        assert bodies[0].startswith("<p>A <b>bold</b> word</p>")
        assert "<p>saidand more</p>" in bodies[0]


def test_a_conflict_and_a_preview_show_what_was_written(rich: Page, newsroom: Newsroom, night: dict[str, Any]) -> None:
    open_to_edit(rich, entry := newsroom.publish(night, "Begun.", headline="Count"), "Count")
    rich.keyboard.type(" **Mine.**")
    rich.click("#preview-draft")
    expect(dialog(rich).locator("article .body b")).to_have_text("Mine.")
    dialog(rich).get_by_role("button", name="Close").click()
    newsroom.edit(entry, text="Theirs.")
    press_in_composer(rich, "Save and publish")
    waiting = rich.locator("#waiting")
    expect(waiting).to_contain_text("changed by somebody else")
    expect(waiting).to_contain_text("Begun. Mine.")
    waiting.get_by_role("button", name="Edit mine again").click()
    expect(text_field(rich).locator("b")).to_have_text("Mine.")
    press_in_composer(rich, "Save and publish")
    expect(outcome(rich)).to_contain_text("Published")
    assert newest(newsroom, night)["body_html"] == "<p>Begun. <b>Mine.</b></p>"


def test_a_picture_that_is_pasted_is_uploaded_and_stands_with_the_formatted_text(
    rich: Page, newsroom: Newsroom, night: dict[str, Any]
) -> None:
    require_decoder()
    typed(rich, "A **river**")
    text_field(rich).evaluate(PASTE, {"picture": list(png())})
    expect(composer(rich).get_by_role("group", name="Picture").get_by_role("status")).to_contain_text(
        "Kept on the server"
    )
    expect(text_field(rich).locator("img")).to_have_count(0)
    published(rich, newsroom, night)
    expect(rich.locator(".item", has_text="A river").locator("img")).to_have_count(1)
    assert [block["type"] for block in newest(newsroom, night)["blocks"]] == ["image", "paragraph"]


def test_an_input_method_composes_without_being_disturbed_and_directions_follow_the_words(
    rich: Page, night: dict[str, Any]
) -> None:
    typed(rich, "x **a*")
    client = rich.context.new_cdp_session(rich)
    client.send("Input.imeSetComposition", {"text": "*", "selectionStart": 1, "selectionEnd": 1})
    assert drawn(text_field(rich)) == "<p>x **a**</p>"
    client.send("Input.insertText", {"text": "日本"})
    expect(text_field(rich)).to_have_text("x **a*日本")
    typed(rich, "مرحبا", "!Enter", "Hello")
    at = rich.evaluate(
        """() => [...document.querySelectorAll('.rich-text p')].map((line) => {
          const range = document.createRange();
          range.selectNodeContents(line);
          const [words, field] = [range.getBoundingClientRect(), line.parentElement.getBoundingClientRect()];
          return words.left - field.left > field.right - words.right ? 'right' : 'left';
        })"""
    )
    assert at == ["right", "left"]
    typed(rich, "👩\u200d👩\u200d👧👍🏽", "!Backspace")
    expect(text_field(rich)).to_have_text("👩\u200d👩\u200d👧")


def test_nothing_that_is_pasted_kept_or_loaded_runs_or_fetches(
    rich: Page, newsroom: Newsroom, night: dict[str, Any]
) -> None:
    marked = [vector.replace("alert", "window.ran=alert") for vector in MARKUP]
    marked += [shape.replace("{}", scheme.replace('"', "&quot;")) for scheme in SCHEMES[:12] for shape in HTML]
    fetched = [
        f'<{tag} {name}="https://elsewhere.example/{tag}"></{tag}>'
        for tag, name in (("img", "src"), ("iframe", "src"), ("video", "poster"), ("link rel=stylesheet", "href"))
    ] + [
        "<style>@import 'https://elsewhere.example/s'</style>",
        "<p style='background:url(https://elsewhere.example/b)'>x",
    ]
    vectors = [*marked, *fetched]
    assert len(vectors) > 200
    left: list[str] = []
    dialogs: list[str] = []
    rich.on("request", lambda request: left.append(request.url))
    rich.on("dialog", lambda shown: dialogs.append(shown.message))
    rich.evaluate("window.ran = undefined")
    for start in range(0, len(vectors), 70):
        html = "".join(
            f"<p>{number} <b>x</b> {vector}</p>" for number, vector in enumerate(vectors[start : start + 70])
        )
        clear(rich).evaluate(PASTE, {"html": html, "plain": "Words"})
        expect(rich.locator("#paste-line")).to_contain_text("Pasted")
    kept: list[dict[str, Any]] = [{"type": "paragraph", "html": vector} for vector in vectors]
    kept += [{"type": "list", "items": [{"html": vector, "lang": vector}]} for vector in vectors]
    kept += [{"id": vector, "type": vector, "alt": vector, "url": vector, "isStored": True} for vector in vectors]
    clear(rich)
    rich.keyboard.type("Kept.")
    rich.evaluate(
        """(kept) => {
          for (const [key, value] of Object.entries(localStorage)) {
            if (!value.includes('Kept.')) continue;
            localStorage.setItem(key, JSON.stringify({...JSON.parse(value), rich: kept}));
          }
        }""",
        kept,
    )
    rich.reload()
    choose(rich, night)
    expect(text_field(rich).locator("p, li, figure").first).to_be_attached()
    expect(text_field(rich).locator("figure")).to_have_count(len(vectors))
    remote = ("src", "poster", "elsewhere.example", "\x01", "\x00")  # pictures of others are shown in the list, as ever
    body = {"html": "".join(vector for vector in vectors if not any(part in vector for part in remote))}
    evil = newsroom.client.post(f"/v1/stories/{night['id']}/entries", json={"headline": "Evil"} | body)
    assert evil.is_success, evil.text
    clear(rich)
    press(rich, "Evil", "edit")
    expect(rich.get_by_label("Headline")).to_have_value("Evil")
    tags = "img, script, iframe, object, embed, svg, math, style, link, video, audio, form, input"
    expect(text_field(rich).locator(tags)).to_have_count(0)
    attributes = rich.evaluate(
        "() => [...new Set([...document.querySelectorAll('.rich-text *')].flatMap((node) => node.getAttributeNames()))]"
    )
    assert set(attributes) <= {
        "href", "title", "lang", "dir", "start", "class", "contenteditable", "type", "aria-label", "style",
        "data-settling", "data-block", "data-piece", "data-remove", "data-by",
    }  # fmt: skip
    hrefs = rich.evaluate("() => [...document.querySelectorAll('.rich-text a')].map((link) => link.protocol)")
    assert set(hrefs) <= {"http:", "https:", "mailto:", "tel:"}
    assert [url for url in left if not url.startswith((newsroom.url, "blob:"))] == []
    assert (dialogs, rich.evaluate("window.ran ?? null")) == ([], None)
