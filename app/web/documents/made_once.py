"""Documents made of what was read, each once for each state of it and kept with it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable
from typing import TypeVar

from anyio import to_thread

from app.reading.representations import Representation

_Made = TypeVar("_Made")


async def made_once(source: Representation, key: Hashable, make: Callable[[bytes], _Made]) -> _Made:
    """Return what `make` makes of a source in a thread, kept with it under `key`; all who ask meanwhile wait for it.

    A key is always made of by the same function.
    """
    made = source.prepared.get(key)
    if not isinstance(made, asyncio.Future):
        made = asyncio.ensure_future(to_thread.run_sync(make, source.plain))
        made.add_done_callback(lambda done: _forget_failure(source, key, done))
        source.prepared[key] = made
    found: _Made = await asyncio.shield(made)
    return found


def _forget_failure(source: Representation, key: object, done: asyncio.Future[_Made]) -> None:
    if done.cancelled() or done.exception() is not None:
        source.prepared.pop(key, None)
