"""What bad input is sent to, and everything it must not change."""

from __future__ import annotations

from typing import Any

import httpx

from tests.api.server import Server

JSON = {"content-type": "application/json"}
ENTRY_LIMIT_BYTES = 2 * 1024 * 1024


async def read_everything(server: Server) -> tuple[Any, ...]:
    """Read everything there is, for the public and for the newsroom."""
    paths = ("/v1/stories/election", "/v1/stories/election/changes?after=0", "/v1/newsroom/stories/election/entries")
    return tuple([(await server.admin.get(path)).json() for path in (*paths, "/v1/newsroom/stories")])


async def send_entry(server: Server, content: bytes, *, kind: str = "application/json") -> httpx.Response:
    """Send it as a new entry of the story."""
    return await server.admin.post("/v1/stories/election/entries", content=content, headers={"content-type": kind})
