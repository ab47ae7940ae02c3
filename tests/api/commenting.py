"""Comments over HTTP: sent as a reader, decided about as the operator."""

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
