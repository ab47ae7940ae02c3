"""What a browser's session opens, for everybody who may have one, and what it takes for a call to be meant by our page.

A session has its person's rights, and no more. `no-word`: without the X-CSRF-Token. `no-origin`: without an Origin, as
no browser writes. `elsewhere`: from another site's page. `with-READ`: beside a bearer token that may only read, whose
answers are the ones given. Those four are ADMIN's session.
"""

from __future__ import annotations

from http.cookies import SimpleCookie

import pytest

from tests.api.server import PUBLIC_URL
from tests.contracts.house import House
from tests.contracts.matrix import WORKING
from tests.contracts.tables import Row, read_table

pytestmark = pytest.mark.anyio

PEOPLE = ("OWN", "MEMBER", "EDITOR", "ADMIN")
"""Each has a session of their own, which is answered as their token is (matrix.py), but that it can end itself."""

NOT_MEANT = """
          no-word no-origin elsewhere
GET    *  ADMIN   ADMIN     401
POST   *  403     403       401
PUT    *  403     403       401
PATCH  *  403     403       401
DELETE *  403     403       401
"""
"""`ADMIN`: what ADMIN is answered."""

COOKIE = "__Host-liveblog"
END = Row("DELETE", "/v1/newsroom/session")


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


def expected(row: Row) -> dict[str, str]:
    """Return what a route answers each session."""
    cells = WORKING[row]
    theirs = {person: "200" if row == END else cells[person] for person in PEOPLE}
    not_meant = read_table(NOT_MEANT)[Row(row.method, "*")]
    return {
        **theirs,
        **{column: theirs.get(cell, cell) for column, cell in not_meant.items()},
        "with-READ": cells["READ"],
    }


@pytest.mark.parametrize("row", WORKING, ids=lambda row: row.name)
async def test_a_session_is_answered_what_its_person_is(house: House, row: Row) -> None:
    cells = expected(row)
    assert {column: await asked(house, column, row) for column in cells} == cells


async def test_a_page_of_another_site_is_not_let_in_by_what_browsers_say_of_it(house: House) -> None:
    row = Row("GET", "/v1/newsroom/me")
    headers = await sign_in(house, "ADMIN")
    for site, status in (("same-origin", 200), ("none", 200), ("same-site", 401), ("cross-site", 401)):
        reply = await house.ask("NOBODY", row, headers={**headers, "sec-fetch-site": site})
        assert reply.status_code == status, site
