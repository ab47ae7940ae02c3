"""Prepares the AsyncAPI document for the page that draws it: channels, messages, and each shape as a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from markupsafe import Markup, escape

from app.web.headers import DOCS_POLICY
from app.web.page_responses import PageResponses
from app.web.rendering import Renderer

Json = Mapping[str, Any]
LiveDocument = Callable[[FastAPI], Json]
"""Returns the AsyncAPI document of an application."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of the words for a type; `shape` is the name of the shape that it leads to, if it is one."""

    text: str
    shape: str | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """A row of a shape's table."""

    name: str
    kind: list[Piece]
    is_always_there: bool
    description: str


@dataclass(frozen=True, slots=True)
class Shape:
    """A shape with its members, or with the alternatives that it is one of."""

    name: str
    description: str
    members: list[Member]
    kind: list[Piece]
    example: Any


@dataclass(frozen=True, slots=True)
class Channel:
    """An address, what is sent there and what is taken."""

    address: str
    title: str
    description: str
    query: list[Member]
    sends: list[Piece]
    takes: list[Piece]
    close_codes: list[Json]


@dataclass(frozen=True, slots=True)
class MessagePage:
    """Everything on the page, in its order: what is sent or taken before the shapes that it is made of."""

    description: str
    channels: list[Channel]
    messages: list[Shape]
    shapes: list[Shape]


def messages_page(*, renderer: Renderer, responses: PageResponses, live_document: LiveDocument) -> APIRouter:
    """Return the route of `GET /docs/messages`: the live messages, drawn by the server without a script."""
    router = APIRouter(include_in_schema=False)
    prepared: list[MessagePage] = []

    def render(request: Request) -> str:
        if not prepared:
            prepared.append(prepare_page(live_document(request.app)))
        return renderer.render("messages.html", site=renderer.site_at(request), page=prepared[0], with_code=with_code)

    @router.api_route("/docs/messages", methods=["GET", "HEAD"])
    async def show_messages(request: Request) -> Response:
        return await responses.make(request, await run_in_threadpool(render, request), policy=DOCS_POLICY)

    return router


def prepare_page(document: Json) -> MessagePage:
    """Prepare the page of an AsyncAPI document."""
    messages, schemas = document["components"]["messages"], document["components"]["schemas"]
    examples = {shape: each["examples"][0]["payload"] for shape, each in messages.items() if "examples" in each}
    operations = list(document["operations"].values())
    return MessagePage(
        description=document["info"]["description"],
        channels=[_channel(name, each, operations) for name, each in document["channels"].items()],
        messages=[_shape(name, schemas[name], examples.get(name)) for name in messages],
        shapes=[_shape(name, schema, None) for name, schema in schemas.items() if name not in messages],
    )


def with_code(text: str) -> Markup:
    """Return a description as HTML, in which what stands between backticks is code."""
    return Markup("").join(
        Markup("<code>{}</code>").format(each) if place % 2 else escape(each)
        for place, each in enumerate(text.split("`"))
    )


def describe_type(schema: Json) -> list[Piece]:
    """Describe a schema in a few words, with the shapes that it leads to."""
    match schema:
        case {"$ref": str(reference)}:
            name = reference.rpartition("/")[2]
            return [Piece(name, name)]
        case {"allOf": [only]}:
            return describe_type(only)
        case {"oneOf": alternatives} | {"anyOf": alternatives}:
            return _joined([describe_type(each) for each in alternatives], " or ")
        case {"const": value}:
            return [Piece(f"“{value}”")]
        case {"enum": values}:
            return [Piece(", ".join(f"“{value}”" for value in values))]
        case {"type": "array", "items": Mapping() as items}:
            return [Piece("list of "), *describe_type(items)]
        case {"type": "object", "additionalProperties": Mapping() as values}:
            return [Piece("object of names to "), *describe_type(values)]
        case {"type": "string", "format": str(form)}:
            return [Piece(f"{form} text")]
        case {"type": str(kind)}:
            return [Piece("text" if kind == "string" else kind)]
        case {"type": [*kinds]}:
            return [Piece(" or ".join(kinds))]
    return [Piece("anything")]


def _joined(parts: list[list[Piece]], between: str) -> list[Piece]:
    joined = parts[0][:]
    for part in parts[1:]:
        joined += [Piece(between), *part]
    return joined


def _channel(name: str, channel: Json, operations: list[Json]) -> Channel:
    def shapes(action: str) -> list[Piece]:
        mine = [
            each for each in operations if each["channel"]["$ref"].endswith(f"/{name}") and each["action"] == action
        ]
        names = [message["$ref"].rpartition("/")[2] for each in mine for message in each["messages"]]
        return [Piece(shape, shape) for shape in names]

    bindings = [channel, *(each for each in operations if each["channel"]["$ref"].endswith(f"/{name}"))]
    queries = [binding["query"] for each in bindings for binding in each.get("bindings", {}).values()]
    return Channel(
        address=channel["address"],
        title=channel["title"],
        description=channel["description"],
        query=[member for query in queries for member in _members(query)],
        sends=shapes("send"),
        takes=shapes("receive"),
        close_codes=channel.get("x-close-codes", []),
    )


def _shape(name: str, schema: Json, example: Any) -> Shape:
    members = _members(schema)
    kind = [] if members else describe_type(schema)
    return Shape(name, schema.get("description", ""), members, kind, example)


def _members(schema: Json) -> list[Member]:
    required = set(schema.get("required", ()))
    return [
        Member(name, describe_type(each), name in required, each.get("description", ""))
        for name, each in schema.get("properties", {}).items()
    ]
