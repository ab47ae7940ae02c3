"""oEmbed: pages of ours, told by their addresses, as the specification (oembed.com, 1.0) says."""

from __future__ import annotations

import re
from html import unescape
from typing import Any
from urllib.parse import quote

import pytest
from lxml import etree

from tests.api.server import PUBLIC_URL, Server
from tests.api.sites import EVENING, HOME, made

pytestmark = pytest.mark.anyio

PICTURE = {"url": "https://pictures.example/a.jpg", "alt": "A tree", "width": 1280, "height": 720}
FAR = "2100-01-01T00:00:00Z"


async def _asked(server: Server, url: str, **more: Any) -> Any:
    return await server.client.get("/oembed", params={"url": url, **more})


async def _told(server: Server, url: str, **more: Any) -> dict[str, Any]:
    """What is told of an address, checked by what the specification demands of every answer."""
    reply = await _asked(server, url, **more)
    assert reply.status_code == 200, reply.text
    assert reply.headers["content-type"] == "application/json"
    told: dict[str, Any] = reply.json()
    assert told["version"] == "1.0"
    assert None not in told.values()
    assert not {"thumbnail_url", "thumbnail_width", "thumbnail_height"} & told.keys() or (
        {"thumbnail_url", "thumbnail_width", "thumbnail_height"} <= told.keys()
    )
    if told["type"] == "rich":
        assert isinstance(told["width"], int)
        assert isinstance(told["height"], int)
        assert told["width"] <= more.get("maxwidth", 10_000)
        assert told["height"] <= more.get("maxheight", 10_000)
        frame = re.fullmatch(
            r'<iframe src="([^"]+)" width="(\d+)" height="(\d+)" title="([^"]*)" style="[^"]*" loading="lazy" '
            r"allowfullscreen></iframe>",
            told["html"],
        )
        assert frame is not None
        assert (int(frame[2]), int(frame[3])) == (told["width"], told["height"])
        told["frame"], told["frame title"] = unescape(frame[1]), unescape(frame[4])
    xml = await _asked(server, url, format="xml", **more)
    assert (xml.status_code, xml.headers["content-type"]) == (200, "text/xml; charset=utf-8")
    document = etree.fromstring(xml.content)
    assert document.tag == "oembed"
    assert {each.tag: each.text for each in document} == {name: str(value) for name, value in reply.json().items()}
    return told


async def test_a_story_and_an_entry_are_found_by_their_pages_and_shown_in_a_frame(server: Server) -> None:
    story = await server.story(
        'A <b>& "night"', slug="выборы", authors=[{"name": "Ada"}, {"name": "Zoë"}], image=PICTURE
    )
    entry = await server.post(story["id"], "Seen.", headline='One & "two" <three>')
    pages = {
        f"{PUBLIC_URL}/stories/%D0%B2%D1%8B%D0%B1%D0%BE%D1%80%D1%8B": 'A <b>& "night"',
        f"{PUBLIC_URL}/stories/%D0%B2%D1%8B%D0%B1%D0%BE%D1%80%D1%8B/entries/{entry['id']}": 'One & "two" <three>',
    }
    for page, title in pages.items():
        html = (await server.client.get(page)).text
        found = re.findall(r'<link rel="alternate" type="(\w+/\w+)\+oembed" title="([^"]*)" href="([^"]+)">', html)
        assert [(kind, unescape(named)) for kind, named, _ in found] == [
            ("application/json", title),
            ("text/xml", title),
        ]
        for _, _, address in found:
            assert (await server.client.get(unescape(address))).status_code == 200
        told = await _told(server, page)
        assert (told["title"], told["frame title"], told["type"]) == (title, title, "rich")
        assert told["frame"] == f"{page}?embed"
        assert told["author_name"] == "Ada, Zoë"
        assert (told["provider_name"], told["provider_url"]) == ("The Post", f"{PUBLIC_URL}/")
        assert (told["thumbnail_url"], told["thumbnail_width"]) == (PICTURE["url"], 1280)
        shown = await server.client.get(told["frame"])
        assert shown.status_code == 200
        assert "masthead" not in shown.text
        small = await _told(server, page, maxwidth=300, maxheight=200)
        assert (small["width"], small["height"]) == (300, 200)
        large = await _told(server, page, maxwidth=5_000, maxheight=5_000)
        assert (large["width"], large["height"]) == (told["width"], told["height"])


async def test_every_address_of_a_page_is_understood(server: Server) -> None:
    story = await server.story(slug="night")
    entry = await server.post(story["id"], "Seen.")
    await server.story(slug="other")
    reply = await server.admin.patch(f"/v1/stories/{story['id']}", json={"slug": "day"}, headers={"If-Match": "*"})
    assert reply.is_success
    own = f"{PUBLIC_URL}/stories/day"
    of_story = [own, f"{own}/", f"{own}?embed", f"{own}#entry-x", f"{PUBLIC_URL}/stories/night"]
    of_story += [f"{PUBLIC_URL}/stories/{story['id']}", own.replace("https:", "http:"), own.replace("live", "LIVE")]
    for url in of_story:
        assert (await _told(server, url))["url"] == own, url
    page = f"{own}/entries/{entry['id']}"
    for url in (page, f"{page}/", f"{page}?embed", f"{own}?entry={entry['id']}#entry-{entry['id']}"):
        assert (await _told(server, url))["url"] == page, url


@pytest.mark.parametrize(
    "url",
    [
        "https://elsewhere.example/stories/night",
        "https://live.example.evil.example/stories/night",
        "https://live.example@evil.example/stories/night",
        f"{PUBLIC_URL}:8443/stories/night",
        f"{PUBLIC_URL}/",
        f"{PUBLIC_URL}/stories",
        f"{PUBLIC_URL}/stories/",
        f"{PUBLIC_URL}/stories/night/fragment",
        f"{PUBLIC_URL}/stories/night/feed.atom",
        f"{PUBLIC_URL}/v1/stories/night",
        f"{PUBLIC_URL}/stories/unknown",
        f"{PUBLIC_URL}/stories/night/entries/unknown",
        f"{PUBLIC_URL}/stories/night?entry=unknown",
        f"{PUBLIC_URL}/stories/%00",
        f"{PUBLIC_URL}/stories/%FF",
        f"{PUBLIC_URL}/stories/..%2Fnight",
        f"{PUBLIC_URL}/stories/night?{'&'.join('a=b' for _ in range(200))}",
        "javascript:alert(1)//live.example/stories/night",
        "/stories/night",
        "https://[/stories/night",
        "",
    ],
)
async def test_what_is_no_page_of_ours_is_not_found(server: Server, url: str) -> None:
    await server.story(slug="night")
    reply = await _asked(server, url)
    assert reply.status_code == 404, reply.text


async def test_only_json_and_xml_are_made_of_it(server: Server) -> None:
    await server.story(slug="night")
    reply = await _asked(server, f"{PUBLIC_URL}/stories/night", format="yaml")
    assert (reply.status_code, reply.json()["code"]) == (501, "format_unknown")
    for wrong in ({"maxwidth": "0"}, {"maxheight": "-1"}, {"maxwidth": "wide"}):
        assert (await _asked(server, f"{PUBLIC_URL}/stories/night", **wrong)).status_code == 422
    assert (await server.client.get("/oembed")).status_code == 422


async def test_what_is_hidden_is_what_there_never_was_and_what_was_taken_back_is_gone(server: Server) -> None:
    hidden = await server.story(slug="hidden", status="draft")
    night = await server.story(slug="night")
    draft = await server.post(night["id"], "Secret.", status="draft")

    async def answer(path: str) -> tuple[int, str]:
        reply = await _asked(server, f"{PUBLIC_URL}/stories/{path}")
        return reply.status_code, reply.json().get("code", "")

    unknown = "c2b9f1d4-5e6a-4c8b-9d7e-0a1b2c3d4e5f"
    assert await answer("hidden") == await answer(hidden["id"]) == await answer("nowhere") == (404, "story_not_found")
    assert await answer(f"night/entries/{draft['id']}") == await answer(f"night/entries/{unknown}")
    entry = await server.post(night["id"], "Seen.")
    assert (await answer(f"night/entries/{entry['id']}"))[0] == 200
    await server.act("remove", entry)
    assert await answer(f"night/entries/{entry['id']}") == (410, "entry_gone")
    reply = await server.admin.patch(
        f"/v1/stories/{night['id']}", json={"status": "withdrawn"}, headers={"If-Match": "*"}
    )
    assert reply.is_success
    assert await answer("night") == (410, "story_withdrawn")


async def test_a_page_is_that_of_its_own_site_whichever_host_is_asked(server: Server) -> None:
    await made(server, frame_ancestors=[])
    story = await server.story(slug="evening", site=EVENING["slug"])
    assert story["slug"] == "evening"
    for at in (PUBLIC_URL, HOME):
        reply = await server.client.get(
            f"{at}/oembed?url={quote(f'{HOME}/stories/evening', safe='')}", headers={"host": at[8:]}
        )
        told = reply.json()
        assert (told["provider_name"], told["url"]) == (EVENING["name"], f"{HOME}/stories/evening")
        assert told["type"] == "link", "no page may have it in a frame"
        assert "html" not in told
        wrong = await server.client.get(
            f"{at}/oembed?url={quote(f'{PUBLIC_URL}/stories/evening', safe='')}", headers={"host": at[8:]}
        )
        assert wrong.status_code == 404


async def test_any_page_may_ask_and_a_cache_may_keep_it(server: Server) -> None:
    await server.story(slug="night")
    reply = await _asked(server, f"{PUBLIC_URL}/stories/night")
    again = await server.client.get(reply.request.url, headers={"If-None-Match": reply.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    read = await server.client.get(reply.request.url, headers={"origin": "https://blog.example"})
    assert read.headers["access-control-allow-origin"] == "*"
