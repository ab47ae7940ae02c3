"""How much a request may send, and how long it may take to send it."""

from __future__ import annotations

from asyncio import timeout_at
from collections.abc import Callable

from starlette.exceptions import HTTPException
from starlette.types import Message, Receive

BODY_LIMIT_BYTES = 2 * 1024 * 1024
"""A body of 1 MB in its longest JSON spelling of ordinary text, with room for the other fields."""

BATCH_LIMIT_BYTES = 8 * 1024 * 1024
BODY_SECONDS = 30.0
"""Time to receive a whole body. A reporter's phone sends 100 KB in less; one who never ends holds nothing for long."""

TOO_LARGE = "The body is larger than this address takes."


def limit_bytes_for(path: str) -> int:
    """The largest body an address takes."""
    return BATCH_LIMIT_BYTES if path.endswith("/entries:batch") else BODY_LIMIT_BYTES


def limited(receive: Receive, *, limit_bytes: int, now: Callable[[], float]) -> Receive:
    """`receive` that raises HTTPException 413 or 408 in whoever reads a body that is too large or too slow.

    `now` is the event loop's clock. Waiting for a disconnect after the body has no deadline.
    """
    received = 0
    complete = False
    deadline = now() + BODY_SECONDS

    async def receive_within_limits() -> Message:
        nonlocal received, complete
        if complete:
            return await receive()
        try:
            async with timeout_at(deadline):
                message = await receive()
        except TimeoutError:
            raise HTTPException(408, "The body took too long to arrive.") from None
        received += len(message.get("body", b""))
        complete = not message.get("more_body", False)
        if received > limit_bytes:
            raise HTTPException(413, TOO_LARGE)
        return message

    return receive_within_limits
