"""What was public and was taken back is gone: from every answer, replay, table of readers and free page."""

from __future__ import annotations

import json
import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx

from tests.e2e.readers import Follower, Habit, Transport, reading_client
from tests.e2e.server import make_story, serving
from tests.faults.tables import found_in, markers_in_tables
from tests.storage.tables import NEWSROOM_TABLES, READERS_TABLES

EDITED, UNPUBLISHED, REMOVED, RETAGGED = "xylophone", "quetzalcoatl", "zugzwang", "flibbertigibbet"
MARKERS = (EDITED, UNPUBLISHED, REMOVED, RETAGGED)
LONG = 300
"""Words around a marker, so that bodies reach into overflow pages and are moved when others grow."""


def _body(marker: str) -> dict[str, Any]:
    words = " ".join([f"{marker} and more of the same"] * LONG)
    return {
        "headline": f"The {marker}",
        "text": f"{words}\n\n**{marker}** again",
        "authors": [{"name": f"Ada {marker}", "url": f"https://ada.example/{marker}"}],
        "source": {"url": f"https://source.example/{marker}", "name": marker},
        "tags": [{"slug": marker, "label": marker}],
    }


def _clean(number: int) -> dict[str, Any]:
    """An entry that stays, beside those that go."""
    return {"text": f"Harmless {number}. " * LONG, "authors": [], "source": None, "tags": [], "headline": None}


def _markers_in(data: bytes) -> list[str]:
    return found_in(MARKERS, data)


async def test_text_that_was_taken_back_is_in_no_public_byte(
    anyio_backend: str, database_url: str, tmp_path: Path
) -> None:
    with serving(database_url, tmp_path) as server:
        story = make_story(server, slug="gone")
        with server.signed_in() as admin:
            keys = _publish_and_take_back(admin, story)
            replays = [admin.post(path, json=body, headers={"Idempotency-Key": key}) for path, body, key in keys]
        async with reading_client(server.url) as client:
            answers = await _everything_public(client, story)
            found = {name: _markers_in(body) for name, body in answers.items() if _markers_in(body)}
            assert found == {}
            assert len(answers) > 50
        # The newsroom may replay what it was told, but not of what was removed for good.
        assert [REMOVED in replay.text for replay in replays] == [False] * len(replays)
        assert server.stop() == 0, server.log
    assert markers_in_tables(database_url, [table.name for table in READERS_TABLES], markers=MARKERS) == {}
    newsroom = markers_in_tables(database_url, [table.name for table in NEWSROOM_TABLES], markers=MARKERS)
    assert set(newsroom["entry_versions"]) == set(MARKERS), "the newsroom keeps every version"
    assert REMOVED not in newsroom.get("replies", [])


def test_text_that_was_taken_back_is_in_no_free_page_nor_any_page_of_readers_tables(
    sqlite_url: str, tmp_path: Path
) -> None:
    with serving(sqlite_url, tmp_path) as server:
        story = make_story(server)
        with server.signed_in() as admin:
            _publish_and_take_back(admin, story)
        assert server.stop() == 0, server.log
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        owners = dict(connection.execute("SELECT pageno, name FROM dbstat").fetchall())
        tables = dict(connection.execute("SELECT name, tbl_name FROM sqlite_master").fetchall())
        [(page_size,)] = connection.execute("PRAGMA page_size").fetchall()
    names = {table.name for table in NEWSROOM_TABLES}
    # The newsroom's search lies in tables of its own, which go with the newsroom's.
    private = {page for page, name in owners.items() if tables.get(name, name) in names or name.startswith("search_")}
    data = path.read_bytes()
    pages = {number + 1: data[number * page_size :][:page_size] for number in range(len(data) // page_size)}
    assert any(_markers_in(pages[page]) for page in private), "the newsroom keeps every version"
    found = {
        page: (owners.get(page, "free"), _markers_in(content))
        for page, content in pages.items()
        if page not in private and _markers_in(content)
    }
    assert found == {}


async def test_who_posted_an_entry_is_in_no_public_byte(anyio_backend: str, database_url: str, tmp_path: Path) -> None:
    with serving(database_url, tmp_path) as server:
        story = make_story(server, slug="gone")
        with server.signed_in() as admin:
            secrets = _post_as_people_and_bots(admin, story)
        async with reading_client(server.url) as client:
            answers = await _everything_public(client, story)
            assert {url: found for url, body in answers.items() if (found := found_in(secrets, body))} == {}
            assert "Signed by another" in answers[f"/v1/stories/{story}?body=both"].decode()
        assert server.stop() == 0, server.log
    tables = markers_in_tables(database_url, [table.name for table in READERS_TABLES], markers=secrets)
    assert tables == {}
    newsroom = markers_in_tables(database_url, [table.name for table in NEWSROOM_TABLES], markers=secrets)
    assert {"people", "tokens", "entries", "entry_versions", "audit"} <= set(newsroom)


def _post_as_people_and_bots(admin: httpx.Client, story: str) -> list[str]:
    """Entries of a reporter and a bot, edited and signed with other names. All that says whose accounts they are."""
    added = {"name": "Wolpertinger", "role": "reporter", "email": "jabberwock@post.example", "byline": "Ada Reporter"}
    person = admin.post("/v1/newsroom/people", json=added).json()["id"]
    tokens = [
        admin.post("/v1/newsroom/tokens", json={"label": "snark's phone", "person": person}).json(),
        admin.post("/v1/newsroom/tokens", json={"label": "bandersnatch", "role": "editor"}).json(),
    ]
    signed: dict[str, Any] = {"authors": [{"name": "Signed by another"}]}
    unsigned: dict[str, Any] = {"authors": []}
    any_version = {"If-Match": "*"}
    for token in tokens:
        with httpx.Client(
            base_url=admin.base_url, headers={"Authorization": f"Bearer {token['token']}"}, timeout=40
        ) as api:
            for fields in (signed, unsigned):
                entry = api.post(f"/v1/stories/{story}/entries", json={"text": "Counted.", **fields}).json()
                path = f"/v1/stories/{story}/entries/{entry['id']}"
                assert entry["posted_by"]["token"] == token["id"]
                assert api.patch(path, json={"text": "Counted again."}, headers=any_version).status_code == 200
                assert api.post(f"{path}/corrections", json={"text": "A line."}).status_code == 200
    assert admin.patch(f"/v1/stories/{story}", json={"title": "Gone"}, headers=any_version).status_code == 200
    return [
        *("Wolpertinger", "jabberwock", "snark", "bandersnatch", "posted_by", "created_by"),
        *(token["id"] for token in tokens),
        person,
    ]


def _publish_and_take_back(admin: httpx.Client, story: str) -> list[tuple[str, dict[str, Any], str]]:
    """Four entries come and go in the four ways there are, between others that stay. The calls, to replay them."""
    entries = f"/v1/stories/{story}/entries"
    calls = []
    made: dict[str, str] = {}
    for number in range(30):
        marker = MARKERS[number % 5] if number % 5 < 4 and number < 20 else None
        body = _clean(number) if marker is None else _body(marker)
        calls.append((entries, body, f"key-{number}"))
        answer = admin.post(entries, json=body, headers={"Idempotency-Key": f"key-{number}"})
        assert answer.status_code == 201, answer.text
        if marker is not None:
            made[answer.json()["id"]] = marker
            corrections = f"{entries}/{answer.json()['id']}/corrections"
            if marker in {UNPUBLISHED, REMOVED}:  # a line of the log stays as long as its entry
                assert admin.post(corrections, json={"text": f"Less {marker}."}).status_code == 200
    any_version = {"If-Match": "*"}
    for number, (entry, marker) in enumerate(made.items()):
        path = f"{entries}/{entry}"
        match marker:
            case _ if marker == EDITED:
                answer = admin.patch(path, json=_clean(number), headers=any_version)
            case _ if marker == UNPUBLISHED:
                answer = admin.post(f"{path}/unpublish", json={"note": f"no {marker}"})
            case _ if marker == REMOVED:
                answer = admin.post(f"{path}/remove", json={"note": f"no {marker}"})
            case _:
                answer = admin.patch(path, json={**_clean(number), "material": False}, headers=any_version)
        assert answer.status_code == 200, answer.text
    for marker in MARKERS:
        named = {"name": marker, "url": None, "label": marker}
        marked = {"title": f"A {marker}", "standfirst": marker, "intro": marker, "authors": [marker], "sponsor": named}
        clean: dict[str, Any] = {
            "title": "Gone",
            "standfirst": None,
            "intro": None,
            "authors": [],
            "sponsor": None,
            "seo": None,
        }
        for fields in ({**marked, "seo": {"title": marker, "description": marker}}, clean):
            answer = admin.patch(f"/v1/stories/{story}", json=fields, headers=any_version)
            assert answer.status_code == 200, answer.text
    return calls


async def _everything_public(client: httpx.AsyncClient, story: str) -> dict[str, bytes]:
    """The bytes of every public answer about the story, by what was asked."""
    log = (await client.get(f"/v1/stories/{story}/changes", params={"after": "0", "limit": 1000})).json()["events"]
    entries = [event["entry"]["id"] if "entry" in event else event["id"] for event in log if "fields" not in event]
    urls = [*_public_urls(story), *(f"/v1/stories/{story}/entries/{entry}?body=both" for entry in entries)]
    pages = [f"/stories/gone/entries/{entry}" for entry in entries]
    urls += [*pages, *(f"/oembed?url={client.base_url}{page}" for page in pages)]
    urls += [f"/v1/stories/{story}/changes?after={event['cursor']}&body=both&limit=1000" for event in log]
    answers: dict[str, bytes] = {}
    for url in urls:
        answer = await client.get(url)
        assert answer.status_code in {200, 410}, f"{url}: {answer.text}"
        answers[url] = answer.content + repr(answer.headers.raw).encode()
    for transport in Transport:
        for body in ("html", "blocks", "both"):
            answers[f"{transport} {body}"] = await _replay(client, story, Habit(transport, body=body, page_size=None))
    return answers


def _public_urls(story: str) -> Iterator[str]:
    yield from ("/stories/gone?embed", "/stories/gone/fragment", "/stories/gone/fragment?mode=ticker&limit=20")
    yield from ("/", "/stories/gone", "/v1/site", "/v1/stories", "/v1/stories?limit=3")
    for body in ("html", "blocks", "both"):
        yield f"/v1/stories/{story}?body={body}"
        for query in ("", "&limit=100", "&limit=100&order=oldest", "&limit=7&kind=update"):
            yield f"/v1/stories/{story}/entries?body={body}{query}"
        yield f"/v1/stories/{story}/changes?after=0&limit=1000&body={body}"
    yield from ("/sitemap.xml", "/sitemaps/stories-1.xml", "/sitemaps/news.xml", "/robots.txt")
    yield f"/v1/stories/{story}/structured-data"
    for ending in ("atom", "rss", "json"):
        yield from (f"/stories/gone/feed.{ending}", f"/feed.{ending}", f"/tags/harmless/feed.{ending}")
    yield from (f"/v1/stories/{story}/corrections", f"/v1/stories/{story}/corrections?limit=100")
    yield f"/v1/stories/{story}/entries?limit=100&fields=id,body_text,corrections,tags,authors,source,headline"
    yield f"/v1/stories/{story}/changes"


async def _replay(client: httpx.AsyncClient, story: str, habit: Habit) -> bytes:
    """Everything somebody is told who asks for everything."""
    follower = Follower(client, story, habit, random.Random(0))
    heard: list[dict[str, Any]] = []
    follower.hear = heard.append
    await follower.follow(lambda state: state.get("title") == "Gone")
    return json.dumps(heard, ensure_ascii=False).encode()
