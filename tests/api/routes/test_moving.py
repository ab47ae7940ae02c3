"""Order over HTTP: the time to show, and moving; what cannot be is pointed at, and nothing is written."""

from __future__ import annotations

import pytest

from tests.api.server import Server

pytestmark = pytest.mark.anyio

UNKNOWN = "c2b9f1d4-5e6a-4c8b-9d7e-0a1b2c3d4e5f"


async def listed(server: Server, story: str) -> list[str]:
    page = (await server.client.get(f"/v1/stories/{story}/entries")).json()
    return [entry["id"] for entry in page["items"]]


async def test_an_entry_is_moved_as_readers_see_the_list(server: Server) -> None:
    story = (await server.story())["id"]
    first, second, third = [await server.post(story) for _ in range(3)]
    await server.act("move", first, before=third["id"])
    assert await listed(server, story) == [first["id"], third["id"], second["id"]]
    moved = await server.act("move", third, after=second["id"])
    assert await listed(server, story) == [first["id"], second["id"], third["id"]]
    reply = await server.client.get(f"/v1/stories/{story}/entries/{third['id']}")
    assert (reply.json()["sort_key"], reply.json()["revision"]) == (moved["sort_key"], 2)


@pytest.mark.parametrize(
    ("body", "code", "pointer"),
    [
        ({}, "invalid_value", ""),
        ({"before": UNKNOWN, "after": UNKNOWN}, "invalid_value", ""),
        ({"before": None, "after": None}, "invalid_value", ""),
        ({"before": "the-first"}, "invalid_value", "/before"),
        ({"before": 7}, "string_type", "/before"),
        ({"above": UNKNOWN}, "unknown_field", "/above"),
    ],
)
async def test_a_move_names_one_entry_to_stand_beside(
    server: Server, body: dict[str, object], code: str, pointer: str
) -> None:
    story = (await server.story())["id"]
    entry = await server.post(story)
    reply = await server.admin.post(f"/v1/stories/{story}/entries/{entry['id']}/move", json=body)
    assert (reply.status_code, reply.json()["code"]) == (422, "invalid")
    assert {"pointer": pointer, "code": code} in [
        {name: error[name] for name in ("pointer", "code")} for error in reply.json()["errors"]
    ]


async def test_what_cannot_be_moved_to_says_so(server: Server) -> None:
    story = (await server.story())["id"]
    entry = await server.post(story)
    path = f"/v1/stories/{story}/entries/{entry['id']}/move"
    unknown = await server.admin.post(path, json={"before": UNKNOWN})
    assert (unknown.status_code, unknown.json()["code"]) == (409, "entry_not_public")
    itself = await server.admin.post(path, json={"before": entry["id"]})
    assert (itself.status_code, itself.json()["errors"][0]["code"]) == (422, "itself")
    anonymous = await server.client.post(path, json={"before": UNKNOWN})
    assert anonymous.status_code == 401


@pytest.mark.parametrize("time", ["yesterday", "2026-11-03", "2026-11-03T21:04:05", 1_793_739_845, "2126-01-01T00:00Z"])
async def test_a_display_time_is_a_time_that_can_be(server: Server, time: object) -> None:
    story = (await server.story())["id"]
    entry = await server.post(story)
    ref = f"/v1/stories/{story}/entries"
    for reply in (
        await server.admin.post(ref, json={"text": "Lost?", "display_time": time}),
        await server.admin.patch(f"{ref}/{entry['id']}", json={"display_time": time}, headers={"if-match": "*"}),
    ):
        assert (reply.status_code, reply.json()["code"]) == (422, "invalid")
        assert [error["pointer"] for error in reply.json()["errors"]] == ["/display_time"]
    assert await listed(server, story) == [entry["id"]]


async def test_a_form_may_name_the_time_to_show(server: Server) -> None:
    story = (await server.story())["id"]
    form = {"text": "Polls have closed.", "display_time": "2026-01-03T22:04:05+01:00"}
    reply = await server.admin.post(f"/v1/stories/{story}/entries", data=form)
    assert (reply.status_code, reply.json()["time"]) == (201, "2026-01-03T21:04:05.000Z")
