"""The newsroom's search over HTTP: for tokens only, never cached, and never broken by any query."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from tests.api.server import Server

pytestmark = pytest.mark.anyio

SEARCH = "/v1/newsroom/search"


async def test_drafts_are_found_with_a_token_and_by_nobody_without(server: Server) -> None:
    story = await server.story()
    entry = await server.post(story["id"], "Embargoed figures.", status="draft")
    reply = await server.admin.get(f"{SEARCH}?q=embargoed")
    assert (reply.status_code, reply.headers["cache-control"]) == (200, "no-store")
    assert reply.json() == {
        "items": [
            {"story": {name: story[name] for name in ("id", "slug", "title", "status")}, "entry": entry},
        ],
        "next": None,
    }
    for headers in ({}, {"authorization": "Bearer nonsense"}):
        refused = await server.client.get(f"{SEARCH}?q=embargoed", headers=headers)
        assert (refused.status_code, "figures" in refused.text) == (401, False)


async def test_a_search_is_limited_and_paged(server: Server) -> None:
    one, other = await server.story(), await server.story("Another")
    for number in range(3):
        await server.post(one["id"], f"Figures {number}.", status="draft")
    await server.post(other["id"], "Figures elsewhere.")
    first = (await server.admin.get(f"{SEARCH}?q=figures&story={one['slug']}&status=draft&limit=2")).json()
    rest = (await server.admin.get(f"{SEARCH}?q=figures&story={one['slug']}&limit=2&position={first['next']}")).json()
    texts = [item["entry"]["text"] for page in (first, rest) for item in page["items"]]
    assert texts == ["Figures 2.", "Figures 1.", "Figures 0."]
    assert rest["next"] is None


@pytest.mark.parametrize(
    "words", ['"', "'", "a AND (", "NEAR(", "*", "\\", "a' OR '1'='1", "%", "🙂", "x" * 10_000, "ä b " * 2_500, " "]
)
async def test_nothing_that_is_typed_is_an_error(server: Server, words: str) -> None:
    reply = await server.admin.get(f"{SEARCH}?q={quote(words)}")
    assert reply.status_code == 200, reply.text


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("", 422, "invalid"),
        ("q=" + "a" * 10_001, 422, "invalid"),
        ("q=a&limit=0", 422, "invalid"),
        ("q=a&status=secret", 422, "invalid"),
        ("q=a&position=x", 400, "bad_position"),
        ("q=a&story=unknown", 404, "story_not_found"),
        ("q=a%00b", 400, "malformed_query"),
        ("q=%ff", 400, "malformed_query"),
    ],
)
async def test_what_cannot_be_asked_is_said(server: Server, query: str, status: int, code: str) -> None:
    reply = await server.admin.get(f"{SEARCH}?{query}")
    assert (reply.status_code, reply.json()["code"]) == (status, code)


async def test_versions_tell_their_differences_when_asked(server: Server) -> None:
    story = await server.story()
    entry = await server.post(story["id"], "Polls have closed.")
    ref = f"/entries/{entry['id']}"
    await server.admin.patch(
        f"/v1/stories/{story['id']}{ref}", json={"text": "Polls closed."}, headers={"if-match": "*"}
    )
    url = f"/v1/newsroom/stories/{story['id']}{ref}/versions"
    [edited] = (await server.admin.get(f"{url}?diff=true&limit=1")).json()["items"]
    assert edited["changed"] == ["body"]
    assert edited["diff"] == {
        "body": [["same", "Polls "], ["removed", "have "], ["same", "closed."]],
        "truncated": False,
    }
    page = (await server.admin.get(f"{url}?limit=1&position=2")).json()
    assert [version["version"] for version in page["items"]] == [1]
    assert (await server.admin.get(f"{url}?position=x")).json()["code"] == "bad_position"
