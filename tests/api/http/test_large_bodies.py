"""A large body keeps neither the event loop nor the interpreter: it is parsed in a thread, and has so many values."""

from __future__ import annotations

import asyncio
import json
import threading

import pytest

from app.api.http.duplicates import LARGE_BODY_BYTES, MAX_VALUES, TooManyValues, parse_json, parse_json_body
from app.storage.database.threads import NOBODYS, Threads
from tests.api.server import Server

pytestmark = pytest.mark.anyio

MEGABYTE = 1024 * 1024


class _CountedThreads(Threads):
    runs = 0

    async def run(self, call, *, turn=NOBODYS):  # type: ignore[no-untyped-def]  # as its parent's
        self.runs += 1
        return await super().run(call, turn=turn)


async def test_only_a_large_body_is_parsed_in_a_thread() -> None:
    threads = _CountedThreads(1, name="parse")
    small, large = ({"text": "x" * (LARGE_BODY_BYTES + more)} for more in (-12, -11))
    try:
        assert await parse_json_body(json.dumps(small).encode(), threads) == small
        assert threads.runs == 0
        assert await parse_json_body(json.dumps(large).encode(), threads) == large
        assert threads.runs == 1
    finally:
        threads.close(within_seconds=5)


@pytest.mark.parametrize("value", ["{}", "[]", "1", '""'])
def test_a_body_has_so_many_values_and_no_more(value: str) -> None:
    signs = 2 if value in {"{}", "[]"} else 1
    most = (MAX_VALUES - (1 if signs == 1 else 0)) // signs
    allowed = f"[{','.join([value] * most)}]".encode()
    assert parse_json(allowed) == [json.loads(value)] * most
    with pytest.raises(TooManyValues):
        parse_json(allowed[:-1] + f",{value},{value}]".encode())


@pytest.mark.parametrize("ending", ["", ":batch"])
async def test_a_body_that_is_nothing_but_values_is_refused_with_a_sentence(server: Server, ending: str) -> None:
    await server.story(slug="election")
    size = (1 if ending == "" else 7) * MEGABYTE
    content = b'{"items": [' + b"{}," * (size // 3) + b"{}]}"
    reply = await server.admin.post(
        f"/v1/stories/election/entries{ending}", content=content, headers={"content-type": "application/json"}
    )
    assert reply.status_code == 422, reply.text
    assert [(each["pointer"], each["code"]) for each in reply.json()["errors"]] == [("", "too_many_values")]
    assert "200,000" in reply.json()["errors"][0]["detail"]


async def test_large_bodies_of_anybody_keep_no_writer_waiting(server: Server) -> None:
    await server.story(slug="election")
    entries = "/v1/stories/election/entries"
    may_go_on, has_begun = threading.Event(), threading.Event()

    def parse_something_long() -> None:
        has_begun.set()
        assert may_go_on.wait(30)

    busy = asyncio.create_task(server.app_state.parse_threads.run(parse_something_long))
    large = asyncio.create_task(server.admin.post(entries, json={"text": "x" * LARGE_BODY_BYTES}))
    try:
        assert await asyncio.to_thread(has_begun.wait, 30)
        assert (await server.admin.post(entries, json={"text": "A count."})).status_code == 201
        assert not large.done()
    finally:
        may_go_on.set()
    await busy
    assert (await large).status_code == 201


async def test_a_batch_as_large_as_any_real_one_is_written(server: Server) -> None:
    await server.story(slug="election")
    blocks = [{"type": "paragraph", "html": f"Line {number}, of the count."} for number in range(200)]
    items = [{"headline": f"Ward {number}", "blocks": blocks} for number in range(100)]
    reply = await server.admin.post("/v1/stories/election/entries:batch", json={"items": items})
    assert reply.status_code == 200, reply.text
    assert {item["status"] for item in reply.json()["items"]} == {201}
