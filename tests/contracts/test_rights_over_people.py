"""What may be done with people and tokens in each of their states, over HTTP, for everybody."""

from __future__ import annotations

import asyncio

import pytest

from tests.contracts.house import CALLERS, House, expire
from tests.contracts.tables import Row, read_table

pytestmark = pytest.mark.anyio

TOKENS = """
own others bots revoked expired session
POST /v1/newsroom/tokens/{token}/revoke      200 200 200 200 200 200
POST /v1/newsroom/tokens/{token}/revert      200 200 200 200 200 200
POST /v1/newsroom/me/tokens/{token}/revoke   200 404 404 200 200 200
"""
"""ADMIN for the first two rows, OWN for the last: the token is OWN's (`own`, and where nothing else is said), somebody
else's, or a bot's. One that is over may be taken back again, and what it did may be undone."""

PEOPLE = """
here disabled revoked
PATCH /v1/newsroom/people/{person}                        200 200 200
POST  /v1/newsroom/people/{person}/disable                200 200 200
POST  /v1/newsroom/people/{person}/enable                 200 200 200
POST  /v1/newsroom/people/{person}/revoke                 200 200 200
POST  /v1/newsroom/invites                                201 201 201
POST  /v1/newsroom/tokens theirs                          201 201 201
PUT   /v1/newsroom/stories/{story}/members/{person}       200 200 200
"""
"""ADMIN. What somebody who is disabled is given opens nothing until they are enabled."""


@pytest.mark.parametrize("state", ["own", "others", "bots", "revoked", "expired", "session"])
async def test_a_token_in_each_state_answers_everybody_as_the_table_says(house: House, state: str) -> None:
    for row, cells in read_table(TOKENS).items():
        for caller in CALLERS:
            await house.prepare(row)
            house.refs["token"] = await token_in(house, state)
            reply = await house.ask(caller, row)
            if "/me/" in row.path:
                expected = cells[state] if caller == "OWN" else "404"
            else:
                expected = cells[state] if caller == "ADMIN" else "403"
            assert str(reply.status_code) == expected, (row, caller, reply.text)


@pytest.mark.parametrize("state", ["here", "disabled", "revoked"])
async def test_somebody_in_each_state_answers_everybody_as_the_table_says(house: House, state: str) -> None:
    for row, cells in read_table(PEOPLE).items():
        for caller in ("READ", "OTHER", "OWN", "EDITOR", "ADMIN", "BOUND", "ABROAD"):
            await house.prepare(row)
            person = house.refs["person"] = await person_in(house, state)
            body = {"label": "x", "person": person} if row.variant else None
            reply = await house.ask(caller, row, body=body)
            expected = cells[state] if caller == "ADMIN" else "403"
            if "{story}" in row.path:
                expected = {"EDITOR": cells[state], "BOUND": "404", "ABROAD": "404"}.get(caller, expected)
            assert str(reply.status_code) == expected, (row, caller, reply.text)


async def test_a_new_token_of_somebody_who_is_disabled_opens_nothing_until_they_are_enabled(house: House) -> None:
    person = await person_in(house, "disabled")
    made = await house.admin("POST", "/v1/newsroom/tokens", {"label": "x", "person": person})
    house.tokens["THEIRS"] = made["token"]
    me = Row("GET", "/v1/newsroom/me")
    refused = await house.ask("THEIRS", me)
    assert (refused.status_code, refused.json()["code"]) == (401, "person_disabled")
    await house.admin("POST", f"/v1/newsroom/people/{person}/enable")
    assert (await house.ask("THEIRS", me)).status_code == 200


async def token_in(house: House, state: str) -> str:
    """The id of a token in that state that nobody uses."""
    whose = {"label": "spare", "person": house.people["SPARE" if state == "others" else "OWN"]}
    if state == "session":
        invite = await house.admin("POST", "/v1/newsroom/invites", {"person": house.people["OWN"]})
        secret = invite["url"].rpartition("#")[2].rpartition("=")[2]
        signed_in = await house.server.client.post(
            "/v1/newsroom/sessions", json={"secret": secret}, headers={"origin": "https://live.example"}
        )
        assert signed_in.status_code == 201, signed_in.text
        house.server.client.cookies.clear()
        tokens = (await house.admin("GET", "/v1/newsroom/tokens"))["items"]
        return str(next(token["id"] for token in tokens if token["kind"] == "session" and not token["revoked_at"]))
    made = await house.admin(
        "POST", "/v1/newsroom/tokens", {"label": "bot", "role": "reporter"} if state == "bots" else whose
    )
    token = str(made["id"])
    if state == "revoked":
        await house.admin("POST", f"/v1/newsroom/tokens/{token}/revoke")
    if state == "expired":
        await asyncio.to_thread(expire, house.server, token)
    return token


async def person_in(house: House, state: str) -> str:
    """The id of somebody new in that state."""
    person = str((await house.admin("POST", "/v1/newsroom/people", {"name": "Somebody", "role": "reporter"}))["id"])
    if state != "here":
        await house.admin("POST", f"/v1/newsroom/people/{person}/{state.removesuffix('d')}")
    return person
