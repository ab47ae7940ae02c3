"""Uploads are kept once or refused with the reason, described, found again and deleted."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from tests.api.routes.media.uploads import FORM, PNG, get, public_block, story_with, upload
from tests.api.server import PUBLIC_URL, Server
from tests.pictures import form, png

pytestmark = pytest.mark.anyio


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
