"""Uploads through the whole application: kept, shown in entries, public exactly while something public shows them."""

from __future__ import annotations

import asyncio
import json
import uuid
from typing import Any

import httpx
import pytest

from app.newsroom.queries.stream_feed import begin_watching, read_news
from tests.api.server import PUBLIC_URL, Server
from tests.pictures import form, png, require_decoder

pytestmark = pytest.mark.anyio

FORM = {"content-type": "multipart/form-data; boundary=b0undary"}
PNG = {"content-type": "image/png"}


@pytest.fixture(autouse=True)
def decoder() -> None:
    require_decoder()


async def upload(server: Server, content: bytes | None = None, **query: str) -> dict[str, Any]:
    reply = await server.admin.post("/v1/media", content=content or png(), headers=PNG, params=query)
    assert reply.status_code == 201, reply.text
    made: dict[str, Any] = reply.json()
    return made


async def story_with(server: Server, media: dict[str, Any], **fields: Any) -> tuple[str, dict[str, Any]]:
    """Make a story with an entry that shows the media; return its id and the public entry's image block."""
    story = (await server.story())["id"]
    entry = await server.post(story, blocks=[{"type": "image", "media": media["id"], **fields}], text=None)
    return story, entry


async def public_block(server: Server, entry: dict[str, Any]) -> dict[str, Any]:
    reply = await server.client.get(f"/v1/stories/{entry['story']}/entries/{entry['id']}?body=both")
    assert reply.status_code == 200, reply.text
    block: dict[str, Any] = reply.json()["blocks"][0]
    assert block["html"] == reply.json()["body_html"]
    return block


async def get(server: Server, url: str, **headers: str) -> httpx.Response:
    return await server.client.get(url, headers=headers)


async def test_an_upload_is_answered_with_everything_to_draw_it(server: Server) -> None:
    reply = await server.admin.post(
        "/v1/media",
        content=form(png(), alt="The harbour.", focal='{"x": 0.25, "y": 0.5}', credit="Ana Costa"),
        headers=FORM,
    )
    assert reply.status_code == 201, reply.text
    media = reply.json()
    assert (media["kind"], media["type"], media["width"], media["height"]) == ("image", "image/png", 640, 480)
    assert (media["alt"], media["credit"], media["focal"]) == ("The harbour.", "Ana Costa", {"x": 0.25, "y": 0.5})
    assert [(each["type"], each["width"]) for each in media["renditions"]] == [
        ("image/webp", 320), ("image/jpeg", 320), ("image/webp", 640), ("image/jpeg", 640),
    ]  # fmt: skip
    assert reply.headers["location"] == f"{PUBLIC_URL}/v1/newsroom/media/{media['id']}"
    shown = await get(server, media["url"])
    assert (shown.status_code, shown.headers["content-type"]) == (200, "image/jpeg")
    assert shown.headers["cache-control"].startswith("private")
    assert "\x1a" not in reply.text
    assert "u001a" not in reply.text


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


async def test_a_retry_keeps_nothing_twice(server: Server) -> None:
    own, content = str(uuid.uuid4()), png()
    first = await upload(server, content, id=own)
    assert first["id"] == own
    again = await upload(server, content, id=own)
    assert again["renditions"] == first["renditions"]
    other = await server.admin.post("/v1/media", content=png(colour=(9, 9, 9)), headers=PNG, params={"id": own})
    assert (other.status_code, other.json()["code"]) == (409, "id_taken")
    keyed = {**PNG, "idempotency-key": "one"}
    once = await server.admin.post("/v1/media", content=content, headers=keyed)
    twice = await server.admin.post("/v1/media", content=content, headers=keyed)
    assert twice.headers["idempotent-replayed"] == "true"
    assert once.json() == twice.json()
    reused = await server.admin.post("/v1/media", content=png(colour=(7, 7, 7)), headers=keyed)
    assert (reused.status_code, reused.json()["code"]) == (422, "idempotency_key_reused")
    listed = (await server.admin.get("/v1/newsroom/media")).json()["items"]
    assert len(listed) == 2
    kept = [each async for each in server.app_state.media.files.names()]
    assert len(kept) == 2


REFUSED: list[tuple[str, bytes, dict[str, str], int, str]] = [
    ("svg", b'<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>', PNG, 415, "media_not_taken"),
    ("page", b"<!doctype html><script>alert(1)</script>", PNG, 415, "media_not_taken"),
    ("nothing", b"", PNG, 400, "media_missing"),
    ("text", b"hello", {"content-type": "text/plain"}, 415, "media_not_taken"),
    ("another type", png(), {"content-type": "image/gif"}, 415, "media_type_differs"),
    ("cut off", png()[:60], PNG, 422, "media_truncated"),
    ("no form", b"x", FORM, 400, "malformed_form"),
    ("a form cut off", form(png())[:-20], FORM, 400, "malformed_form"),
    ("a form without a file", b"--b0undary--\r\n", FORM, 400, "media_missing"),
    ("two files", form(png()).removesuffix(b"--b0undary--\r\n") + form(png()), FORM, 400, "malformed_form"),
    (
        "a field twice",
        form(png(), alt="a").removesuffix(b"--b0undary--\r\n") + form(png(), alt="b"),
        FORM,
        400,
        "malformed_form",
    ),
    ("unknown field", form(png(), title="x"), FORM, 422, "invalid"),
    ("no id", form(png(), id="x"), FORM, 422, "invalid"),
    ("no focal point", form(png(), focal='{"x": 2, "y": 0}'), FORM, 422, "invalid"),
    ("a control character", form(png(), alt="a\x1amedia:b"), FORM, 422, "invalid"),
]


@pytest.mark.parametrize(
    ("content", "headers", "status", "code"), [each[1:] for each in REFUSED], ids=[e[0] for e in REFUSED]
)
async def test_what_cannot_be_kept_is_refused_with_its_reason(
    server: Server, content: bytes, headers: dict[str, str], status: int, code: str
) -> None:
    reply = await server.admin.post("/v1/media", content=content, headers=headers)
    assert (reply.status_code, reply.json()["code"]) == (status, code), reply.text
    assert reply.json()["detail"]
    assert [each async for each in server.app_state.media.files.names()] == []
    assert list(server.app_state.media.incoming.folder.iterdir()) == []


async def test_who_may_not_upload_is_refused_before_a_byte_is_read(server: Server) -> None:
    person = (await server.admin.post("/v1/newsroom/people", json={"name": "Ada", "role": "reporter"})).json()
    draft = {"label": "reader", "person": person["id"], "scopes": ["read"]}
    token = (await server.admin.post("/v1/newsroom/tokens", json=draft)).json()["token"]
    pieces = 0

    async def body() -> Any:
        nonlocal pieces
        for _ in range(100):
            pieces += 1
            yield b"\0" * 65_536

    for headers in ({}, {"authorization": f"Bearer {token}"}):
        pieces = 0
        reply = await server.client.post("/v1/media", content=body(), headers={**PNG, **headers})
        assert reply.status_code in {401, 403}
        assert pieces < 3


async def test_words_are_changed_with_if_match_and_entries_keep_theirs(server: Server) -> None:
    media = await upload(server, alt="Old words.")
    _, entry = await story_with(server, media)
    path = f"/v1/newsroom/media/{media['id']}"
    assert (await server.admin.patch(path, json={"alt": "New"})).status_code == 428
    stale = await server.admin.patch(path, json={"alt": "New"}, headers={"if-match": '"v7"'})
    assert stale.status_code == 412
    patch = {"alt": "New words.", "credit": "Ana", "focal": {"x": 1, "y": 0}}
    changed = await server.admin.patch(path, json=patch, headers={"if-match": '"v1"'})
    assert (changed.status_code, changed.headers["etag"], changed.json()["alt"]) == (200, '"v2"', "New words.")
    assert (await public_block(server, entry))["alt"] == "Old words."
    _, later = await story_with(server, media, credit="Own credit")
    block = await public_block(server, later)
    assert (block["alt"], block["credit"], block["focal"]) == ("New words.", "Own credit", {"x": 1, "y": 0})


async def test_uploads_are_found_by_their_words(server: Server) -> None:
    first = await upload(server, caption="Überflutete Brücke", credit="Ana Costa")
    second = await upload(server, png(colour=(1, 1, 1)), alt="A bridge")
    listed = (await server.admin.get("/v1/newsroom/media", params={"limit": "1"})).json()
    assert [each["id"] for each in listed["items"]] == [second["id"]]
    rest = await server.admin.get("/v1/newsroom/media", params={"limit": "1", "position": listed["next"]})
    assert ([each["id"] for each in rest.json()["items"]], rest.json()["next"]) == ([first["id"]], None)
    for words, found in (
        ("brucke ana", first),
        ("BRIDGE", second),
        ("ueberflut", None),
        ("%", None),
        ("costa bridge", None),
    ):
        items = (await server.admin.get("/v1/newsroom/media", params={"q": words})).json()["items"]
        expected = [second["id"], first["id"]] if words == "%" else [] if found is None else [found["id"]]
        assert [each["id"] for each in items] == expected, words
    assert (await server.admin.get("/v1/newsroom/media", params={"position": "x"})).json()["code"] == "bad_position"


async def test_what_is_used_is_not_deleted_and_says_where_it_is(server: Server) -> None:
    media = await upload(server)
    story, entry = await story_with(server, media)
    path = f"/v1/newsroom/media/{media['id']}"
    refused = await server.admin.delete(path)
    assert (refused.status_code, refused.json()["code"]) == (409, "media_in_use")
    assert entry["id"] in refused.json()["detail"]
    assert "Election night" in refused.json()["detail"]
    uses = (await server.admin.get(path)).json()["uses"]
    assert [(use["story"], use["entry"], use["current"]) for use in uses] == [(story, entry["id"], True)]
    patch = {"blocks": [{"type": "paragraph", "html": "No picture."}]}
    place = f"/v1/stories/{story}/entries/{entry['id']}"
    assert (await server.admin.patch(place, json=patch, headers={"if-match": "*"})).status_code == 200
    assert [use["current"] for use in (await server.admin.get(path)).json()["uses"]] == [False]
    assert (await server.admin.delete(path)).status_code == 200
    assert (await server.admin.get(path)).status_code == 404
    assert (await get(server, media["url"])).status_code == 404
    assert [each async for each in server.app_state.media.files.names()] == []


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
    # sent back as it was shown, it is still the same upload
    path = f"/v1/stories/{story}/entries/{entry['id']}"
    await server.admin.patch(path, json={"authors": entry["authors"], "text": "Hello!"}, headers={"if-match": "*"})
    assert (await get(server, f"/v1/stories/{story}/entries/{entry['id']}")).json()["authors"][0]["avatar"] == avatar
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


async def test_each_write_leaves_a_line_in_the_audit(server: Server) -> None:
    media = await upload(server)
    path = f"/v1/newsroom/media/{media['id']}"
    await server.admin.patch(path, json={"alt": "x"}, headers={"if-match": "*"})
    await server.admin.delete(path)
    lines = (await server.admin.get("/v1/newsroom/audit")).json()["items"]
    assert [(line["action"], line["object"]) for line in lines] == [
        ("delete", "media"),
        ("edit", "media"),
        ("create", "media"),
    ]


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
