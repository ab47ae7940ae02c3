"""Pages are compressed, and cached as the API's answers that show the same."""

from __future__ import annotations

import gzip
from collections.abc import AsyncIterator

import brotli  # type: ignore[import-untyped]  # it ships no types
import httpx
import pytest
from fastapi import Request

from app.web.page_responses import PageResponses
from tests.web import samples
from tests.web.site import FakeReading, client_of

pytestmark = pytest.mark.anyio
PAGE = f"/stories/{samples.SLUG}"
UNPACK = {"br": brotli.decompress, "gzip": gzip.decompress, "": bytes}


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(FakeReading()) as client:
        yield client


async def _raw(client: httpx.AsyncClient, path: str, accepted: str) -> tuple[httpx.Response, bytes]:
    headers = {"Accept-Encoding": accepted, "Accept": "text/html"}
    async with client.stream("GET", path, headers=headers) as answer:
        return answer, b"".join([part async for part in answer.aiter_raw()])


@pytest.mark.parametrize(
    "path", ["/", PAGE, "/newsroom", "/previews/abc", "/docs", "/stories/nope", "/stories/withdrawn"]
)
@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip, br", "br"),
        ("gzip", "gzip"),
        ("br;q=0.5, gzip;q=1.0", "gzip"),
        ("br;q=0, gzip;q=0", ""),
        ("deflate", ""),
        ("identity", ""),
    ],
)
async def test_every_page_is_sent_in_the_coding_that_the_client_prefers(
    client: httpx.AsyncClient, path: str, accepted: str, coding: str
) -> None:
    answer, raw = await _raw(client, path, accepted)
    plain, expected = await _raw(client, path, "identity")
    assert "content-encoding" not in plain.headers
    assert (answer.headers.get("content-encoding", ""), answer.headers["vary"]) == (coding, "Accept-Encoding")
    assert UNPACK[coding](raw) == expected
    assert not coding or len(raw) < len(expected)


@pytest.mark.parametrize(("accepted", "coding"), [("br;q=0.9", "br"), ("br;q=0, gzip", "gzip"), ("*", "br")])
async def test_files_are_sent_in_the_coding_that_the_client_prefers(
    client: httpx.AsyncClient, accepted: str, coding: str
) -> None:
    answer, _ = await _raw(client, "/static/reader.css", accepted)
    assert answer.headers["content-encoding"] == coding


async def test_a_304_varies_as_its_page_does(client: httpx.AsyncClient) -> None:
    for path in ("/", PAGE):
        found, _ = await _raw(client, path, "br")
        for accepted in ("br", "gzip", "identity"):
            headers = {"If-None-Match": found.headers["etag"], "Accept-Encoding": accepted}
            unchanged = await client.get(path, headers=headers)
            assert (unchanged.status_code, unchanged.content) == (304, b"")
            for name in ("etag", "vary", "cache-control"):
                assert unchanged.headers[name] == found.headers[name]


async def test_what_is_kept_compressed_stays_within_its_limit() -> None:
    responses = PageResponses(limit_bytes=600)
    request = Request({"type": "http", "headers": [(b"accept-encoding", b"gzip")]})
    sizes = []
    for number in range(30):
        html = f"<p>{number}</p>" + "".join(f"<p>{each * number}</p>" for each in range(80))
        answer = await responses.make(request, html, policy="default-src 'none'")
        again = await responses.make(request, html, policy="default-src 'none'")
        assert gzip.decompress(bytes(answer.body)) == gzip.decompress(bytes(again.body)) == html.encode()
        sizes.append(len(answer.body))
        assert responses.kept_bytes <= 600
    assert sum(sizes) > 600


async def test_pages_that_are_forgotten_are_compressed_anew() -> None:
    responses = PageResponses()
    scope = {"type": "http", "method": "GET", "path": "/", "headers": [(b"accept-encoding", b"br")]}
    for _ in range(2):
        made = await responses.make(Request(scope), "page " * 1_000, policy="")
        assert brotli.decompress(made.body) == b"page " * 1_000
        assert responses.kept_bytes > 0
        responses.forget()
        assert responses.kept_bytes == 0
