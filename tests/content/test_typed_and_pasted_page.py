"""A small news site's live page goes in and comes out to the letter."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.content import Block, complete_blocks, parse_html, parse_markdown, parse_plain, render_html, render_text
from tests.content.oracle import counted_ids

UPDATE = (
    "“We will not be moved,” the minister said on Tuesday 3 March – her first statement since the vote.\n\n"
    "‘It’s a question of trust’ — that is how one aide put it. Turnout was 67.4\u00a0%, up from 61\u00a0%; "
    "£1.2bn (€1.4bn) is at stake… #Budget2026 @minister 🇪🇺\n\n"
    "Some background: the talks began in 2019/20, collapsed twice & resumed in “secret” on 14–15 May.\n\n"
    "قال الوزير: «لن نتراجع» 5 * 3 < 16"
)


@pytest.mark.parametrize("parse", [parse_plain, parse_markdown])
def test_an_update_typed_as_text_is_shown_to_the_letter(parse: Callable[..., list[Block]]) -> None:
    assert render_text(parse(UPDATE, new_id=counted_ids())) == UPDATE


def test_an_update_pasted_as_html_is_shown_to_the_letter() -> None:
    html = "\n".join(f"<p>{part}</p>" for part in UPDATE.replace("&", "&amp;").replace("<", "&lt;").split("\n\n"))
    blocks = parse_html(html, new_id=counted_ids())
    assert render_text(blocks) == UPDATE
    assert render_html(blocks) == html


def test_a_bold_run_in_stays_within_its_paragraph() -> None:
    text = "**Some background:** The talks began in 2019."
    html = "<p><strong>Some background:</strong> The talks began in 2019.</p>"
    assert render_html(parse_markdown(text, new_id=counted_ids())) == html
    bold = "<p><b>Some background:</b> The talks began in 2019.</p>"
    assert render_html(parse_html(bold, new_id=counted_ids())) == bold


def test_the_lead_picture_has_its_caption_and_its_agency() -> None:
    written = {
        "type": "image",
        "url": "https://media.example.org/lead.jpg",
        "alt": "A crowd in front of “the House”",
        "caption": "Protesters – some 5,000 – on Tuesday’s march",
        "credit": "Photograph: Jane Doe/AFP & Getty",
    }
    block = complete_blocks([written], new_id=counted_ids())[0]
    assert {name: block[name] for name in written} == written
    assert block["html"] == (
        '<figure class="lb-image"><img src="https://media.example.org/lead.jpg" alt="A crowd in front of “the House”" '
        'loading="lazy" decoding="async"><figcaption>Protesters – some 5,000 – on Tuesday’s march '
        "<cite>Photograph: Jane Doe/AFP &amp; Getty</cite></figcaption></figure>"
    )
