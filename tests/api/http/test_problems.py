"""Every error is a problem with a stable code, whichever layer found it."""

from __future__ import annotations

import pytest

from app.api.http.problems import error_response, request_errors
from app.domain.errors import LiveblogError, MalformedInput, NotAuthenticated, Unavailable
from tests.api.server import Server

pytestmark = pytest.mark.anyio


async def test_what_is_at_no_address_is_a_problem(server: Server) -> None:
    for path in ("/nothing", "/v1", "/v1/", "/v1/stories/", "/v1/site/", "/v1/stories/a/b/c", "/v1//site"):
        reply = await server.client.get(path)
        assert reply.status_code == 404, path
        assert reply.headers["content-type"] == "application/problem+json"
        assert reply.headers["cache-control"] == "no-store"
        problem = reply.json()
        assert problem == {
            "type": "about:blank",
            "title": "Not Found",
            "status": 404,
            "detail": "There is nothing at this address.",
            "code": "not_found",
            "instance": path,
            "request_id": reply.headers["x-request-id"],
        }


BROWSER = {"accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_a_person_who_is_nowhere_is_shown_the_page_that_says_so(server: Server, method: str) -> None:
    page = (await server.client.get("/stories/nothing", headers=BROWSER)).content
    for path in (
        "/nothing",
        "/stories",
        "/stories/",
        "/stories/a/b",
        "/v1beta",
        "//v1/stories",
        "/docs/x",
    ):
        reply = await server.client.request(method, path, headers=BROWSER)
        assert (reply.status_code, reply.headers["content-type"]) == (404, "text/html; charset=utf-8"), path
        assert reply.content == (page if method == "GET" else b"")
        assert "default-src 'none'" in reply.headers["content-security-policy"]
        assert reply.headers["cache-control"] == "no-store"


async def test_a_program_and_whoever_asks_the_api_are_told_so_as_a_problem(server: Server) -> None:
    for accept in ("*/*", "application/json", "", "text/*", "text/html-like"):
        assert (await server.client.get("/nothing", headers={"accept": accept})).json()["code"] == "not_found"
    for method, path in (("GET", "/v1"), ("GET", "/v1/nothing"), ("POST", "/nothing"), ("DELETE", "/stories/a/b")):
        assert (await server.client.request(method, path, headers=BROWSER)).json()["code"] == "not_found"
    refused = await server.client.post("/newsroom", headers=BROWSER)
    assert (refused.status_code, refused.headers["allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("DELETE", "/v1/site", "GET, HEAD"),
        ("PUT", "/v1/stories/a/changes", "GET, HEAD"),
        ("POST", "/v1/stories/a/events", "GET, HEAD"),
        ("POST", "/healthz", "GET, HEAD"),
        ("OPTIONS", "/v1/site", "GET, HEAD"),
        ("DELETE", "/v1/stories", "GET, HEAD, POST"),
        ("QUERY", "/v1/stories/a", "GET, HEAD, PATCH"),
    ],
)
async def test_a_method_an_address_does_not_take_is_405_with_those_it_does(
    server: Server, method: str, path: str, allow: str
) -> None:
    reply = await server.client.request(method, path)
    assert (reply.status_code, reply.json()["code"]) == (405, "method_not_allowed")
    assert reply.headers["allow"] == allow


async def test_retry_after_and_the_challenge_stand_in_their_headers() -> None:
    scope = {"type": "http", "path": "/", "request_id": "id"}

    def headers(error: LiveblogError) -> dict[str, str]:
        return dict(error_response(error, scope).headers)

    assert headers(Unavailable("unavailable", "Not now.", retry_after_seconds=7))["retry-after"] == "7"
    assert headers(NotAuthenticated("no_token", "No."))["www-authenticate"] == "Bearer"


async def test_pointers_name_the_place_and_bodies_are_pointed_into() -> None:
    found = request_errors(
        [
            {"type": "missing", "loc": ("query", "limit"), "msg": "Field required"},
            {"type": "extra_forbidden", "loc": ("body", "a/b", 0, "c~d"), "msg": "Extra inputs are not permitted"},
            {"type": "missing", "loc": ("body",), "msg": "Field required"},
        ]
    )
    assert [(error.pointer, error.code) for error in found.errors] == [  # type: ignore[attr-defined]  # InvalidInput
        ("/query/limit", "missing"),
        ("/a~1b/0/c~0d", "unknown_field"),
        ("", "missing"),
    ]
    assert isinstance(request_errors([{"type": "json_invalid", "loc": ("body", 1), "msg": "x"}]), MalformedInput)
