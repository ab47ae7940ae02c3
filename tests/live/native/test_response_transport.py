"""What responses write is joined, in order, and nothing of it is lost when the connection is closed behind it."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import pytest

from app.live.native.response_transport import ResponseTransport

pytestmark = pytest.mark.anyio

MOST_BYTES = 16 * 1024


class _Transport:
    def __init__(self) -> None:
        self.writes: list[bytes] = []
        self.unread_bytes = 0

    def writelines(self, lines: list[bytes]) -> None:
        self.writes.append(b"".join(lines))

    def get_write_buffer_limits(self) -> tuple[int, int]:
        return 0, MOST_BYTES

    def get_write_buffer_size(self) -> int:
        return self.unread_bytes

    def is_closing(self) -> bool:
        return False


def _joined(*, unread_bytes: int = 0) -> tuple[ResponseTransport, list[bytes]]:
    transport = _Transport()
    transport.unread_bytes = unread_bytes
    joined = ResponseTransport(
        cast(Any, transport), asyncio.get_running_loop(), on_close=lambda: transport.writes.append(b"closed")
    )
    return joined, transport.writes


async def end_of_turn() -> None:
    """Let the loop finish its turn: what was to be called soon has been called."""
    await asyncio.sleep(0)


async def test_what_is_written_in_one_turn_is_one_write_at_its_end() -> None:
    joined, writes = _joined()
    for data in (b"head", b"body", b"end"):
        joined.write(data)
    assert writes == []
    await end_of_turn()
    joined.write(b"later")
    await end_of_turn()
    assert writes == [b"headbodyend", b"later"]


async def test_what_is_held_is_written_before_a_close_and_once() -> None:
    joined, writes = _joined()
    joined.write(b"head")
    joined.write(b"body")
    joined.close()
    await end_of_turn()
    assert writes == [b"headbody", b"closed"]
    joined.write(b"a second answer")
    joined.flush()
    await end_of_turn()
    assert writes == [b"headbody", b"closed", b"a second answer"]


async def test_a_response_without_end_is_held_back_by_its_client_and_not_kept_here() -> None:
    joined, writes = _joined()
    piece = b"x" * 1024
    for number in range(200):
        joined.write(piece)
        assert (number + 1) * 1024 - sum(map(len, writes)) < MOST_BYTES, "before the turn of the loop is over"
    await end_of_turn()
    assert b"".join(writes) == piece * 200


async def test_nothing_is_held_for_a_client_that_has_not_read_what_came_before() -> None:
    joined, writes = _joined(unread_bytes=1)
    for data in (b"one", b"two"):
        joined.write(data)
    assert writes == [b"one", b"two"]


async def test_nothing_is_written_to_a_connection_that_has_closed_or_is_anothers() -> None:
    joined, writes = _joined()
    joined.write(b"head")
    joined.leave()
    joined.write(b"body")
    joined.close()
    await end_of_turn()
    assert writes == []
