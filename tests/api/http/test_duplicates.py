"""Duplicates of what is meant once are refused by name, at every address, and change nothing."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.routing import APIRoute

from app.api.application import ROUTERS
from app.api.http.bodies import WriteRoute
from app.api.http.duplicates import DuplicateName, parse_json
from app.api.http.live_descriptions import EVENTS_PATH
from tests.api.server import Server

pytestmark = pytest.mark.anyio

REPEATABLE = {"status"}
"""Parameters that say in the API's description: repeat it for several."""

BODIES = {
    "a member": (b'{"text": "Lost.", "text": "Kept."}', "text"),
    "the same value": (b'{"text": "Kept.", "text": "Kept."}', "text"),
    "a member spelt otherwise": (b'{"text": "Lost.", "t\\u0065xt": "Kept."}', "text"),
    "the empty name": (b'{"": 1, "": 2}', ""),
    "a member deep inside": (b'{"blocks": [{"type": "list", "items": [{"html": "a", "html": "b"}]}]}', "html"),
    "a member of the second item": (b'{"items": [{"text": "a"}, {"text": "b", "id": "1", "id": "2"}]}', "id"),
    "a name with signs": (b'{"a\\"\\u202e\\nb": 1, "a\\"\\u202e\\nb": 2}', 'a"\u202e\nb'),
    "a long name": (b'{"%b": 1, "%b": 2}' % (b"a" * 5_000, b"a" * 5_000), "a" * 100),
}
NOT_REPEATED = (
    b'{"text": "{\\"text\\": 1, \\"text\\": 2}"}',
    b'{"text": "a", "Text": "b", "tex\\u0074 ": "c"}',
    b'{"a": {"b": 1}, "c": {"b": 1}, "d": [{"b": 1}, {"b": 1}]}',
    b'{"number": ' + b"9" * 4_000 + b"}",
    b'{"number": 1e400, "other": -0.0}',
    b' \n{"a": 1} ',
    b"[]",
    b'"text"',
    b"null",
)


def _routes() -> Iterator[APIRoute]:
    for router in ROUTERS:
        yield from (route for route in router.routes if isinstance(route, APIRoute))


def _filled(path: str) -> str:
    return re.sub(r"\{[^}]*\}", lambda _: str(uuid.uuid4()), path)


WRITES = sorted(
    f"{method} {route.path}"
    for route in _routes()
    if isinstance(route, WriteRoute) and route.reads_body  # what streams its body reads no JSON
    for method in (route.methods or set()) & {"POST", "PUT", "PATCH"}
)


def test_there_are_as_many_routes_that_write_as_we_think() -> None:
    assert len(WRITES) > 35
    assert "POST /v1/newsroom/sessions" in WRITES


@pytest.mark.parametrize("write", WRITES)
async def test_every_route_that_writes_refuses_a_name_twice(server: Server, write: str) -> None:
    method, _, path = write.partition(" ")
    content = b'{"text": "Lost.", "text": "Kept."}'
    headers = {"content-type": "application/json", "if-match": "*"}
    reply = await server.admin.request(method, _filled(path), content=content, headers=headers)
    assert (reply.status_code, reply.json()["code"]) == (400, "repeated_member"), reply.text
    assert reply.json()["detail"] == 'An object in the body has "text" more than once: send it once.'


@pytest.mark.parametrize("case", BODIES)
async def test_the_name_is_told_wherever_it_stands_and_nothing_is_done(server: Server, case: str) -> None:
    content, name = BODIES[case]
    await server.story(slug="election")
    before = (await server.client.get("/v1/stories/election")).json()
    for ending in ("", ":batch"):
        reply = await server.admin.post(
            f"/v1/stories/election/entries{ending}", content=content, headers={"content-type": "application/json"}
        )
        assert (reply.status_code, reply.json()["code"]) == (400, "repeated_member"), reply.text
    assert (await server.client.get("/v1/stories/election")).json() == before
    with pytest.raises(DuplicateName) as refused:
        parse_json(content)
    assert refused.value.name == name


@pytest.mark.parametrize("content", NOT_REPEATED)
def test_what_only_looks_like_it_is_read(content: bytes) -> None:
    parse_json(content)


def _parameters(openapi: dict[str, Any]) -> Iterator[tuple[str, str, bool]]:
    """List each path that is read, each parameter of its query, and whether it is a list.

    An event stream refuses by a message (tests/live).
    """
    for path, operations in openapi["paths"].items():
        if path == EVENTS_PATH:
            continue
        for parameter in operations.get("get", {}).get("parameters", []):
            if parameter["in"] == "query":
                choices = parameter["schema"].get("anyOf", [parameter["schema"]])
                yield path, parameter["name"], any(choice.get("type") == "array" for choice in choices)


async def test_every_parameter_that_is_meant_once_is_refused_twice(server: Server) -> None:
    openapi = (await server.client.get("/openapi.json")).json()
    seen = set()
    for path, name, is_list in _parameters(openapi):
        reply = await server.admin.get(_filled(path), params=[(name, "1"), (name, "1")])
        refused = (reply.status_code, reply.json().get("code")) == (400, "repeated_parameter")
        assert refused is not is_list, (path, name, reply.text)
        assert is_list is (name in REPEATABLE)
        if refused:
            assert reply.json()["detail"] == f"{name} was sent more than once in the query."
            seen.add((path, name))
    assert len(seen) > 25


async def test_parameters_that_nobody_knows_may_come_as_often_as_they_like(server: Server) -> None:
    await server.story(slug="election")
    query = "utm_source=a&utm_source=b&limit=3"
    assert (await server.client.get(f"/v1/stories/election/entries?{query}")).status_code == 200
    assert (await server.client.get(f"/v1/stories/election?{query}")).status_code == 200
    reply = await server.admin.get("/v1/newsroom/stories/election/entries?status=draft&status=published")
    assert reply.status_code == 200
