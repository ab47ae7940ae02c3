"""Every route is in the matrix, and every route outside of stories answers everybody as its cells say.

Those in a story are asked in test_rights_by_story.py, in every state.
"""

from __future__ import annotations

import uuid

import pytest
from fastapi.routing import APIRoute

from app.api.application import ROUTERS
from app.api.http.live_descriptions import EVENTS_PATH
from tests.api.server import ADMIN_TOKEN
from tests.contracts.house import CALLERS, OUTSIDE_OF_IT, OUTSIDERS, House
from tests.contracts.matrix import IN_A_STORY, MATRIX, OUTSIDE, TO_ALL, WORKING
from tests.contracts.tables import Row

pytestmark = pytest.mark.anyio


def named(row: Row) -> str:
    return row.name


async def test_every_route_of_the_application_is_in_the_matrix(house: House) -> None:
    document = (await house.server.client.get("/openapi.json")).json()
    described = {f"{method.upper()} {path}" for path, methods in document["paths"].items() for method in methods}
    described.remove(f"GET {EVENTS_PATH}")  # a live connection, in the table of test_every_address.py
    routes = [route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)]
    there = described | {f"{method} {route.path}" for route in routes for method in route.methods or ()}
    listed = {row.address for row in MATRIX}
    assert sorted(there - listed) == [], "not in the matrix"
    assert sorted(listed - there) == [], "in the matrix, but not there"


@pytest.mark.parametrize("row", OUTSIDE, ids=named)
async def test_every_cell_outside_of_stories_is_what_is_answered(house: House, row: Row) -> None:
    for caller in CALLERS:
        await house.prepare(row)
        reply = await house.ask(caller, row)
        assert str(reply.status_code) == OUTSIDE[row][caller], (caller, row, reply.text)


async def test_who_is_nobody_any_more_opens_nothing(house: House) -> None:
    codes = dict(zip(OUTSIDERS, ("missing", "invalid", "expired", "revoked", None), strict=True))
    for row in WORKING:
        await house.prepare(row)
        for caller in OUTSIDERS:
            reply = await house.ask(caller, row)
            expected = f"token_{codes[caller]}" if codes[caller] else "person_disabled"
            assert (reply.status_code, reply.json()["code"]) == (401, expected), (caller, row)


@pytest.mark.parametrize("row", TO_ALL, ids=named)
async def test_what_is_public_is_the_same_bytes_for_everybody(house: House, row: Row) -> None:
    await house.prepare(row)
    answers = {}
    for caller in (*CALLERS, *OUTSIDERS):
        reply = await house.ask(caller, row)
        answers[caller] = (reply.status_code, reply.content)
    assert len(set(answers.values())) == 1, row


@pytest.mark.parametrize("row", IN_A_STORY, ids=named)
async def test_a_story_for_members_only_is_byte_for_byte_one_that_does_not_exist(house: House, row: Row) -> None:
    await house.prepare(row, story="members")
    closed, nowhere = house.refs["story"], str(uuid.uuid4())
    for caller in ("READ", "OTHER", "OWN", "EDITOR", *OUTSIDE_OF_IT):
        house.refs["story"] = closed
        hidden = await house.ask(caller, row)
        house.refs["story"] = nowhere
        unknown = await house.ask(caller, row)
        assert hidden.status_code in {403, 404}, (caller, row)
        assert hidden.content.replace(closed.encode(), nowhere.encode()) == unknown.content, (caller, row)
        assert hidden.status_code == unknown.status_code
        assert sorted(set(hidden.headers.raw)) == sorted(set(unknown.headers.raw))
    house.refs["story"] = closed
    reply = await house.ask("MEMBER", row)
    assert str(reply.status_code) == MATRIX[row]["MEMBER"], (row, reply.text)
    assert reply.status_code != 404 or reply.json()["code"] != "story_not_found"


async def test_the_operators_own_token_opens_everything_but_is_in_no_answer(house: House) -> None:
    house.tokens["OPERATOR"] = ADMIN_TOKEN
    for row, cells in MATRIX.items():
        if cells["ADMIN"] >= "300":
            continue
        await house.prepare(row)
        reply = await house.ask("OPERATOR", row)
        assert str(reply.status_code) == cells["ADMIN"], (row, reply.text)
        assert ADMIN_TOKEN not in reply.text
