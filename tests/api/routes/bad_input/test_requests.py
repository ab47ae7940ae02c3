"""A path, a header or a token that is wrong gets a clear error and changes nothing."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.api.routes.bad_input.sending import JSON, read_everything
from tests.api.server import PUBLIC_URL, Server

pytestmark = pytest.mark.anyio


PATHS = {
    "/v1/stories/..%2f": 404,
    "/v1/stories/%2e%2e%2fsite": 404,
    "/v1//stories": 404,
    "//v1/stories": 404,
    "/v1/stories//entries": 404,
    "/v1/stories/%00": 400,
    "/v1/stories/a%00b/entries": 400,
    "/v1/stories/%ff": 400,
    "/v1/stories%0a": 400,
    "/newsroom%0A": 400,
    "/static/apply.js%0a": 400,
    "/v1/stories/election%7f": 400,
    "/v1/stories/%ed%a0%80": 400,
    "/v1/stories;v=1": 404,
    "/v1/stories/election;x=1/entries": 404,
    "/v1/stories/election%3Bx/entries": 404,
    "/v1/stories/election/entries/..%2f..%2f": 404,
    "/v1/stories/" + "a" * 5_000: 404,
    "/V1/STORIES": 404,
    "/v1/stories/ELECTION%E2%80%8B": 404,
    "/v1/stories/election/entries%3Abatch": 405,
}


async def test_what_is_not_there_is_404_and_what_was_removed_410(server: Server, story: dict[str, Any]) -> None:
    entry = await server.post(story["id"])
    nobody = "0f4b3c2d-1e5a-4b6c-8d7e-9f0a1b2c3d4e"
    for path, code in (
        (f"/v1/stories/{nobody}/entries", "story_not_found"),
        ("/v1/stories/nothing/entries", "story_not_found"),
        (f"/v1/stories/election/entries/{nobody}/publish", "entry_not_found"),
        (f"/v1/stories/nothing/entries/{entry['id']}/publish", "story_not_found"),
    ):
        body = {"text": "a"} if path.endswith("entries") else {}
        reply = await server.admin.post(path, json=body)
        assert (reply.status_code, reply.json()["code"]) == (404, code)
    await server.act("remove", entry)
    gone = await server.client.get(f"/v1/stories/election/entries/{entry['id']}")
    assert (gone.status_code, gone.json()["code"], gone.json()["cause"]) == (410, "entry_gone", "removed")


@pytest.mark.parametrize("path", ["/v1/stories/election", "entry"])
async def test_an_edit_needs_the_etag_of_today(server: Server, story: dict[str, Any], path: str) -> None:
    entry = await server.post(story["id"])
    where = f"/v1/stories/election/entries/{entry['id']}" if path == "entry" else path
    patch = {"text": "Edited."} if path == "entry" else {"title": "Edited"}
    before = await read_everything(server)
    for headers, status, code in (
        ({}, 428, "if_match_required"),
        ({"if-match": '"v999"'}, 412, "stale"),
        ({"if-match": '"r999"'}, 412, "stale"),
        ({"if-match": "v1"}, 400, "bad_if_match"),
        ({"if-match": ""}, 400, "bad_if_match"),
        ({"if-match": '"' + "v" * 5_000 + '"'}, None, None),
        ({"if-match": '"v' + "9" * 5_000 + '"'}, None, None),
    ):
        reply = await server.admin.patch(where, json=patch, headers=headers)
        if status is None:
            assert reply.status_code in {400, 412}
        else:
            assert (reply.status_code, reply.json()["code"]) == (status, code), reply.text
    assert await read_everything(server) == before


@pytest.mark.usefixtures("story")
@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer", "Bearer ", "Basic YTpi", "Bearer lb_person_" + "x" * 36, "Bearer x", "Bearer " + "x" * 5_000, "x"],
)
async def test_a_bad_token_is_401_and_changes_nothing(server: Server, authorization: str) -> None:
    before = await read_everything(server)
    headers = {**JSON, "authorization": authorization}
    for content in (b'{"text": "a"}', b"[" * 100_000, b""):
        reply = await server.client.post("/v1/stories/election/entries", content=content, headers=headers)
        assert reply.status_code == 401
        assert reply.headers["www-authenticate"].startswith("Bearer")
    assert await read_everything(server) == before


@pytest.mark.usefixtures("story")
@pytest.mark.parametrize("name", ["authorization", "idempotency-key", "if-match"])
async def test_a_header_that_came_twice_is_refused_and_changes_nothing(server: Server, name: str) -> None:
    before = await read_everything(server)
    own = server.admin.headers["authorization"]
    value = own if name == "authorization" else '"v1"'
    headers = [("content-type", "application/json"), (name, value), (name, value)]
    headers += [] if name == "authorization" else [("authorization", own)]
    reply = await server.client.post("/v1/stories/election/entries", content=b'{"text": "a"}', headers=headers)
    assert reply.status_code == (401 if name == "authorization" else 400)
    assert await read_everything(server) == before


@pytest.mark.usefixtures("story")
@pytest.mark.parametrize(("path", "status"), PATHS.items())
async def test_a_path_that_is_a_trick_leads_nowhere(server: Server, path: str, status: int) -> None:
    before = await read_everything(server)
    for method in ("GET", "HEAD"):
        url = httpx.URL(PUBLIC_URL).copy_with(raw_path=path.encode())
        reply = await server.client.request(method, url)
        assert reply.status_code == status, f"{method} {path}: {reply.text}"
    url = httpx.URL(PUBLIC_URL).copy_with(raw_path=path.encode())
    written = await server.admin.post(url, json={"text": "a"})
    assert written.status_code in {400, 404, 405, 422}
    assert await read_everything(server) == before
