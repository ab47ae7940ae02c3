"""Sends readers' sockets and event streams to the live room's own routes, before anything of HTTP's is set up."""

from __future__ import annotations

import re

from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.problems import method_not_allowed
from app.live.event_stream_route import EventStreamRoute
from app.live.hub import Hub
from app.live.websocket_route import WebSocketRoute

_STORY = re.compile(r"/v1/stories/([^/]+)/(live|events)")
_SEVERAL = "/v1/live"


class LiveRoutes:
    """ASGI application before `app`, which answers what this does not."""

    def __init__(self, app: ASGIApp, hub: Hub) -> None:
        self._app = app
        self._websocket = WebSocketRoute(hub)
        self._event_stream = EventStreamRoute(hub)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path: str = scope["path"]
        is_websocket = scope["type"] == "websocket"
        match = _STORY.fullmatch(path) if path.endswith("/live" if is_websocket else "/events") else None
        if match is not None:
            scope["path_params"] = {"story": match[1]}
        if is_websocket and (match is not None or path == _SEVERAL):
            await self._websocket(scope, receive, send)
        elif match is None or is_websocket:
            await self._app(scope, receive, send)
        elif scope["method"] in {"GET", "HEAD"}:
            await self._event_stream(scope, receive, send)
        else:
            await method_not_allowed(scope, allow=("GET", "HEAD"))(scope, receive, send)
