"""Ranges of a file: what is sent of it, what is ignored, and what there is not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from starlette.requests import Request

from app.api.http.file_answers import FileResponse, UnsatisfiableRange, read_range
from app.live.story.limits import LiveLimits
from tests.live.hubs import SOON
from tests.live.native.test_http_protocol import client_of, serving


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("bytes=0-0", (0, 1)),
        ("bytes=0-", (0, 100)),
        ("bytes=10-19", (10, 20)),
        ("bytes=90-200", (90, 100)),
        ("bytes=-1", (99, 100)),
        ("bytes=-500", (0, 100)),
        (" bytes=5-6 ", (5, 7)),
        ("bytes=20-10", None),
        ("bytes=0-1,3-4", None),
        ("bytes=-", None),
        ("bytes=a-b", None),
        ("items=0-1", None),
        ("bytes=0-1-2", None),
        ("bytes=" + "9" * 20 + "-", None),
        ("", None),
    ],
)
def test_a_range_is_read(asked: str, found: tuple[int, int] | None) -> None:
    assert read_range(asked, 100) == found


@pytest.mark.parametrize("asked", ["bytes=100-", "bytes=100-200", "bytes=-0"])
def test_a_range_behind_the_end_is_none_there_is(asked: str) -> None:
    with pytest.raises(UnsatisfiableRange):
        read_range(asked, 100)


PIECE = bytes(64 * 1024)
PIECES = 512
"""Of a video of 32 MB: more than the kernel keeps for a connection on loopback."""
ASKED = b"GET /720.mp4 HTTP/1.1\r\nHost: x\r\n\r\n"


class Video:
    """A file that counts the pieces of it that were read."""

    def __init__(self, pieces: int = PIECES) -> None:
        self.size = pieces * len(PIECE)
        self.pieces_read = 0
        self.closed = asyncio.Event()

    async def read(self, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        for _ in range(start, self.size if end is None else end, len(PIECE)):
            await asyncio.sleep(0)  # a turn for each piece, as a store takes
            self.pieces_read += 1
            yield PIECE

    async def close(self) -> None:
        self.closed.set()


def _sending(*videos: Video) -> Any:
    """Make an application that answers each request with the next of the videos."""
    waiting = list(videos)

    async def application(scope: Any, receive: Any, send: Any) -> None:
        response = FileResponse(waiting.pop(0), Request(scope), file="720.mp4", tag="v", headers={})
        await response(scope, receive, send)

    return application


@pytest.mark.anyio
@pytest.mark.parametrize("asked", [ASKED, ASKED * 2], ids=["one request", "a request behind it"])
async def test_a_file_is_read_no_further_once_its_client_has_left(asked: bytes) -> None:
    video, behind = Video(), Video()
    async with serving(LiveLimits(), _sending(video, behind)) as (_, port, _state):
        async with client_of(port, asked) as client:
            assert await asyncio.get_running_loop().sock_recv(client, 1_000)
        await asyncio.wait_for(video.closed.wait(), SOON)
    assert 0 < video.pieces_read < PIECES
    assert behind.pieces_read == 0


@pytest.mark.anyio
async def test_files_asked_for_one_behind_the_other_come_whole_on_one_connection() -> None:
    videos = [Video(8) for _ in range(4)]
    loop = asyncio.get_running_loop()
    async with serving(LiveLimits(), _sending(*videos)) as (_, port, _state), client_of(port, ASKED * 3) as client:
        for asked in (3, 4):  # the last once the others are here: the connection is kept
            while sum(video.closed.is_set() for video in videos) < asked:
                assert await loop.sock_recv(client, 1_000_000)
            await loop.sock_sendall(client, ASKED)
    assert [video.pieces_read for video in videos] == [8, 8, 8, 8]
