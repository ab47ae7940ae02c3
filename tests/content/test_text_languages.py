"""The language and direction of words: kept from HTML and in blocks, through HTML and back, and by edits of a text."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.content import (
    Block,
    complete_blocks,
    keep_formatting,
    parse_html,
    parse_markdown,
    render_html,
    render_markdown,
    render_retracted_html,
)
from app.domain.errors import InvalidInput
from tests.content.limit_cases import send_back
from tests.content.oracle import counted_ids, violations

RTL = {"lang": "ar", "dir": "rtl"}


def read(html: str) -> list[Block]:
    return parse_html(html, new_id=counted_ids())


def complete(*blocks: dict[str, Any]) -> list[Block]:
    return complete_blocks(blocks, new_id=counted_ids())


def said(block: Block) -> dict[str, str]:
    return {name: block[name] for name in ("lang", "dir") if name in block}


KEPT: dict[str, tuple[str, str]] = {
    "a paragraph": ("<p lang=ar dir=RTL>x</p>", '<p lang="ar" dir="rtl">x</p>'),
    "one of them": ("<p>x<p dir=rtl>y<p>z", '<p>x</p>\n<p dir="rtl">y</p>\n<p>z</p>'),
    "what is around it": ("<div dir=rtl><p>x</p>y</div>z", '<p dir="rtl">x</p>\n<p dir="rtl">y</p>\n<p>z</p>'),
    "what is said last": ("<section lang=ar><p lang=fa>x</p></section>", '<p lang="fa">x</p>'),
    "a heading": ("<h2 dir=rtl lang=he>x</h2>y", '<h2 lang="he" dir="rtl">x</h2>\n<p>y</p>'),
    "a list": ("<ul dir=rtl><li>x<li>y</ul>", '<ul dir="rtl"><li>x</li><li>y</li></ul>'),
    "all items": ("<ol><li dir=rtl>x<li dir=rtl>y</ol>", '<ol dir="rtl"><li>x</li><li>y</li></ol>'),
    "an item": ("<ul><li>x<li lang=ar>y</ul>", '<ul><li>x</li><li lang="ar">y</li></ul>'),
    "a nested item": (
        "<ul lang=ar><li>x<ul><li lang=fa>y</ul></ul>",
        '<ul lang="ar"><li>x<ul><li lang="fa">y</li></ul></li></ul>',
    ),
    "paragraphs of an item": (
        "<ul><li><p dir=rtl>x</p><p>y</p></ul>",
        '<ul><li><span dir="rtl">x</span><br>y</li></ul>',
    ),
    "a quote": (
        "<blockquote lang=fr>x</blockquote>",
        '<figure lang="fr" class="lb-quote"><blockquote><p>x</p></blockquote></figure>',
    ),
    "quoted words": (
        "<blockquote><p lang=fr>x</p></blockquote>",
        '<figure lang="fr" class="lb-quote"><blockquote><p>x</p></blockquote></figure>',
    ),
    "some quoted words": (
        "<blockquote><p lang=fr>x</p><p>y</p></blockquote>",
        '<figure class="lb-quote"><blockquote><p><span lang="fr">x</span></p><p>y</p></blockquote></figure>',
    ),
    "a table": ("<table dir=rtl><tr><td>x</table>", '<table dir="rtl"><tbody><tr><td>x</td></tr></tbody></table>'),
    "a cell": (
        "<table><tr><th lang=ar>x<td>y</table>",
        '<table><tbody><tr><th scope="row" lang="ar">x</th><td>y</td></tr></tbody></table>',
    ),
    "a picture": (
        "<figure dir=rtl><img src=https://e.org/a.jpg alt=x><figcaption>y</figcaption></figure>",
        '<figure dir="rtl" class="lb-image"><img src="https://e.org/a.jpg" alt="x" loading="lazy" decoding="async">'
        "<figcaption>y</figcaption></figure>",
    ),
    "a caption": (
        "<figure><audio src=https://e.org/a.mp3></audio><figcaption lang=ar>y</figcaption></figure>",
        '<figure lang="ar" class="lb-audio"><audio src="https://e.org/a.mp3" controls="" preload="none"></audio>'
        "<figcaption>y</figcaption></figure>",
    ),
    "a direction in Word": ("<p class=MsoNormal dir=RTL lang=AR-SA>x</p>", '<p dir="rtl">x</p>'),
    "a style": ("<p style='direction:rtl'>x</p>", '<p dir="rtl">x</p>'),
    "words": ("<p>a <i lang=la>b</i> c</p>", '<p>a <i lang="la">b</i> c</p>'),
    "words that are marked already": (
        "<i>a <em>b</em><i lang=la>c</i></i>",
        '<p><i>a <em>b</em><span lang="la">c</span></i></p>',
    ),
    "a name": ("a <bdi>b</bdi> c", '<p>a <span dir="auto">b</span> c</p>'),
    "a title": ("a <cite lang=fr dir=ltr>b</cite><q>c</q>", '<p>a <span lang="fr" dir="ltr">b</span>c</p>'),
    "a link": (
        "a <a lang=de href=https://e.org>b</a>",
        '<p>a <a href="https://e.org" lang="de" rel="noopener">b</a></p>',
    ),
    "from left to right in another's page": ("<p dir=ltr>x</p>", '<p dir="ltr">x</p>'),
}

NOT_KEPT = {
    "a bad language": "<p lang='en us'>x</p>",
    "a bad direction": "<p dir=up>x</p>",
    "markup in a language": "<p lang='\"><script>'>x</p>",
    "a template's language": "<html lang=en dir=ltr><body lang=en>x",
    "an empty one": "<p lang='' dir=''>x",
    "what a writing program says of all": "<b id=docs-internal-guid-1 style='font-weight:normal'><p dir=ltr>x</p></b>",
    "what Word says of each paragraph": "<p class=MsoNormal lang=EN-US>x</p>",
    "what Word in a browser says": '<div class="OutlineElement"><p class="Paragraph SCXW1" lang="EN-GB">x</p></div>',
    "what a mail program says of all": '<div dir="ltr">x</div>',
}


@pytest.mark.parametrize("name", KEPT)
def test_what_html_says_of_its_words_is_kept(name: str) -> None:
    html, body = KEPT[name]
    blocks = read(html)
    assert render_html(blocks) == body
    assert render_html(read(body)) == body
    assert send_back(blocks) == blocks
    assert violations(body) == []


@pytest.mark.parametrize("name", NOT_KEPT)
def test_what_html_says_wrongly_or_of_no_words_is_dropped(name: str) -> None:
    assert render_html(read(NOT_KEPT[name])) == "<p>x</p>"


def test_a_program_that_says_both_directions_means_them() -> None:
    html = '<b id="docs-internal-guid-1" style="font-weight:normal"><p dir="ltr">x</p><p dir="rtl">y</p></b>'
    assert [said(block) for block in read(html)] == [{"dir": "ltr"}, {"dir": "rtl"}]


WRITTEN: list[dict[str, Any]] = [
    {"type": "paragraph", "html": "x"},
    {"type": "heading", "text": "x"},
    {"type": "list", "items": [{"html": "x"}]},
    {"type": "quote", "html": "x", "who": "Jane"},
    {"type": "image", "url": "https://e.org/a.jpg", "alt": "x"},
    {"type": "video", "url": "https://e.org/v.mp4"},
    {"type": "audio", "url": "https://e.org/a.mp3"},
    {"type": "embed", "url": "https://youtu.be/dQw4w9WgXcQ"},
    {"type": "link_card", "url": "https://e.org/"},
    {"type": "table", "rows": [[{"html": "x"}]]},
]


@pytest.mark.parametrize("block", WRITTEN, ids=[block["type"] for block in WRITTEN])
def test_a_block_that_is_written_may_say_them(block: dict[str, Any]) -> None:
    made = complete({**block, **RTL})
    assert said(made[0]) == RTL
    assert ' lang="ar" dir="rtl"' in made[0]["html"].split(">")[0]
    assert send_back(made) == made
    assert said(complete({**made[0], "lang": "fa"})[0]) == {"lang": "fa", "dir": "rtl"}
    # The words of a card and an embed are their title, of a picture and a recording their caption.
    again = read(made[0]["html"])
    assert said(again[0]) == RTL
    assert violations(render_retracted_html(made, "x")) == []


def test_items_and_cells_may_say_them() -> None:
    items = [{"html": "x", **RTL, "items": [{"html": "y", "dir": "ltr"}]}]
    made = complete(
        {"type": "list", "items": items}, {"type": "table", "rows": [[{"html": "x", **RTL}, {"html": "y"}]]}
    )
    assert made[0]["items"][0]["items"] == [{"html": "y", "dir": "ltr"}]
    assert made[0]["html"] == '<ul><li lang="ar" dir="rtl">x<ul><li dir="ltr">y</li></ul></li></ul>'
    assert made[1]["html"] == '<table><tbody><tr><td lang="ar" dir="rtl">x</td><td>y</td></tr></tbody></table>'
    assert send_back(made) == made


@pytest.mark.parametrize("html", ["<p dir=rtl>x</p>", "<h3 dir=rtl>x</h3>", "<blockquote dir=rtl>x</blockquote>"])
def test_a_block_says_what_its_html_says(html: str) -> None:
    kind = {"p": "paragraph", "h": "heading", "b": "quote"}[html[1]]
    assert said(complete({"type": kind, "html": html})[0]) == {"dir": "rtl"}
    assert said(complete({"type": kind, "html": html, "dir": "ltr"})[0]) == {"dir": "ltr"}


@pytest.mark.parametrize("field", ["lang", "dir"])
def test_a_bad_value_is_refused_with_its_place(field: str) -> None:
    bad = {field: "en us"}
    table = {"type": "table", "rows": [[{"html": "x"}, {"html": "y", **bad}]]}
    nested = {"type": "list", "items": [{"html": "x", "items": [{"html": "y", **bad}]}]}
    with pytest.raises(InvalidInput) as refused:
        complete({"type": "paragraph", "html": "x", **bad}, table, nested)
    assert [(error.pointer, error.code) for error in refused.value.errors] == [
        (f"/blocks/0/{field}", "invalid_value"),
        (f"/blocks/1/rows/0/1/{field}", "invalid_value"),
        (f"/blocks/2/items/0/items/0/{field}", "invalid_value"),
    ]


def test_an_edit_of_the_text_keeps_what_it_leaves_alone_and_is_said_to_be_inexact() -> None:
    blocks = read("<p lang=ar dir=rtl>One.</p><p>Two.</p><ul dir=rtl><li>x<li>y</ul>")
    text, is_exact = render_markdown(blocks)
    assert not is_exact
    assert render_markdown(blocks[1:2]) == ("Two.", True)
    edited = parse_markdown(text.replace("Two", "Three"), new_id=counted_ids())
    assert [block["html"] for block in keep_formatting(blocks, edited)] == [
        '<p lang="ar" dir="rtl">One.</p>',
        "<p>Three.</p>",
        '<ul dir="rtl"><li>x</li><li>y</li></ul>',
    ]


spoken = st.sampled_from(["", "", " dir=rtl", " dir=ltr", " dir=auto", " lang=ar", " lang=fa dir=rtl", " lang=x dir=y"])
words = st.sampled_from(
    ["x", "x <b lang=fr>y</b>", "<span dir=rtl>x</span> y", "<bdi>x</bdi>", "<i>x <q lang=la>y</q></i>"]
)


@pytest.mark.parametrize("tag", ["<bdi>", "<q lang=fr>", "<span dir=rtl>", "<time lang=a>"])
def test_text_of_nothing_but_languages_within_each_other_grows_in_proportion(tag: str) -> None:
    html = f"{tag}x<p>" * 50
    body = render_html(read(html))
    assert body.count("x") == 50
    assert body.count("<span") <= 4 * 50  # what goes on in the next part, and its own; 680 when all went on
    assert read(body) == read(html)


lines = st.builds("<p{}>{}</p>".format, spoken, words)
list_items = st.builds("<li{}>{}".format, spoken, words | lines | st.builds("{}{}".format, lines, lines))
lists = st.builds("<ul{}>{}<ul{}>{}</ul>{}</ul>".format, spoken, list_items, spoken, list_items, list_items)
quotes = st.builds("<blockquote{}>{}{}<footer>Jane</footer></blockquote>".format, spoken, lines, lines)
rows = st.builds("<tr><th{}>{}<td{}>{}".format, spoken, words, spoken, lines)
tables = st.builds("<table{}>{}{}</table>".format, spoken, rows, rows)
figures = st.builds(
    "<figure{}><img{} src=https://e.org/a.jpg alt=x><figcaption{}>y</figcaption></figure>".format,
    spoken,
    spoken,
    spoken,
)
headings = st.builds("<h2{}>{}</h2>".format, spoken, words)
pages = st.lists(
    st.builds("<div{}>{}".format, spoken, lines | lists | quotes | tables | figures | headings)
    | st.just("</div>")
    | lines
    | lists,
    max_size=6,
).map("".join)


@settings(max_examples=200, deadline=None)
@given(pages)
def test_blocks_are_the_same_again_through_html_and_as_they_are(html: str) -> None:
    blocks = read(html)
    body = render_html(blocks)
    assert read(body) == blocks
    assert send_back(blocks) == blocks
    assert [violations(block["html"]) for block in blocks] == [[]] * len(blocks)
