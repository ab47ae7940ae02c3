"""Ids and paths spelt otherwise: each is told exactly what it is worth, and none of them changes a row."""

from __future__ import annotations

import asyncio
import re

import pytest

from tests.contracts.digest import rows_of
from tests.contracts.house import House
from tests.contracts.matrix import IN_A_STORY, MATRIX, PAGES, WORKING
from tests.contracts.spellings import SPELLINGS, TRICKS
from tests.contracts.states import BODIES
from tests.contracts.tables import Row, read_table

pytestmark = pytest.mark.anyio


def kind_of(row: Row, name: str) -> str:
    """The column of a name in a row's path."""
    if row.path == "/previews/{signed}":
        return "link"
    if row.path == "/receipts/{receipt}":
        return "secret"
    if name == "slug" and ("/feed." in row.path or row.path.endswith("/fragment")):
        return "feed"
    if row.path == "/stories/{slug}/entries/{entry}":
        return "feed" if name == "slug" else "shared"
    if name in {"comment", "shown", "report", "block", "receipt", "refused", "site", "number"}:
        return "entry"  # an id, or a secret, that is known to the letter
    same = {"member": "person", "beside": "entry", "known": "external", "media": "token", "name": "signed"}
    return same.get(name, name)


NAMED = [row for row in (*MATRIX, *PAGES) if "{" in row.path]


@pytest.mark.parametrize("row", NAMED, ids=lambda row: row.name)
async def test_a_spelling_of_an_id_is_told_what_the_table_says_and_changes_nothing(house: House, row: Row) -> None:
    await house.prepare(row)
    house.refs["file"] = "apply.js"
    written = await asyncio.to_thread(rows_of, house.server)
    for name in re.findall(r"\{(\w+)\}", row.path):
        for trick, cells in read_table(TRICKS).items():
            expected = cells[kind_of(row, name)]
            if expected == "201":
                continue
            spelt = SPELLINGS[trick.path](house.refs[name])
            if spelt == house.refs[name]:
                continue
            path = row.path.format(**{**house.refs, name: spelt})
            reply = await house.ask("ADMIN", row, path=path)
            assert str(reply.status_code) == expected, (trick.path, name, reply.text)
            assert "Traceback" not in reply.text
    assert await asyncio.to_thread(rows_of, house.server) == written


async def test_another_systems_id_is_what_it_says_to_the_letter(house: House) -> None:
    row = Row("PUT", "/v1/stories/{story}/entries/by-external-id/{external}")
    await house.prepare(row)
    seen = {}
    for trick, cells in read_table(TRICKS).items():
        if cells["external"] == "201":
            path = row.path.format(**{**house.refs, "external": SPELLINGS[trick.path](house.refs["external"] + "-1a")})
            reply = await house.ask("ADMIN", row, path=path, keep=True)
            seen[trick.path] = (reply.status_code, reply.json()["id"], reply.json()["external_id"])
    assert seen.pop("dots-encoded")[1:] == seen["dots"][1:], "one id, written twice"
    assert len({entry for _, entry, _ in seen.values()}) == len(seen)
    assert {status for status, _, _ in seen.values()} == {201}


@pytest.mark.parametrize("name", ["story", "slug"])
async def test_an_entry_is_not_there_under_another_storys_name(house: House, name: str) -> None:
    public = [row for row in MATRIX if "{entry}" in row.path and row not in IN_A_STORY]
    for row in (*public, *(row for row in IN_A_STORY if "{entry}" in row.path)):
        await house.prepare(row)
        path = row.path.format(**{**house.refs, "story": house.refs[f"else {name}"]})
        written = await asyncio.to_thread(rows_of, house.server)
        for caller in ("READ", "OTHER", "OWN", "EDITOR", "ADMIN"):
            reply = await house.ask(caller, row, path=path)
            assert (reply.status_code, reply.json()["code"]) == (404, "entry_not_found"), (row, caller)
        assert await asyncio.to_thread(rows_of, house.server) == written, row


REFERRING = """
PUT  /v1/stories/{story}/pinned it            409
PUT  /v1/stories/{story}/key-points it        409
POST /v1/stories/{story}/entries/{beside}/move 409
"""


async def test_no_body_can_name_an_entry_of_another_story(house: House) -> None:
    for row, cells in read_table(REFERRING, ("answer",)).items():
        await house.prepare(row)
        house.refs["entry"] = house.refs["else entry"]
        written = await asyncio.to_thread(rows_of, house.server)
        reply = await house.ask("ADMIN", row)
        assert (str(reply.status_code), reply.json()["code"]) == (cells["answer"], "entry_not_public"), row
        assert await asyncio.to_thread(rows_of, house.server) == written, row


OVERRIDES = ("x-http-method-override", "x-http-method", "x-method-override")


@pytest.mark.parametrize("row", [row for row in MATRIX if row.method != "POST"], ids=lambda row: row.name)
async def test_no_header_and_no_query_makes_a_call_another_one(house: House, row: Row) -> None:
    await house.prepare(row)
    written = await asyncio.to_thread(rows_of, house.server)
    if row.method == "GET":
        plain, wanted = await house.ask("ADMIN", row), "DELETE"
    else:
        plain, wanted = await house.ask("ADMIN", Row("POST", row.path), body={}), row.method
        assert plain.status_code in {405, 422}, plain.text
    for name in OVERRIDES:
        for query in (None, {"_method": wanted, "q": "polls"}):
            asked = row if row.method == "GET" else Row("POST", row.path)
            body = BODIES.get(row.name) if row.method == "GET" else {}
            reply = await house.ask("ADMIN", asked, body=body, query=query, headers={name: wanted})
            assert reply.status_code == plain.status_code, (name, query, reply.text)
    assert await asyncio.to_thread(rows_of, house.server) == written


async def test_no_header_leads_to_another_address(house: House) -> None:
    plain = await house.server.client.get("/v1/site")
    for name in ("x-original-url", "x-rewrite-url", "x-forwarded-prefix", "x-forwarded-uri", "forwarded"):
        reply = await house.server.client.get("/v1/site", headers={name: "/v1/newsroom/people"})
        assert (reply.status_code, reply.content) == (200, plain.content), name


async def test_a_token_in_an_address_opens_nothing(house: House) -> None:
    for row in WORKING:
        await house.prepare(row)
        for name in ("token", "access_token", "authorization", "api_key"):
            reply = await house.ask("NOBODY", row, query={name: house.tokens["ADMIN"] or "", "q": "polls"})
            assert (reply.status_code, reply.json()["code"]) == (401, "token_missing"), row


@pytest.mark.parametrize(
    "trick",
    [
        "/v1/newsroom/stories/{story}/%2e%2e/%2e%2e/people",
        "/v1/newsroom/stories/%2e%2e/people",
        "/v1/newsroom//people",
        "//v1/newsroom/people",
        "/v1/newsroom/people/",
        "/v1/Newsroom/People",
        "/V1/newsroom/people",
        "/v1/newsroom/people%00",
        "/v1/newsroom/people%2f",
        "/v1/newsroom/people%0a",
        "/v1/newsroom/people;admin",
        "/v1/newsroom/people%20",
        "/v1/newsroom/people.json",
        "/v1/newsroom/./people",
        "/v1/newsroom/stories/{closed}%00",
        "/v1/newsroom/stories/{closed}/",
        "/v1/newsroom/stories/{closed}%2fentries",
        "/v1/newsroom/stories/{story}%2f..%2f{closed}",
        "/v1/newsroom/stories/{story}/entries/%2e%2e/%2e%2e/{closed}",
        "/v1/newsroom/stories/{CLOSED}",
        "/v1/stories/{story}/entries/../../../newsroom/people",
        "/v1/stories/%2e%2e/newsroom/people",
        "/v1/stories/..%2fnewsroom%2fpeople",
    ],
)
async def test_no_spelling_of_a_path_opens_what_is_closed(house: House, trick: str) -> None:
    await house.prepare(Row("GET", "/v1/stories/{story}"))
    story = house.refs["story"]
    await house.prepare(Row("GET", "/v1/stories/{story}"), story="members")
    closed = house.refs["story"]
    path = trick.format(story=story, closed=closed, CLOSED=closed.upper())
    for caller in ("NOBODY", "OTHER", "EDITOR"):
        for method in ("GET", "POST", "PATCH", "DELETE"):
            reply = await house.ask(caller, Row(method, trick), path=path)
            assert reply.status_code in {400, 401, 404, 405}, (caller, method, reply.text)
            assert house.refs["slug"] not in reply.text
            assert house.people["ADMIN"] not in reply.text
