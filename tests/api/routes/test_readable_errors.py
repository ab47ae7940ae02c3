"""Errors that a person at a command line can read whose first request is not quite right."""

from __future__ import annotations

import pytest

from tests.api.server import Server

pytestmark = pytest.mark.anyio

FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.mark.parametrize("content", ['{"text": "Polls have closed."}', ' {"text": "51 % = a majority"}'])
async def test_json_that_is_sent_as_a_form_is_told_what_it_lacks(server: Server, content: str) -> None:
    story = await server.story()
    reply = await server.admin.post(f"/v1/stories/{story['id']}/entries", content=content, headers=FORM)
    assert (reply.status_code, reply.json()["code"]) == (415, "unsupported_type")
    assert reply.json()["detail"] == "This is JSON: say so, with Content-Type: application/json."
    assert (await server.client.get(f"/v1/stories/{story['id']}")).json()["entry_count"] == 0


@pytest.mark.parametrize(
    ("path", "detail"),
    [
        ("entries", "An entry needs a headline or a body."),
        ("retract-last", "reason: must be given"),
        ("entries/{entry}/retract", "reason: must be given"),
        ("entries/{entry}/schedule", "publish_at: must be given"),
        ("entries/{entry}/move", "give either before or after"),
    ],
)
async def test_no_body_at_all_is_an_empty_object(server: Server, path: str, detail: str) -> None:
    story = await server.story()
    entry = (await server.post(story["id"]))["id"]
    reply = await server.admin.post(f"/v1/stories/{story['id']}/{path.format(entry=entry)}")
    assert (reply.status_code, reply.json()["detail"]) == (422, detail)


async def test_what_is_wrong_in_the_query_is_named_too(server: Server) -> None:
    reply = await server.client.get("/v1/stories?limit=1000")
    assert (reply.status_code, reply.json()["detail"]) == (422, "limit: must be at most 100")


async def test_another_systems_id_that_cannot_be_is_told_what_it_may_be(server: Server) -> None:
    story = await server.story()
    path = f"/v1/stories/{story['id']}/entries/by-external-id"
    reply = await server.admin.put(f"{path}/wire%2017", json={"text": "Polls have closed."})
    detail = "external_id: must be up to 200 of A-Z a-z 0-9 . _ ~ : -"
    assert (reply.status_code, reply.json()["detail"]) == (422, detail)


async def test_a_frozen_story_and_a_frozen_site_are_told_apart(server: Server) -> None:
    story = await server.story()
    told = []
    for whole in (story["id"], None):
        await server.admin.post("/v1/newsroom/freeze", json={"frozen": True, "story": whole})
        reply = await server.admin.post(f"/v1/stories/{story['id']}/entries", json={"text": "Polls have closed."})
        told.append((reply.status_code, reply.json()["detail"]))
    rest = "only retract, unpublish and remove work until an admin thaws it."
    assert told == [(409, f"This story is frozen: {rest}"), (409, f"The whole site is frozen: {rest}")]
