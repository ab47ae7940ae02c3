"""The log of corrections over HTTP: cached like every list, found by its URLs, gone with what was taken back."""

from __future__ import annotations

import pytest

from tests.api.server import Server

pytestmark = pytest.mark.anyio

UNKNOWN = "c2b9f1d4-5e6a-4c8b-9d7e-0a1b2c3d4e5f"


async def test_the_log_is_read_by_anybody_and_cached_as_long_as_nothing_changes(server: Server) -> None:
    story = await server.story()
    entry = await server.post(story["id"])
    await server.act("corrections", entry, text="They closed at eight.")
    for ref in (story["id"], story["slug"]):
        for query in ("", "?limit=5"):
            url = f"/v1/stories/{ref}/corrections{query}"
            reply = await server.client.get(url)
            assert reply.status_code == 200
            assert [item["text"] for item in reply.json()["items"]] == ["They closed at eight."]
            assert reply.headers["cache-control"].startswith("public, max-age=1, s-maxage=2")
            assert reply.headers["surrogate-key"] == f"story-{story['id']}"
            tag = {"if-none-match": reply.headers["etag"]}
            assert (await server.client.get(url, headers=tag)).status_code == 304
            head = await server.client.head(url)
            assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", reply.headers["etag"])
            assert head.headers["content-length"] == str(len(reply.content))
    held = (await server.client.get(f"/v1/stories/{story['id']}/corrections")).headers["etag"]
    await server.act("retract", entry, reason="It was another place.")
    fresh = await server.client.get(f"/v1/stories/{story['id']}/corrections", headers={"if-none-match": held})
    assert [item["severity"] for item in fresh.json()["items"]] == ["retraction", "correction"]


async def test_the_log_is_built_once_for_all_who_ask(server: Server) -> None:
    story = await server.story()
    await server.act("corrections", await server.post(story["id"]), text="They closed at eight.")
    representations = server.app_state.reading.representations
    before = representations.builds
    for _ in range(5):
        await server.client.get(f"/v1/stories/{story['id']}/corrections")
    assert representations.builds == before + 1


async def test_pages_of_the_log_are_walked_by_their_urls(server: Server) -> None:
    story = await server.story()
    entry = await server.post(story["id"])
    for number in range(5):
        await server.act("corrections", entry, text=f"Line {number}")
    url: str | None = f"/v1/stories/{story['slug']}/corrections?limit=2"
    found: list[str] = []
    while url is not None:
        reply = await server.client.get(url)
        found += [item["text"] for item in reply.json()["items"]]
        url = reply.json()["next"]
        assert (url is None) == ('rel="next"' not in reply.headers.get("link", ""))
    assert found == [f"Line {number}" for number in range(4, -1, -1)]


async def test_what_was_taken_back_is_in_no_byte_of_the_log(server: Server) -> None:
    story = await server.story()
    entry = await server.post(story["id"], headline="Zugzwang")
    await server.act("corrections", entry, text="A zugzwang it was not.")
    await server.act("remove", entry)
    for query in ("", "?limit=3"):
        reply = await server.client.get(f"/v1/stories/{story['id']}/corrections{query}")
        assert reply.json()["items"] == []
        assert "zugzwang" not in reply.text.lower()
        assert entry["id"] not in reply.text


async def test_hidden_and_unknown_stories_have_no_log(server: Server) -> None:
    hidden = await server.story(status="draft")
    for ref in (hidden["id"], hidden["slug"], UNKNOWN, "No Story"):
        for query in ("", "?limit=3"):
            reply = await server.client.get(f"/v1/stories/{ref}/corrections{query}")
            assert (reply.status_code, reply.json()["code"]) == (404, "story_not_found")


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=many", "position=nowhere", "position=" + "a" * 201])
async def test_a_value_that_cannot_be_is_pointed_at(server: Server, query: str) -> None:
    story = await server.story()
    reply = await server.client.get(f"/v1/stories/{story['id']}/corrections?{query}")
    assert (reply.status_code, reply.json()["code"]) == (422, "invalid")
    assert [error["pointer"] for error in reply.json()["errors"]] == [f"/query/{query.partition('=')[0]}"]
