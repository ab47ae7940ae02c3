"""The dispatch of WebSockets and event streams to their own routes, before anything of HTTP's is set up."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.http.problems import error_response, method_not_allowed, problem_response
from app.api.layers.request_ids import is_readable_path
from app.domain.errors import NotFound
from app.live.hub.hub import Hub
from app.live.portable.event_stream_route import EventStreamRoute
from app.live.portable.websocket_route import GONE_SECONDS, WebSocketRoute
from app.live.protocol.addresses import live_address
from app.wire.close_codes import NO_SUCH_STORY
from app.wire.problems import problem_members

NEWSROOM_STREAM = "/v1/newsroom/live"


class LiveDispatch:
    """An ASGI application before `app`, which answers every HTTP request but those for event streams."""

    def __init__(self, app: ASGIApp, hub: Hub, *, newsroom_stream: ASGIApp) -> None:
        self._app = app
        self._newsroom_stream = newsroom_stream
        self._websocket = WebSocketRoute(hub)
        self._event_stream = EventStreamRoute(hub)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_websocket = scope["type"] == "websocket"
        if is_websocket and scope["path"] == NEWSROOM_STREAM:
            await self._newsroom_stream(scope, receive, send)
            return
        address = live_address(scope["path"])
        if not is_websocket and (scope["path"] == NEWSROOM_STREAM or (address is not None and address.kind == "live")):
            await _require_upgrade(scope, receive, send)
            return
        if is_websocket and not (
            address is not None and address.kind == "live" and is_readable_path(scope.get("raw_path") or b"")
        ):
            await _refuse(scope, receive, send)
            return
        if address is None:
            await self._app(scope, receive, send)
            return
        scope["path_params"] = {"story": address.story}
        if is_websocket:
            await self._websocket(scope, receive, send)
        elif scope["method"] in {"GET", "HEAD"}:
            await self._event_stream(scope, receive, send)
        else:
            await method_not_allowed(scope, allow=("GET", "HEAD"))(scope, receive, send)


async def _require_upgrade(scope: Scope, receive: Receive, send: Send) -> None:
    """Refuse a plain request to a WebSocket's address, naming what a proxy on the way has dropped."""
    if scope["method"] not in {"GET", "HEAD"}:
        await method_not_allowed(scope, allow=("GET", "HEAD"))(scope, receive, send)
        return
    headers = dict(scope["headers"])
    if b"sec-websocket-key" in headers:
        lacking = "Connection: Upgrade" if b"upgrade" in headers else "Upgrade: websocket"
        why = f"This request for a WebSocket came without its header {lacking!r}: a proxy on the way has dropped it."
    else:
        why = "This is the address of a WebSocket. If one was asked for, a proxy on the way has dropped its headers."
    detail = f"{why} A proxy has to pass on Upgrade and Connection, over HTTP/1.1."
    problem = problem_members(426, code="upgrade_required", detail=detail)
    response = problem_response(problem, scope, headers={"Upgrade": "websocket", "Connection": "Upgrade"})
    await response(scope, receive, send)


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    """Refuse a handshake at an address without WebSockets: by 404, or a close code where servers cannot send it."""
    await receive()
    if "websocket.http.response" not in (scope.get("extensions") or {}):
        await send({"type": "websocket.close", "code": NO_SUCH_STORY.code})
        return
    response = error_response(NotFound("not_found", "There is nothing at this address."), scope)
    start = {"status": response.status_code, "headers": response.raw_headers}
    await send({"type": "websocket.http.response.start", **start})
    await send({"type": "websocket.http.response.body", "body": response.body})
    with suppress(TimeoutError):  # uvicorn calls a handshake incomplete that ends before its connection
        async with asyncio.timeout(GONE_SECONDS):
            await receive()
            await receive()
