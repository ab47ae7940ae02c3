"""The limits on a request's body: its size, which its route declares, and the time it may take to arrive.

An upload takes as long as its client's line needs, as long as it comes at a least pace.
"""

from __future__ import annotations

from asyncio import timeout_at
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Match
from starlette.types import Message, Receive, Scope

from app.api.http.bodies import BODY_LIMIT_BYTES, UploadRoute

_KEPT_ADDRESSES = 1_024
"""Addresses whose limit is remembered: to match each of the unusual routes is a tenth of what a refusal costs."""

_KEPT_LENGTH = 200
"""The longest of them, so that nobody fills memory with long ones."""


@dataclass(frozen=True, slots=True)
class UploadLimits:
    """The largest upload, and the least bytes that must come of one in each second, measured over a body's time."""

    limit_bytes: int = BODY_LIMIT_BYTES
    bytes_per_second: int = 0


class BodyLimit(NamedTuple):
    """The most bytes of a body, and the least that must come within its time for it to go on; 0: all of them."""

    most_bytes: int
    least_bytes: int


_USUAL = BodyLimit(BODY_LIMIT_BYTES, 0)


class BodyLimits:
    """The largest body that each address takes: the `body_limit_bytes` of its route, which `WriteRoute` declares.

    `seconds` is the time a whole body may take; of an upload, the time in which the least of it must come.
    """

    def __init__(self, routes: Iterable[BaseRoute], *, seconds: float, uploads: UploadLimits | None = None) -> None:
        self.seconds = seconds
        self.uploads = uploads or UploadLimits()
        declared = [(route, self._declared_by(route)) for route in routes]
        # Only these need matching: every other route, and every address without one, has the usual limit.
        self._unusual = [(route, limit) for route, limit in declared if limit != _USUAL]
        self._kept: OrderedDict[str, BodyLimit] = OrderedDict()

    def limit_for(self, scope: Scope) -> BodyLimit:
        """Return the limit of the request's body. A method the address does not take counts as one it does."""
        path: str = scope["path"]
        limit = self._kept.get(path)
        if limit is None:
            limit = self._matched_limit(scope)
            if len(path) <= _KEPT_LENGTH:
                self._kept[path] = limit
                if len(self._kept) > _KEPT_ADDRESSES:
                    self._kept.popitem(last=False)
        return limit

    def _declared_by(self, route: BaseRoute) -> BodyLimit:
        if isinstance(route, UploadRoute):
            return BodyLimit(self.uploads.limit_bytes, int(self.uploads.bytes_per_second * self.seconds))
        return BodyLimit(getattr(route, "body_limit_bytes", BODY_LIMIT_BYTES), 0)

    def _matched_limit(self, scope: Scope) -> BodyLimit:
        for route, limit in self._unusual:
            if route.matches(scope)[0] is not Match.NONE:
                return limit
        return _USUAL


def describe_limit(limit_bytes: int) -> str:
    """Return the sentence for a body over the limit."""
    return f"This address takes bodies of at most {limit_bytes:,} bytes."


def limited(receive: Receive, limit: BodyLimit, *, seconds: float, now: Callable[[], float]) -> Receive:
    """Wrap `receive`, so that reading a body that is too large or too slow raises HTTPException 413 or 408.

    `now` is the event loop's clock. Waiting for a disconnect after the body has no deadline.
    """
    limit_bytes, least_bytes = limit
    received = 0
    complete = False
    deadline = now() + seconds
    counted = 0

    async def receive_within_limits() -> Message:
        nonlocal received, complete, deadline, counted
        if complete:
            return await receive()
        try:
            async with timeout_at(deadline):
                message = await receive()
        except TimeoutError:
            raise HTTPException(408, "The body took too long to arrive.") from None
        received += len(message.get("body", b""))
        if least_bytes and received - counted >= least_bytes:
            deadline, counted = now() + seconds, received
        complete = not message.get("more_body", False)
        if received > limit_bytes:
            raise HTTPException(413, describe_limit(limit_bytes))
        return message

    return receive_within_limits
