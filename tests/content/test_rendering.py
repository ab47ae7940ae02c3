"""The forms an entry is read in."""

from __future__ import annotations

import pytest

from app.content import (
    complete_blocks,
    parse_html,
    parse_markdown,
    render_html,
    render_retracted_html,
    render_text,
    warnings_of,
)
from tests.content.oracle import counted_ids, violations

WHOLE = (
    "<h2>Head</h2><p>a <b>b</b><br>c</p><ul><li>x<ol><li>y</ol></ul><hr><blockquote>q<footer>Jane</footer></blockquote>"
    "<figure><img src=https://e.org/a.jpg alt=A><figcaption>Cap <cite>AFP</cite></figcaption></figure>"
    "<p>https://e.org/z</p><table><tr><th>h<tr><td>1</table>"
)


def test_the_html_of_a_body_is_that_of_its_blocks() -> None:
    blocks = parse_markdown("a\n\n---\n\nb", new_id=counted_ids())
    assert render_html(blocks) == "<p>a</p>\n<hr>\n<p>b</p>"
    assert render_html([]) == ""


def test_plain_text_tells_all_that_can_be_read() -> None:
    assert render_text(parse_html(WHOLE, new_id=counted_ids())) == (
        "Head\n\na b\nc\n\n- x\n  1. y\n\n---\n\nq\n— Jane\n\nCap\nAFP\n\nhttps://e.org/z\n\nh\n1"
    )


def test_plain_text_of_a_picture_without_a_caption_is_its_description() -> None:
    image = {"type": "image", "url": "https://e.org/a.jpg", "alt": "A square", "credit": "AFP"}
    assert render_text(complete_blocks([image], new_id=counted_ids())) == "A square\nAFP"


def test_a_retracted_body_opens_with_the_reason_and_strikes_every_text() -> None:
    html = render_retracted_html(parse_html(WHOLE, new_id=counted_ids()), "The agency\nwithdrew <it>.")
    assert violations(html) == []
    assert html.split("\n") == [
        '<p class="lb-retraction">The agency<br>withdrew &lt;it&gt;.</p>',
        "<h2><s>Head</s></h2>",
        "<p><s>a <b>b</b><br>c</s></p>",
        "<ul><li><s>x</s><ol><li><s>y</s></li></ol></li></ul>",
        "<hr>",
        '<figure class="lb-quote"><blockquote><p><s>q</s></p></blockquote>'
        "<figcaption><s>— Jane</s></figcaption></figure>",
        '<figure class="lb-image"><img src="https://e.org/a.jpg" alt="A" loading="lazy" decoding="async">'
        "<figcaption><s>Cap </s><cite><s>AFP</s></cite></figcaption></figure>",
        '<figure class="lb-link" data-url="https://e.org/z">'
        '<s><a href="https://e.org/z" rel="noopener">https://e.org/z</a></s></figure>',
        '<table><thead><tr><th scope="col"><s>h</s></th></tr></thead><tbody><tr><td><s>1</s></td></tr></tbody></table>',
    ]


@pytest.mark.parametrize(
    ("image", "warnings"),
    [
        ({"alt": "A square"}, []),
        ({"alt": "A square", "caption": "Cap"}, []),
        ({"caption": "Cap"}, ["alt_missing"]),
        ({"alt": " "}, ["alt_missing"]),
    ],
)
def test_a_picture_without_a_description_of_its_own_is_warned_of(image: dict[str, str], warnings: list[str]) -> None:
    written = {"type": "image", "url": "https://e.org/a.jpg", **image}
    assert warnings_of(complete_blocks([written, {"type": "divider"}], new_id=counted_ids())) == warnings
