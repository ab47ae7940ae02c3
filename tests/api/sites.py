"""A second site of a server: its draft, and its making."""

from __future__ import annotations

from typing import Any

import httpx

from tests.api.server import Server

SITES = "/v1/newsroom/sites"
EVENING = {
    "slug": "evening-post",
    "name": "The Evening Post",
    "url": "https://evening.example",
    "logo": "https://evening.example/logo.svg",
    "hosts": ["Live.Evening.example.", "b.example:8443", "[2001:DB8::1]", "bücher.example"],
    "theme": "dusk",
    "language": "de",
    "consent": ["video"],
    "frame_ancestors": ["self", "https://Evening.example", "https://*.evening.example"],
    "cors_origins": ["https://Desk.Evening.example"],
}
HOME = "https://live.evening.example"


async def made(server: Server, **more: Any) -> dict[str, Any]:
    """Make the evening site, and return it."""
    reply = await server.admin.post(SITES, json={**EVENING, **more})
    assert reply.status_code == 201, reply.text
    site: dict[str, Any] = reply.json()
    return site


def code_of(reply: httpx.Response) -> tuple[int, str]:
    return reply.status_code, reply.json()["code"]
