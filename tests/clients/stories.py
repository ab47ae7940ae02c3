"""Stories for the clients to follow."""

from __future__ import annotations

from typing import Any

from tests.e2e.server import Server


def post(server: Server, story: str, *texts: str) -> None:
    """Publish entries."""
    with server.signed_in() as admin:
        for text in texts:
            admin.post(f"/v1/stories/{story}/entries", json={"text": text}).raise_for_status()


def fresh(server: Server, story: str) -> dict[str, Any]:
    """Read the story as a new reader does."""
    with server.reader() as reader:
        state: dict[str, Any] = reader.get(f"/v1/stories/{story}").raise_for_status().json()
    return state
