"""What calls and connections share: the paths of stories, and what a refusal says."""

from __future__ import annotations

import json
from urllib.parse import quote

import httpx

from liveblog_client.errors import Refused
from liveblog_client.pacing import retry_after_seconds


def path_of(story: str) -> str:
    """Return the path of a story's resources."""
    return f"/v1/stories/{quote(story, safe='')}"


def refusal_of(answer: httpx.Response) -> Refused:
    """Return what an answer that is no good one says."""
    return refusal_in(answer.status_code, answer.content, answer.headers.get("retry-after"))


def refusal_in(status: int, content: bytes | bytearray, retry_after: str | None) -> Refused:
    """Return what an answer that is no good one says in its body and in Retry-After."""
    try:
        problem = json.loads(content)
    except ValueError:  # a proxy's page
        problem = {}
    if not isinstance(problem, dict):
        problem = {}
    return Refused(
        status,
        str(problem.get("code", "unknown")),
        str(problem.get("detail", "")),
        problem=problem,
        retry_after_seconds=retry_after_seconds(retry_after),
    )
