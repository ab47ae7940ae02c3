"""Tables and code of a body become regions that scroll by keyboard, whatever else the body has."""

from __future__ import annotations

import itertools

from app.content import parse_html, render_html
from app.web.scrollable_parts import scrollable
from app.web.words import Catalogue
from tests.content.oracle import counted_ids
from tests.growth import HTML, Work, faults, mixed_pieces, single_pieces

REGION = ' role="group" aria-label="Table" data-say-label="table" tabindex="0"'
ENGLISH = Catalogue().words_for("en")


def _drawn(html: str) -> str:
    return str(scrollable(html, ENGLISH))


def _body(html: str) -> str:
    return render_html(parse_html(html, new_id=counted_ids()))


def test_a_table_stands_in_a_region_and_code_is_one() -> None:
    table, code = "<table><tbody><tr><td>1</td></tr></tbody></table>", '<pre data-language="py"><code>x</code></pre>'
    assert _drawn(f"<p>a</p>\n{table}") == f'<p>a</p>\n<div class="scroller"{REGION}>{table}</div>'
    named = REGION.replace("Table", "Code").replace("table", "code")
    assert _drawn(code) == f'<pre data-language="py"{named}><code>x</code></pre>'
    assert _drawn("<p>a &lt;table&gt; and “pre”</p>") == "<p>a &lt;table&gt; and “pre”</p>"
    assert scrollable(None, ENGLISH) == ""


def test_names_are_escaped() -> None:
    words = Catalogue({"de": {"code": '"><b>'}}).words_for("de")
    assert 'aria-label="&#34;&gt;&lt;b&gt;"' in scrollable("<pre></pre>", words)


def test_what_looks_like_a_table_within_an_attribute_is_none() -> None:
    for words in ("<table onerror=x>", "<pre onclick=x>", "</table>", "a > <table>"):
        html = _body(f"<p>a</p><img src='https://pictures.example/a.jpg' alt='{words}'>")
        assert _drawn(html) == html
    raw = '<img alt="<table onerror=x>"><img alt="</table>">'
    assert _drawn(raw) == raw


def test_it_takes_time_that_grows_with_the_length_of_what_was_made_safe() -> None:
    work: Work = lambda text: _drawn(_body(text))  # noqa: E731 - what is measured, in the words of growth.py
    some = itertools.islice(single_pieces(HTML), 0, None, 12)
    assert faults(work, itertools.chain(some, mixed_pieces(HTML, seed=19, count=2))) == []
