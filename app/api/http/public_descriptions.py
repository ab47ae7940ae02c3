"""The OpenAPI descriptions of public reads: a shape with an example for each status."""

from __future__ import annotations

from types import UnionType
from typing import Any

from pydantic import BaseModel

from app.wire.shapes.examples import problem_example
from app.wire.shapes.public import Problem

Responses = dict[int | str, dict[str, Any]]

_PROBLEMS: dict[str, tuple[int, str, str, dict[str, Any]]] = {
    "moved": (308, "Permanent Redirect", "This story has another address now.", {}),
    "story_not_found": (404, "Not Found", "No such story.", {}),
    "story_withdrawn": (410, "Gone", "This story has been withdrawn.", {}),
    "site_not_found": (404, "Not Found", "There is no such site.", {}),
    "comment_not_found": (404, "Not Found", "There is no such reply.", {}),
    "receipt_not_found": (404, "Not Found", "There is no such receipt.", {}),
    "report_not_found": (404, "Not Found", "There is no such notice.", {}),
    "entry_not_found": (404, "Not Found", "No such entry.", {}),
    "preview_not_found": (404, "Not Found", "There is no such preview, or none any more.", {}),
    "entry_gone": (410, "Gone", "This entry is no longer public.", {"cause": "removed"}),
    "cursor_unusable": (
        410,
        "Gone",
        "This cursor cannot be continued from; begin again from the snapshot.",
        {
            "cause": "epoch",
            "snapshot_url": "https://live.harbour.example/v1/stories/7d0e4a52-93c1-4b7f-8a56-1f2c3d4e5a6b",
        },
    ),
    "invalid": (
        422,
        "Unprocessable Content",
        "limit: must be at most 100",
        {
            "errors": [
                {
                    "pointer": "/query/limit",
                    "code": "less_than_equal",
                    "detail": "must be at most 100",
                }
            ]
        },
    ),
    "malformed_query": (400, "Bad Request", "The query cannot be read.", {}),
    "database_unavailable": (503, "Service Unavailable", "The database cannot be used at the moment.", {}),
}


OF_A_STORY = ("story_not_found", "story_withdrawn")
"""The problems of any read of a story."""

BY_NAME = ("moved", *OF_A_STORY)
"""The same, where a slug that the story had before redirects to its address of today."""


def public_responses(
    model: type[BaseModel] | UnionType,
    example: dict[str, Any],
    *problems: str,
    media_type: str = "application/json",
) -> Responses:
    """Describe the responses of a read: 200 with `model`, 304, and the problems named by their codes."""
    described: Responses = {
        200: {"model": model, "content": {media_type: {"example": example}}},
        304: {"description": "You hold it already (If-None-Match)."},
    }
    for code in (*problems, "malformed_query", "database_unavailable"):
        status, title, detail, more = _PROBLEMS[code]
        example = problem_example(status, title=title, code=code, detail=detail, **more)
        content = {
            "schema": {"$ref": f"#/components/schemas/{Problem.__name__}"},
            "examples": {code: {"value": example}},
        }
        known = described.setdefault(
            status, {"description": title, "content": {"application/problem+json": {**content, "examples": {}}}}
        )
        known["content"]["application/problem+json"]["examples"][code] = {"value": example}
    return described
