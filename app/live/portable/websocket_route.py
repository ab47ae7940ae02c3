"""The portable WebSocket shell: `/v1/stories/{story}/live` and `/v1/live` on any ASGI server.

Moves bytes between a server and a Connection. Everything a reader is told is decided by the session.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

import structlog

from app.domain.errors import Gone, MalformedInput, NotFound
from app.live.hub.admission_limits import RETRY_AFTER_SECONDS
from app.live.hub.hub import Hub
from app.live.portable.asgi import Receive, Scope, Send, header
from app.live.portable.connection import PortableConnection
from app.live.protocol.addresses import ConnectRequest, LiveAddress, parse_connect_request
from app.live.session.effects import Close
from app.live.story.live_story import LiveStory
from app.live.story.packets import Message
from app.wire.close_codes import ABNORMAL, BAD_REQUEST, NO_SUCH_STORY, WITHDRAWN, CloseCode
from app.wire.encoding import encode_json
from app.wire.messages import SUBPROTOCOL
from app.wire.problems import problem_members

GONE_SECONDS = 1.0
"""How long a refused client may take to go before we return all the same."""

_log = structlog.get_logger(__name__)


class WebSocketRoute:
    """ASGI application. With `{story}` in the path (`scope["path_params"]["story"]`) it serves that one story;
    without, those of `subscribe=<story>@<cursor>` and of later messages."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        message = await receive()
        if message["type"] != "websocket.connect":
            return
        handshake = _Handshake(scope, receive, send)
        turned_away = self._hub.turns_away
        if turned_away is not None:
            await handshake.refuse_http(
                503, turned_away.code, turned_away.detail, retry_after_seconds=turned_away.retry_after_seconds
            )
            return
        admitted = await self._admit(scope, handshake)
        if admitted is not None:
            await self._serve(admitted, handshake, receive, send)

    async def _admit(self, scope: Scope, handshake: _Handshake) -> _Admitted | None:
        """Read the URL and find its story, so that a refusal can still be an HTTP answer."""
        try:
            ref = scope.get("path_params", {}).get("story")
            limit = self._hub.limits.stories
            asked = parse_connect_request(LiveAddress("live", ref), scope["query_string"], limit_stories=limit)
            return _Admitted(asked, None if ref is None else await self._hub.open(ref))
        except MalformedInput as error:
            await handshake.refuse(400, error.code, error.detail, close=BAD_REQUEST)
        except NotFound as error:
            await handshake.refuse(404, error.code, error.detail, close=NO_SUCH_STORY)
        except Gone as error:
            await handshake.refuse(410, error.code, error.detail, close=WITHDRAWN)
        except Exception as error:  # noqa: BLE001  (whatever the database raises, the reader is told and comes again)
            _log.warning("live open failed", error=repr(error))
            await handshake.refuse_http(503, "unavailable", "The story cannot be read now.")
        return None

    async def _serve(self, admitted: _Admitted, handshake: _Handshake, receive: Receive, send: Send) -> None:
        is_sole = admitted.story is not None
        with PortableConnection(
            self._hub, transport="websocket", variant=admitted.asked.variant, sole=is_sole
        ) as connection:
            for request in admitted.asked.requests:
                connection.session.subscribe(request, story=admitted.story)
            reader = asyncio.create_task(_read(connection, receive))
            try:
                await handshake.accept()
                await connection.run(lambda messages: _write(messages, send), lambda close: _close(close, send))
            finally:
                reader.cancel()


@dataclass(frozen=True, slots=True)
class _Admitted:
    asked: ConnectRequest
    story: LiveStory | None


class _Handshake:
    """The answer to an upgrade: yes, a close code that a browser can read, or an HTTP refusal."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._receive = receive
        self._send = send
        self._subprotocol = SUBPROTOCOL if SUBPROTOCOL in scope.get("subprotocols", ()) else None
        self._reads_close_codes = self._subprotocol is not None or header(scope, b"origin") is not None
        self._can_deny = "websocket.http.response" in (scope.get("extensions") or {})

    async def accept(self) -> None:
        await self._send({"type": "websocket.accept", "subprotocol": self._subprotocol, "headers": []})

    async def refuse(self, status: int, code: str, detail: str, *, close: CloseCode) -> None:
        """A browser cannot read a refused handshake: it is let in and closed with a code it can."""
        if self._reads_close_codes:
            await self.accept()
            await self._send({"type": "websocket.close", "code": close.code, "reason": code})
        else:
            await self.refuse_http(status, code, detail)

    async def refuse_http(
        self, status: int, code: str, detail: str, *, retry_after_seconds: int = RETRY_AFTER_SECONDS
    ) -> None:
        if not self._can_deny:
            await self._send({"type": "websocket.close", "code": 1000, "reason": ""})
            return
        headers = [(b"content-type", b"application/problem+json"), (b"cache-control", b"no-store")]
        if status == 503:
            headers.append((b"retry-after", str(retry_after_seconds).encode()))
        await self._send({"type": "websocket.http.response.start", "status": status, "headers": headers})
        body = encode_json(problem_members(status, code=code, detail=detail))
        await self._send({"type": "websocket.http.response.body", "body": body, "more_body": False})
        await self._until_gone()

    async def _until_gone(self) -> None:
        """Uvicorn calls a refused handshake incomplete, in an error log, if we return before its connection is gone.

        It reports the refusal itself first and then the loss of the connection, both as disconnects.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(GONE_SECONDS):
                await self._receive()
                await self._receive()


async def _write(messages: Sequence[Message], send: Send) -> None:
    for message in messages:
        await send({"type": "websocket.send", "text": message.text})


async def _close(close: Close, send: Send) -> None:
    await send({"type": "websocket.close", "code": close.code.code, "reason": close.reason})


async def _read(connection: PortableConnection, receive: Receive) -> None:
    while True:
        message = await receive()
        if message["type"] == "websocket.disconnect":
            code = message.get("code") or ABNORMAL.code
            connection.left("peer closed", code=code)
            return
        text = message.get("text")
        connection.receive(message.get("bytes") or b"" if text is None else text)
