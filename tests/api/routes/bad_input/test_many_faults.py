"""Of many faults the first are named and all are counted, at little cost, in an entry and in each item of a batch."""

from __future__ import annotations

import json
from time import process_time
from typing import Any

import pytest

from tests.api.routes.bad_input.sending import ENTRY_LIMIT_BYTES, JSON, send_entry
from tests.api.server import Server

pytestmark = pytest.mark.anyio


@pytest.mark.usefixtures("story")
async def test_of_many_faults_the_first_are_named_and_all_are_counted_at_little_cost(server: Server) -> None:
    unknown = json.dumps({f"{number:x}": 1 for number in range(200_000)}, separators=(",", ":")).encode()
    assert len(unknown) < ENTRY_LIMIT_BYTES
    started = process_time()
    reply = await send_entry(server, unknown)
    spent_seconds = process_time() - started
    problem = reply.json()
    assert (reply.status_code, problem["code"], len(problem["errors"])) == (422, "invalid", 20)
    assert {each["code"] for each in problem["errors"]} == {"unknown_field"}
    assert "200,000 values are wrong" in problem["detail"]
    assert len(reply.content) < 4_000
    started = process_time()
    json.loads(unknown)
    assert spent_seconds < 12 * (process_time() - started), "more than reading it a few times"
    refused = await server.client.post("/v1/newsroom/sessions", content=unknown, headers=JSON)
    assert (refused.status_code, refused.json()["code"]) == (413, "body_too_large")


@pytest.mark.parametrize(
    ("block", "pointer"),
    [
        ({"type": "table", "rows": [[{"html": "a"}, *[{}] * 99]] * 100}, "/blocks/0/rows/0/1/html"),
        ({"type": "list", "items": [{"html": "a"}, *[{}] * 9_999]}, "/blocks/0/items/1/html"),
        ({"type": "list", "items": [{"html": "a", "items": [{}] * 9_999}]}, "/blocks/0/items/0/items/0/html"),
    ],
)
@pytest.mark.usefixtures("story")
async def test_of_many_wrong_cells_or_items_the_first_is_named(
    server: Server, block: dict[str, Any], pointer: str
) -> None:
    problem = (await send_entry(server, json.dumps({"blocks": [block]}).encode())).json()
    assert [(each["pointer"], each["code"]) for each in problem["errors"]] == [(pointer, "missing")]


@pytest.mark.usefixtures("story")
async def test_a_batch_counts_the_faults_of_each_item(server: Server) -> None:
    items = [{"text": "a", **{f"x{number}": 1 for number in range(90)}}]
    reply = await server.admin.post("/v1/stories/election/entries:batch", json={"items": items})
    problem = reply.json()["items"][0]["problem"]
    assert len(problem["errors"]) == 20
    assert "90 values are wrong" in problem["detail"]


@pytest.mark.usefixtures("story")
async def test_an_object_within_a_body_has_so_many_members_and_no_more(server: Server) -> None:
    for count, code, detail in (
        (99, "unknown_field", "99 values are wrong"),
        (100, "too_many_members", "has 101 members"),
    ):
        author = {"name": "Ada", **{f"x{number}": 1 for number in range(count)}}
        reply = await send_entry(server, json.dumps({"text": "a", "authors": [author]}).encode())
        assert (reply.status_code, reply.json()["errors"][0]["code"]) == (422, code)
        assert len(reply.json()["errors"]) <= 20
        assert detail in reply.json()["detail"]


@pytest.mark.usefixtures("story")
async def test_a_batch_says_of_each_item_what_is_wrong_with_it(server: Server) -> None:
    items = [{"text": "One"}, {"text": 2}, None, {"txet": "x"}, {"text": "\x00"}, [], {"text": "Two"}]
    reply = await server.admin.post("/v1/stories/election/entries:batch", json={"items": items})
    assert [result["status"] for result in reply.json()["items"]] == [201, 422, 422, 422, 422, 422, 201]
    assert (await server.client.get("/v1/stories/election")).json()["entry_count"] == 2
    refusals: tuple[dict[str, Any], ...] = ({"items": []}, {"items": [{"text": "a"}] * 101}, {}, {"items": {}})
    for bad in refusals:
        refused = await server.admin.post("/v1/stories/election/entries:batch", json=bad)
        assert refused.status_code == 422
    assert (await server.client.get("/v1/stories/election")).json()["entry_count"] == 2
