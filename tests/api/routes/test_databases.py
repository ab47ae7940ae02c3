"""The edge over each kind of database, and what it does when the database goes away."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.api.server import Server, running
from tests.postgres import PostgresServer

pytestmark = pytest.mark.anyio


@pytest.fixture
async def any_server(anyio_backend: str, database_url: str, tmp_path: Path) -> AsyncIterator[Server]:
    """Run the application over an empty database, once over each kind."""
    async with running(database_url, tmp_path / "data") as opened:
        yield opened


async def test_every_read_answers_over_each_kind_of_database(any_server: Server) -> None:
    story = await any_server.story()
    tags = [{"slug": "ü".encode().hex(), "label": "Ü"}]
    posted = [await any_server.post(story["id"], f"Update {number}.", tags=tags) for number in range(5)]
    ref = f"/v1/stories/{story['id']}"
    removed = await any_server.act("remove", posted[0])
    for path, status in {
        "/v1/site": 200,
        "/v1/stories": 200,
        "/v1/stories?limit=1": 200,
        ref: 200,
        f"{ref}?body=both": 200,
        f"{ref}/entries": 200,
        f"{ref}/entries?limit=2&order=oldest&tag={tags[0]['slug']}": 200,
        f"{ref}/entries?around={posted[2]['id']}&author=O%27Brien%00": 400,
        f"{ref}/entries?author=O%27Brien%22%5C%F0%9F%97%B3": 200,
        f"{ref}/entries/{posted[1]['id']}": 200,
        f"{ref}/entries/{removed['id']}": 410,
        f"{ref}/changes?after=0": 200,
        f"{ref}/changes?after=zzzzzzzz.1.zzzzzz": 410,
        "/v1/stories/no-such-story": 404,
        "/readyz": 200,
        f"/stories/{story['slug']}": 200,
        f"/stories/{story['slug']}?entry={posted[1]['id']}": 200,
        "/": 200,
    }.items():
        reply = await any_server.client.get(path)
        assert reply.status_code == status, (path, reply.text)


async def test_without_its_database_a_server_goes_on_from_memory_and_says_so(
    anyio_backend: str, migrated_postgres: str, postgres_server: PostgresServer, tmp_path: Path
) -> None:
    name = postgres_server.create_database(template=migrated_postgres)
    async with running(postgres_server.url(name), tmp_path) as server:
        story = await server.story()
        entry = await server.post(story["id"])
        ref = f"/v1/stories/{story['id']}"
        state = (await server.client.get(ref)).json()
        postgres_server.drop_database(name)

        kept = await server.client.get(ref)
        assert (kept.status_code, kept.json()) == (200, state)
        for path in (
            f"{ref}/entries/{entry['id']}",
            f"{ref}?body=both",
            "/v1/stories/another-one",
            f"{ref}/changes?after=0",
        ):
            away = await server.client.get(path)
            assert (away.status_code, away.json()["code"]) == (503, "database_unavailable"), path
            assert int(away.headers["retry-after"]) >= 1
            assert away.headers["cache-control"] == "no-store"
        wants_page = {"accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8", "accept-language": "de-DE,de;q=0.8"}
        for path in (
            "/stories/another-one",
            "/stories/another-one?embed",
            f"/stories/another-one/entries/{entry['id']}",
        ):
            page = await server.client.get(path, headers=wants_page)
            assert (page.status_code, page.headers["cache-control"]) == (503, "no-store"), path
            assert int(page.headers["retry-after"]) >= 1
            assert page.headers["content-type"] == "text/html; charset=utf-8"
            assert '<html lang="de"' in page.text
            assert "Einen Moment bitte" in page.text
            program = await server.client.get(path)
            assert (program.status_code, program.json()["code"]) == (503, "database_unavailable"), path
        written = await server.admin.post(f"{ref}/entries", json={"text": "Anyone there?"})
        assert (written.status_code, written.json()["code"]) == (503, "database_unavailable")
        ready = await server.client.get("/readyz")
        assert (ready.status_code, ready.json()["status"]) == (200, "degraded")
        assert {"database"} <= {*ready.json()["reasons"]} <= {"database", "broker"}  # by which nodes hear of each other
        assert (await server.client.get("/healthz")).status_code == 200
