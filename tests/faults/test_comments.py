"""Comments in trouble: a killed server, a flood, and an address that is in no byte but those for moderators."""

from __future__ import annotations

import asyncio
import random
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import create_engine, text

from tests.e2e.readers import reading_client
from tests.e2e.server import Server, make_story, serving
from tests.figures import Figures
from tests.loopback import NO_CERTIFICATES
from tests.storage.tables import NEWSROOM_TABLES, READERS_TABLES

ADDRESS = "jabberwock.canary@mail.example"
REJECTED, REMOVED, PENDING = "xylophone", "quetzalcoatl", "zugzwang"
UNLIMITED = {"COMMENTS": "moderated", "COMMENTS_PER_STORY": "0", "COMMENTS_PER_SITE": "0"}
SENDERS = 8
KEPT_FOR_MODERATORS = {"comments", "comment_reports"}


def comment_on(client: httpx.Client, story: str, words: str, **more: Any) -> dict[str, Any]:
    """Send a comment with the canary's address."""
    draft = {"name": "Ann", "email": ADDRESS, "text": words, **more}
    reply = client.post(f"/v1/stories/{story}/comments", json=draft)
    assert reply.status_code == 202, reply.text
    taken: dict[str, Any] = reply.json()
    return taken


async def test_an_address_and_what_is_not_shown_are_in_no_byte_that_is_not_for_moderators(
    anyio_backend: str, database_url: str, tmp_path: Path
) -> None:
    with serving(database_url, tmp_path, **UNLIMITED) as server:
        story = make_story(server, slug="talk")
        with server.signed_in() as admin, server.reader() as reader:
            receipts = _comment_and_moderate(admin, reader, story)
            audit = admin.get("/v1/newsroom/audit").text + admin.get("/v1/newsroom/audit?format=csv").text
            made = admin.post("/v1/newsroom/tokens", json={"label": "r", "role": "reporter"}).json()["token"]
            search = admin.get("/v1/newsroom/search", params={"q": "jabberwock"}).text
        reporter = {"Authorization": f"Bearer {made}"}
        async with reading_client(server.url) as client:
            answers = await _everything_public(client, story, receipts)
            queue = (await client.get("/v1/newsroom/comments", headers=reporter)).text
        assert PENDING in queue
        told = {**answers, "audit": audit, "search": search, "queue": queue}
        assert {name for name, body in told.items() if ADDRESS in body} == set()
        hidden = (REJECTED, REMOVED, PENDING)
        assert {name for name, body in answers.items() for word in hidden if word in body} == set()
        assert server.stop() == 0, server.log
        assert ADDRESS not in server.log
        assert not any(word in server.log for word in hidden)
    readers = _tables_with(database_url, [table.name for table in READERS_TABLES], (ADDRESS, *hidden))
    assert readers == set()
    newsroom = _tables_with(database_url, [table.name for table in NEWSROOM_TABLES], (ADDRESS,))
    assert newsroom == KEPT_FOR_MODERATORS
    assert _tables_with(database_url, ["audit", "replies"], hidden) == set()


async def test_what_was_acknowledged_before_a_kill_is_on_disk(
    anyio_backend: str, database_url: str, tmp_path: Path, figures: Figures
) -> None:
    kills = figures.choose(quick=2, suite=3, prove=60)
    chance = random.Random(kills)
    with serving(database_url, tmp_path, **UNLIMITED) as server:
        story = make_story(server)
        acknowledged: dict[str, str] = {}
        for number in range(kills):
            stop = asyncio.Event()
            async with _client(server) as client:
                senders = [
                    asyncio.create_task(_send_until(client, story, f"{number}-{each}", stop, acknowledged))
                    for each in range(SENDERS)
                ]
                known = len(acknowledged)
                async with asyncio.timeout(30):
                    while len(acknowledged) < known + SENDERS:  # noqa: ASYNC110 - what is counted is the answers
                        await asyncio.sleep(0.01)  # between two looks
                await asyncio.sleep(chance.uniform(0.0, 0.2))  # the moment of the kill is what is tried
                server.kill()
                stop.set()
                await asyncio.gather(*senders)
            server.start()
        with server.signed_in() as admin:
            kept = _all_comments(admin)
        assert {ident: kept.get(ident) for ident in acknowledged} == acknowledged
        assert len(acknowledged) > SENDERS
        assert server.stop() == 0, server.log


async def test_a_flood_from_many_addresses_is_bounded_and_editors_post_beside_it(
    anyio_backend: str, sqlite_url: str, tmp_path: Path
) -> None:
    settings = {"COMMENTS": "moderated", "COMMENTS_PER_STORY": "30", "TRUSTED_PROXIES": "127.0.0.1"}
    with serving(sqlite_url, tmp_path, **settings) as server:
        story = make_story(server)
        async with _client(server) as client:
            forged = [_sent_from(client, story, f"198.51.{n // 250}.{n % 250}") for n in range(300)]
            began = time.monotonic()
            statuses = await asyncio.gather(*forged)
            minutes = (time.monotonic() - began) / 60
            assert set(statuses) == {202, 429}
            assert statuses.count(202) <= 30 + 30 * minutes + 1  # what a minute allows, and what fills up meanwhile
            with server.signed_in() as admin:
                posted = admin.post(f"/v1/stories/{story}/entries", json={"text": "Polls have closed."})
                assert posted.status_code == 201
        assert server.stop() == 0, server.log


async def test_who_forges_x_forwarded_for_is_counted_by_their_own_address(
    anyio_backend: str, sqlite_url: str, tmp_path: Path
) -> None:
    settings = {"COMMENTS": "moderated", "COMMENTS_PER_ADDRESS": "5", "TRUSTED_PROXIES": "127.0.0.1"}
    with serving(sqlite_url, tmp_path, **settings) as server:
        story = make_story(server)
        async with _client(server) as client:
            # The proxy appends the address that it sees; what stands before is whatever the client has sent.
            statuses = [await _sent_from(client, story, f"203.0.113.{n}, 198.51.100.7") for n in range(8)]
        assert statuses == [202] * 5 + [429] * 3
        with server.signed_in() as admin:
            items = admin.get("/v1/newsroom/comments").json()["items"]
        assert {item["address"] for item in items} == {"198.51.100.7"}
        assert server.stop() == 0, server.log


async def _sent_from(client: httpx.AsyncClient, story: str, forwarded: str) -> int:
    draft = {"name": "Ann", "text": f"From {uuid.uuid4()}"}
    headers = {"X-Forwarded-For": forwarded}
    return (await client.post(f"/v1/stories/{story}/comments", json=draft, headers=headers)).status_code


def _client(server: Server) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=server.url, trust_env=False, verify=NO_CERTIFICATES, timeout=60)


async def _send_until(
    client: httpx.AsyncClient, story: str, name: str, stop: asyncio.Event, acknowledged: dict[str, str]
) -> None:
    number = 0
    while not stop.is_set():
        number += 1
        words = f"{name} says {number}"
        try:
            reply = await client.post(f"/v1/stories/{story}/comments", json={"name": "Ann", "text": words})
        except httpx.TransportError:
            continue
        if reply.status_code == 202:
            acknowledged[reply.json()["id"]] = words


def _all_comments(admin: httpx.Client) -> dict[str, str]:
    kept: dict[str, str] = {}
    position: str | None = None
    while True:
        query = {"limit": "100", **({} if position is None else {"position": position})}
        page = admin.get("/v1/newsroom/comments", params=query).json()
        kept |= {item["id"]: item["text"] for item in page["items"]}
        position = page["next"]
        if position is None:
            return kept


def _comment_and_moderate(admin: httpx.Client, reader: httpx.Client, story: str) -> list[str]:
    """Comments that are shown, waiting, rejected and removed again; return the receipts of those that are shown."""
    entry = admin.post(f"/v1/stories/{story}/entries", json={"text": "Polls have closed."}).json()["id"]
    shown = comment_on(reader, story, "Harmless.", entry=entry)
    removed = comment_on(reader, story, f"{REMOVED} {REMOVED}")
    rejected = comment_on(reader, story, f"{REJECTED} {REJECTED}")
    comment_on(reader, story, PENDING)
    for comment, action in ((shown, "approve"), (removed, "approve"), (rejected, "reject"), (removed, "remove")):
        done = admin.post(f"/v1/newsroom/comments/{comment['id']}/{action}", json={"note": "A note."})
        assert done.status_code == 200, done.text
    report = {"category": "other", "text": "It is too short.", "email": ADDRESS}
    place = f"/v1/stories/{story}/comments/{shown['id']}/reports"
    assert reader.post(place, json=report).status_code == 202
    assert admin.post(f"/v1/newsroom/comments/{shown['id']}/entry", json={"status": "published"}).status_code == 201
    return [each["receipt"] for each in (shown, removed, rejected)]


async def _everything_public(client: httpx.AsyncClient, story: str, receipts: list[str]) -> dict[str, str]:
    answers = {}
    for url in (*_public_urls(story), *(receipt[receipt.index("/v1/") :] for receipt in receipts)):
        reply = await client.get(url)
        assert reply.status_code == 200, (url, reply.text)
        answers[url] = f"{reply.text} {dict(reply.headers)}"
    return answers


def _public_urls(story: str) -> Iterator[str]:
    yield from ("/", "/v1/stories", "/stories/talk", "/stories/talk?replies=oldest")
    base = f"/v1/stories/{story}"
    yield from (base, f"{base}/entries", f"{base}/changes?after=0", f"{base}/comments", f"{base}/comments/form")
    yield from (f"{base}/comments?order=oldest", f"{base}/corrections")


def _tables_with(url: str, tables: list[str], words: tuple[str, ...]) -> set[str]:
    """The tables of which a row has one of the words in any column, as text or as bytes."""
    engine = create_engine(url)
    found = set()
    with engine.connect() as connection:
        for table in tables:
            for row in connection.execute(text(f"SELECT * FROM {table}")):  # noqa: S608 - our own tables' names
                values = [bytes(v).decode() if isinstance(v, bytes | memoryview) else str(v) for v in row]
                if any(word in value for word in words for value in values):
                    found.add(table)
    engine.dispose()
    return found
