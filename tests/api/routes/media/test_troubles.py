"""Uploads where there is no room, no turn, no store or no right: a sentence each, and nothing else stops."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import Any

import pytest

from app.api.routes.media import RECEIVING_LIMIT
from app.media.decoder import Decoder
from app.media.folder_files import FolderFiles
from app.media.incoming import IncomingFolder
from app.media.limits import MediaLimits
from tests.api.routes.media.uploads import PNG, upload
from tests.api.server import PUBLIC_URL, Server
from tests.pictures import noise, png

pytestmark = pytest.mark.anyio


async def test_more_uploads_than_have_a_place_in_the_queue_are_told_when_to_come_again(server: Server) -> None:
    await server.app_state.media.decoder.close()
    server.app_state.media.decoder = Decoder(MediaLimits(waiting=0))
    sent = [server.admin.post("/v1/media", content=png(40, 30, colour=(n, 0, 0)), headers=PNG) for n in range(4)]
    replies = await asyncio.gather(*sent)
    assert {reply.status_code for reply in replies} == {201, 503}
    for reply in replies:
        if reply.status_code == 503:
            assert reply.json()["code"] == "media_busy"
            assert int(reply.headers["retry-after"]) >= 1
    assert list(server.app_state.media.incoming.folder.iterdir()) == []


async def test_more_bodies_than_are_received_at_once_are_told_when_to_come_again(server: Server) -> None:
    server.app_state.media.receiving = RECEIVING_LIMIT
    reply = await server.admin.post("/v1/media", content=png(), headers=PNG)
    assert (reply.status_code, reply.json()["code"]) == (503, "media_busy")
    assert reply.headers["retry-after"] == "5"
    server.app_state.media.receiving = 0
    await upload(server, png(40, 30))
    assert server.app_state.media.receiving == 0


async def test_a_file_that_is_too_large_is_refused_once_that_much_has_come(server: Server) -> None:
    await server.app_state.media.decoder.close()
    server.app_state.media.decoder = Decoder(MediaLimits(image_bytes=100_000))
    content, pieces = noise(400, 300), 0

    async def body() -> Any:
        nonlocal pieces
        for start in range(0, len(content), 10_000):
            pieces += 1
            yield content[start : start + 10_000]

    reply = await server.admin.post("/v1/media", content=body(), headers=PNG)
    assert (reply.status_code, reply.json()["code"]) == (413, "media_too_large")
    assert pieces < 15
    assert len(content) > 300_000


async def test_a_body_larger_than_any_file_is_refused_by_its_length(server: Server) -> None:
    headers = {**PNG, "content-length": str(10**10)}
    reply = await server.admin.post("/v1/media", content=b"", headers=headers)
    assert (reply.status_code, reply.json()["code"]) == (413, "body_too_large")


async def test_a_quota_that_is_reached_is_said_before_the_body_is_read(server: Server) -> None:
    await upload(server, png(40, 30))
    server.app_state.media.quota_bytes = 10
    reply = await server.admin.post("/v1/media", content=png(), headers=PNG)
    assert (reply.status_code, reply.json()["code"]) == (503, "media_quota_reached")
    assert reply.headers["retry-after"] == "60"


async def test_a_full_disk_is_a_sentence_and_a_reason_of_readiness(server: Server, tmp_path: Path) -> None:
    assert (await server.client.get("/readyz")).json()["reasons"] == []
    server.app_state.media.files = FolderFiles(tmp_path / "full", least_free_bytes=2**62)
    reply = await server.admin.post("/v1/media", content=png(), headers=PNG)
    assert (reply.status_code, reply.json()["code"]) == (503, "media_storage_full")
    ready = await server.client.get("/readyz")
    assert (ready.status_code, ready.json()) == (200, {"status": "degraded", "reasons": ["media"]})
    with server.app_state.newsroom.database.snapshot() as tx:
        assert tx.connection.exec_driver_sql("SELECT count(*) FROM media").scalar_one() == 0


async def test_a_disk_that_takes_no_upload_is_a_reason_of_readiness_wherever_files_are_kept(
    server: Server, tmp_path: Path
) -> None:
    """The files may be in a bucket: nothing else looks at this disk."""
    server.app_state.media.incoming = IncomingFolder(tmp_path / "full", least_free_bytes=2**62)
    for _ in range(2):
        reply = await server.admin.post("/v1/media", content=png(), headers=PNG)
        assert (reply.status_code, reply.json()["code"]) == (503, "media_storage_full")
    ready = await server.client.get("/readyz")
    assert (ready.status_code, ready.json()) == (200, {"status": "degraded", "reasons": ["media"]})
    metrics = (await server.admin.get("/metrics")).text
    assert "liveblog_media_store_failures_total 3\n" in metrics


async def test_a_disk_that_hangs_keeps_no_upload_and_no_reader_waiting(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More uploads than there are threads for anything else, whose writes do not end."""
    answers = threading.Event()

    def hang(*_: object) -> None:
        answers.wait(40)
        raise OSError("the disk is broken")

    monkeypatch.setattr("app.api.http.uploads.FileIO", hang)
    monkeypatch.setattr("app.media.incoming.DELETE_SECONDS", 0.5)
    server.app_state.media.incoming = IncomingFolder(tmp_path / "hangs", least_free_bytes=0, write_seconds=0.5)
    slug = (await server.story())["slug"]
    uploads = [asyncio.create_task(server.admin.post("/v1/media", content=png(), headers=PNG)) for _ in range(50)]
    async with asyncio.timeout(30):
        reply = await server.client.get(f"/stories/{slug}", headers={"accept-encoding": "gzip"})
        assert reply.status_code == 200
        replies = await asyncio.gather(*uploads)
    answers.set()
    assert {reply.status_code for reply in replies} == {503}
    assert {reply.json()["code"] for reply in replies} == {"media_unavailable"}


async def test_what_is_taken_back_is_gone_while_the_store_is_away_too(server: Server, tmp_path: Path) -> None:
    media = await upload(server, png(40, 30))
    story = (await server.story())["id"]
    entry = await server.post(story, blocks=[{"type": "image", "media": media["id"]}], text=None)
    shown = (await server.client.get(f"/v1/stories/{story}/entries/{entry['id']}?body=blocks")).json()
    url = shown["blocks"][0]["url"]
    (tmp_path / "file").write_text("no folder")
    server.app_state.media.files = FolderFiles(tmp_path / "file" / "media")
    away = await server.client.get(url)
    assert away.status_code in {404, 503}
    await server.act("unpublish", entry)
    assert (await server.client.get(url)).status_code == 404
    assert (await server.post(story))["status"] == "published"


async def test_pictures_of_a_story_for_members_are_theirs(server: Server) -> None:
    hidden, free, public = [await upload(server, png(40, 30, colour=(n, n, n))) for n in range(3)]
    closed = (await server.story(settings={"members_only": True}))["id"]
    await server.post(closed, blocks=[{"type": "image", "media": hidden["id"]}], text=None, status="draft")
    await server.post(closed, blocks=[{"type": "image", "media": public["id"]}], text=None, status="draft")
    await server.post((await server.story())["id"], blocks=[{"type": "image", "media": public["id"]}], text=None)
    draft = {"label": "bot", "role": "editor"}
    token = (await server.admin.post("/v1/newsroom/tokens", json=draft)).json()["token"]
    headers = {"authorization": f"Bearer {token}"}
    listed = (await server.client.get("/v1/newsroom/media", headers=headers)).json()["items"]
    assert [each["id"] for each in listed] == [public["id"], free["id"]]
    for method in ("GET", "PATCH", "DELETE"):
        reply = await server.client.request(
            method, f"/v1/newsroom/media/{hidden['id']}", headers={**headers, "if-match": "*"},
            json={"alt": "x"} if method == "PATCH" else None,
        )  # fmt: skip
        assert (reply.status_code, reply.json()["code"]) == (404, "media_not_found"), method
    shown = (await server.client.get(f"/v1/newsroom/media/{public['id']}", headers=headers)).json()
    assert (len(shown["uses"]), shown["used_elsewhere"]) == (1, 1)


async def test_a_preview_of_a_draft_shows_its_picture_to_whoever_has_the_link(server: Server) -> None:
    media = await upload(server, png(40, 30))
    story = (await server.story())["id"]
    draft = await server.post(story, blocks=[{"type": "image", "media": media["id"]}], text=None, status="draft")
    link = await server.admin.post(f"/v1/newsroom/stories/{story}/entries/{draft['id']}/preview")
    shown = (await server.client.get(link.json()["url"].removeprefix(PUBLIC_URL))).json()
    assert "media" not in shown["blocks"][0]
    assert (await server.client.get(shown["blocks"][0]["url"])).status_code == 200
    server.app.flush_logs()
    lines = server.access_lines.getvalue()
    assert "/media-previews/…" in lines
    assert shown["blocks"][0]["url"].split("/")[4] not in lines


async def test_a_file_may_be_read_by_any_page_and_written_by_none(server: Server) -> None:
    preflight = {"origin": "https://evil.example", "access-control-request-method": "POST"}
    refused = await server.client.options("/v1/media", headers=preflight)
    assert "access-control-allow-origin" not in refused.headers
    read = {"origin": "https://any.example", "access-control-request-method": "GET"}
    allowed = await server.client.options(f"/media/{'a' * 24}/640.webp", headers=read)
    assert allowed.headers["access-control-allow-origin"] == "*"
