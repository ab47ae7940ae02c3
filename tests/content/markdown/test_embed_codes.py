"""Embed codes as sites have people copy them, pasted into a text: each is the embed it stands for."""

from __future__ import annotations

import pytest

from app.content import parse_html, parse_markdown
from tests.content.oracle import counted_ids
from tests.growth import fault_of, repeated

TWEET = (
    '<blockquote class="twitter-tweet"><p lang="en" dir="ltr">Polls\nhave closed</p>&mdash; A (@a) '
    '<a href="https://twitter.com/a/status/12345?ref_src=twsrc%5Etfw">1 May</a></blockquote> '
    '<script async src="https://platform.twitter.com/widgets.js" charset="utf-8"></script>'
)
CODES = {
    TWEET: "https://twitter.com/a/status/12345?ref_src=twsrc%5Etfw",
    '<iframe width="560" src="https://www.youtube.com/embed/dQw4w9WgXcQ?si=x" title="A film"></iframe>': (
        "https://www.youtube.com/watch?v=dQw4w9WgXcQ"
    ),
    '<div class="flourish-embed" data-src="visualisation/123"><script src="https://x.example/e.js"></script></div>': (
        "https://public.flourish.studio/visualisation/123"
    ),
    '<div id="datawrapper-vis-AbC12"><script src="https://datawrapper.dwcdn.net/AbC12/embed.js"></script></div>': (
        "https://datawrapper.dwcdn.net/AbC12/"
    ),
    '<div class="fb-post" data-href="https://www.facebook.com/a/posts/1"></div>': "https://www.facebook.com/a/posts/1",
}


@pytest.mark.parametrize("code", CODES)
def test_an_embed_code_in_a_text_is_its_embed(code: str) -> None:
    blocks = parse_markdown(f"Before.\n\n{code}\n\nAfter.", new_id=counted_ids())
    assert [(block["type"], block.get("url")) for block in blocks] == [
        ("paragraph", None),
        ("embed", CODES[code]),
        ("paragraph", None),
    ]
    assert [block["url"] for block in parse_html(code, new_id=counted_ids())] == [CODES[code]]


@pytest.mark.parametrize(
    "text",
    [
        "<iframe src='javascript:alert(1)'></iframe>",
        "<iframe src='https://evil.example/x'></iframe>",
        '<div class="fb-post" data-href="https://evil.example/posts/1"></div>',
        "<div>words</div>",
        f"Words first: {TWEET}",
    ],
)
def test_any_other_html_in_a_text_is_text(text: str) -> None:
    blocks = parse_markdown(text, new_id=counted_ids())
    assert {block["type"] for block in blocks} == {"paragraph"}
    assert "&lt;" in blocks[0]["html"]


def test_codes_of_nothing_cost_as_they_are_long() -> None:
    for piece in ("<iframe \n", "<div class=fb-post>\n", "<blockquote class=twitter-tweet>\n"):
        assert fault_of(lambda text: parse_markdown(text, new_id=counted_ids()), repeated(piece)) is None
