"""Conversions over the API: on the reading threads, of an entry's size, and of uploads as a preview shows them."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator
from typing import Any

import pytest

from app.storage.database.threads import Threads
from tests.api.server import Server
from tests.contracts.digest import rows_of
from tests.pictures import png, require_decoder
from tests.waiting import PATIENCE_SECONDS, until

pytestmark = pytest.mark.anyio

ADDRESS = "/v1/newsroom/conversions"


async def test_it_answers_a_body_in_every_form_and_writes_nothing(server: Server) -> None:
    await server.story()
    before = await asyncio.to_thread(rows_of, server)
    headers = {"idempotency-key": "once"}
    answer = await server.admin.post(ADDRESS, json={"html": "<p>Polls <b>closed</b>.</p>"}, headers=headers)
    assert answer.status_code == 200
    assert "idempotent-replayed" not in answer.headers
    shown = answer.json()
    [block] = shown.pop("blocks")
    assert (block["type"], block["html"]) == ("paragraph", "<p>Polls <b>closed</b>.</p>")
    assert shown == {
        "body_html": "<p>Polls <b>closed</b>.</p>",
        "body_text": "Polls closed.",
        "text": "Polls **closed**.",
        "text_format": "markdown",
        "text_exact": True,
        "warnings": [],
    }
    other = await server.admin.post(ADDRESS, json={"text": "Another body."}, headers=headers)
    assert other.json()["body_text"] == "Another body."
    assert await asyncio.to_thread(rows_of, server) == before


@contextlib.asynccontextmanager
async def occupied(threads: Threads) -> AsyncIterator[None]:
    """Keep every thread of a pool busy meanwhile."""
    begun: list[None] = []
    is_over = threading.Event()

    def hold() -> None:
        begun.append(None)
        is_over.wait(PATIENCE_SECONDS)

    busy = [asyncio.ensure_future(threads.run(hold)) for _ in range(threads._count)]
    try:
        await until(lambda: len(begun) == len(busy))  # or another call has its turn before the last of these
        yield
    finally:
        is_over.set()
        await asyncio.gather(*busy)


async def test_it_runs_on_the_reading_threads_and_keeps_no_writer_waiting(server: Server) -> None:
    async with occupied(server.app_state.write_threads):
        assert (await server.admin.post(ADDRESS, json={"text": "Words."})).status_code == 200
    async with occupied(server.app_state.read_threads):
        converting = asyncio.ensure_future(server.admin.post(ADDRESS, json={"text": "Words."}))
        written = await server.admin.post("/v1/stories", json={"title": "Meanwhile"})
        assert (written.status_code, converting.done()) == (201, False)
    assert (await converting).status_code == 200


async def test_an_upload_is_shown_by_its_id_with_an_address_that_opens(server: Server) -> None:
    require_decoder()
    media = (await server.admin.post("/v1/media", content=png(64, 48), headers={"content-type": "image/png"})).json()
    shown = (await server.admin.post(ADDRESS, json={"blocks": [{"type": "image", "media": media["id"]}]})).json()
    assert shown["blocks"][0]["media"] == media["id"]
    assert (await server.client.get(shown["blocks"][0]["url"])).status_code == 200
    by_address = (await server.admin.post(ADDRESS, json={"html": f'<img src="{shown["blocks"][0]["url"]}">'})).json()
    assert by_address["blocks"][0]["media"] == media["id"]


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        ({"content": b"<p>a</p>", "headers": {"content-type": "text/html"}}, 415, "unsupported_type"),
        ({"content": b'{"text"', "headers": {"content-type": "application/json"}}, 400, "malformed_json"),
        ({"json": {}}, 422, "invalid"),
        ({"json": {"html": "<p>a</p>", "status": "published"}}, 422, "invalid"),
        ({"json": {"text": "\n\n".join(["word " * 1_000] * 200)}}, 413, "entry_too_large"),
        ({"json": {"text": "x" * 2_200_000}}, 413, "body_too_large"),
    ],
)
async def test_what_is_no_body_is_refused(server: Server, sent: Any, status: int, code: str) -> None:
    answer = await server.admin.post(ADDRESS, **sent)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_it_takes_a_token(server: Server) -> None:
    assert (await server.client.post(ADDRESS, json={"text": "Words."})).status_code == 401
