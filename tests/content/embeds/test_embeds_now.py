"""Embeds that were stored before there were frames, or with other providers, are those that are written today."""

from __future__ import annotations

import json
from typing import Any

from app.content import parse_markdown, render_html, render_retracted_html
from app.content.builders import embed, link_card, paragraph
from app.content.embeds.provider_file import read_providers
from app.content.embeds.providers import providers_in_use, use_providers
from app.content.embeds_now import understand_embeds
from app.wire.encoding import EncodedEntry, encode_json, encode_stored
from tests.content.embeds.own_provider import PEERTUBE
from tests.content.oracle import counted_ids

FILM = "https://www.youtube.com/watch?v=dQw4w9WgXcQ"
OLD_FILM: dict[str, Any] = {
    "id": "b2",
    "type": "embed",
    "url": FILM,
    "provider": "youtube",
    "title": "A <film>",
    "ratio": "16/9",
    "html": f'<figure class="lb-embed" data-provider="youtube" data-url="{FILM}" data-ratio="16/9">'
    f'<a href="{FILM}" rel="noopener">A &lt;film&gt;</a></figure>',
}
"""As a release before frames has stored it."""

TEXT: dict[str, Any] = {"id": "b1", **paragraph("Look:")}


def test_an_embed_of_before_frames_is_one_of_today() -> None:
    blocks, html = understand_embeds([TEXT, OLD_FILM], render_html([TEXT, OLD_FILM]))
    today: dict[str, Any] = {"id": "b2", **embed(FILM, title="A <film>")}
    assert blocks == [TEXT, today]
    assert html == render_html([TEXT, today])
    assert today["frame"] == "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ"


def test_its_language_and_its_retraction_stay() -> None:
    spoken = OLD_FILM | {"lang": "de", "html": OLD_FILM["html"].replace("<figure", '<figure lang="de"')}
    blocks, html = understand_embeds([spoken], render_retracted_html([spoken], "Not so."))
    assert blocks[0]["lang"] == "de"
    assert html == render_retracted_html(blocks, "Not so.")
    assert 'lang="de"' in html
    assert "data-frame" in html


def test_what_is_of_today_is_not_touched() -> None:
    blocks = parse_markdown(f"Look:\n\n{FILM}\n\nAgain:\n\n{FILM}", new_id=counted_ids())
    shown, html = understand_embeds(blocks, render_html(blocks))
    assert shown is blocks
    entry = EncodedEntry(b"{}", encode_stored(html), encode_stored(blocks), b'""')
    assert entry.as_shown(b"https://cdn.example/") is entry


def test_an_operators_new_provider_counts_for_what_was_written_before_and_one_taken_out_is_a_card() -> None:
    use_providers(read_providers(PEERTUBE), tag=".p1")
    assert providers_in_use().tag == ".p1"
    written = {"id": "b1", **embed("https://video.example/w/abc")}
    use_providers(read_providers(PEERTUBE.replace("16/9", "4/3")))
    (changed,), html = understand_embeds([written], render_html([written]))
    assert changed["ratio"] == "4/3"
    assert html == changed["html"] != written["html"]
    use_providers()
    (card,), html = understand_embeds([written], render_html([written]))
    assert not {"frame", "ratio", "height"} & card.keys()
    assert "data-frame" not in html
    assert "video.example/w/abc" in html
    assert understand_embeds([card], html)[0] == [card]


def test_the_card_of_an_address_alone_is_an_embed_once_its_provider_is_known() -> None:
    (alone,) = parse_markdown("https://video.example/w/abc", new_id=counted_ids())
    told = {"id": "b2", **link_card("https://video.example/w/abc", title="The film", description="In full")}
    assert alone["type"] == "link_card"
    use_providers(read_providers(PEERTUBE))
    blocks, html = understand_embeds([alone, told], render_html([alone, told]))
    assert blocks == [{"id": alone["id"], **embed("https://video.example/w/abc")}, told]
    assert html == render_html(blocks)


def test_an_entry_is_sent_with_its_embeds_of_today_and_its_media() -> None:
    stored = [TEXT, OLD_FILM, {"id": "b3", **paragraph('"type":"embed" is a text here')}]
    fields = b'{"avatar":"\x1amedia:a1/b.webp"}'
    entry = EncodedEntry(fields, encode_json(render_html(stored)), encode_json(stored), b'""')
    shown = entry.as_shown(b"https://cdn.example/")
    assert json.loads(shown.fields) == {"avatar": "https://cdn.example/a1/b.webp"}
    assert json.loads(shown.blocks)[1]["frame"] in json.loads(shown.body_html)
    assert (json.loads(shown.blocks)[0], json.loads(shown.blocks)[2]) == (stored[0], stored[2])
