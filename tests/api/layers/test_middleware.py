"""The outermost layer: ids, cross-origin rules, body limits, one line and one count per request, never a bare 500."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from typing import Any

import httpx
import pytest
from starlette.exceptions import HTTPException

from app.api.http.bodies import BATCH_LIMIT_BYTES, ENTRY_LIMIT_BYTES
from app.api.http.metrics.request_metrics import RequestMetrics
from app.api.layers.body_limits import BodyLimit, BodyLimits, limited
from app.api.layers.cors import CrossOrigin
from app.api.layers.middleware import Middleware
from app.api.layers.request_records import RequestRecords
from tests.api.server import PAGE_ORIGIN, Server

pytestmark = pytest.mark.anyio

BODY_SECONDS = 30.0

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


def client_behind_middleware(app: Any, metrics: RequestMetrics | None = None) -> httpx.AsyncClient:
    """Return a client of `app` with nothing but the outermost layer between."""
    outermost = Middleware(
        app,
        body_limits=BodyLimits((), seconds=BODY_SECONDS),
        cross_origin=CrossOrigin(()),
        records=RequestRecords(metrics or RequestMetrics(), None),
    )
    return httpx.AsyncClient(transport=httpx.ASGITransport(outermost), base_url="https://live.example")


@pytest.mark.parametrize("sent", ["abc-123", "A.b_c:d/e+f=g@h", "x" * 128])
async def test_a_request_keeps_the_id_it_came_with(server: Server, sent: str) -> None:
    for path in ("/v1/site", "/nothing", "/v1/stories/none"):
        reply = await server.client.get(path, headers={"x-request-id": sent})
        assert reply.headers["x-request-id"] == sent
        if reply.status_code == 404:
            assert reply.json()["request_id"] == sent


@pytest.mark.parametrize("sent", ["", "x" * 129, "a b", "a\tb", "ä", '"', "<script>", "a,b"])
async def test_an_id_that_cannot_stand_in_a_log_is_replaced(server: Server, sent: str) -> None:
    replies = [
        await server.client.get("/v1/site", headers=[(b"x-request-id", sent.encode("latin-1"))]) for _ in range(2)
    ]
    made = [reply.headers["x-request-id"] for reply in replies]
    assert sent not in made
    assert len(set(made)) == 2
    assert all(len(each) == 20 and int(each, 16) >= 0 for each in made)


async def test_any_page_may_read_what_is_public_and_none_with_credentials(server: Server) -> None:
    story = await server.story()
    for path in (
        "/v1/site",
        f"/v1/stories/{story['id']}",
        "/v1/stories/none",
        "/openapi.json",
        "/asyncapi.json",
        "/v1/stories?limit=0",
        f"/stories/{story['slug']}/fragment?mode=ticker",
        f"/stories/{story['id']}/fragment",
        "/stories/none/fragment",
    ):
        for origin in ({}, {"origin": "https://anyone.example"}):
            reply = await server.client.get(path, headers=origin)
            assert reply.headers["access-control-allow-origin"] == "*"
            assert "ETag" in reply.headers["access-control-expose-headers"]
            assert "access-control-allow-credentials" not in reply.headers


async def test_only_pages_that_were_named_may_write_or_look_into_the_newsroom(server: Server) -> None:
    for method, path in (("POST", "/v1/stories"), ("GET", "/v1/newsroom/stories"), ("PATCH", "/v1/stories/a")):
        named = await server.admin.request(method, path, headers={"origin": PAGE_ORIGIN})
        assert named.headers["access-control-allow-origin"] == PAGE_ORIGIN
        assert "Origin" in named.headers["vary"]
        for origin in ("https://evil.example", "null", PAGE_ORIGIN + ".evil.example", PAGE_ORIGIN.upper()):
            reply = await server.admin.request(method, path, headers={"origin": origin})
            assert "access-control-allow-origin" not in reply.headers


HEADERS_OF_PAGES = {
    "content-type", "authorization", "if-match", "if-none-match", "idempotency-key", "last-event-id", "x-request-id",
    "cache-control", "pragma", "x-requested-with", "traceparent", "tracestate", "baggage", "sentry-trace",
}  # fmt: skip
"""What our API asks for, and what wrappers of fetch and tracing add by themselves."""


@pytest.mark.parametrize(
    ("origin", "method", "path", "allowed"),
    [
        ("https://anyone.example", "GET", "/v1/stories/a", "*"),
        ("https://anyone.example", "HEAD", "/v1/site", "*"),
        ("https://anyone.example", "POST", "/v1/stories", None),
        ("https://anyone.example", "GET", "/v1/newsroom/me", None),
        (PAGE_ORIGIN, "POST", "/v1/stories", PAGE_ORIGIN),
        (PAGE_ORIGIN, "DELETE", "/v1/stories/a/entries/b", PAGE_ORIGIN),
        (PAGE_ORIGIN, "GET", "/v1/newsroom/me", PAGE_ORIGIN),
    ],
)
async def test_a_preflight_is_answered_by_the_same_rules(
    server: Server, origin: str, method: str, path: str, allowed: str | None
) -> None:
    reply = await server.client.options(path, headers={"origin": origin, "access-control-request-method": method})
    assert (reply.status_code, reply.content) == (204, b"")
    assert reply.headers.get("access-control-allow-origin") == allowed
    assert ("access-control-allow-headers" in reply.headers) == (allowed is not None)
    if allowed is not None:
        assert method in reply.headers["access-control-allow-methods"]
        named = {name.strip().lower() for name in reply.headers["access-control-allow-headers"].split(",")}
        assert named >= HEADERS_OF_PAGES
        assert "*" in named, "b3, x-datadog-trace-id, newrelic: everybody who traces has a name of their own"
        assert "access-control-allow-credentials" not in reply.headers


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/v1/stories/%00", "malformed_path"),
        ("/v1/stories/a%00b/entries", "malformed_path"),
        ("/v1/stories/%ff", "malformed_path"),
        ("/v1/stories/%ED%A0%80", "malformed_path"),
        ("/v1/stories/%zz", "malformed_path"),
        ("/v1/stories/a/entries?tag=%00", "malformed_query"),
        ("/v1/stories/a/entries?tag=%ED%A0%80", "malformed_query"),
        ("/v1/stories/a/entries?tag=%C3", "malformed_query"),
        ("/v1/stories/a/entries?tag=%", "malformed_query"),
        ("/v1/stories/a/changes?after=%f", "malformed_query"),
    ],
)
async def test_an_address_that_cannot_be_read_is_refused(server: Server, path: str, code: str) -> None:
    raw = path.encode()
    url = httpx.URL(scheme="https", host="live.example", raw_path=raw)
    for method in ("GET", "POST"):
        reply = await server.client.request(method, url)
        assert (reply.status_code, reply.json()["code"]) == (400, code)


async def test_a_body_that_says_it_is_too_large_is_refused_before_it_is_read(server: Server) -> None:
    async def unread() -> AsyncIterator[bytes]:
        yield b" " * len(read)
        read.append("the body was read")
        yield b""

    read: list[str] = []
    for path, limit in (("/v1/stories", ENTRY_LIMIT_BYTES), ("/v1/stories/a/entries:batch", BATCH_LIMIT_BYTES)):
        headers = {"content-type": "application/json", "content-length": str(limit + 1)}
        reply = await server.admin.post(path, content=unread(), headers=headers)
        assert (reply.status_code, reply.json()["code"]) == (413, "body_too_large")
    assert read == []


async def test_a_body_that_does_not_say_how_large_it_is_is_cut_off_at_the_limit(server: Server) -> None:
    sent = 0

    async def endless() -> Any:
        nonlocal sent
        while sent < 10 * ENTRY_LIMIT_BYTES:
            sent += 65_536
            yield b" " * 65_536

    reply = await server.admin.post("/v1/stories", content=endless(), headers={"content-type": "application/json"})
    assert (reply.status_code, reply.json()["code"]) == (413, "body_too_large")
    assert sent <= ENTRY_LIMIT_BYTES + 2 * 65_536


async def test_a_body_that_never_ends_is_given_up() -> None:
    now = asyncio.get_running_loop().time() - BODY_SECONDS

    async def silence() -> MutableMapping[str, Any]:
        await asyncio.Event().wait()
        raise AssertionError

    with pytest.raises(HTTPException) as refused:
        await limited(silence, BodyLimit(10, 0), seconds=BODY_SECONDS, now=lambda: now)()
    assert refused.value.status_code == 408


async def test_waiting_for_the_end_of_a_connection_has_no_deadline() -> None:
    loop = asyncio.get_running_loop()
    begun = loop.time() - BODY_SECONDS + 0.001
    messages: list[MutableMapping[str, Any]] = [{"type": "http.request", "body": b"x"}, {"type": "http.disconnect"}]

    async def receive() -> MutableMapping[str, Any]:
        if len(messages) == 1:
            await asyncio.sleep(0.01)  # past the deadline of the body, a thousandth away
        return messages.pop(0)

    within = limited(receive, BodyLimit(10, 0), seconds=BODY_SECONDS, now=lambda: begun)
    assert (await within())["type"] == "http.request"
    assert (await within())["type"] == "http.disconnect"


async def test_what_breaks_inside_is_a_500_that_says_nothing(caplog: pytest.LogCaptureFixture) -> None:
    async def broken(scope: Scope, receive: Receive, send: Send) -> None:
        raise ZeroDivisionError("the secret is 42")

    metrics = RequestMetrics()
    async with client_behind_middleware(broken, metrics) as client:
        reply = await client.get("/v1/site", headers={"x-request-id": "mine"})
    assert reply.status_code == 500
    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.json()["code"] == "internal_error"
    assert reply.json()["request_id"] == "mine"
    assert "42" not in reply.text
    assert (metrics.failures, metrics.by_status[500], metrics.in_flight) == (1, 1, 0)


async def test_half_an_answer_that_breaks_is_cut_and_not_completed() -> None:
    async def broken(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"half", "more_body": True})
        raise ZeroDivisionError

    async with client_behind_middleware(broken) as client:
        with pytest.raises(ZeroDivisionError):
            await client.get("/v1/site")


async def test_each_request_has_one_line_without_its_query_or_token(server: Server) -> None:
    await server.admin.get("/v1/newsroom/me?token=secret-in-query", headers={"x-request-id": "one"})
    await server.client.get('/v1/stories/"%C3%A4', headers={"x-request-id": "two"})
    server.app.flush_logs()
    lines = [json.loads(line) for line in server.access_lines.getvalue().splitlines()]
    mine = [line for line in lines if line["request_id"] in {"one", "two"}]
    assert [(line["method"], line["path"], line["status"]) for line in mine] == [
        ("GET", "/v1/newsroom/me", 200),
        ("GET", "/v1/stories/%22%C3%A4", 404),
    ]
    assert all(line.keys() >= {"event", "level", "logger", "time", "bytes", "us"} for line in mine)
    assert "secret" not in server.access_lines.getvalue()


async def test_a_client_that_leaves_in_the_middle_of_its_body_is_no_failure_of_ours(server: Server) -> None:
    messages: list[MutableMapping[str, Any]] = [
        {"type": "http.request", "body": b'{"title":', "more_body": True},
        {"type": "http.disconnect"},
    ]

    async def receive() -> MutableMapping[str, Any]:
        return messages.pop(0)

    sent: list[MutableMapping[str, Any]] = []

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    headers = [
        (b"content-type", b"application/json"),
        (b"authorization", server.admin.headers["authorization"].encode()),
    ]
    scope = {"type": "http", "method": "POST", "path": "/v1/stories", "query_string": b"", "headers": headers}
    await server.app(scope, receive, send)
    assert sent[0]["status"] == 400
    assert server.app_state.request_metrics.failures == 0
