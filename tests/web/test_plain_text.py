"""The words of a body in one line, as search engines, cards and titles have them."""

from __future__ import annotations

import pytest

from app.web.rendering import plain_text


@pytest.mark.parametrize(
    ("html", "words"),
    [
        ("<p>Line one<br>Line two</p><p>Another.</p>", "Line one Line two Another."),
        (
            "<table><caption>Seats</caption><thead><tr><th>Party</th><th>Seats</th></tr></thead>"
            "<tbody><tr><td>Greens</td><td>34</td></tr></tbody></table>",
            "Seats Party Seats Greens 34",
        ),
        (
            "<figure><img src='a'><figcaption>A caption <cite>Ann</cite></figcaption></figure><p>Next</p>",
            "A caption Ann Next",
        ),
        ("<ul><li>One</li><li>Two</li></ul><h2>Three</h2><pre>four</pre>", "One Two Three four"),
        ("<p>By <cite>Ann</cite>, <em>late</em>r</p>", "By Ann, later"),
    ],
)
def test_what_stands_apart_is_apart_and_what_is_one_word_stays_one(html: str, words: str) -> None:
    assert plain_text(html) == words
