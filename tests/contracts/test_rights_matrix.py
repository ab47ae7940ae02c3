"""Every route for everybody who may call it: the cells are written by hand, and a route without any fails."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.routing import APIRoute
from sqlalchemy import text

from app.api.application import ROUTERS
from tests.api.server import ADMIN_TOKEN, Server, running

pytestmark = pytest.mark.anyio

CALLERS = ("READ", "OTHER", "OWN", "MEMBER", "EDITOR", "ADMIN", "BOUND")
"""READ: a token of OWN's person that may only read. OTHER, OWN: reporters, the entry is OWN's. MEMBER: a reporter who
is an editor of the story. BOUND: an admin's token, bound to another story."""

OUTSIDERS = ("NOBODY", "NONSENSE", "EXPIRED", "REVOKED", "DISABLED")
"""Tokens of admins once; nothing of the newsroom opens to them."""

PUBLIC = """
GET /v1/site                                               200 200 200 200 200 200 200
GET /v1/stories                                            200 200 200 200 200 200 200
GET /v1/stories/{story}                                    200 200 200 200 200 200 200
GET /v1/stories/{story}/entries                            200 200 200 200 200 200 200
GET /v1/stories/{story}/entries/{entry}                    200 200 200 200 200 200 200
GET /v1/stories/{story}/changes                            200 200 200 200 200 200 200
GET /v1/stories/{story}/corrections                        200 200 200 200 200 200 200
GET /v1/previews/{signed}                                  200 200 200 200 200 200 200
GET /healthz                                               200 200 200 200 200 200 200
GET /readyz                                                200 200 200 200 200 200 200
GET /version                                               200 200 200 200 200 200 200
GET /metrics                                               404 404 404 404 404 404 404
POST /v1/newsroom/sessions                                 401 401 401 401 401 401 401
"""
"""Answered the same whoever calls: Authorization is not looked at (or opens nothing, as for the metrics)."""

NEWSROOM = """
                                                           READ OTHER OWN MEMBER EDITOR ADMIN BOUND
POST /v1/stories                                           403 403 403 403 201 201 403
PATCH /v1/stories/{story}                                  403 403 403 200 200 200 404
PUT /v1/stories/{story}/pinned                             403 403 403 200 200 200 404
PUT /v1/stories/{story}/key-points                         403 403 403 200 200 200 404
POST /v1/stories/{story}/retract-last                      403 404 200 404 404 404 404
POST /v1/stories/{story}/entries                           403 201 201 201 201 201 404
POST /v1/stories/{story}/entries:batch                     403 200 200 200 200 200 404
PUT /v1/stories/{story}/entries/by-external-id/{external}  403 201 201 201 201 201 404
PATCH /v1/stories/{story}/entries/{entry}                  403 403 200 200 200 200 404
DELETE /v1/stories/{story}/entries/{entry}                 403 403 200 200 200 200 404
POST /v1/stories/{story}/entries/{entry}/submit            403 403 200 200 200 200 404
POST /v1/stories/{story}/entries/{entry}/return            403 403 403 200 200 200 404
POST /v1/stories/{story}/entries/{entry}/reject            403 403 403 200 200 200 404
POST /v1/stories/{story}/entries/{entry}/schedule          403 403 403 202 202 202 404
POST /v1/stories/{story}/entries/{entry}/cancel            403 403 200 200 200 200 404
POST /v1/stories/{story}/entries/{entry}/publish           403 403 200 200 200 200 404
POST /v1/stories/{story}/entries/{entry}/discard           403 403 200 200 200 200 404
POST /v1/stories/{story}/entries/{entry}/unpublish         403 403 200 200 200 200 404
POST /v1/stories/{story}/entries/{entry}/retract           403 403 200 200 200 200 404
POST /v1/stories/{story}/entries/{entry}/reinstate         403 403 200 200 200 200 404
POST /v1/stories/{story}/entries/{entry}/remove            403 403 200 200 200 200 404
POST /v1/stories/{story}/entries/{entry}/move              403 403 403 200 200 200 404
POST /v1/stories/{story}/entries/{entry}/corrections       403 403 200 200 200 200 404
GET /v1/newsroom/me                                        200 200 200 200 200 200 200
GET /v1/newsroom/me/tokens                                 200 200 200 200 200 200 200
POST /v1/newsroom/me/tokens/{token}/revoke                 404 404 200 404 404 404 404
POST /v1/newsroom/live/tickets                             201 201 201 201 201 201 201
GET /v1/newsroom/stories                                   200 200 200 200 200 200 200
GET /v1/newsroom/stories/{story}                           200 200 200 200 200 200 404
GET /v1/newsroom/stories/{story}/entries                   200 200 200 200 200 200 404
GET /v1/newsroom/stories/{story}/entries/{entry}           200 200 200 200 200 200 404
GET /v1/newsroom/stories/{story}/entries/{entry}/versions  200 200 200 200 200 200 404
GET /v1/newsroom/stories/{story}/entries/{entry}/delivery  404 404 404 404 404 404 404
POST /v1/newsroom/stories/{story}/entries/{entry}/preview  201 201 201 201 201 201 404
GET /v1/newsroom/stories/{story}/members                   403 403 403 200 200 200 404
PUT /v1/newsroom/stories/{story}/members/{person}          403 403 403 200 200 200 404
DELETE /v1/newsroom/stories/{story}/members/{member}       403 403 403 200 200 200 404
GET /v1/newsroom/search                                    200 200 200 200 200 200 200
GET /v1/newsroom/freeze                                    200 200 200 200 200 200 200
POST /v1/newsroom/freeze                                   403 403 403 403 403 200 403
GET /v1/newsroom/people                                    403 403 403 403 403 200 403
POST /v1/newsroom/people                                   403 403 403 403 403 201 403
PATCH /v1/newsroom/people/{person}                         403 403 403 403 403 200 403
POST /v1/newsroom/people/{person}/disable                  403 403 403 403 403 200 403
POST /v1/newsroom/people/{person}/enable                   403 403 403 403 403 200 403
POST /v1/newsroom/people/{person}/revoke                   403 403 403 403 403 200 403
POST /v1/newsroom/invites                                  403 403 403 403 403 201 403
GET /v1/newsroom/tokens                                    403 403 403 403 403 200 403
POST /v1/newsroom/tokens                                   403 403 403 403 403 201 403
POST /v1/newsroom/tokens/{token}/revoke                    403 403 403 403 403 200 403
POST /v1/newsroom/tokens/{token}/revert                    403 403 403 403 403 200 403
GET /v1/newsroom/audit                                     403 403 403 403 403 200 403
DELETE /v1/newsroom/session                                401 401 401 401 401 401 401
"""

BODIES: dict[str, Any] = {
    "POST /v1/stories": {"title": "Another"},
    "PATCH /v1/stories/{story}": {"title": "Another name"},
    "PUT /v1/stories/{story}/pinned": {"items": []},
    "PUT /v1/stories/{story}/key-points": {"items": []},
    "POST /v1/stories/{story}/retract-last": {"reason": "Wrong."},
    "POST /v1/stories/{story}/entries": {"text": "New."},
    "POST /v1/stories/{story}/entries:batch": {"items": [{"text": "New."}]},
    "PUT /v1/stories/{story}/entries/by-external-id/{external}": {"text": "From the wire."},
    "PATCH /v1/stories/{story}/entries/{entry}": {"headline": "Another headline"},
    "POST /v1/stories/{story}/entries/{entry}/schedule": {"publish_at": "2126-01-01T00:00:00Z"},
    "POST /v1/stories/{story}/entries/{entry}/retract": {"reason": "Wrong."},
    "POST /v1/stories/{story}/entries/{entry}/move": {"after": "{beside}"},
    "POST /v1/stories/{story}/entries/{entry}/corrections": {"text": "Eight, not nine."},
    "PUT /v1/newsroom/stories/{story}/members/{person}": {"role": "reporter"},
    "POST /v1/newsroom/freeze": {"frozen": False},
    "POST /v1/newsroom/people": {"name": "New", "role": "reporter"},
    "PATCH /v1/newsroom/people/{person}": {"byline": "B. Line"},
    "POST /v1/newsroom/invites": {"person": "{person}"},
    "POST /v1/newsroom/tokens": {"label": "new", "role": "reporter"},
    "POST /v1/newsroom/tokens/{token}/revert": {"since": "2026-01-01T00:00:00Z"},
    "POST /v1/newsroom/sessions": {"secret": "nonsense"},
}

BEFORE = {
    "submit": "draft",
    "return": "submitted",
    "reject": "submitted",
    "schedule": "draft",
    "cancel": "scheduled",
    "publish": "draft",
    "discard": "working",
    "reinstate": "retracted",
}
"""How the entry stands before an action; published where nothing is said."""


def _rows(table: str) -> dict[str, dict[str, int]]:
    rows = {}
    for line in table.strip().splitlines():
        method, *rest = line.split()
        if method != "READ":
            rows[f"{method} {rest[0]}"] = dict(zip(CALLERS, map(int, rest[1:]), strict=True))
    return rows


MATRIX = _rows(PUBLIC) | _rows(NEWSROOM)
IN_A_STORY = [row for row in _rows(NEWSROOM) if "{story}" in row]


@dataclass
class House:
    """A newsroom with somebody of every kind. `refs` is what the names in paths stand for."""

    server: Server
    tokens: dict[str, str | None]
    people: dict[str, str]
    refs: dict[str, str] = field(default_factory=dict)

    async def admin(self, method: str, path: str, body: Any = None) -> Any:
        reply = await self.server.desk.request(method, path, json=body, headers={"if-match": "*"})
        assert reply.is_success, (method, path, reply.text)
        return reply.json()

    async def as_caller(self, caller: str, row: str, *, body: Any = None, path: str | None = None) -> httpx.Response:
        """One call; `row` is the method and the path with names."""
        method, _, template = row.partition(" ")
        headers = {"x-request-id": "one", "if-match": "*"}
        if (token := self.tokens[caller]) is not None:
            headers["authorization"] = f"Bearer {token}"
        query = {"q": "polls"} if template.endswith("/search") else None
        sent = _filled(BODIES.get(row) if body is None else body, self.refs)
        return await self.server.client.request(
            method, path or template.format(**self.refs), json=sent, headers=headers, params=query
        )

    async def prepare(self, row: str, *, story: str = "open") -> None:
        """Let the row's names stand for things that nothing has been done to yet."""
        ident = self.refs.get(f"{story} story") or story
        self.refs["story"] = ident
        self.refs["external"] = uuid.uuid4().hex
        if "{entry}" in row or row.endswith("retract-last"):
            await self._prepare_entry(ident, BEFORE.get(row.rpartition("/")[2], "published"))
        if row.endswith("/move"):
            self.refs["beside"] = (await self.admin("POST", f"/v1/stories/{ident}/entries", {"text": "x"}))["id"]
        if "{token}" in row:
            made = await self.admin("POST", "/v1/newsroom/tokens", {"label": "spare", "person": self.people["OWN"]})
            self.refs["token"] = made["id"]
        if "{member}" in row:
            spare = self.people["SPARE"]
            await self.admin("PUT", f"/v1/newsroom/stories/{ident}/members/{spare}", {"role": "reporter"})
        if "{signed}" in row:
            await self._prepare_entry(ident, "draft")
            link = await self.admin("POST", f"/v1/newsroom/stories/{ident}/entries/{self.refs['entry']}/preview")
            self.refs["signed"] = link["url"].rpartition("/")[2]

    async def _prepare_entry(self, story: str, status: str) -> None:
        first = status if status in {"draft", "submitted"} else "published"
        if status == "scheduled":
            first = "draft"
        made = await self._own("POST", f"/v1/stories/{story}/entries", {"text": "Polls.", "status": first})
        path = f"/v1/stories/{story}/entries/{made['id']}"
        if status == "scheduled":
            await self.admin("POST", f"{path}/schedule", {"publish_at": "2126-01-01T00:00:00Z"})
        elif status == "retracted":
            await self.admin("POST", f"{path}/retract", {"reason": "x"})
        elif status == "working":
            await self.admin("PATCH", path, {"text": "Aside.", "publish": False})
        self.refs["entry"] = made["id"]

    async def _own(self, method: str, path: str, body: Any) -> Any:
        headers = {"authorization": f"Bearer {self.tokens['OWN']}"}
        reply = await self.server.client.request(method, path, json=body, headers=headers)
        assert reply.is_success, reply.text
        return reply.json()


def _filled(body: Any, refs: dict[str, str]) -> Any:
    if isinstance(body, dict):
        return {key: _filled(value, refs) for key, value in body.items()}
    return body.format(**refs) if isinstance(body, str) and body.startswith("{") else body


async def _furnished(server: Server) -> House:
    house = House(server, {"NOBODY": None, "NONSENSE": "lb_bot_" + "a" * 36}, {})
    story = {
        name: (await house.admin("POST", "/v1/stories", {"title": name}))["id"] for name in ("open", "closed", "else")
    }
    roles = {"OTHER": "reporter", "OWN": "reporter", "MEMBER": "reporter", "EDITOR": "editor", "ADMIN": "admin"}
    gone = dict.fromkeys(("EXPIRED", "REVOKED", "DISABLED"), "admin")
    for name, role in (roles | gone | {"SPARE": "reporter"}).items():
        person = await house.admin("POST", "/v1/newsroom/people", {"name": name, "role": role})
        house.people[name] = person["id"]
        made = await house.admin("POST", "/v1/newsroom/tokens", {"label": name, "person": person["id"]})
        house.tokens[name] = made["token"]
        house.refs[f"{name} token"] = made["id"]
    for name, person, limits in (
        ("READ", "OWN", {"scopes": ["read"]}),
        ("BOUND", "ADMIN", {"stories": [story["else"]]}),
    ):
        draft = {"label": name, "person": house.people[person], **limits}
        house.tokens[name] = (await house.admin("POST", "/v1/newsroom/tokens", draft))["token"]
    for name in ("open", "closed"):
        members = f"/v1/newsroom/stories/{story[name]}/members/{house.people['MEMBER']}"
        await house.admin("PUT", members, {"role": "editor"})
        house.refs[f"{name} story"] = story[name]
    house.refs |= {"elsewhere": story["else"], "person": house.people["SPARE"], "member": house.people["SPARE"]}
    await house.admin("POST", f"/v1/newsroom/tokens/{house.refs['REVOKED token']}/revoke")
    await house.admin("POST", f"/v1/newsroom/people/{house.people['DISABLED']}/disable")
    await asyncio.to_thread(_expire, server, house.refs["EXPIRED token"])
    return house


def _expire(server: Server, token: str) -> None:
    with server.rooms.newsroom.database.transaction() as tx:
        tx.connection.execute(text("UPDATE tokens SET expires_at = 1 WHERE id = :token"), {"token": token})


@pytest.fixture
async def house(anyio_backend: str, sqlite_url: str, tmp_path: Path) -> AsyncIterator[House]:
    """A newsroom of this test's own."""
    async with running(sqlite_url, tmp_path / "data") as server:
        yield await _furnished(server)


async def test_every_route_of_the_application_is_in_the_matrix(house: House) -> None:
    document = (await house.server.client.get("/openapi.json")).json()
    described = {f"{method.upper()} {path}" for path, methods in document["paths"].items() for method in methods}
    routes = [route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)]
    there = described | {f"{method} {route.path}" for route in routes for method in route.methods or ()}
    named = {row.replace("{external}", "{external_id}").replace("{member}", "{person}") for row in MATRIX}
    assert sorted(there - named) == [], "not in the matrix"
    assert sorted(named - there) == [], "in the matrix, but not there"


@pytest.mark.parametrize("row", MATRIX)
async def test_every_cell_of_the_matrix_is_what_is_answered(house: House, row: str) -> None:
    for caller in CALLERS:
        await house.prepare(row)
        reply = await house.as_caller(caller, row)
        assert reply.status_code == MATRIX[row][caller], (caller, row, reply.text)


async def test_who_is_nobody_any_more_opens_nothing(house: House) -> None:
    codes = dict(zip(OUTSIDERS, ("missing", "invalid", "expired", "revoked", None), strict=True))
    for row in _rows(NEWSROOM):
        await house.prepare(row)
        for caller in OUTSIDERS:
            reply = await house.as_caller(caller, row)
            expected = f"token_{codes[caller]}" if codes[caller] else "person_disabled"
            assert (reply.status_code, reply.json()["code"]) == (401, expected), (caller, row)


@pytest.mark.parametrize("row", list(_rows(PUBLIC)))
async def test_what_is_public_is_the_same_bytes_for_everybody(house: House, row: str) -> None:
    await house.prepare(row)
    answers = {}
    for caller in (*CALLERS, *OUTSIDERS):
        reply = await house.as_caller(caller, row)
        answers[caller] = (reply.status_code, reply.content)
    assert len(set(answers.values())) == 1, row


@pytest.mark.parametrize("row", IN_A_STORY)
async def test_a_story_for_members_only_is_byte_for_byte_one_that_does_not_exist(house: House, row: str) -> None:
    closed, nowhere = house.refs["closed story"], str(uuid.uuid4())
    await house.prepare(row, story="closed")
    await house.admin("PATCH", f"/v1/stories/{closed}", {"settings": {"members_only": True}})
    for caller in ("READ", "OTHER", "OWN", "EDITOR", "BOUND"):
        house.refs["story"] = closed
        hidden = await house.as_caller(caller, row)
        house.refs["story"] = nowhere
        unknown = await house.as_caller(caller, row)
        assert hidden.status_code in {403, 404}, (caller, row)
        assert hidden.content.replace(closed.encode(), nowhere.encode()) == unknown.content, (caller, row)
        assert hidden.status_code == unknown.status_code
        assert sorted(set(hidden.headers.raw)) == sorted(set(unknown.headers.raw))
    house.refs["story"] = closed
    reply = await house.as_caller("MEMBER", row)
    assert reply.status_code == MATRIX[row]["MEMBER"], (row, reply.text)
    assert reply.status_code != 404 or reply.json()["code"] != "story_not_found"


async def test_an_entry_of_another_story_is_not_there_for_anybody(house: House) -> None:
    for row in (row for row in IN_A_STORY if "{entry}" in row):
        await house.prepare(row)
        house.refs["story"] = house.refs["elsewhere"]
        reply = await house.as_caller("ADMIN", row)
        assert (reply.status_code, reply.json()["code"]) == (404, "entry_not_found"), row


OWNED: dict[str, tuple[str, ...]] = {
    "POST /v1/stories": ("version", "created_at", "frozen", "pinned", "continued_by", "head", "site_frozen"),
    "PATCH /v1/stories/{story}": ("id", "version", "created_at", "frozen", "pinned", "key_points", "continued_by"),
    "POST /v1/stories/{story}/entries": (
        *("revision", "version", "created_by", "created_by_token", "created_at", "published_at", "updated_at"),
        *("sort_key", "corrections", "working", "story", "held", "time", "seq"),
    ),
    "PATCH /v1/stories/{story}/entries/{entry}": (
        *("id", "status", "revision", "version", "created_by", "published_at", "updated_at", "sort_key"),
        *("corrections", "working", "story", "held", "external_id", "external_version"),
    ),
    "PUT /v1/stories/{story}/entries/by-external-id/{external}": ("external_id", "revision", "created_by"),
    "POST /v1/stories/{story}/entries/{entry}/retract": ("status", "note", "at"),
    "POST /v1/newsroom/people": ("id", "created_at", "disabled_at"),
    "PATCH /v1/newsroom/people/{person}": ("id", "created_at", "disabled_at"),
    "POST /v1/newsroom/tokens": ("id", "kind", "secret", "token", "created_at", "revoked_at", "last_used_at"),
    "PUT /v1/newsroom/stories/{story}/members/{person}": ("person", "story"),
    "POST /v1/newsroom/freeze": ("revocations", "signing_key"),
    "POST /v1/newsroom/invites": ("secret", "expires_at", "used_at"),
}
"""What the server alone says, whoever asks."""


@pytest.mark.parametrize("row", OWNED)
async def test_what_the_server_owns_is_refused_in_a_body_and_nothing_is_done(house: House, row: str) -> None:
    await house.prepare(row)
    written = await asyncio.to_thread(_audit_rows, house.server)
    for name in OWNED[row]:
        reply = await house.as_caller("ADMIN", row, body={**BODIES[row], name: "1"})
        assert reply.status_code == 422, (row, name, reply.text)
        assert {error["code"] for error in reply.json()["errors"]} == {"unknown_field"}, (row, name)
    assert await asyncio.to_thread(_audit_rows, house.server) == written


def _audit_rows(server: Server) -> int:
    with server.rooms.newsroom.database.snapshot() as tx:
        count: int = tx.connection.execute(text("SELECT count(*) FROM audit")).scalar_one()
        return count


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
        "/v1/newsroom%2fpeople",
        "/v1/newsroom/people;admin",
        "/v1/newsroom/people%20",
        "/v1/newsroom/people.json",
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
    closed = house.refs["closed story"]
    await house.admin("PATCH", f"/v1/stories/{closed}", {"settings": {"members_only": True}})
    path = trick.format(story=house.refs["open story"], closed=closed, CLOSED=closed.upper())
    for caller in ("NOBODY", "OTHER", "EDITOR"):
        for method in ("GET", "POST", "PATCH", "DELETE"):
            reply = await house.as_caller(caller, f"{method} -", path=path)
            # 422: another spelling of the address itself, which has looked at the body, and at the right next.
            assert reply.status_code in {400, 401, 403, 404, 405, 422}, (caller, method, reply.text)
            assert "closed" not in reply.text
            assert house.people["ADMIN"] not in reply.text


async def test_the_operators_own_token_opens_everything_but_is_in_no_answer(house: House) -> None:
    for row, cells in MATRIX.items():
        if cells["ADMIN"] >= 300:
            continue
        await house.prepare(row)
        house.tokens["OPERATOR"] = ADMIN_TOKEN
        reply = await house.as_caller("OPERATOR", row)
        assert reply.status_code == cells["ADMIN"], (row, reply.text)
        assert ADMIN_TOKEN not in reply.text
