"""Answers the reads most readers make without entering FastAPI, which costs two and a half times as much.

Only exact matches of what it can answer from memory or with one shared read; everything else goes on to the same
routes in FastAPI, and a test holds the two to the same bytes.
"""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.answers import send_representation
from app.api.problems import error_response
from app.domain.errors import LiveblogError
from app.reading.representations import Representation
from app.reading.room import ReadingRoom
from app.reading.views import View
from app.wire.encoding import BodyVariant

_STORIES = "/v1/stories/"
_VIEWS: dict[tuple[str, bytes], View] = {
    (view.name, query): view
    for variant in BodyVariant
    for view in (View("state", variant), View("entries", variant))
    for query in ((b"", b"body=html") if variant is BodyVariant.HTML else (f"body={variant}".encode(),))
}


class Front:
    """ASGI application before `app`, which answers what this does not."""

    def __init__(self, app: ASGIApp, reading: ReadingRoom) -> None:
        self._app = app
        self._reading = reading
        self._representations = reading.representations

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        method = scope["method"]
        if method != "GET" and method != "HEAD":
            await self._app(scope, receive, send)
            return
        try:
            representation = await self._find(scope["path"], scope["query_string"])
        except LiveblogError as error:
            await error_response(error, scope)(scope, receive, _without_content(send) if method == "HEAD" else send)
            return
        if representation is None:
            await self._app(scope, receive, send)
        elif method == "GET":
            await send_representation(representation, scope, send)
        else:
            await send_representation(representation, scope, _without_content(send))

    async def _find(self, path: str, query: bytes) -> Representation | None:
        if path.startswith(_STORIES):
            ref, slash, name = path[len(_STORIES) :].partition("/")
            view = _VIEWS.get((name if slash else "state", query))
            if view is None or not ref or (slash and name != "entries"):
                return None
            return self._representations.ready(ref, view) or await self._representations.current(ref, view)
        if query:
            return None
        if path == "/v1/stories":
            return self._reading.story_lists.ready() or await self._reading.story_lists.first()
        return self._reading.site if path == "/v1/site" else None


def _without_content(send: Send) -> Send:
    async def send_head(message: Message) -> None:
        await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

    return send_head
