"""Hot reads are answered exactly as FastAPI would: same status, same headers, same bytes, at every address."""

from __future__ import annotations

import httpx
import pytest

from app.api.http.metrics.request_metrics import RequestMetrics
from app.api.layers.body_limits import BodyLimits
from app.api.layers.cors import CrossOrigin
from app.api.layers.default_headers import DefaultHeaders
from app.api.layers.hot_reads import HotReads
from app.api.layers.middleware import Middleware
from app.api.layers.request_records import RequestRecords
from tests.api.server import PUBLIC_URL, Server

pytestmark = pytest.mark.anyio

ENCODINGS = ["identity", "gzip;q=0.5, br;q=0.1", "br"]


class Refused(Exception):
    """A request reached the routes behind the hot reads."""


async def refuse(scope: object, receive: object, send: object) -> None:
    raise Refused


def behind(server: Server, app: object) -> httpx.AsyncClient:
    """Return a client of the same state that reaches `app` alone, through the outermost layer."""
    outermost = Middleware(
        app,  # type: ignore[arg-type]  # an ASGI application
        body_limits=BodyLimits((), seconds=30),
        cross_origin=CrossOrigin(()),
        records=RequestRecords(RequestMetrics(), None),
        make_request_id=lambda: "the-same-id",
    )
    return httpx.AsyncClient(transport=httpx.ASGITransport(outermost), base_url=PUBLIC_URL)


def paths(story: dict[str, str]) -> list[str]:
    """List every address that hot reads answer, found or not."""
    queries = ["", "?body=html", "?body=blocks", "?body=both"]
    refs = [story["id"], story["slug"], story["slug"].upper(), "no-such-story", "No Story", "%C3%A4"]
    views = [f"/v1/stories/{ref}{rest}{query}" for ref in refs for rest in ("", "/entries") for query in queries]
    return ["/v1/site", "/v1/stories", *views]


async def test_hot_reads_and_fastapi_answer_alike(server: Server) -> None:
    story = await server.story("Größe: выборы")
    for _ in range(25):
        await server.post(story["id"], "Polls have closed, “quietly” – and counting goes on.")
    reading = server.app_state.reading
    hot = behind(server, HotReads(refuse, reading))
    routes = behind(server, DefaultHeaders(server.app.routes))
    async with hot, routes:
        for path in paths(story):
            for method in ("GET", "HEAD"):
                for encoding in ENCODINGS:
                    tag = (await routes.get(path, headers={"accept-encoding": encoding})).headers.get("etag", '"none"')
                    for condition in ("", '"other"', tag):
                        headers = {"accept-encoding": encoding, "if-none-match": condition}
                        one = await hot.request(method, path, headers=headers)
                        other = await routes.request(method, path, headers=headers)
                        where = (method, path, headers)
                        assert one.status_code == other.status_code, where
                        assert sorted(one.headers.raw) == sorted(other.headers.raw), where
                        assert one.content == other.content, where


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v1/stories"),
        ("GET", "/v1/stories/"),
        ("GET", "/v1/stories?limit=20"),
        ("GET", "/v1/site?x=1"),
        ("GET", "/v1/stories/a/"),
        ("GET", "/v1/stories/a/entries/"),
        ("GET", "/v1/stories/a/entries?limit=20"),
        ("GET", "/v1/stories/a/entries?body=html&body=both"),
        ("GET", "/v1/stories/a/entries?body=text"),
        ("GET", "/v1/stories/a/entries/b"),
        ("GET", "/v1/stories/a/changes"),
        ("GET", "/v1/storiesa"),
        ("GET", "/stories/a"),
        ("DELETE", "/v1/stories/a"),
    ],
)
async def test_hot_reads_leave_everything_else_to_the_routes(server: Server, method: str, path: str) -> None:
    passed: list[str] = []

    async def note(scope: dict[str, str], receive: object, send: object) -> None:
        passed.append(scope["path"])
        await server.app.routes(scope, receive, send)  # type: ignore[arg-type]  # as above

    async with behind(server, HotReads(note, server.app_state.reading)) as client:  # type: ignore[arg-type]  # as above
        await client.request(method, path)
    assert passed == [path.partition("?")[0]]


async def test_a_hot_read_touches_no_database(server: Server) -> None:
    story = await server.story()
    await server.post(story["id"])
    await server.client.get(f"/v1/stories/{story['id']}")
    builds = server.app_state.reading.representations.builds
    for _ in range(5):
        assert (await server.client.get(f"/v1/stories/{story['slug']}")).status_code == 200
    assert server.app_state.reading.representations.builds == builds


async def test_a_reader_sees_what_was_acknowledged(server: Server) -> None:
    story = await server.story()
    for number in range(10):
        posted = await server.post(story["id"], f"Update {number}.")
        state = (await server.client.get(f"/v1/stories/{story['id']}")).json()
        assert state["timeline"]["items"][0]["id"] == posted["id"]
        assert state["entry_count"] == number + 1
