"""The few names of ASGI that the portable shells use; no framework."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


def header(scope: Scope, name: bytes) -> bytes | None:
    """Return the first header of that lower-case name."""
    return next((value for key, value in scope["headers"] if key.lower() == name), None)
