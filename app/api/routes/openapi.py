"""`GET /openapi.json`: the API described as OpenAPI 3.1."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from anyio import to_thread
from fastapi import FastAPI, Request, Response
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from starlette.routing import Route

from app import __version__
from app.api.http.answers import RepresentationResponse
from app.api.http.live_descriptions import EVENTS_PATH, event_stream, message_schemas, websockets
from app.api.http.security_schemes import security_of, security_schemes
from app.api.routes.public.read_changes import CHANGES_PATH
from app.reading.representations import Representation, compressed
from app.reading.story_lists import content_tag
from app.wire.encoding import encode_json
from app.wire.links import Links
from app.wire.shapes.public import Problem

_DESCRIPTION = """\
Everything a newsroom's live coverage needs: read a story and what changed since, follow it, write it.

Reads need no token and may be asked from any page. Every error is `application/problem+json` with a stable `code`.
Each read answers with an `ETag`; send it back as `If-None-Match`. HEAD works wherever GET does.

A story is followed live by server-sent events at `/v1/stories/{story}/events` and by WebSocket at
`/v1/stories/{story}/live` (several stories: `/v1/live?subscribe={story}@{cursor}`), each with `?after=` the `head` that
was read; the newsroom's own stream is the WebSocket `/v1/newsroom/live`. The WebSockets are described under
`x-websockets`, and the messages of all of them by the schemas LiveMessage, ReaderMessage, NewsroomMessage and
NewsroomRequest; docs/protocol.md of the source says what they mean.

Answers grow: a member, a value of an enum, a type of block or event may be added. Where an enum may be, its values of
today have a name and any other text is allowed beside them; where a type may be, the union has one member for all
types that are not known yet.
"""
_TAGS = [
    {"name": "Reading", "description": "What readers may see. Authorization is never looked at."},
    {"name": "Writing stories", "description": "Beginning stories and changing them, with a token."},
    {"name": "Writing entries", "description": "Posting updates and moving them through their life, with a token."},
    {"name": "Media", "description": "Pictures, video and sound: uploads, and the files that readers get."},
    {"name": "Comments", "description": "What readers write: without a token, from a page of any origin."},
    {"name": "Moderating", "description": "Readers' comments, for editors."},
    {"name": "Newsroom", "description": "What only the newsroom sees, with a token."},
    {"name": "People and tokens", "description": "Who may do what; for admins."},
    {"name": "Operations", "description": "Health, readiness, version and metrics, for operators."},
]


_VALUES = {"example", "examples", "default", "const", "enum"}
"""Members of the document that hold values, in which a title is content."""


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
        title="Liveblog",
        version=__version__,
        description=_DESCRIPTION,
        routes=app.routes,
        tags=_TAGS,
        servers=[{"url": "/"}],
        license_info={"name": "Apache License 2.0", "identifier": "Apache-2.0"},
    )
    _add_components(document, app.state.app_state.newsroom.links)
    for route in app.routes:
        if isinstance(route, APIRoute) and route.include_in_schema:
            for method in route.methods or ():
                _complete(document["paths"][route.path_format][method.lower()], route, method)
    _add_live_connections(document)
    _describe_long_heads(document)
    _finish_schemas(document)
    return document


def _add_components(document: dict[str, Any], links: Links) -> None:
    components = document.setdefault("components", {})
    components["securitySchemes"] = security_schemes(links)
    schemas = components.setdefault("schemas", {})
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    for name, schema in {**problem.pop("$defs", {}), "Problem": problem, **message_schemas()}.items():
        schemas.setdefault(name, schema)


def _complete(operation: dict[str, Any], route: APIRoute, method: str) -> None:
    """Add what FastAPI leaves out: who may call it, the nulls of its examples, and problems as errors."""
    operation.setdefault("security", security_of(route, method))
    for status, answer in route.responses.items():
        for media_type, content in answer.get("content", {}).items():
            shown = operation["responses"][str(status)]["content"][media_type]
            shown.update({name: content[name] for name in ("example", "examples") if name in content})
    _describe_errors(operation)


def _add_live_connections(document: dict[str, Any]) -> None:
    """Add the event stream behind the log that is polled, and the WebSockets."""
    document["x-websockets"] = websockets()
    paths: dict[str, Any] = {}
    for path, operations in document["paths"].items():
        paths[path] = operations
        if path == CHANGES_PATH:
            paths[EVENTS_PATH] = {"get": event_stream()}
    document["paths"] = paths


def _describe_long_heads(document: dict[str, Any]) -> None:
    """Add to every operation the problem of a request whose head is refused before it is read."""
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for operations in document["paths"].values():
        for operation in operations.values():
            operation["responses"]["431"] = {
                "description": "The address or the headers are too long.",
                "content": content,
            }


def _finish_schemas(document: dict[str, Any]) -> None:
    """Give each component the title that is its name, and nothing else a title; tell defaults in words.

    Generators make a type of every title they find: two members `status` of two shapes would be one type, and dropped.
    """
    schemas = document["components"]["schemas"]
    _drop_titles(document["paths"])
    _drop_titles(schemas)
    for name, schema in schemas.items():
        schema["title"] = name
        for member in schema.get("properties", {}).values():
            _tell_default(member)


def _tell_default(member: dict[str, Any]) -> None:
    """Say in words what a member is that was left out: generators take one with a `default` for one that is there."""
    if "default" in member:
        without = f"Without it: `{encode_json(member.pop('default')).decode()}`."
        member["description"] = f"{member['description']} {without}" if "description" in member else without


def _drop_titles(part: Any) -> None:
    if isinstance(part, list):
        for each in part:
            _drop_titles(each)
    elif isinstance(part, dict):
        if isinstance(part.get("title"), str):
            del part["title"]
        for name, each in part.items():
            if name not in _VALUES:
                _drop_titles(each)


def _describe_errors(operation: dict[str, Any]) -> None:
    """Replace FastAPI's own shape of a validation error: ours is a problem like any other."""
    found = operation["responses"].get("422")
    if found is not None and "application/json" in found.get("content", {}):
        problem = {"schema": {"$ref": "#/components/schemas/Problem"}}
        found["description"] = "Unprocessable Content"
        found["content"] = {"application/problem+json": found["content"].get("application/problem+json", problem)}
