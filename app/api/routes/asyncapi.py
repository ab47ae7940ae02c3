"""`GET /asyncapi.json`: the live messages described as AsyncAPI 3.0, made from the API's own description.

Every channel, message and shape is taken from the OpenAPI document, so that the two cannot say different things. What
differs is their dialect of JSON Schema: AsyncAPI's is draft 7, in which a reference has nothing beside it and a
discriminator is a name.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from anyio import to_thread
from fastapi import FastAPI, Request, Response
from starlette.routing import Route

from app import __version__
from app.api.http.answers import RepresentationResponse
from app.api.http.live_descriptions import EVENTS_PATH
from app.api.routes.public.read_changes import CHANGES_PATH
from app.reading.representations import Representation, compressed
from app.reading.story_lists import content_tag
from app.wire.encoding import encode_json
from app.wire.shapes.message_examples import MESSAGE_EXAMPLES

Json = dict[str, Any]

_DESCRIPTION = """\
What the server sends as it happens, and what it takes on the same connections.

Readers follow a story by WebSocket, by server-sent events or by asking for `changes` again and again; all three carry
the same events, and one cursor goes on from any of them. The newsroom has a stream of its own. What a reader does with
each message, rule by rule, is docs/apply.md of the source, and docs/protocol.md says when each is sent.

Messages grow: ignore a type that is not here, and members that are not here.
"""
_CHANNELS = {
    "/v1/stories/{story}/live": ("story_socket", "A story by WebSocket"),
    "/v1/live": ("stories_socket", "Several stories by one WebSocket"),
    "/v1/newsroom/live": ("newsroom_socket", "The newsroom's stream"),
    EVENTS_PATH: ("story_events", "A story by server-sent events"),
    CHANGES_PATH: ("story_changes", "A story by long-polling"),
}
"""The name and the title of each channel, by its address."""


def describe_messages(app: FastAPI) -> None:
    """Add `/asyncapi.json`, whose document is made once, when it is first requested."""
    made: list[Representation] = []

    def make() -> Representation:
        body = encode_json(asyncapi_document(app))
        return compressed(Representation(plain=body, tag=content_tag(body)))

    async def get_asyncapi_document(request: Request) -> Response:
        if not made:
            made.append(await to_thread.run_sync(make))
        return RepresentationResponse(made[0])

    app.router.routes.append(Route("/asyncapi.json", get_asyncapi_document, methods=["GET"]))


def asyncapi_document(app: FastAPI) -> Json:
    """Return the description of the live messages of an application whose API is described already."""
    return _make_document(app.openapi(), app.state.app_state.newsroom.links.public_url)


def _make_document(openapi: Json, public_url: str) -> Json:
    scheme, host = urlsplit(public_url)[:2]
    secure = "s" if scheme == "https" else ""
    schemas: Json = openapi["components"]["schemas"]
    channels: Json = {}
    operations: Json = {}
    messages: Json = {}
    for address, described in _described(openapi):
        name, title = _CHANNELS[address]
        sent = _shapes_of(schemas, described["sends"])
        taken = _shapes_of(schemas, described["takes"]) if "takes" in described else []
        for shape in (*sent, *taken):
            messages[shape] = _message(shape, schemas[shape])
        channels[name] = _channel(address, title, described, shapes=[*sent, *taken])
        operations[f"send_{name}"] = _operation("send", name, described, shapes=sent)
        if taken:
            operations[f"receive_{name}"] = _operation("receive", name, described, shapes=taken)
    parts = {shape: schemas[shape] for shape in sorted(_reachable(schemas, [*messages.values(), channels, operations]))}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Liveblog: live messages",
            "version": __version__,
            "description": _DESCRIPTION,
            "license": {"name": "Apache License 2.0"},
            "externalDocs": {"url": f"{public_url}/openapi.json", "description": "The API, as OpenAPI"},
        },
        "defaultContentType": "application/json",
        "servers": {
            "sockets": {"host": host, "protocol": f"ws{secure}", "description": "WebSockets."},
            "http": {"host": host, "protocol": f"http{secure}", "description": "Server-sent events and long-polling."},
        },
        "channels": _in_draft_7(channels),
        "operations": _in_draft_7(operations),
        "components": {"messages": messages, "schemas": _in_draft_7(parts)},
    }


def _described(openapi: Json) -> Iterator[tuple[str, Json]]:
    """Yield the address of each channel, and what the API's description says of it."""
    sockets: Json = openapi["x-websockets"]
    for address, described in sockets.items():
        yield address, {**described, "server": "sockets"}
    for address, kind in ((EVENTS_PATH, "text/event-stream"), (CHANGES_PATH, "application/json")):
        operation = openapi["paths"][address]["get"]
        schema = operation["responses"]["200"]["content"][kind]["schema"]
        yield address, {**operation, "server": "http", "sends": schema.get("contentSchema", schema)}


def _shapes_of(schemas: Json, reference: Json) -> list[str]:
    """List the names of the shapes that a reference stands for: the members of a union, else the one it names."""
    name = _named(reference["$ref"])
    return [_named(each["$ref"]) for each in schemas[name].get("oneOf", [reference])]


def _message(shape: str, schema: Json) -> Json:
    kind = schema["properties"].get("type", {}).get("const")
    described = {
        "name": kind or shape,
        "title": shape,
        "summary": schema["description"],
        "payload": {"$ref": f"#/components/schemas/{shape}"},
    }
    if shape in MESSAGE_EXAMPLES:
        described["examples"] = [{"name": shape, "payload": MESSAGE_EXAMPLES[shape]}]
    return described


def _channel(address: str, title: str, described: Json, *, shapes: list[str]) -> Json:
    parameters = described["parameters"]
    channel: Json = {
        "address": address,
        "title": title,
        "description": described["description"],
        "servers": [{"$ref": f"#/servers/{described['server']}"}],
        "messages": {shape: {"$ref": f"#/components/messages/{shape}"} for shape in shapes},
    }
    in_path = {each["name"]: {"description": each["description"]} for each in parameters if each["in"] == "path"}
    if in_path:
        channel["parameters"] = in_path
    if described["server"] == "sockets":
        channel["bindings"] = {"ws": {"method": "GET", "query": _query(parameters), "bindingVersion": "0.1.0"}}
        channel["x-close-codes"] = described["closeCodes"]
    if "subprotocol" in described:
        channel["x-subprotocol"] = described["subprotocol"]
    return channel


def _operation(action: str, channel: str, described: Json, *, shapes: list[str]) -> Json:
    operation: Json = {
        "action": action,
        "channel": {"$ref": f"#/channels/{channel}"},
        "messages": [{"$ref": f"#/channels/{channel}/messages/{shape}"} for shape in shapes],
    }
    if described["server"] == "http":
        query = _query(described["parameters"])
        operation["bindings"] = {"http": {"method": "GET", "query": query, "bindingVersion": "0.3.0"}}
    return operation


def _query(parameters: list[Json]) -> Json:
    """Describe the query of an address as the one object that bindings ask for."""
    members = {
        each["name"]: {**each["schema"], "description": each["description"]}
        for each in parameters
        if each["in"] == "query"
    }
    return {"type": "object", "properties": members}


def _reachable(schemas: Json, part: Any, known: set[str] | None = None) -> set[str]:
    """Name every schema that is referred to from a part of the document, at any depth."""
    found: set[str] = set() if known is None else known
    if isinstance(part, dict):
        name = _named(part.get("$ref", ""))
        if name in schemas and name not in found:
            found.add(name)
            _reachable(schemas, schemas[name], found)
        part = list(part.values())
    for each in part if isinstance(part, list) else ():
        _reachable(schemas, each, found)
    return found


def _in_draft_7(part: Any) -> Any:
    """Return schemas in AsyncAPI's dialect."""
    if isinstance(part, list):
        return [_in_draft_7(each) for each in part]
    if not isinstance(part, dict):
        return part
    turned = {name: _in_draft_7(each) for name, each in part.items()}
    discriminator = turned.get("discriminator")
    if isinstance(discriminator, dict) and "propertyName" in discriminator:
        turned["discriminator"] = discriminator["propertyName"]
    if isinstance(turned.get("$ref"), str) and len(turned) > 1:
        turned["allOf"] = [{"$ref": turned.pop("$ref")}]
    return turned


def _named(reference: Any) -> str:
    return str(reference).removeprefix("#/components/schemas/")
