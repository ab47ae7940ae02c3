"""A story in each status: how it gets there, and what a reader of it is answered."""

from __future__ import annotations

from typing import Any

from tests.api.server import Server

FAR = "2100-01-01T00:00:00Z"
ANSWERS = {
    "draft": 404,
    "scheduled": 404,
    "upcoming": 200,
    "live": 200,
    "paused": 200,
    "ended": 200,
    "archived": 200,
    "withdrawn": 410,
}
"""What a reader is answered for a story, by its status."""

_STEPS = {"paused": ("paused",), "ended": ("ended",), "archived": ("ended", "archived"), "withdrawn": ("withdrawn",)}
"""Those that a live story goes through; in the others a story is made."""


def first_fields(status: str) -> dict[str, Any]:
    """The members with which a story is made that is to get to that status."""
    if status in _STEPS or status == "live":
        return {}
    return {"status": status} | ({} if status == "draft" else {"coverage_start": FAR})


async def reach_status(server: Server, story: str, status: str) -> None:
    """Let a story that was made with the first fields get to the status."""
    for step in _STEPS.get(status, ()):
        reply = await server.admin.patch(f"/v1/stories/{story}", json={"status": step}, headers={"If-Match": "*"})
        assert reply.is_success, reply.text
