"""Purges over the API: nothing of the text stays in the process's memory, and holds and purges are described."""

from __future__ import annotations

import asyncio
import gc
from typing import Any

import pytest

from tests.api.server import Server

pytestmark = pytest.mark.anyio

SCRUBBED_LOOKS = 50


def _word() -> str:
    """Make the word anew each time, so that no constant of this module keeps it; no other test's text has it."""
    return "".join(("glocken", "spiel"))


def _count_in_memory(*, but: str = "") -> int:
    """Count the texts with the word that anything in the process refers to, besides those in `but`."""
    gc.collect()
    word = _word()
    encoded = word.encode()
    found: set[int] = set()
    for container in gc.get_objects():
        for each in gc.get_referents(container):
            if isinstance(each, str):
                if word in each and each != word and _is_found(each, word, but):
                    found.add(id(each))
            elif (
                isinstance(each, bytes | bytearray) and encoded in each and _is_found(each.decode("latin-1"), word, but)
            ):
                found.add(id(each))
    return len(found)


def _is_found(text: str, word: str, but: str) -> bool:
    return word in text.replace("-", " ").replace(but or "\0", "")


async def _write_and_read_everywhere(server: Server) -> dict[str, Any]:
    """Have an entry's text in every cache there is, and return its ids."""
    story = (await server.story(f"Night of the {_word()}", slug=f"night-of-the-{_word()}"))["id"]
    long = f"<p>{_word()} <b>and</b> more of it</p>" * 50
    posted = await server.admin.post(f"/v1/stories/{story}/entries", json={"html": long})
    entry = posted.json()["id"]
    for path in (
        f"/v1/stories/{story}?body=both",
        f"/v1/stories/{story}/entries?limit=3",
        f"/v1/stories/{story}/entries?kind=update",
        f"/v1/stories/{story}/changes?after=0",
        f"/v1/stories/{story}/entries/{entry}",
        "/v1/stories",
        f"/stories/night-of-the-{_word()}",
    ):
        for coding in ("identity", "gzip", "br"):
            assert (await server.client.get(path, headers={"accept-encoding": coding})).status_code == 200
    await server.admin.get(f"/v1/newsroom/stories/{story}/entries/{entry}")
    return {"story": story, "entry": entry}


async def _purge(server: Server, target: dict[str, Any]) -> None:
    prepared = await server.admin.post("/v1/newsroom/purge", json=target)
    done = await server.admin.post("/v1/newsroom/purge/confirm", json={"confirm": prepared.json()["confirm"]})
    assert done.status_code == 200, done.text


async def _await_nothing_left(server: Server, *, but: str = "") -> None:
    """Wait until nothing has the word, but the log: at once save for the database's connections, which a job clears."""
    server.app.flush_logs()
    server.access_lines.seek(0)
    server.access_lines.truncate()
    for _ in range(SCRUBBED_LOOKS):
        if not _count_in_memory(but=but):
            return
        await asyncio.sleep(0.2)  # between two looks, each of which goes through every object there is
    raise AssertionError("something in the process still has the word")


async def test_no_object_of_the_process_has_a_text_that_was_purged(server: Server) -> None:
    story = (await _write_and_read_everywhere(server))["story"]
    await asyncio.sleep(0)  # a turn, in which the tasks of what was read let go of it: what is left is kept
    assert _count_in_memory() > 3, "caches have it"
    await _purge(server, {"story": story})
    await _await_nothing_left(server)


async def test_of_an_entry_that_was_taken_back_long_before_no_text_is_left_either(server: Server) -> None:
    target = await _write_and_read_everywhere(server)
    path = f"/v1/stories/{target['story']}/entries/{target['entry']}/unpublish"
    assert (await server.admin.post(path, json={})).status_code == 200
    assert _count_in_memory() > 1, "an answer to a head of before is cached until another one needs its room"
    await _purge(server, target)
    await _await_nothing_left(server, but=f"the {_word()}")
