"""A page's address with a slash at its end leads to the address without it."""

from __future__ import annotations

import pytest

from tests.web import samples
from tests.web.site import FakeReading, client_of

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("asked", "location"),
    [
        (f"/stories/{samples.SLUG}/", f"/stories/{samples.SLUG}"),
        (f"/stories/{samples.SLUG}/?entry=a%20b&x=1", f"/stories/{samples.SLUG}?entry=a%20b&x=1"),
        ("/stories/no-such-story/", "/stories/no-such-story"),
        ("/stories/gr%C3%B6%C3%9Fe%0d%0a/", "/stories/gr%C3%B6%C3%9Fe%0d%0a"),
        (f"/stories/{samples.SLUG}%2F?x=1", f"/stories/{samples.SLUG}?x=1"),
        (f"/stories/{samples.SLUG}%2f", f"/stories/{samples.SLUG}"),
        ("/newsroom/", "/newsroom"),
        ("/previews/abc.def/", "/previews/abc.def"),
        ("/docs/", "/docs"),
    ],
)
async def test_a_slash_at_the_end_leads_to_the_page(asked: str, location: str) -> None:
    async with client_of(FakeReading()) as client:
        for method in ("GET", "HEAD"):
            answer = await client.request(method, asked)
            assert (answer.status_code, answer.headers["location"], answer.content) == (308, location, b"")


@pytest.mark.parametrize("asked", ["//evil.example/", "/stories//evil.example/", "/stories//", "/nothing/", "//"])
async def test_no_other_slash_leads_anywhere(asked: str) -> None:
    async with client_of(FakeReading()) as client:
        answer = await client.get(client.base_url.copy_with(raw_path=asked.encode()))
        assert (answer.status_code, "location" in answer.headers) == (404, False)
