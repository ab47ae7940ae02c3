"""Entries, stories and people show uploads by their ids; nobody's text becomes an address of one."""

from __future__ import annotations

import asyncio
import json
import uuid
from typing import Any

import pytest

from app.newsroom.queries.stream_feed import begin_watching, read_news
from tests.api.routes.media.uploads import get, public_block, story_with, upload
from tests.api.server import PUBLIC_URL, Server
from tests.pictures import png

pytestmark = pytest.mark.anyio


async def test_the_stored_rows_name_no_host(server: Server) -> None:
    media = await upload(server)
    story, _ = await story_with(server, media)
    await server.admin.patch(f"/v1/stories/{story}", json={"image": {"media": media["id"]}}, headers={"if-match": "*"})
    with server.app_state.newsroom.database.snapshot() as tx:
        rows = [
            *tx.connection.exec_driver_sql("SELECT fields, body_html, blocks FROM public_entries").one(),
            *tx.connection.exec_driver_sql("SELECT fields FROM public_stories").one(),
        ]
    stored = b"".join(bytes(row) for row in rows)
    assert b"\x1amedia:" in stored
    assert PUBLIC_URL.encode() + b"/media" not in stored
    shown = (await get(server, f"/v1/stories/{story}?body=both")).json()
    assert shown["image"]["url"].startswith(f"{PUBLIC_URL}/media/")
    assert "media" not in shown["image"]


async def test_blocks_can_be_sent_back_and_pasted(server: Server) -> None:
    media = await upload(server, alt="Water.")
    story, entry = await story_with(server, media)
    path = f"/v1/stories/{story}/entries/{entry['id']}"
    shown = (await server.admin.get(f"/v1/newsroom/stories/{story}/entries/{entry['id']}")).json()
    again = await server.admin.patch(path, json={"blocks": shown["blocks"]}, headers={"if-match": "*"})
    assert (again.status_code, again.json()["version"]) == (200, entry["version"]), again.text
    public = await public_block(server, entry)
    for html in (shown["body_html"], public["html"]):
        pasted = await server.post(story, html=html, text=None)
        assert pasted["blocks"][0]["media"] == media["id"]
    by_url = await server.post(story, blocks=[{"type": "image", "url": public["url"]}], text=None)
    assert by_url["blocks"][0]["media"] == media["id"]
    text = await server.post(story, text=f"Look:\n\n![Water.]({public['url']})")
    assert text["blocks"][1]["media"] == media["id"]


@pytest.mark.parametrize(
    ("block", "code"),
    [
        ({"type": "image", "media": str(uuid.uuid4())}, "unknown_media"),
        ({"type": "image", "media": "x"}, "string_pattern_mismatch"),
        ({"type": "image"}, "missing"),
    ],
)
async def test_a_block_names_an_upload_there_is(server: Server, block: dict[str, Any], code: str) -> None:
    story = (await server.story())["id"]
    reply = await server.admin.post(f"/v1/stories/{story}/entries", json={"blocks": [block]})
    assert (reply.status_code, reply.json()["errors"][0]["code"]) == (422, code), reply.text


async def test_a_picture_is_shown_as_a_picture_alone(server: Server) -> None:
    media = await upload(server)
    story = (await server.story())["id"]
    block = {"type": "video", "media": media["id"]}
    reply = await server.admin.post(f"/v1/stories/{story}/entries", json={"blocks": [block]})
    assert (reply.status_code, reply.json()["errors"][0]["code"]) == (422, "wrong_media_kind")


async def test_an_avatar_is_an_upload_and_public_with_what_its_person_writes(server: Server) -> None:
    media = await upload(server)
    draft = {"name": "Ada", "role": "editor", "avatar_media": media["id"]}
    person = (await server.admin.post("/v1/newsroom/people", json=draft)).json()
    assert "/media-previews/" in person["avatar"]
    token = (await server.admin.post("/v1/newsroom/tokens", json={"label": "p", "person": person["id"]})).json()[
        "token"
    ]
    story = (await server.story())["id"]
    reply = await server.client.post(
        f"/v1/stories/{story}/entries", json={"text": "Hello."}, headers={"authorization": f"Bearer {token}"}
    )
    entry = reply.json()
    public = (await get(server, f"/v1/stories/{story}/entries/{entry['id']}")).json()
    avatar = public["authors"][0]["avatar"]
    assert avatar.startswith(f"{PUBLIC_URL}/media/")
    assert (await get(server, avatar)).status_code == 200
    files = public["authors"][0]["avatar_renditions"]
    assert [(each["type"], each["width"]) for each in files] == [("image/webp", 320), ("image/webp", 640)]
    assert [(await get(server, each["url"])).status_code for each in files] == [200, 200]
    # sent back as it was shown, it is still the same upload
    path = f"/v1/stories/{story}/entries/{entry['id']}"
    await server.admin.patch(path, json={"authors": entry["authors"], "text": "Hello!"}, headers={"if-match": "*"})
    assert (await get(server, f"/v1/stories/{story}/entries/{entry['id']}")).json()["authors"][0]["avatar"] == avatar
    shown = (await get(server, f"/v1/stories/{story}/entries/{entry['id']}")).json()["authors"][0]
    assert shown == public["authors"][0]
    await server.act("remove", entry)
    assert (await get(server, avatar)).status_code == 404


async def test_a_story_that_wants_alternative_text_is_content_with_the_uploads(server: Server) -> None:
    bare, described = await upload(server), await upload(server, png(colour=(1, 1, 1)), alt="Water.")
    story = (await server.story(settings={"require_alt": True}))["id"]
    posted = await server.admin.post(
        f"/v1/stories/{story}/entries", json={"blocks": [{"type": "image", "media": bare["id"]}]}
    )
    assert posted.json()["errors"][0]["code"] == "alt_required"
    entry = await server.post(story, blocks=[{"type": "image", "media": described["id"]}], text=None)
    assert entry["warnings"] == []


async def test_nobodys_text_becomes_an_address(server: Server) -> None:
    story = (await server.story())["id"]
    name = "a" * 24
    for text in (f"\\u001amedia:{name}/1.jpg", f"&#26;media:{name}/1.jpg", f"media:{name}/1.jpg"):
        for written in ({"text": text}, {"html": f"<p>{text}</p><img src='media:{name}/1.jpg'>", "text": None}):
            entry = await server.post(story, **written)
            public = (await get(server, f"/v1/stories/{story}/entries/{entry['id']}?body=both")).text
            assert f"{PUBLIC_URL}/media" not in public
            assert f"media:{name}" in json.loads(public)["body_html"]
    raw = await server.admin.post(f"/v1/stories/{story}/entries", json={"text": f"a\x1amedia:{name}/1.jpg"})
    assert raw.status_code == 422


async def test_the_newsrooms_stream_has_signed_addresses_too(server: Server) -> None:
    media = await upload(server)
    newsroom = server.app_state.newsroom
    mark = await asyncio.to_thread(begin_watching, newsroom)
    story, _ = await story_with(server, media)
    await server.admin.patch(f"/v1/stories/{story}", json={"image": {"media": media["id"]}}, headers={"if-match": "*"})
    news = (await asyncio.to_thread(read_news, newsroom, mark, {"admin": frozenset()})).news
    assert len(news) == 2
    for each in news:
        assert b"\\u001a" not in each.message
        assert f"{PUBLIC_URL}/media-previews/".encode() in each.message
