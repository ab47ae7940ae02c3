"""`GET /openapi.json`: the API described as OpenAPI 3.1."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from anyio import to_thread
from fastapi import FastAPI, Request, Response
from fastapi.openapi.utils import get_openapi
from starlette.routing import Route

from app import __version__
from app.api.http.answers import RepresentationResponse
from app.reading.representations import Representation, compressed
from app.reading.story_lists import content_tag
from app.wire.encoding import encode_json
from app.wire.shapes.public import Problem

_DESCRIPTION = """\
Everything a newsroom's live coverage needs: read a story and what changed since, follow it, write it.

Reads need no token and may be asked from any page. Every error is `application/problem+json` with a stable `code`.
Each read answers with an `ETag`; send it back as `If-None-Match`. HEAD works wherever GET does.

What is not plain HTTP is not listed below. A story is followed live by WebSocket at `/v1/stories/{story}/live` (several
stories: `/v1/live?subscribe={story}@{cursor}`) and by server-sent events at `/v1/stories/{story}/events`, each with
`?after=` the `head` that was read; the newsroom's own stream is the WebSocket `/v1/newsroom/live`. Their messages are
described in docs/protocol.md of the source.
"""
_TAGS = [
    {"name": "Reading", "description": "What readers may see. Authorization is never looked at."},
    {"name": "Writing stories", "description": "Beginning stories and changing them, with a token."},
    {"name": "Writing entries", "description": "Posting updates and moving them through their life, with a token."},
    {"name": "Media", "description": "Pictures, video and sound: uploads, and the files that readers get."},
    {"name": "Newsroom", "description": "What only the newsroom sees, with a token."},
    {"name": "People and tokens", "description": "Who may do what; for admins."},
    {"name": "Operations", "description": "Health, readiness, version and metrics, for operators."},
]


def describe(app: FastAPI) -> None:
    """Add `/openapi.json`, whose document is made once, when it is first requested."""
    made: list[Representation] = []

    def make() -> Representation:
        body = encode_json(app.openapi())
        return compressed(Representation(plain=body, tag=content_tag(body)))

    async def get_openapi_document(request: Request) -> Response:
        if not made:
            # Half a second of work, which the event loop has no time for.
            made.append(await to_thread.run_sync(make))
        return RepresentationResponse(made[0])

    app.openapi = _document_of(app)  # type: ignore[method-assign]  # FastAPI's documented way to replace it
    app.router.routes.append(Route("/openapi.json", get_openapi_document, methods=["GET"]))


def _document_of(app: FastAPI) -> Callable[[], dict[str, Any]]:
    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _make_document(app)
        return app.openapi_schema

    return document


def _make_document(app: FastAPI) -> dict[str, Any]:
    document = get_openapi(
        title="Liveblog", version=__version__, description=_DESCRIPTION, routes=app.routes, tags=_TAGS
    )
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(problem.pop("$defs", {}))
    schemas["Problem"] = problem
    components.setdefault("securitySchemes", {})["token"] = {"type": "http", "scheme": "bearer"}
    for operation in _operations(document):
        _describe_errors(operation)
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    return document


def _operations(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [operation for path in document["paths"].values() for operation in path.values()]


def _describe_errors(operation: dict[str, Any]) -> None:
    """Replace FastAPI's own shape of a validation error: ours is a problem like any other."""
    found = operation["responses"].get("422")
    if found is not None and "application/json" in found.get("content", {}):
        problem = {"schema": {"$ref": "#/components/schemas/Problem"}}
        found["description"] = "Unprocessable Content"
        found["content"] = {"application/problem+json": found["content"].get("application/problem+json", problem)}
