"""The words beside an upload: left out or null those that are kept with it, empty none, wherever one is named."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.server import Server
from tests.pictures import form, png, require_decoder

pytestmark = pytest.mark.anyio

PNG = {"content-type": "image/png"}
NOTHING: tuple[dict[str, Any], ...] = ({}, {"caption": None, "credit": None})


@pytest.fixture(autouse=True)
def decoder() -> None:
    require_decoder()


async def upload(server: Server, **query: str) -> dict[str, Any]:
    reply = await server.admin.post("/v1/media", content=png(), headers=PNG, params=query)
    assert reply.status_code == 201, reply.text
    made: dict[str, Any] = reply.json()
    return made


async def agency_picture(server: Server) -> str:
    return str((await upload(server, alt="Water.", caption="Bridge Street", credit="Ana/Agency"))["id"])


async def newsroom_entry(server: Server, entry: dict[str, Any]) -> dict[str, Any]:
    path = f"/v1/newsroom/stories/{entry['story']}/entries/{entry['id']}"
    shown: dict[str, Any] = (await server.admin.get(path)).json()
    return shown


async def public_block(server: Server, entry: dict[str, Any]) -> dict[str, Any]:
    shown = (await server.client.get(f"/v1/stories/{entry['story']}/entries/{entry['id']}?body=both")).json()
    block: dict[str, Any] = shown["blocks"][0]
    assert block["html"] == shown["body_html"]
    return block


async def patched(server: Server, entry: dict[str, Any], **body: Any) -> None:
    path = f"/v1/stories/{entry['story']}/entries/{entry['id']}"
    reply = await server.admin.patch(path, json=body, headers={"if-match": "*"})
    assert reply.status_code == 200, reply.text


@pytest.mark.parametrize("emptied", ["", "  "])
async def test_an_editor_takes_the_credit_and_the_caption_of_an_upload_out_of_a_block(
    server: Server, emptied: str
) -> None:
    media, story = await agency_picture(server), (await server.story())["id"]
    block = {"type": "image", "media": media, "alt": "Own.", "caption": emptied, "credit": emptied}
    entry = await server.post(story, blocks=[block], text=None)
    shown = await public_block(server, entry)
    assert (shown["alt"], shown["caption"], shown["credit"]) == ("Own.", "", "")
    assert "figcaption" not in shown["html"]


@pytest.mark.parametrize("left_out", NOTHING, ids=["absent", "null"])
async def test_what_a_block_leaves_out_is_the_uploads(server: Server, left_out: dict[str, Any]) -> None:
    media, story = await agency_picture(server), (await server.story())["id"]
    entry = await server.post(story, blocks=[{"type": "image", "media": media, **left_out}], text=None)
    shown = await public_block(server, entry)
    assert (shown["alt"], shown["caption"], shown["credit"]) == ("Water.", "Bridge Street", "Ana/Agency")


async def test_what_was_emptied_stays_so_when_the_entry_is_sent_back_as_blocks_or_as_html(server: Server) -> None:
    media, story = await agency_picture(server), (await server.story())["id"]
    block = {"type": "image", "media": media, "alt": "Own.", "caption": "Own caption", "credit": ""}
    entry = await server.post(story, blocks=[block], text=None)
    before = await newsroom_entry(server, entry)
    await patched(server, entry, blocks=before["blocks"], headline="Blocks")
    assert (await newsroom_entry(server, entry))["blocks"] == before["blocks"]
    await patched(server, entry, html=before["body_html"], headline="HTML")
    assert (await newsroom_entry(server, entry))["body_html"] == before["body_html"]
    await patched(server, entry, html=before["body_html"].replace("Own caption", "Own caption <cite>Rui</cite>"))
    assert (await public_block(server, entry))["credit"] == "Rui"


async def test_the_lead_picture_of_a_story_is_held_to_the_same_rule(server: Server) -> None:
    media, story = await agency_picture(server), (await server.story())["id"]
    for words, expected in (
        ({}, ("Bridge Street", "Ana/Agency")),
        ({"caption": None, "credit": None}, ("Bridge Street", "Ana/Agency")),
        ({"caption": "", "credit": ""}, ("", "")),
    ):
        image = {"media": media, **words}
        reply = await server.admin.patch(f"/v1/stories/{story}", json={"image": image}, headers={"if-match": "*"})
        assert reply.status_code == 200, reply.text
        shown = (await server.client.get(f"/v1/stories/{story}")).json()["image"]
        assert (shown["caption"], shown["credit"]) == expected
        assert ("figcaption" in shown["html"]) is any(expected)


@pytest.mark.parametrize("word", ["caption", "credit"])
async def test_a_picture_of_another_site_has_no_words_but_its_own(server: Server, word: str) -> None:
    story = (await server.story())["id"]
    block = {"type": "image", "url": "https://pictures.example/a.jpg", word: ""}
    shown = await public_block(server, await server.post(story, blocks=[block], text=None))
    assert word not in shown


@pytest.mark.parametrize("word", ["alt", "caption", "credit", "rights"])
async def test_a_word_that_is_kept_with_an_upload_is_emptied_by_an_empty_text_and_by_null(
    server: Server, word: str
) -> None:
    boundary = {"content-type": "multipart/form-data; boundary=b0undary"}
    reply = await server.admin.post("/v1/media", content=form(png(), **{word: ""}), headers=boundary)
    assert (reply.status_code, reply.json()[word]) == (201, ""), reply.text
    path = f"/v1/newsroom/media/{reply.json()['id']}"
    for empty in ("", None):
        await server.admin.patch(path, json={word: "Something"}, headers={"if-match": "*"})
        changed = await server.admin.patch(path, json={word: empty}, headers={"if-match": "*"})
        assert (changed.status_code, changed.json()[word]) == (200, ""), changed.text


async def test_a_credit_that_shows_nothing_is_no_empty_one(server: Server) -> None:
    media, story = await agency_picture(server), (await server.story())["id"]
    body = {"blocks": [{"type": "image", "media": media, "credit": "\u200b"}]}
    reply = await server.admin.post(f"/v1/stories/{story}/entries", json=body)
    assert (reply.status_code, reply.json()["errors"][0]["pointer"]) == (422, "/blocks/0/credit")
