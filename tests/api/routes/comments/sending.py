"""Comments sent by a reader, decided about by the operator, and read."""

from __future__ import annotations

from typing import Any

from tests.api.server import Server

ADDRESS = "canary.person@mail.example"


async def send(site: Server, story: str, text: str = "Which districts are missing?", **more: Any) -> dict[str, Any]:
    """Send a comment, and return the answer."""
    draft = {"name": "Ann", "email": ADDRESS, "text": text, **more}
    reply = await site.client.post(f"/v1/stories/{story}/comments", json=draft)
    assert reply.status_code == 202, reply.text
    taken: dict[str, Any] = reply.json()
    return taken


async def decide(site: Server, comment: str, action: str, **body: Any) -> dict[str, Any]:
    """Decide about a comment as the operator."""
    reply = await site.admin.post(f"/v1/newsroom/comments/{comment}/{action}", json=body)
    assert reply.is_success, reply.text
    decided: dict[str, Any] = reply.json()
    return decided


async def read(site: Server, story: str, **query: str) -> list[dict[str, Any]]:
    """Read the first page of comments as a reader."""
    reply = await site.client.get(f"/v1/stories/{story}/comments", params=query)
    assert reply.status_code == 200, reply.text
    items: list[dict[str, Any]] = reply.json()["items"]
    return items
