"""A story from elsewhere over HTTP: nothing of it is there until all of it is, and old addresses find its entries."""

from __future__ import annotations

import dataclasses

import pytest

from app.newsroom.context.newsroom import Call
from app.newsroom.imports import taking_in
from app.newsroom.imports.taking_in import begin_import, show_entries, take_entries
from tests.api.server import ADMIN_TOKEN, Server
from tests.newsroom.imports.bringing import Interrupted, InterruptedDatabase
from tests.newsroom.imports.records import imported_entries, imported_story

CALL = Call(ADMIN_TOKEN)
LISTS = ("/v1/stories", "/feed.atom", "/feed.json", "/v1/site", "/sitemap.xml", "/robots.txt", "/")
PATHS = (
    "/v1/stories/{0}", "/v1/stories/{0}/entries", "/v1/stories/{0}/entries/{1}", "/v1/stories/{0}/changes",
    "/v1/stories/{0}/changes?after=0", "/v1/stories/{0}/corrections", "/v1/stories/{0}/comments",
    "/v1/stories/{0}/structured-data", "/v1/stories/{0}/feed.atom", "/v1/stories/{0}/feed.rss", "/stories/{0}",
    "/stories/{0}/fragment", "/v1/stories/{0}/entries?alias=%231",
)  # fmt: skip
NOBODY = "0b0e7a52-3c0f-4a45-9d7b-1111aaaa1111"


async def read(server: Server, path: str) -> tuple[int, bytes]:
    """Read a path without credentials; the request's id is the same for all."""
    answer = await server.client.get(path, headers={"accept-encoding": "identity", "x-request-id": "the-same"})
    return answer.status_code, answer.content


async def test_a_story_of_which_a_part_has_come_is_as_one_that_never_was(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(taking_in, "SLICE_SECONDS", 0.0)  # or the first part is all of it, where nothing else is done
    await server.story()
    before = [await read(server, path) for path in LISTS]
    newsroom = server.app_state.newsroom
    story = begin_import(newsroom, CALL, imported_story(slug="the-night")).story
    take_entries(newsroom, CALL, story, list(imported_entries(60)))
    with newsroom.database.transaction() as tx:
        entry = tx.connection.exec_driver_sql("SELECT id FROM entries WHERE external_id = 'old-1'").scalar_one()
    interrupted = InterruptedDatabase(newsroom.database, commits=1)
    part = dataclasses.replace(newsroom, database=interrupted)
    with pytest.raises(Interrupted):
        show_entries(part, CALL, story)
    assert [await read(server, path) for path in LISTS] == before
    for path in PATHS:
        hidden = await read(server, path.format(story, entry))
        unknown = await read(server, path.format(NOBODY, entry))
        assert hidden[0] == unknown[0] == 404, path
        assert hidden[1].replace(story.encode(), b"ID") == unknown[1].replace(NOBODY.encode(), b"ID"), path
        assert (await read(server, path.format("the-night", entry)))[0] == 404, path
    comment = {"name": "Ann", "text": "I know of it."}
    for ref in (story, NOBODY):
        assert (await server.client.post(f"/v1/stories/{ref}/comments", json=comment)).status_code == 404


async def test_old_addresses_find_entries(server: Server) -> None:
    newsroom = server.app_state.newsroom
    story = begin_import(newsroom, CALL, imported_story(slug="the-night", status="live")).story
    take_entries(newsroom, CALL, story, list(imported_entries(3)))
    while show_entries(newsroom, CALL, story).left:
        pass
    path = f"/v1/stories/{story}/entries"

    async def find(alias: str) -> list[str]:
        answer = await server.client.get(path, params={"alias": alias, "fields": "id,published_at"})
        assert answer.status_code == 200
        return [item["id"] for item in answer.json()["items"]]

    (first,), (second,) = await find("#1"), await find("#2")
    assert first != second
    assert await find("#3") == await find("1") == await find("") == []
    assert (await server.client.get(path, params={"alias": "x" * 301})).status_code == 422
    both = await server.client.get(path, params={"alias": "#1", "key_event": "true"})
    assert both.json()["items"] == []
    await server.act("remove", {"story": story, "id": first})
    assert await find("#1") == []
    assert (await server.client.get(f"{path}/{first}")).json()["cause"] == "removed"
