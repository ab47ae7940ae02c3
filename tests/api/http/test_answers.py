"""ETag, 304, HEAD, encodings, Link and caching, on every public read."""

from __future__ import annotations

import gzip
import re

import brotli  # type: ignore[import-untyped]  # it ships no types
import pytest

from tests.api.server import Server

pytestmark = pytest.mark.anyio

CACHED = "public, max-age=1, s-maxage=2, stale-while-revalidate=5"
CURSOR = r"[0-9A-Za-z]{8}\.\d+\.[0-9A-Za-z]{6}"


async def reads(server: Server) -> dict[str, str]:
    """List every kind of public read, with the pattern of its tag."""
    story = await server.story()
    ref = f"/v1/stories/{story['id']}"
    posted = [await server.post(story["id"], "Polls have closed and counting goes on. " * 30) for _ in range(25)]
    entry = posted[-1]
    return {
        "/v1/site": "[0-9a-f]{24}",
        "/v1/stories": "[0-9a-f]{24}",
        "/v1/stories?limit=1": "[0-9a-f]{24}",
        ref: rf"{CURSOR}\.state\.html",
        f"{ref}?body=blocks": rf"{CURSOR}\.state\.blocks",
        f"{ref}/entries": rf"{CURSOR}\.entries\.html",
        f"{ref}/entries?limit=3&order=oldest": rf"{CURSOR}\.page",
        f"{ref}/entries/{entry['id']}": r"r1\.[0-9A-Za-z]{8}\.html",
        f"{ref}/entries/{entry['id']}?body=both": r"r1\.[0-9A-Za-z]{8}\.both",
        f"{ref}/entries/{entry['id']}?fields=id,body_text": r"r1\.[0-9A-Za-z]{8}\.fields",
        f"{ref}/changes": rf"{CURSOR}\.changes\.html",
        f"{ref}/changes?after=0": rf"{CURSOR}\.changes\.html",
    }


async def test_every_read_has_a_tag_that_brings_304_and_no_content(server: Server) -> None:
    for path, tag in (await reads(server)).items():
        found = await server.client.get(path)
        assert found.status_code == 200, path
        assert re.fullmatch(f'"{tag}"', found.headers["etag"]), (path, found.headers["etag"])
        assert found.headers["cache-control"] == CACHED
        assert found.headers["vary"] == "Accept-Encoding"
        assert found.headers["content-type"] == "application/json"
        assert found.headers["x-content-type-options"] == "nosniff"
        for condition in (found.headers["etag"], f"W/{found.headers['etag']}", "*"):
            unchanged = await server.client.get(path, headers={"if-none-match": condition})
            assert (unchanged.status_code, unchanged.content) == (304, b"")
            for name in ("etag", "vary", "cache-control", "access-control-allow-origin"):
                assert unchanged.headers[name] == found.headers[name]
        assert (await server.client.get(path, headers={"if-none-match": '"other"'})).status_code == 200


async def test_every_read_is_the_same_in_each_encoding(server: Server) -> None:
    decode = {"gzip": gzip.decompress, "br": brotli.decompress}
    for path in await reads(server):
        plain = await server.client.get(path)
        for coding, suffix in (("gzip", "-gz"), ("br", "-br")):
            headers = {"accept-encoding": coding}
            async with server.client.stream("GET", path, headers=headers) as found:
                raw = b"".join([chunk async for chunk in found.aiter_raw()])
            if len(plain.content) < 512:
                assert "content-encoding" not in found.headers
                continue
            assert found.headers["content-encoding"] == coding, path
            assert decode[coding](raw) == plain.content
            assert found.headers["etag"] == plain.headers["etag"][:-1] + f'{suffix}"'
            assert int(found.headers["content-length"]) == len(raw)
            again = {**headers, "if-none-match": plain.headers["etag"]}
            assert (await server.client.get(path, headers=again)).status_code == 304


async def test_head_answers_every_read_as_get_does_without_content(server: Server) -> None:
    paths = [
        *await reads(server),
        "/healthz",
        "/readyz",
        "/version",
        "/openapi.json",
        "/asyncapi.json",
        "/docs/messages",
        "/v1/stories/nothing",
        "/nothing",
    ]
    for path in paths:
        for headers in ({}, {"accept-encoding": "br"}):
            got = await server.client.get(path, headers={**headers, "x-request-id": "same"})
            head = await server.client.head(path, headers={**headers, "x-request-id": "same"})
            assert head.content == b"", path
            assert head.status_code == got.status_code, path
            assert sorted(head.headers.raw) == sorted(got.headers.raw), path


async def test_the_link_header_and_the_body_name_the_same_neighbours(server: Server) -> None:
    story = await server.story()
    for _ in range(3):
        await server.post(story["id"])
    first = await server.client.get(f"/v1/stories/{story['id']}/entries?limit=1&order=oldest")
    assert first.headers["link"] == f'<{first.json()["next"]}>; rel="next"'
    second = await server.client.get(first.json()["next"])
    body = second.json()
    assert second.headers["link"] == f'<{body["next"]}>; rel="next", <{body["prev"]}>; rel="prev"'
    assert (await server.client.get(body["prev"])).json() == first.json() | {"prev": None}


async def test_a_cdn_can_drop_all_answers_of_a_story_by_its_key(server: Server) -> None:
    for path in await reads(server):
        key = (await server.client.get(path)).headers["surrogate-key"]
        ref = re.match(r"/v1/stories/([0-9a-f-]{36})", path)
        assert key == (f"story-{ref[1]}" if ref else path.removeprefix("/v1/").partition("?")[0])


async def test_an_edit_changes_the_tag_of_all_that_shows_it(server: Server) -> None:
    story = await server.story()
    entry = await server.post(story["id"])
    paths = [
        f"/v1/stories/{story['id']}{rest}" for rest in ("", "/entries", f"/entries/{entry['id']}", "/changes?after=0")
    ]
    before = [(await server.client.get(path)).headers["etag"] for path in paths]
    edit = await server.admin.patch(paths[2], json={"headline": "Closed"}, headers={"if-match": "*"})
    assert edit.status_code == 200
    for path, tag in zip(paths, before, strict=True):
        found = await server.client.get(path, headers={"if-none-match": tag})
        assert found.status_code == 200
        assert found.headers["etag"] != tag
        assert "Closed" in found.text


async def test_public_reads_never_look_at_authorization(server: Server) -> None:
    for path in await reads(server):
        plain = await server.client.get(path, headers={"x-request-id": "same"})
        for value in ("Bearer nonsense", "Basic x", "\x01"):
            found = await server.client.get(path, headers={"authorization": value, "x-request-id": "same"})
            assert (found.content, found.headers.raw) == (plain.content, plain.headers.raw)


async def test_pages_carry_the_cache_headers_and_surrogate_keys_of_the_answers_they_show(server: Server) -> None:
    story = await server.story()
    posted = [await server.post(story["id"], f"Update {number}.") for number in range(25)]
    ref, page = f"/v1/stories/{story['id']}", f"/stories/{story['slug']}"
    next_page = (await server.client.get(ref)).json()["timeline"]["next"]
    older = re.search(r"position=([^&]+)", next_page)
    assert older is not None
    pairs = {
        "/": "/v1/stories",
        page: ref,
        f"{page}?position={older[1]}": ref,
        f"{page}?entry={posted[0]['id']}": ref,
        f"{page}?embed": ref,
        f"{page}/fragment": ref,
        f"{page}/fragment?mode=ticker": ref,
        "/stories/nothing-here": "/v1/stories/nothing-here",
        "/nothing-here": "/v1/nothing-here",
    }
    for status in ("live", "ended"):
        if status == "ended":
            ended = await server.admin.patch(ref, json={"status": "ended"}, headers={"If-Match": "*"})
            assert ended.is_success, ended.text
        for shown, path in pairs.items():
            for accepted in ("br", "gzip", "identity"):
                headers = {"Accept-Encoding": accepted, "Accept": "text/html"}
                of_page = (await server.client.get(shown, headers=headers)).headers
                of_answer = (await server.client.get(path, headers=headers)).headers
                assert of_page["content-type"] == "text/html; charset=utf-8"
                for name in ("cache-control", "surrogate-key"):
                    assert of_page.get(name) == of_answer.get(name), (shown, name)
                assert of_page["vary"] == "Accept-Encoding"
                assert of_page.get("content-encoding", "identity") == accepted, shown
    assert (await server.client.get(page)).headers["surrogate-key"] == f"story-{story['id']}"
