"""Uploads on a real server: acknowledged ones outlive a kill, slow lines are let, and what was taken back is gone."""

from __future__ import annotations

import random
import socket
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e.server import ADMIN_TOKEN, Server, make_story, serving
from tests.faults.tables import markers_in_tables
from tests.figures import Figures
from tests.pictures import noise, png, require_decoder
from tests.storage.tables import READERS_TABLES

HEADERS = {"content-type": "image/png"}
ANY = {"if-match": "*"}


@pytest.fixture(autouse=True)
def decoder() -> None:
    require_decoder()


def upload(admin: httpx.Client, content: bytes, **query: str) -> dict[str, Any]:
    reply = admin.post("/v1/media", content=content, headers=HEADERS, params=query, timeout=60)
    assert reply.status_code == 201, reply.text
    made: dict[str, Any] = reply.json()
    return made


def bare(media: dict[str, Any]) -> str:
    """The public address of an upload's file, from its signed one."""
    url: str = media["url"]
    return "/media/" + url.partition("/media-previews/")[2].partition("/")[2]


def test_an_upload_that_was_acknowledged_is_on_disk_after_a_kill(
    sqlite_url: str, tmp_path: Path, figures: Figures
) -> None:
    kills = figures.choose(quick=3, suite=6, prove=60)
    chance = random.Random(kills)
    acknowledged: dict[str, bytes] = {}
    stop = threading.Event()

    def work(server: Server, number: int) -> None:
        made = 0
        while not stop.is_set():
            made += 1
            own, content = str(uuid.uuid4()), png(40, 30, colour=(number, made % 256, made // 256))
            while not stop.is_set():  # as a phone's outbox does
                try:
                    with server.signed_in() as admin:
                        reply = admin.post("/v1/media", content=content, headers=HEADERS, params={"id": own})
                except httpx.TransportError:
                    time.sleep(0.05)  # a phone waits before it tries again
                    continue
                assert reply.status_code in {201, 503}, reply.text
                if reply.status_code == 201:
                    acknowledged[own] = content
                    break

    with serving(sqlite_url, tmp_path) as server, ThreadPoolExecutor(3) as threads:
        working = [threads.submit(work, server, number) for number in range(3)]
        try:
            for _ in range(kills):
                time.sleep(chance.uniform(0.3, 1.5))  # the moment of the kill is what is tried
                server.kill()
                server.start()
        finally:
            stop.set()
        for each in working:
            each.result()
        assert acknowledged
        with server.signed_in() as admin:
            for own in acknowledged:
                media = admin.get(f"/v1/newsroom/media/{own}").json()
                for rendition in media["renditions"]:
                    found = httpx.get(rendition["url"], trust_env=False, timeout=40)
                    assert (found.status_code, len(found.content)) == (200, rendition["size"]), own
        assert server.stop() == 0, server.log
        assert "Traceback" not in server.log


@pytest.mark.parametrize("options", [(), ("--portable",)])
def test_a_slow_upload_may_take_its_time_and_one_that_trickles_may_not(
    sqlite_url: str, tmp_path: Path, options: tuple[str, ...]
) -> None:
    settings = {"BODY_SECONDS": "3", "MEDIA_SLOWEST_KILOBYTES": "1"}
    with serving(sqlite_url, tmp_path, options=options, **settings) as server:
        content = noise(50, 40)
        assert len(content) > 6_000
        slow = _send(server, noise(80, 60), pieces=12, pause_seconds=0.4)
        assert slow.startswith(b"HTTP/1.1 201"), slow
        began = time.monotonic()
        trickled = _send(server, content, pieces=400, pause_seconds=0.2, least_seconds=8)
        assert trickled.startswith(b"HTTP/1.1 408"), trickled
        assert time.monotonic() - began < 20
        assert list((Path(server.data_dir) / "incoming").iterdir()) == []


def _send(server: Server, content: bytes, *, pieces: int, pause_seconds: float, least_seconds: float = 60) -> bytes:
    """Send an upload in pieces; return the answer, as soon as there is one."""
    head = (
        f"POST /v1/media HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nAuthorization: Bearer {ADMIN_TOKEN}\r\n"
        f"Content-Type: image/png\r\nContent-Length: {len(content)}\r\n\r\n"
    )
    size = -(-len(content) // pieces)
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.sendall(head.encode())
        connection.settimeout(0.01)
        began = time.monotonic()
        for number, start in enumerate(range(0, len(content), size), start=1):
            try:
                connection.sendall(content[start : start + size])
                if answer := connection.recv(65_536):
                    return answer
            except TimeoutError:
                pass
            except OSError:
                break
            if time.monotonic() > began + least_seconds:
                break
            due = began + number * pause_seconds
            time.sleep(max(due - time.monotonic(), 0))  # the pace of the upload, whatever each piece took
        connection.settimeout(20)
        return connection.recv(65_536)


def test_pictures_that_were_taken_back_are_named_in_no_public_byte(database_url: str, tmp_path: Path) -> None:
    with serving(database_url, tmp_path) as server, server.signed_in() as admin:
        story, withdrawn = make_story(server, slug="gone"), make_story(server, slug="withdrawn")
        made = [upload(admin, png(40, 30, colour=(n, n, n)), alt=f"Picture {n}") for n in range(6)]
        edited, unpublished, removed, of_story, in_withdrawn, kept = made
        entries = f"/v1/stories/{story}/entries"
        places = {}
        for media in (edited, unpublished, removed, kept):
            blocks = [{"type": "image", "media": media["id"]}, {"type": "paragraph", "html": "Text."}]
            places[media["id"]] = f"{entries}/{admin.post(entries, json={'blocks': blocks}).json()['id']}"
        image = {"image": {"media": of_story["id"]}}
        assert admin.patch(f"/v1/stories/{story}", json=image, headers=ANY).is_success
        block = {"blocks": [{"type": "image", "media": in_withdrawn["id"]}]}
        assert admin.post(f"/v1/stories/{withdrawn}/entries", json=block).is_success
        for media in made:
            assert httpx.get(f"{server.url}{bare(media)}", trust_env=False, timeout=40).status_code == 200, media["alt"]
        assert admin.patch(places[edited["id"]], json={"text": "Without."}, headers=ANY).status_code == 409
        paragraph = {"blocks": [{"type": "paragraph", "html": "Without."}]}
        assert admin.patch(places[edited["id"]], json=paragraph, headers=ANY).is_success
        assert admin.post(f"{places[unpublished['id']]}/unpublish").is_success
        assert admin.post(f"{places[removed['id']]}/remove").is_success
        assert admin.patch(f"/v1/stories/{story}", json={"image": None}, headers=ANY).is_success
        assert admin.patch(f"/v1/stories/{withdrawn}", json={"status": "withdrawn"}, headers=ANY).is_success
        names = [bare(media).split("/")[2] for media in made]
        for media in made[:-1]:
            assert httpx.get(f"{server.url}{bare(media)}", trust_env=False, timeout=40).status_code == 404, media["alt"]
        everything = "".join(
            httpx.get(f"{server.url}{path}", trust_env=False, timeout=40).text
            for path in (
                f"/v1/stories/{story}?body=both",
                f"/v1/stories/{story}/changes?after=0&body=both",
                "/stories/gone",
            )
        )
        assert [name in everything for name in names] == [False] * 5 + [True]
        assert httpx.get(f"{server.url}{bare(kept)}", trust_env=False, timeout=40).status_code == 200
        assert server.stop() == 0, server.log
    found = markers_in_tables(database_url, [table.name for table in READERS_TABLES], markers=names)
    assert {marker for markers in found.values() for marker in markers} == {names[-1]}


def test_both_databases_search_page_and_delete_alike(database_url: str, tmp_path: Path) -> None:
    with serving(database_url, tmp_path) as server, server.signed_in() as admin:
        made = [upload(admin, png(40, 30, colour=(n, 0, 0)), caption=f"Überflutung Nummer {n}") for n in range(3)]
        story = make_story(server)
        block = {"blocks": [{"type": "image", "media": made[0]["id"]}]}
        assert admin.post(f"/v1/stories/{story}/entries", json=block).is_success
        found = admin.get("/v1/newsroom/media", params={"q": "uberflut nummer 1"}).json()["items"]
        assert [each["id"] for each in found] == [made[1]["id"]]
        page = admin.get("/v1/newsroom/media", params={"limit": 2}).json()
        rest = admin.get("/v1/newsroom/media", params={"limit": 2, "position": page["next"]}).json()
        assert [each["id"] for each in (*page["items"], *rest["items"])] == [each["id"] for each in reversed(made)]
        statuses = [admin.delete(f"/v1/newsroom/media/{each['id']}").status_code for each in made]
        assert statuses == [409, 200, 200]
        own = str(uuid.uuid4())
        with ThreadPoolExecutor(4) as threads:
            sent = [threads.submit(_upload_once, server, own) for _ in range(4)]
            assert {each.result() for each in sent} == {(201, own)}
        assert len(admin.get("/v1/newsroom/media").json()["items"]) == 2
        assert len(list((Path(server.data_dir) / "media").glob("*/*/"))) == 2
        assert server.stop() == 0, server.log
        assert "Traceback" not in server.log


def _upload_once(server: Server, own: str) -> tuple[int, str]:
    with server.signed_in() as admin:
        reply = admin.post("/v1/media", content=png(30, 20), headers=HEADERS, params={"id": own}, timeout=60)
        return reply.status_code, reply.json().get("id", reply.text)
