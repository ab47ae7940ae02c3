"""The limits on a request's body: its size, which its route declares, and the time it may take to arrive."""

from __future__ import annotations

from asyncio import timeout_at
from collections.abc import Callable, Iterable

from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Match
from starlette.types import Message, Receive, Scope

from app.api.http.bodies import BODY_LIMIT_BYTES


class BodyLimits:
    """The largest body that each address takes: the `body_limit_bytes` of its route, which `WriteRoute` declares.

    `seconds` is the time a whole body may take.
    """

    def __init__(self, routes: Iterable[BaseRoute], *, seconds: float) -> None:
        self.seconds = seconds
        declared = [(route, getattr(route, "body_limit_bytes", BODY_LIMIT_BYTES)) for route in routes]
        # Only these need matching: every other route, and every address without one, has the usual limit.
        self._unusual = [(route, limit) for route, limit in declared if limit != BODY_LIMIT_BYTES]

    def limit_bytes_for(self, scope: Scope) -> int:
        """Return the largest body the request may have. A method the address does not take counts as one it does."""
        for route, limit_bytes in self._unusual:
            if route.matches(scope)[0] is not Match.NONE:
                return limit_bytes
        return BODY_LIMIT_BYTES


def describe_limit(limit_bytes: int) -> str:
    """Return the sentence for a body over the limit."""
    return f"This address takes bodies of at most {limit_bytes:,} bytes."


def limited(receive: Receive, *, limit_bytes: int, seconds: float, now: Callable[[], float]) -> Receive:
    """Wrap `receive`, so that reading a body that is too large or too slow raises HTTPException 413 or 408.

    `now` is the event loop's clock. Waiting for a disconnect after the body has no deadline.
    """
    received = 0
    complete = False
    deadline = now() + seconds

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
            raise HTTPException(413, describe_limit(limit_bytes))
        return message

    return receive_within_limits
