"""Uploads through the whole application, and what shows them."""

from __future__ import annotations

from typing import Any

import httpx

from tests.api.server import Server
from tests.pictures import png

FORM = {"content-type": "multipart/form-data; boundary=b0undary"}
PNG = {"content-type": "image/png"}


async def upload(server: Server, content: bytes | None = None, **query: str) -> dict[str, Any]:
    """Upload a picture, and return it as the newsroom has it."""
    reply = await server.admin.post("/v1/media", content=content or png(), headers=PNG, params=query)
    assert reply.status_code == 201, reply.text
    made: dict[str, Any] = reply.json()
    return made


async def story_with(server: Server, media: dict[str, Any], **fields: Any) -> tuple[str, dict[str, Any]]:
    """Make a story with an entry that shows the media; return its id and the public entry's image block."""
    story = (await server.story())["id"]
    entry = await server.post(story, blocks=[{"type": "image", "media": media["id"], **fields}], text=None)
    return story, entry


async def public_block(server: Server, entry: dict[str, Any]) -> dict[str, Any]:
    """Return the entry's first block as readers have it."""
    reply = await server.client.get(f"/v1/stories/{entry['story']}/entries/{entry['id']}?body=both")
    assert reply.status_code == 200, reply.text
    block: dict[str, Any] = reply.json()["blocks"][0]
    assert block["html"] == reply.json()["body_html"]
    return block


async def get(server: Server, url: str, **headers: str) -> httpx.Response:
    """Ask as a reader does."""
    return await server.client.get(url, headers=headers)
