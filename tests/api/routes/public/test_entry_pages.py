"""The page of one entry: its card, where it leads, and that it is there exactly while the entry is."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest

from tests.api.routes.public.full_stories import demo_story, entries_of, long_story
from tests.api.server import PUBLIC_URL, Server
from tests.api.sites import EVENING, HOME, made
from tests.pictures import require_decoder
from tests.web.discovery.read_back import read_data, read_page

pytestmark = pytest.mark.anyio

CANARY = "archaeopteryx"


async def _page(server: Server, story: str, entry: str, *, asked: str = "") -> str:
    reply = await server.client.get(f"/stories/{story}/entries/{entry}{asked}")
    assert reply.status_code == 200, reply.text
    return reply.text


async def _assert_shown(server: Server, story: dict[str, Any], entry: dict[str, Any]) -> None:
    """The page says of the entry what the API says of it, and its structured data what that of the story says."""
    address = f"{PUBLIC_URL}/stories/{story['slug']}/entries/{entry['id']}"
    html = await _page(server, story["slug"], entry["id"])
    [document], card = read_page(html, address)
    assert card["og:url"] == address, "networks ask for the card of this address, and of no other"
    assert f'<link rel="canonical" href="{story["canonical_url"] or story["url"]}">' in html
    assert f'href="{story["entry_url_template"].replace("{id}", entry["id"])}"' in html
    assert f'id="entry-{entry["id"]}"' in html
    assert 'src="/static' not in html, "it has no script"
    pictures = [] if entry["status"] == "retracted" else [b["url"] for b in entry["blocks"] if b["type"] == "image"]
    expected = pictures[0] if pictures else (story["image"] or {}).get("url")
    assert card.get("og:image") == expected
    assert card["og:site_name"] == "The Post"
    assert card["og:title"]
    data = read_data(document)
    whole = (await server.client.get(f"/v1/stories/{story['id']}/structured-data")).json()
    part_of = document.pop("isPartOf")
    assert part_of["@id"] == whole["@id"]
    document.pop("@context")
    shown = [each for each in whole["liveBlogUpdate"] if each["@id"] == document["@id"]]
    assert shown in ([], [document])
    assert data["headline"] == card["og:title"]


async def test_every_entry_of_the_demo_and_of_a_story_with_every_kind_of_block_has_a_page(server: Server) -> None:
    require_decoder()
    for made_story in (await demo_story(server), await long_story(server, 30)):
        story = (await server.client.get(f"/v1/stories/{made_story}")).json()
        entries = await entries_of(server, made_story, 100)
        for entry in entries:
            await _assert_shown(server, story, entry)
        assert any(each["status"] == "retracted" for each in entries)


async def test_a_card_has_the_first_words_and_nothing_that_was_struck_out(server: Server) -> None:
    story = await server.story(slug="night", title="Night", language="en")
    entry = await server.post(story["id"], f"The {CANARY} was seen at eight. " * 40)
    _, card = read_page(await _page(server, "night", entry["id"]), PUBLIC_URL)
    assert card["og:title"].startswith(f"The {CANARY} was seen")
    assert len(card["og:description"]) <= 300
    short = await server.post(story["id"], "Seen at eight.")
    await server.act("corrections", short, text="At nine.", severity="correction")
    _, card = read_page(await _page(server, "night", short["id"]), PUBLIC_URL)
    assert card["og:description"] == "Seen at eight. – Correction: At nine."
    await server.act("retract", entry, reason="No such bird.")
    html = await _page(server, "night", entry["id"])
    _, card = read_page(html, PUBLIC_URL)
    assert (card["og:title"], card["og:description"]) == ("Retracted", "No such bird.")
    head, _, body = html.partition("</head>")
    assert CANARY not in head
    assert f"<s>The {CANARY}" in body


async def test_a_host_page_is_what_is_kept_and_where_it_leads(server: Server) -> None:
    story = await server.story(slug="night", canonical_url="https://post.example/live")
    entry = await server.post(story["id"], "Seen.")
    html = await _page(server, "night", entry["id"])
    assert '<link rel="canonical" href="https://post.example/live">' in html
    place = f"https://post.example/live#entry-{entry['id']}"
    assert re.findall(r'<h1><a href="([^"]+)"', html) == [place]
    assert f'<a href="{place}" target="_self"' in html


async def test_it_is_there_exactly_while_the_entry_is(server: Server) -> None:
    story = await server.story(slug="night")
    drafts = [await server.post(story["id"], CANARY, status=status) for status in ("draft", "submitted")]
    unknown = str(uuid.uuid4())
    answers = set()
    for entry in (unknown, *(draft["id"] for draft in drafts), "no-id", "A" * 36):
        reply = await server.client.get(f"/stories/night/entries/{entry}")
        answers.add((reply.status_code, reply.content, repr([h for h in reply.headers.raw if h[0] != b"x-request-id"])))
    hidden = await server.story(slug="hidden", status="draft")
    inside = await server.post(hidden["id"], CANARY)
    for ref in ("hidden", hidden["id"], "nowhere"):
        reply = await server.client.get(f"/stories/{ref}/entries/{inside['id']}")
        answers.add((reply.status_code, reply.content, repr([h for h in reply.headers.raw if h[0] != b"x-request-id"])))
    assert len(answers) == 1, "what is hidden is what there never was"
    assert next(iter(answers))[0] == 404
    for action in ("unpublish", "remove"):
        entry = await server.post(story["id"], CANARY)
        url = f"/stories/night/entries/{entry['id']}"
        before = await server.client.get(url)
        assert before.status_code == 200
        again = await server.client.get(url, headers={"If-None-Match": before.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        await server.act(action, entry)
        gone = await server.client.get(url, headers={"If-None-Match": before.headers["etag"]})
        assert gone.status_code == 410
        assert gone.headers["cache-control"] == "no-store"
        assert CANARY not in gone.text
        assert "This story has been withdrawn." not in gone.text
        assert (await server.client.get(f"/v1/stories/night/entries/{entry['id']}")).status_code == 410
    shown = await server.post(story["id"], CANARY)
    reply = await server.admin.patch(
        f"/v1/stories/{story['id']}", json={"status": "withdrawn"}, headers={"If-Match": "*"}
    )
    assert reply.is_success
    gone = await server.client.get(f"/stories/night/entries/{shown['id']}")
    assert (gone.status_code, "This story has been withdrawn." in gone.text) == (410, True)


async def test_another_name_or_host_leads_to_its_own_address(server: Server) -> None:
    await made(server)
    story = await server.story(slug="night")
    entry = await server.post(story["id"], "Seen.")
    reply = await server.admin.patch(f"/v1/stories/{story['id']}", json={"slug": "выборы"}, headers={"If-Match": "*"})
    assert reply.is_success
    own = f"/stories/%D0%B2%D1%8B%D0%B1%D0%BE%D1%80%D1%8B/entries/{entry['id']}"
    for ref in ("night", story["id"]):
        moved = await server.client.get(f"/stories/{ref}/entries/{entry['id']}?embed=")
        assert (moved.status_code, moved.headers["location"]) == (308, f"{own}?embed=")
    slash = await server.client.get(f"{own}/")
    assert (slash.status_code, slash.headers["location"]) == (308, own)
    odd = await server.client.get("/stories/night/entries/a%22%3E%20b")
    assert (odd.status_code, odd.headers["location"]) == (308, f"{own.rpartition('/')[0]}/a%22%3E%20b")
    evening = await server.story(slug="evening", site=EVENING["slug"])
    there = await server.post(evening["id"], "Seen.")
    path = f"/stories/evening/entries/{there['id']}"
    elsewhere = await server.client.get(path)
    assert (elsewhere.status_code, elsewhere.headers["location"]) == (308, f"{HOME}{path}")
    at_home = await server.client.get(f"{HOME}{path}", headers={"host": HOME[8:]})
    assert at_home.status_code == 200
    assert read_page(at_home.text, HOME)[1]["og:url"] == f"{HOME}{path}"


async def test_the_page_of_a_story_at_an_entry_has_the_card_of_that_entry(server: Server) -> None:
    require_decoder()
    story = await long_story(server, 30)
    state = (await server.client.get(f"/v1/stories/{story}")).json()
    for entry in await entries_of(server, story, 100):
        html = (await server.client.get(f"/stories/{state['slug']}?entry={entry['id']}")).text
        one = await _page(server, state["slug"], entry["id"])
        cards = [
            {name: value for name, value in read_page(each, state["url"])[1].items() if name.startswith("og:")}
            for each in (html, one)
        ]
        assert cards[0] == cards[1]
        assert f'<link rel="canonical" href="{state["url"]}">' in html


async def test_in_a_frame_it_has_no_masthead_and_its_links_leave_the_frame(server: Server) -> None:
    story = await server.story(slug="night")
    entry = await server.post(story["id"], "Seen.")
    html = await _page(server, "night", entry["id"], asked="?embed")
    assert "masthead" not in html
    assert set(re.findall(r'<a [^>]*target="([^"]+)"', html)) == {"_blank"}
