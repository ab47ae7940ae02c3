"""What is pasted from word processors, mail programs and pages is what was seen there."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.content import complete_blocks, parse_html, render_html, render_text
from tests.content.clipboard import CLIPBOARD
from tests.content.oracle import counted_ids, violations


@pytest.mark.parametrize("program", CLIPBOARD)
def test_what_is_pasted_is_what_was_seen(program: str) -> None:
    pasted, body = CLIPBOARD[program]
    blocks = parse_html(pasted, new_id=counted_ids())
    assert [block["html"] for block in blocks] == body
    assert [violations(block["html"]) for block in blocks] == [[]] * len(blocks)
    assert complete_blocks(blocks, new_id=counted_ids()) == blocks


@pytest.mark.parametrize(
    ("html", "body"),
    [
        ('<b style="font-weight:normal">a</b>', "<p>a</p>"),
        ('<b style="font-weight: 400 !important">a</b>', "<p>a</p>"),
        ('<strong style="FONT-WEIGHT:NORMAL">a</strong>', "<p>a</p>"),
        ('<i style="font-style:normal">a</i> <em style="font-style:normal">b</em>', "<p>a b</p>"),
        ('<u style="text-decoration:none">a</u> <s style="text-decoration:none">b</s>', "<p>a b</p>"),
        ('<sup style="vertical-align:baseline">a</sup>', "<p>a</p>"),
        ('<span style="font-weight:600">a</span><span style="font-weight:500">b</span>', "<p><b>a</b>b</p>"),
        ('<span style="font-weight:bolder;font-style:oblique 10deg">a</span>', "<p><b><i>a</i></b></p>"),
        ('<span style="text-decoration: underline line-through red">a</span>', "<p><u><s>a</s></u></p>"),
        (
            '<span style="vertical-align:super">a</span><font style="vertical-align:sub">b</font>',
            "<p><sup>a</sup><sub>b</sub></p>",
        ),
        ('<b>a <span style="font-weight:normal">b</span> c</b> d', "<p><b>a </b>b<b> c</b> d</p>"),
        (
            '<b>a <strong>x <span style="font-weight:400">b</span></strong> c</b>',
            "<p><b>a <strong>x </strong></b>b<b> c</b></p>",
        ),
        ('<p style="font-weight:bold">a<p>b', "<p><b>a</b></p>|<p>b</p>"),
        ('<div style="font-style:italic">a<p>b</p></div>c', "<p><i>a</i></p>|<p><i>b</i></p>|<p>c</p>"),
        ('<ul><li style="font-weight:700">a<li>b</ul>c', "<ul><li><b>a</b></li><li>b</li></ul>|<p>c</p>"),
        (
            '<ul><li style="font-weight:700">a<ul><li>b</ul></li><li>c</ul>',
            "<ul><li><b>a</b><ul><li><b>b</b></li></ul></li><li>c</li></ul>",
        ),
        (
            '<table><tr><td style="font-weight:700">a<td>b<tr><td>c</table>d',
            "<table>…<b>a</b></td><td>b</td></tr><tr><td>c…|<p>d</p>",
        ),
        ('<h2 style="font-weight:bold"><span style="font-weight:700">a</span></h2>', "<h2>a</h2>"),
        (
            'x <a href="https://e.org/" style="text-decoration:underline">a</a>',
            '<p>x <a href="https://e.org/" rel="noopener">a</a></p>',
        ),
        ('<p role="heading" aria-level="3">a</p>b', "<h3>a</h3>|<p>b</p>"),
        ('<img style="vertical-align:sub" src=https://e.org/a><p>x', "…|<p>x</p>"),
        (
            "<tt>a</tt> <kbd>b</kbd> <samp>c</samp> <ins>d</ins>",
            "<p><code>a</code> <code>b</code> <code>c</code> <u>d</u></p>",
        ),
        ("<xml><w:View>Normal</w:View></xml><p>a", "<p>a</p>"),
    ],
)
def test_a_style_says_what_a_tag_is(html: str, body: str) -> None:
    found = [block["html"] for block in parse_html(html, new_id=counted_ids())]
    for written, expected in zip(found, body.split("|"), strict=True):
        for part in expected.split("…"):
            assert part in written
        assert "…" in expected or written == expected


@pytest.mark.parametrize(
    ("marker", "list_of"),
    [
        *((marker, "ul") for marker in ("·", "o", "§", "-", "–", "•", "\uf0b7", "v", "Ø", "")),
        *((marker, "ol") for marker in ("1.", "1)", "(1)", "a.", "iv.", "IV)", "A.", "1.1", "1.1.", "一、", "１．")),
    ],
)
def test_a_marker_tells_whether_a_list_is_numbered(marker: str, list_of: str) -> None:
    ignored = f"<span style='mso-list:Ignore'>{marker}<span>&nbsp;&nbsp;</span></span>"
    html = "".join(f"<p style='mso-list:l0 level1 lfo1'>{ignored}{text}</p>" for text in "ab")
    body = render_html(parse_html(html, new_id=counted_ids()))
    assert body == f"<{list_of}><li>a</li><li>b</li></{list_of}>"


def test_blocks_that_are_sent_have_their_styles_read_too() -> None:
    inner = '<b style="font-weight:normal">a <span style="font-weight:700">b</span></b>'
    blocks = complete_blocks(
        [
            {"type": "paragraph", "html": inner},
            {"type": "list", "items": [{"html": inner}]},
            {"type": "table", "rows": [[{"html": inner}]]},
            {"type": "heading", "html": f"<h2>{inner}</h2>"},
        ],
        new_id=counted_ids(),
    )
    assert [block["html"].count("a <b>b</b>") for block in blocks[:3]] == [1, 1, 1]


def _words(text: str) -> list[str]:
    return [word for word in text.split() if word.isalnum()]


PIECES = [
    *(
        "<p style='mso-list:l0 level1 lfo1'>",
        "<p style='mso-list:l1 level3 lfo2'>",
        "<p class=MsoListParagraph>",
        "</p>",
    ),
    *(
        "<span style='mso-list:Ignore'>",
        "<span style='font-weight:700'>",
        "<span>",
        "</span>",
        "<b>",
        "</b>",
        "&nbsp;",
        "·",
    ),
    *(
        "<b style='font-weight:normal'>",
        "<ul>",
        "</ul>",
        "<ol start=3>",
        "</ol>",
        "<li>",
        "<li data-listid=1>",
        "</li>",
    ),
    *("<li data-listid=1 data-aria-level=2>", "<table>", "<td>", "</table>", "<div>", "</div>", "<h2>", "</h2>", "<p>"),
    *(
        "<i style='font-style:normal'>",
        "</i>",
        "<p style='font-weight:bold'>",
        "<a href=https://e.org/>",
        "</a>",
        "<br>",
    ),
    *("<div style='white-space:pre;font-family:mono'>", "<blockquote style='border:none'>", "</blockquote>", "<hr>"),
]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PIECES) | st.integers(1, 999).map(lambda number: f" word{number} "), max_size=25))
def test_no_word_is_lost_however_the_pieces_are_mixed(pieces: list[str]) -> None:
    html = "".join(pieces)
    blocks = parse_html(html, new_id=counted_ids())
    if "mso-list:Ignore" not in html:
        wanted = [piece.strip() for piece in pieces if piece.startswith(" word")]
        assert sorted(_words(render_text(blocks))) == sorted(wanted)
    assert [violations(block["html"]) for block in blocks] == [[]] * len(blocks)
    assert complete_blocks(blocks, new_id=counted_ids()) == blocks
