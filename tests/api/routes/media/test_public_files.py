"""The files of uploads are public exactly while something public shows them; the newsroom has signed addresses."""

from __future__ import annotations

import pytest

from tests.api.routes.media.uploads import get, public_block, story_with, upload
from tests.api.server import PUBLIC_URL, Server
from tests.pictures import png

pytestmark = pytest.mark.anyio


async def test_an_entry_is_published_with_its_picture_and_readers_get_no_signature(server: Server) -> None:
    media = await upload(server, alt="Water.", caption="Bridge <b>Street</b>", credit="Ana")
    _, entry = await story_with(server, media)
    block = await public_block(server, entry)
    assert "media" not in block
    assert (block["alt"], block["caption"], block["credit"]) == ("Water.", "Bridge <b>Street</b>", "Ana")
    assert block["url"].startswith(f"{PUBLIC_URL}/media/")
    assert block["html"].count("srcset=") == block["html"].count("sizes=") == 1
    assert "320w, " in block["html"]
    assert f'data-placeholder="{block["placeholder"]}"' in block["html"]
    assert "Bridge &lt;b&gt;Street&lt;/b&gt;" in block["html"]
    for rendition in block["renditions"]:
        assert rendition["url"] in block["html"] or rendition["type"] == "image/jpeg"
        found = await get(server, rendition["url"])
        assert (found.status_code, len(found.content)) == (200, rendition["size"])
        assert found.headers["content-type"] == rendition["type"]
        assert found.headers["x-content-type-options"] == "nosniff"
        assert found.headers["content-security-policy"] == "default-src 'none'; sandbox"
        assert "immutable" in found.headers["cache-control"]
        assert "s-maxage=2" in found.headers["cache-control"]
        assert found.headers["access-control-allow-origin"] == "*"
        assert found.headers["content-disposition"].startswith("inline; filename=")
    assert "/media-previews/" in entry["body_html"]


HIDING = ("unpublish", "remove")


@pytest.mark.parametrize("action", HIDING)
async def test_what_is_taken_back_is_gone_at_once(server: Server, action: str) -> None:
    media = await upload(server)
    _, entry = await story_with(server, media)
    url = (await public_block(server, entry))["url"]
    assert (await get(server, url)).status_code == 200
    await server.act(action, entry)
    gone = await get(server, url)
    unknown = await get(server, url.replace(url.rsplit("/", 2)[1], "a" * 24))
    assert gone.status_code == unknown.status_code == 404
    assert {**gone.json(), "instance": "", "request_id": ""} == {**unknown.json(), "instance": "", "request_id": ""}
    assert gone.headers["cache-control"] == "no-store"
    assert (await get(server, media["url"])).status_code == 200  # the newsroom still has it


async def test_a_picture_stays_public_while_anything_public_shows_it(server: Server) -> None:
    media = await upload(server)
    _, first = await story_with(server, media)
    story, second = await story_with(server, media)
    url = (await public_block(server, first))["url"]
    await server.admin.patch(f"/v1/stories/{story}", json={"image": {"media": media["id"]}}, headers={"if-match": "*"})
    await server.act("remove", first)
    await server.act("remove", second)
    assert (await get(server, url)).status_code == 200
    await server.admin.patch(f"/v1/stories/{story}", json={"image": None}, headers={"if-match": "*"})
    assert (await get(server, url)).status_code == 404


async def test_an_edit_takes_a_picture_back_and_another_edit_shows_it_again(server: Server) -> None:
    media, other = await upload(server), await upload(server, png(colour=(1, 2, 3)))
    _, entry = await story_with(server, media)
    url = (await public_block(server, entry))["url"]
    path = f"/v1/stories/{entry['story']}/entries/{entry['id']}"
    blocks = [{"type": "image", "media": other["id"]}]
    assert (await server.admin.patch(path, json={"blocks": blocks}, headers={"if-match": "*"})).status_code == 200
    assert (await get(server, url)).status_code == 404
    assert (await get(server, (await public_block(server, entry))["url"])).status_code == 200
    await server.admin.patch(path, json={"blocks": entry["blocks"]}, headers={"if-match": "*"})
    assert (await get(server, url)).status_code == 200


async def test_drafts_and_edits_kept_aside_show_nothing_to_readers(server: Server) -> None:
    media, aside = await upload(server), await upload(server, png(colour=(1, 2, 3)))
    story = (await server.story())["id"]
    blocks = [{"type": "image", "media": media["id"]}]
    draft = await server.post(story, blocks=blocks, text=None, status="draft")
    public = await server.post(story)
    path = f"/v1/stories/{story}/entries/{public['id']}"
    edit = {"blocks": [{"type": "image", "media": aside["id"]}], "publish": False}
    working = (await server.admin.patch(path, json=edit, headers={"if-match": "*"})).json()
    for signed in (draft["blocks"][0]["url"], working["working"]["fields"]["blocks"][0]["url"]):
        assert (await get(server, signed)).status_code == 200
        bare = f"{PUBLIC_URL}/media/" + signed.split("/media-previews/")[1].partition("/")[2]
        assert (await get(server, bare)).status_code == 404
    everything = (await get(server, f"/v1/stories/{story}?body=both")).text
    assert media["url"].rsplit("/", 2)[1] not in everything


async def test_a_withdrawn_story_takes_all_of_its_pictures_with_it(server: Server) -> None:
    media = await upload(server)
    story, entry = await story_with(server, media)
    url = (await public_block(server, entry))["url"]
    await server.admin.patch(f"/v1/stories/{story}", json={"status": "withdrawn"}, headers={"if-match": "*"})
    assert (await get(server, url)).status_code == 404


async def test_what_is_no_name_is_told_from_its_length_and_is_neither_read_nor_kept(server: Server) -> None:
    media = server.app_state.reading.media
    for name in ("x" * 60_000, "x" * 65, "x" * 21, "%C3%A4" * 24):
        assert (await server.client.get(f"/media/{name}/640.webp")).status_code == 404
    assert media.reads == 0
    assert (await server.client.get(f"/media/{'x' * 24}/640.webp")).status_code == 404
    assert media.reads == 1


async def test_a_signed_address_ends_and_opens_no_other_file(server: Server) -> None:
    media = await upload(server)
    signed = media["url"].removeprefix(PUBLIC_URL)
    _, _, until, name, file = signed.split("/")
    seconds, signature = until.split(".")
    for forged in (
        f"/media-previews/{int(seconds) + 1}.{signature}/{name}/{file}",
        f"/media-previews/{seconds}.{'0' * 64}/{name}/{file}",
        f"/media-previews/{until}/{'a' * 24}/{file}",
        f"/media-previews/{until}/{name}/99.jpg",
        f"/media-previews/{until}/{name}/{file}.exe",
        f"/media-previews/x/{name}/{file}",
    ):
        assert (await get(server, forged)).status_code == 404, forged
    assert (await get(server, signed)).status_code == 200


async def test_a_file_is_sent_in_ranges_and_not_at_all_to_who_has_it(server: Server) -> None:
    media = await upload(server)
    _, entry = await story_with(server, media)
    url = (await public_block(server, entry))["url"]
    whole = await get(server, url)
    assert whole.headers["accept-ranges"] == "bytes"
    part = await get(server, url, range="bytes=10-19")
    assert (part.status_code, part.content) == (206, whole.content[10:20])
    assert part.headers["content-range"] == f"bytes 10-19/{len(whole.content)}"
    assert (await get(server, url, range="bytes=-5")).content == whole.content[-5:]
    assert (await get(server, url, range=f"bytes={len(whole.content)}-")).status_code == 416
    etag = whole.headers["etag"]
    assert (await get(server, url, range="bytes=0-0", **{"if-range": etag})).status_code == 206
    assert (await get(server, url, range="bytes=0-0", **{"if-range": '"other"'})).status_code == 200
    assert (await get(server, url, **{"if-none-match": etag})).status_code == 304
    head = await server.client.head(url)
    assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", str(len(whole.content)))
