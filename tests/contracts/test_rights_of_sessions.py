"""What a browser's session opens, for everybody who may have one, and what it takes for a call to be meant by our page.

A session has its person's rights, and no more. `no-word`: without the X-CSRF-Token. `no-origin`: without an Origin, as
no browser writes. `elsewhere`: from another site's page. `with-READ`: beside a bearer token that may only read.
Those four are ADMIN's session; the cells are written by hand.
"""

from __future__ import annotations

from http.cookies import SimpleCookie

import pytest

from tests.api.server import PUBLIC_URL
from tests.contracts.house import House
from tests.contracts.matrix import WORKING
from tests.contracts.tables import Row, read_table

pytestmark = pytest.mark.anyio

SESSIONS = """
OWN MEMBER EDITOR ADMIN no-word no-origin elsewhere with-READ
POST /v1/stories                                           403   403    201    201   403     403       401       403
PATCH /v1/stories/{story}                                  403   200    200    200   403     403       401       403
PUT /v1/stories/{story}/pinned                             403   200    200    200   403     403       401       403
PUT /v1/stories/{story}/key-points                         403   200    200    200   403     403       401       403
POST /v1/stories/{story}/retract-last                      200   404    404    404   403     403       401       403
POST /v1/stories/{story}/entries                           201   201    201    201   403     403       401       403
POST /v1/stories/{story}/entries:batch                     200   200    200    200   403     403       401       403
PUT /v1/stories/{story}/entries/by-external-id/{external}  201   201    201    201   403     403       401       403
PATCH /v1/stories/{story}/entries/{entry}                  200   200    200    200   403     403       401       403
DELETE /v1/stories/{story}/entries/{entry}                 200   200    200    200   403     403       401       403
POST /v1/stories/{story}/entries/{entry}/submit            200   200    200    200   403     403       401       403
POST /v1/stories/{story}/entries/{entry}/return            403   200    200    200   403     403       401       403
POST /v1/stories/{story}/entries/{entry}/reject            403   200    200    200   403     403       401       403
POST /v1/stories/{story}/entries/{entry}/schedule          403   202    202    202   403     403       401       403
POST /v1/stories/{story}/entries/{entry}/cancel            200   200    200    200   403     403       401       403
POST /v1/stories/{story}/entries/{entry}/publish           200   200    200    200   403     403       401       403
POST /v1/stories/{story}/entries/{entry}/discard           200   200    200    200   403     403       401       403
POST /v1/stories/{story}/entries/{entry}/unpublish         200   200    200    200   403     403       401       403
POST /v1/stories/{story}/entries/{entry}/retract           200   200    200    200   403     403       401       403
POST /v1/stories/{story}/entries/{entry}/reinstate         200   200    200    200   403     403       401       403
POST /v1/stories/{story}/entries/{entry}/remove            200   200    200    200   403     403       401       403
POST /v1/stories/{story}/entries/{entry}/move              403   200    200    200   403     403       401       403
POST /v1/stories/{story}/entries/{entry}/corrections       200   200    200    200   403     403       401       403
GET /v1/newsroom/me                                        200   200    200    200   200     200       401       200
GET /v1/newsroom/me/tokens                                 200   200    200    200   200     200       401       200
POST /v1/newsroom/me/tokens/{token}/revoke                 200   404    404    404   403     403       401       404
POST /v1/newsroom/live/tickets                             201   201    201    201   403     403       401       201
GET /v1/newsroom/stories                                   200   200    200    200   200     200       401       200
GET /v1/newsroom/stories/{story}                           200   200    200    200   200     200       401       200
GET /v1/newsroom/stories/{story}/entries                   200   200    200    200   200     200       401       200
GET /v1/newsroom/stories/{story}/entries/{entry}           200   200    200    200   200     200       401       200
GET /v1/newsroom/stories/{story}/entries/{entry}/versions  200   200    200    200   200     200       401       200
GET /v1/newsroom/stories/{story}/entries/{entry}/delivery  404   404    404    404   404     404       401       404
POST /v1/newsroom/stories/{story}/entries/{entry}/preview  201   201    201    201   403     403       401       201
GET /v1/newsroom/stories/{story}/members                   403   200    200    200   200     200       401       403
PUT /v1/newsroom/stories/{story}/members/{person}          403   200    200    200   403     403       401       403
DELETE /v1/newsroom/stories/{story}/members/{member}       403   200    200    200   403     403       401       403
GET /v1/newsroom/search                                    200   200    200    200   200     200       401       200
GET /v1/newsroom/freeze                                    200   200    200    200   200     200       401       200
POST /v1/newsroom/freeze                                   403   403    403    200   403     403       401       403
GET /v1/newsroom/people                                    403   403    403    200   200     200       401       403
POST /v1/newsroom/people                                   403   403    403    201   403     403       401       403
PATCH /v1/newsroom/people/{person}                         403   403    403    200   403     403       401       403
POST /v1/newsroom/people/{person}/disable                  403   403    403    200   403     403       401       403
POST /v1/newsroom/people/{person}/enable                   403   403    403    200   403     403       401       403
POST /v1/newsroom/people/{person}/revoke                   403   403    403    200   403     403       401       403
POST /v1/newsroom/invites                                  403   403    403    201   403     403       401       403
GET /v1/newsroom/tokens                                    403   403    403    200   200     200       401       403
POST /v1/newsroom/tokens                                   403   403    403    201   403     403       401       403
POST /v1/newsroom/tokens/{token}/revoke                    403   403    403    200   403     403       401       403
POST /v1/newsroom/tokens/{token}/revert                    403   403    403    200   403     403       401       403
GET /v1/newsroom/audit                                     403   403    403    200   200     200       401       403
DELETE /v1/newsroom/session                                200   200    200    200   403     403       401       401
"""

PEOPLE = ("OWN", "MEMBER", "EDITOR", "ADMIN")
COOKIE = "__Host-liveblog"
TABLE = read_table(SESSIONS)


async def sign_in(house: House, person: str) -> dict[str, str]:
    """The headers with which the newsroom's page, signed in as a person, writes."""
    invite = await house.admin("POST", "/v1/newsroom/invites", {"person": house.people[person]})
    secret = invite["url"].partition("#invite=")[2]
    client = house.server.client
    reply = await client.post("/v1/newsroom/sessions", json={"secret": secret}, headers={"origin": PUBLIC_URL})
    assert reply.status_code == 201, reply.text
    client.cookies.clear()
    session = SimpleCookie(reply.headers["set-cookie"])[COOKIE].value
    return {"cookie": f"{COOKIE}={session}", "origin": PUBLIC_URL, "x-csrf-token": reply.json()["csrf"]}


async def asked(house: House, column: str, row: Row) -> str:
    """What a column is answered, by a session begun for this call."""
    person = column if column in PEOPLE else "ADMIN"
    headers = await sign_in(house, person)
    if column == "elsewhere":
        headers["origin"] = "https://evil.example"
    headers.pop({"no-word": "x-csrf-token", "no-origin": "origin"}.get(column, ""), None)
    if column == "with-READ":
        headers["authorization"] = f"Bearer {house.tokens['READ']}"
    await house.prepare(row)
    reply = await house.ask("NOBODY", row, headers=headers)
    house.server.client.cookies.clear()
    code = reply.json()["code"] if reply.status_code in {401, 403} else None
    if column in {"no-word", "no-origin"} and row.method != "GET":
        assert code == "csrf_failed", (column, row, reply.text)
    if column == "elsewhere":
        assert code == "token_missing", (row, reply.text)
    return str(reply.status_code)


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
async def test_a_session_is_answered_what_the_table_says(house: House, row: Row) -> None:
    assert {column: await asked(house, column, row) for column in TABLE[row]} == TABLE[row]


def test_every_route_of_the_newsroom_is_in_the_table() -> None:
    assert list(TABLE) == list(WORKING)


async def test_a_page_of_another_site_is_not_let_in_by_what_browsers_say_of_it(house: House) -> None:
    row = Row("GET", "/v1/newsroom/me")
    headers = await sign_in(house, "ADMIN")
    for site, status in (("same-origin", 200), ("none", 200), ("same-site", 401), ("cross-site", 401)):
        reply = await house.ask("NOBODY", row, headers={**headers, "sec-fetch-site": site})
        assert reply.status_code == status, site
