"""Uploads one after the other, beside those that are cancelled, wait too long or find the queue full."""

from __future__ import annotations

import asyncio
import os
import subprocess
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.domain.errors import Unavailable
from app.media.converted import ConvertedMedia
from app.media.decoder import Decoder
from app.media.limits import MediaLimits
from tests.media.decoder_processes import LIMITS, Told, child_processes, pid_of_a_child
from tests.media.pictures import encoded, noisy, quartered
from tests.waiting import until

pytestmark = pytest.mark.anyio


async def test_a_cancelled_upload_ends_its_process_before_the_next_begins(told: Told, misled: Decoder) -> None:
    upload = asyncio.ensure_future(told("sleep"))
    pid = await pid_of_a_child()
    following = asyncio.ensure_future(told("truth"))
    upload.cancel()
    with pytest.raises(asyncio.CancelledError):
        await upload
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    assert (await following).renditions
    assert misled.waiting == 0
    assert misled.metrics.crashed == 1


async def test_an_upload_that_is_cancelled_while_it_waits_leaves_the_queue(told: Told, misled: Decoder) -> None:
    first = asyncio.ensure_future(told("sleep"))
    await pid_of_a_child()
    waiting = [asyncio.ensure_future(told("truth")) for _ in range(5)]
    await until(lambda: misled.waiting == 6, pause_seconds=0.01)
    for each in waiting:
        each.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    assert misled.waiting == 1
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    assert misled.metrics.converted == 0


async def test_closing_ends_what_runs_and_refuses_who_waits(told: Told, misled: Decoder) -> None:
    uploads = [asyncio.ensure_future(told("sleep")) for _ in range(3)]
    pid = await pid_of_a_child()
    await misled.close()
    found = await asyncio.gather(*uploads, return_exceptions=True)
    assert all(isinstance(each, Unavailable) for each in found)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    with pytest.raises(Unavailable):
        await told("truth")


async def test_the_event_loop_turns_while_a_decoder_hangs(told: Told, misled: Decoder) -> None:
    """It waits in a thread: ten thousand turns go by, and the process has not moved."""
    upload = asyncio.ensure_future(told("sleep"))
    pid = await pid_of_a_child()
    for _ in range(10_000):
        await asyncio.sleep(0)  # a turn of the loop, of which none may end it
    assert not upload.done()
    os.kill(pid, 0)
    upload.cancel()
    await asyncio.gather(upload, return_exceptions=True)


async def test_no_work_of_a_conversion_is_done_on_the_event_loop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Starting, waiting, reading the answer, looking at files: each says in which thread it is done."""
    (tmp_path / "upload").write_bytes(encoded(quartered((640, 480)), "JPEG"))
    threads: set[int] = set()

    def watched(function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            threads.add(threading.get_ident())
            return function(*args, **kwargs)

        return call

    for module, name in ((os, "open"), (os, "read"), (os, "fstat"), (os, "wait4"), (subprocess, "Popen")):
        monkeypatch.setattr(module, name, watched(getattr(module, name)))
    decoder = Decoder()
    await decoder.convert(tmp_path / "upload", tmp_path)
    await decoder.close()
    monkeypatch.undo()
    assert threads
    assert threading.get_ident() not in threads


async def test_fifty_at_once_are_converted_one_after_the_other(tmp_path: Path) -> None:
    decoder = Decoder(MediaLimits(waiting=50))
    sources = []
    for number in range(50):
        (tmp_path / f"into-{number}").mkdir()
        source = tmp_path / f"{number}.upload"
        source.write_bytes(encoded(noisy((200 + number, 100)), "JPEG") if number % 5 else b"\xff\xd8\xff broken")
        sources.append(source)
    most = 0

    async def watch() -> None:
        nonlocal most
        while True:
            most = max(most, len(child_processes()))
            await asyncio.sleep(0.002)  # a sample of how many there are

    watching = asyncio.ensure_future(watch())
    found = await asyncio.gather(
        *(decoder.convert(each, tmp_path / f"into-{number}") for number, each in enumerate(sources)),
        return_exceptions=True,
    )
    watching.cancel()
    await decoder.close()
    assert most == 1
    assert [number for number, each in enumerate(found) if not isinstance(each, ConvertedMedia)] == list(
        range(0, 50, 5)
    )
    assert [each.width for each in found if isinstance(each, ConvertedMedia)] == [
        200 + number for number in range(50) if number % 5
    ]
    assert decoder.metrics.converted == 40
    assert decoder.waiting == 0


async def test_who_finds_the_queue_full_is_told_when_to_come_again(told: Told, misled: Decoder) -> None:
    misled.limits = replace(LIMITS, waiting=2)
    uploads = [asyncio.ensure_future(told("sleep")) for _ in range(3)]
    await pid_of_a_child()
    await until(lambda: misled.waiting == 3, pause_seconds=0.01)
    with pytest.raises(Unavailable) as busy:
        await told("truth")
    assert busy.value.code == "media_busy"
    assert 1 <= busy.value.retry_after_seconds <= 60
    assert misled.metrics.turned_away == 1
    for each in uploads:
        each.cancel()
    await asyncio.gather(*uploads, return_exceptions=True)
