"""The descriptions of live connections: the event stream as an operation, the WebSockets beside the operations.

OpenAPI has no words for a WebSocket, so that these stand under `x-websockets`, whose schemas are components like any.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, TypeAdapter

from app.wire import close_codes
from app.wire.close_codes import CloseCode
from app.wire.encoding import BodyVariant
from app.wire.messages import SUBPROTOCOL
from app.wire.shapes.examples import EVENT, HEAD, STORY_FIELDS, TIME
from app.wire.shapes.live import LiveMessage, ReaderMessage
from app.wire.shapes.newsroom_stream import NewsroomMessage, NewsroomRequest

EVENTS_PATH = "/v1/stories/{story}/events"
MESSAGES: tuple[type[BaseModel], ...] = (LiveMessage, ReaderMessage, NewsroomMessage, NewsroomRequest)

_CLOSE_CODES = sorted(
    (each for each in vars(close_codes).values() if isinstance(each, CloseCode)), key=lambda each: each.code
)
_FLAG = {"type": "string", "enum": ["0", "1"]}


def message_schemas() -> dict[str, Any]:
    """Return the schema of each kind of message, and of all that they are made of, by name."""
    found: dict[str, Any] = {}
    for model in MESSAGES:
        schema = TypeAdapter(model).json_schema(mode="serialization", ref_template="#/components/schemas/{model}")
        found |= schema.pop("$defs", {})
        found[model.__name__] = schema
    return found


def event_stream() -> dict[str, Any]:
    """Describe the operation that is answered by server-sent events."""
    parameters = [
        _STORY,
        *_BEGINNING,
        _query("named", "`1` names each event after its type; without it none has a name.", _FLAG),
        _query("lastEventId", "As the header, for clients that cannot set it; the header wins.", {"type": "string"}),
        {
            "name": "Last-Event-ID",
            "in": "header",
            "description": "The newest id that was received: it wins over the query.",
            "schema": {"type": "string"},
        },
    ]
    data = {"type": "string", "contentMediaType": "text/event-stream", "contentSchema": _ref(LiveMessage)}
    return {
        "tags": ["Reading"],
        "summary": "Follow Story",
        "description": "Follow a story by server-sent events: the `data` of each is one LiveMessage, its `id` the"
        " cursor to go on from. The answer does not end by itself. A refusal is a message too, because an EventSource"
        " gives up for good on any status but 200; the final one has the id `end`.",
        "operationId": "follow_story",
        "security": [],
        "parameters": parameters,
        "responses": {
            "200": {
                "description": "Messages, as they come.",
                "content": {"text/event-stream": {"schema": data, "example": _EXAMPLE}},
            },
            "204": {"description": "There is nothing more to come: the last id was `end`."},
        },
    }


def websockets() -> dict[str, Any]:
    """Describe the WebSockets: by address, what is sent there, and what is taken."""
    reading = {
        "security": [],
        "subprotocol": SUBPROTOCOL,
        "sends": _ref(LiveMessage),
        "takes": _ref(ReaderMessage),
        "closeCodes": _close_codes(of_the_newsroom=False),
    }
    several = "Stories as `{story}@{cursor}`, repeated; without a cursor from now on."
    return {
        "/v1/stories/{story}/live": {
            "description": "Follow a story.",
            "parameters": [_STORY, *_BEGINNING],
            **reading,
        },
        "/v1/live": {
            "description": "Follow several stories on one connection.",
            "parameters": [_query("subscribe", several, {"type": "array", "items": {"type": "string"}}), _BODY],
            **reading,
        },
        "/v1/newsroom/live": {
            "description": "Learn what changes in the newsroom, and who is at work there.",
            "parameters": [_query("ticket", "Instead of `authenticate`: opens it once.", {"type": "string"})],
            "security": [{"token": []}],
            "sends": _ref(NewsroomMessage),
            "takes": _ref(NewsroomRequest),
            "closeCodes": _close_codes(of_the_newsroom=True),
        },
    }


def _close_codes(*, of_the_newsroom: bool) -> list[dict[str, Any]]:
    return [
        {"code": each.code, "retry": each.retry, "meaning": each.meaning}
        for each in _CLOSE_CODES
        if of_the_newsroom or not each.meaning.startswith("the newsroom's stream")
    ]


def _query(name: str, description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": description, "schema": schema}


def _ref(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{model.__name__}"}


_STORY = {
    "name": "story",
    "in": "path",
    "required": True,
    "description": "The story's id or slug.",
    "schema": {"type": "string"},
}
_BODY = _query(
    "body",
    "Send bodies as HTML, as typed blocks, or both.",
    {"$ref": f"#/components/schemas/{BodyVariant.__name__}"},
)
_BEGINNING = [
    _query("after", "The cursor you hold; `0` for everything; from now on without one.", {"type": "string"}),
    _BODY,
    _query("snapshot", "`1`: begin with a snapshot, whatever the cursor.", _FLAG),
    _query("replay", "Everything after the cursor, however much it is.", {"type": "string", "enum": ["full"]}),
]
_EXAMPLE = f"""\
retry: 4117

data: {{"type":"hello","protocol":1,"heartbeat_seconds":25,"time":"{TIME}"}}

data: {{"type":"subscribed","story":"{EVENT["story"]}","slug":"{STORY_FIELDS["slug"]}","resume":"live","head":"{HEAD}"}}

id: {HEAD}
data: {{"type":"caught_up","story":"{EVENT["story"]}","cursor":"{HEAD}","entry_count":1,"last_entry_at":"{TIME}"}}

"""
