"""Blocks that the server made are accepted as it sent them, through the real API."""

from __future__ import annotations

import pytest

from app.content.block_limits import MAX_ADDRESS_LENGTH, MAX_LINE_LENGTH, MAX_LIST_START, MAX_PARAGRAPHS_LENGTH
from tests.api.server import Server

pytestmark = pytest.mark.anyio

LONG = "word " * (MAX_PARAGRAPHS_LENGTH // 5) + "end"
BODIES = {
    "a picture wider than any screen": "<img src=https://e.org/a.jpg alt=x width=50000 height=200001>",
    "a film wider than any screen": "<video src=https://e.org/v.mp4 width=50000 height=50000></video>",
    "a long heading, and one of two lines": f"<h2>{LONG[:MAX_LINE_LENGTH]}x</h2><h2>a<br>b</h2>",
    "a quote with an attribution of two lines": "<blockquote>q<footer>Jane<br>mayor</footer></blockquote>",
    "a quote with a long attribution": f"<blockquote>q<footer>{LONG}</footer></blockquote>",
    "long texts of a picture": f"<figure><img src=https://e.org/a.jpg alt='{LONG}'><figcaption>{LONG}<cite>{LONG}",
    "a long address alone": f"<p>{'https://e.org/'.ljust(MAX_ADDRESS_LENGTH, 'a')}</p>",
    "a long post": f"<blockquote class=twitter-tweet>{LONG}<a href=https://x.com/a/status/12345>d</a></blockquote>",
    "a long list that begins late": f"<ol start={MAX_LIST_START}>{'<li>x' * 600}</ol>",
    "a long and a wide table": f"<table>{'<tr><td>x' * 650}</table><table><tr>{'<td>x' * 650}</table>",
    "control characters": "<pre>a&#12;b</pre><a href=https://e.org title='a&#12;&#13;b'>c</a> d",
}


@pytest.mark.parametrize("html", BODIES.values(), ids=BODIES.keys())
async def test_what_was_written_as_html_is_accepted_as_blocks_and_stays_the_same(server: Server, html: str) -> None:
    await server.story(slug="election")
    entry = (await server.driver.post("/v1/stories/election/entries", json={"html": html})).json()
    where = f"/v1/newsroom/stories/election/entries/{entry['id']}"
    before = (await server.driver.get(where)).json()
    edited = await server.driver.patch(
        f"/v1/stories/election/entries/{entry['id']}", json={"blocks": before["blocks"]}, headers={"if-match": "*"}
    )
    assert edited.status_code == 200, edited.text
    after = (await server.driver.get(where)).json()
    assert after["blocks"] == before["blocks"] == edited.json()["blocks"]
    assert after["body_html"] == before["body_html"]


async def test_what_is_too_complex_to_be_sent_back_is_refused_in_either_form(server: Server) -> None:
    await server.story(slug="election")
    bodies = {"html": ">" * 20_001, "blocks": [{"type": "paragraph", "html": ">" * 20_001}]}
    for name, body in bodies.items():
        reply = await server.driver.post("/v1/stories/election/entries", json={name: body})
        assert (reply.status_code, reply.json()["code"]) == (422, "invalid")
        assert [(error["pointer"], error["code"]) for error in reply.json()["errors"]] == [(f"/{name}", "too_complex")]
