"""Signing a browser in: the cookie, the CSRF token of each write, and the pages that may use either."""

from __future__ import annotations

from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.main import create_app
from app.settings import Settings
from tests.api.server import ADMIN_TOKEN, PAGE_ORIGIN, PUBLIC_URL, Server

pytestmark = pytest.mark.anyio

COOKIE = "__Host-liveblog"
OURS = {"origin": PUBLIC_URL}


async def invited(server: Server, role: str = "reporter") -> str:
    """Invite a new person, and return the invitation's secret."""
    person = await server.admin.post("/v1/newsroom/people", json={"name": "Ada Lind", "role": role})
    invite = await server.admin.post("/v1/newsroom/invites", json={"person": person.json()["id"]})
    assert invite.status_code == 201
    secret: str = invite.json()["url"].partition("#invite=")[2]
    return secret


async def signed_in(server: Server, role: str = "reporter") -> tuple[dict[str, str], str]:
    """Sign a browser in; return the headers of its page's reads, and the CSRF token of its writes."""
    reply = await server.client.post(
        "/v1/newsroom/sessions", json={"secret": await invited(server, role)}, headers=OURS
    )
    assert reply.status_code == 201, reply.text
    session = SimpleCookie(reply.headers["set-cookie"])[COOKIE].value
    server.client.cookies.clear()
    return {"cookie": f"{COOKIE}={session}", **OURS}, reply.json()["csrf"]


async def test_a_link_is_exchanged_for_a_cookie_that_scripts_cannot_read(server: Server) -> None:
    secret = await invited(server)
    reply = await server.client.post("/v1/newsroom/sessions", json={"secret": secret}, headers=OURS)
    cookie = SimpleCookie(reply.headers["set-cookie"])[COOKIE]
    assert (cookie["httponly"], cookie["secure"], cookie["samesite"]) == (True, True, "strict")
    assert (cookie["path"], cookie["domain"], cookie["max-age"]) == ("/", "", str(30 * 86_400))
    assert cookie.value not in reply.text
    assert reply.headers["cache-control"] == "no-store"
    again = await server.client.post("/v1/newsroom/sessions", json={"secret": secret}, headers=OURS)
    assert (again.status_code, again.json()["code"]) == (401, "invite_invalid")
    assert "set-cookie" not in again.headers


async def test_over_http_the_cookie_is_an_ordinary_one(sqlite_url: str, tmp_path: Path) -> None:
    settings = Settings(
        data_dir=tmp_path, database_url=sqlite_url, public_url="http://127.0.0.1:8000", admin_token=ADMIN_TOKEN
    )
    app = create_app(settings)
    async with app.running():
        transport = httpx.ASGITransport(app)
        bearer = {"authorization": f"Bearer {ADMIN_TOKEN}"}
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
            person = await client.post("/v1/newsroom/people", json={"name": "Ada", "role": "reporter"}, headers=bearer)
            made = await client.post("/v1/newsroom/invites", json={"person": person.json()["id"]}, headers=bearer)
            secret = made.json()["url"].partition("#invite=")[2]
            reply = await client.post("/v1/newsroom/sessions", json={"secret": secret})
    cookie = SimpleCookie(reply.headers["set-cookie"])["liveblog"]
    assert (cookie["httponly"], cookie["secure"], cookie["samesite"]) == (True, "", "strict")


async def test_a_signed_in_page_reads_and_writes_and_signs_out(server: Server) -> None:
    story = await server.story()
    headers, csrf = await signed_in(server)
    me = await server.client.get("/v1/newsroom/me", headers=headers)
    assert (me.json()["name"], me.json()["csrf"]) == ("Ada Lind", csrf)
    entries = f"/v1/stories/{story['id']}/entries"
    written = await server.client.post(
        entries, json={"text": "From a phone."}, headers={**headers, "x-csrf-token": csrf}
    )
    assert written.status_code == 201
    assert written.json()["authors"][0]["name"] == "Ada Lind"
    out = await server.client.delete("/v1/newsroom/session", headers={**headers, "x-csrf-token": csrf})
    assert (out.status_code, out.json()) == (200, {"signed_out": True})
    assert SimpleCookie(out.headers["set-cookie"])[COOKIE]["max-age"] == "0"
    refused = await server.client.get("/v1/newsroom/me", headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (401, "token_revoked")


async def test_a_write_without_the_word_or_without_an_origin_is_refused_and_changes_nothing(server: Server) -> None:
    story = await server.story()
    headers, csrf = await signed_in(server)
    entries = f"/v1/stories/{story['id']}/entries"
    cookie_alone = {"cookie": headers["cookie"]}
    for sent in (
        headers,
        {**headers, "x-csrf-token": ""},
        {**headers, "x-csrf-token": csrf[:-1]},
        {**headers, "x-csrf-token": "é"},
        {**cookie_alone, "x-csrf-token": csrf},
    ):
        for method, path in (("POST", entries), ("PATCH", f"/v1/stories/{story['id']}"), ("DELETE", f"{entries}/x")):
            raw = {name.encode(): value.encode() for name, value in sent.items()}
            reply = await server.client.request(method, path, json={"text": "x"}, headers=raw)
            assert (reply.status_code, reply.json()["code"]) == (403, "csrf_failed"), (method, sent)
    assert (await server.client.get(entries)).json()["items"] == []


@pytest.mark.parametrize(
    "foreign",
    [
        {"origin": "https://evil.example"},
        {"origin": PAGE_ORIGIN},
        {"origin": "null"},
        {"origin": "https://live.example.evil.example"},
        {"origin": "https://live.example:8443"},
        {"origin": PUBLIC_URL, "sec-fetch-site": "cross-site"},
        {"origin": PUBLIC_URL, "sec-fetch-site": "same-site"},
    ],
)
async def test_a_cookie_is_honoured_for_no_page_but_ours(server: Server, foreign: dict[str, str]) -> None:
    story = await server.story()
    headers, csrf = await signed_in(server)
    sent = {"cookie": headers["cookie"], "x-csrf-token": csrf, **foreign}
    for method, path, body in (
        ("GET", "/v1/newsroom/me", None),
        ("POST", f"/v1/stories/{story['id']}/entries", {"text": "x"}),
    ):
        reply = await server.client.request(method, path, json=body, headers=sent)
        assert (reply.status_code, reply.json()["code"]) == (401, "token_missing")
        assert "access-control-allow-credentials" not in reply.headers
    secret = await invited(server)
    refused = await server.client.post("/v1/newsroom/sessions", json={"secret": secret}, headers=foreign)
    assert (refused.status_code, refused.json()["code"]) == (403, "csrf_failed")
    taken = await server.client.post("/v1/newsroom/sessions", json={"secret": secret}, headers=OURS)
    assert taken.status_code == 201, "a page that may not sign in uses nothing up"


async def test_no_origin_is_told_that_it_may_send_credentials(server: Server) -> None:
    for origin in (PUBLIC_URL, PAGE_ORIGIN, "https://evil.example"):
        for path in ("/v1/newsroom/me", "/v1/stories"):
            asked = {"origin": origin, "access-control-request-method": "POST"}
            reply = await server.client.options(path, headers=asked)
            assert "access-control-allow-credentials" not in reply.headers
            assert "x-csrf-token" not in reply.headers.get("access-control-allow-headers", "").lower()


async def test_a_bearer_token_wins_over_a_cookie(server: Server) -> None:
    headers, _ = await signed_in(server)
    operator = {**headers, "authorization": f"Bearer {ADMIN_TOKEN}"}
    assert (await server.client.get("/v1/newsroom/me", headers=operator)).json()["kind"] == "admin"
    assert (await server.client.post("/v1/stories", json={"title": "x"}, headers=operator)).status_code == 201
    for wrong in ("Bearer nonsense", "Basic x", ""):
        reply = await server.client.get("/v1/newsroom/me", headers={**headers, "authorization": wrong})
        assert reply.status_code == 401, wrong


async def test_a_session_is_taken_from_the_cookie_alone(server: Server) -> None:
    headers, _ = await signed_in(server)
    session = headers["cookie"].partition("=")[2]
    for sent in ({"authorization": f"Bearer {session}"}, {"cookie": f"liveblog={session}"}, {}):
        reply = await server.client.get(f"/v1/newsroom/me?token={session}", headers=sent)
        assert reply.status_code == 401


async def test_readers_are_answered_the_same_with_a_cookie(server: Server) -> None:
    story = await server.story()
    headers, _ = await signed_in(server)
    path = f"/v1/stories/{story['id']}"
    same: list[Any] = []
    for sent in ({}, {"cookie": headers["cookie"]}):
        reply = await server.client.get(path, headers={**sent, "x-request-id": "same"})
        same.append((reply.content, sorted(reply.headers.raw)))
    assert same[0] == same[1]


async def test_an_empty_or_foreign_body_is_refused_before_anything_is_looked_up(server: Server) -> None:
    for body, status in (({}, 422), ({"secret": 1}, 422), ({"secret": "x" * 101}, 422), ({"secret": "x"}, 401)):
        assert (await server.client.post("/v1/newsroom/sessions", json=body)).status_code == status
    wrong = await server.client.post("/v1/newsroom/sessions", content="x", headers={"content-type": "text/plain"})
    assert wrong.status_code == 415
