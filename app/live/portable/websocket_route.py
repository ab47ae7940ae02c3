"""The portable WebSocket shell: `/v1/stories/{story}/live` and `/v1/live` on any ASGI server.

Moves messages between a server and a PortableConnection, whose session decides every message to the reader.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress

from app.live.hub.hub import Hub
from app.live.portable.asgi import Receive, Scope, Send, header
from app.live.portable.connection import PortableConnection
from app.live.protocol.addresses import LiveAddress
from app.live.session.admission import STORY_TOO_SLOW, Admit, Refuse, decide_admission, read_request
from app.live.session.effects import Answer, Close, OpenStory
from app.live.story.connection_states import ConnectionState
from app.live.story.packets import Message
from app.wire.close_codes import ABNORMAL
from app.wire.encoding import encode_json
from app.wire.messages import SUBPROTOCOL
from app.wire.problems import problem_members

GONE_SECONDS = 1.0
"""How long a refused client may take to go before we return all the same."""


class WebSocketRoute:
    """ASGI application for readers' WebSockets.

    With `{story}` in the path (`scope["path_params"]["story"]`) it serves that one story; without, those of
    `subscribe=<story>@<cursor>` and of later messages.
    """

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        message = await receive()
        if message["type"] != "websocket.connect":
            return
        handshake = _Handshake(scope, receive, send)
        decision = await self._decide(scope)
        if isinstance(decision, Refuse):
            self._hub.metrics.refusals[decision.status] += 1
            await handshake.refuse(decision)
        else:
            await self._serve(decision, handshake, receive, send)

    async def _decide(self, scope: Scope) -> Admit | Refuse:
        """Decide before the handshake is answered, so that a refusal can still be an HTTP response."""
        ref = scope.get("path_params", {}).get("story")
        request = read_request(LiveAddress("live", ref), scope["query_string"], limit_stories=self._hub.limits.stories)

        def decide(opened: Answer | None) -> Admit | Refuse:
            return decide_admission(
                turned_away=self._hub.turns_away,
                upgrade=None,
                request=request,
                opened=opened,
                is_within_limits=lambda: True,
            )

        decision = decide(None)
        if isinstance(decision, Refuse) or ref is None:
            return decision
        reading = self._hub.stories.fetch(OpenStory(ref))
        done, _ = await asyncio.wait({reading}, timeout=self._hub.limits.header_seconds)
        if not done:
            self._hub.metrics.connections_timed_out[ConnectionState.OPENING] += 1
            return STORY_TOO_SLOW
        return decide(reading.result())

    async def _serve(self, admitted: Admit, handshake: _Handshake, receive: Receive, send: Send) -> None:
        variant, is_sole = admitted.request.variant, admitted.story is not None
        refs = [request.ref for request in admitted.request.requests] if admitted.story is None else [admitted.story.id]
        with PortableConnection(
            self._hub, transport="websocket", variant=variant, sole=is_sole, stories=refs
        ) as connection:
            for request in admitted.request.requests:
                connection.session.subscribe(request, story=admitted.story)
            reader = asyncio.create_task(_read(connection, receive))
            try:
                await handshake.accept()
                await connection.run(lambda messages: _write(messages, send), lambda close: _close(close, send))
            finally:
                reader.cancel()


class _Handshake:
    """The response to an upgrade: accept, a close code that a browser can read, or an HTTP refusal."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._receive = receive
        self._send = send
        self._subprotocol = SUBPROTOCOL if SUBPROTOCOL in scope.get("subprotocols", ()) else None
        self._reads_close_codes = self._subprotocol is not None or header(scope, b"origin") is not None
        self._can_deny = "websocket.http.response" in (scope.get("extensions") or {})

    async def accept(self) -> None:
        await self._send({"type": "websocket.accept", "subprotocol": self._subprotocol, "headers": []})

    async def refuse(self, refusal: Refuse) -> None:
        """Refuse in HTTP, or by a close code: a browser cannot read a refused handshake, so its socket is opened."""
        if self._reads_close_codes and refusal.close is not None:
            await self.accept()
            await self._send({"type": "websocket.close", "code": refusal.close.code, "reason": refusal.code})
        else:
            await self._refuse_http(refusal)

    async def _refuse_http(self, refusal: Refuse) -> None:
        if not self._can_deny:
            await self._send({"type": "websocket.close", "code": 1000, "reason": ""})
            return
        headers = [(b"content-type", b"application/problem+json"), (b"cache-control", b"no-store")]
        if refusal.status == 503:
            headers.append((b"retry-after", str(refusal.retry_after_seconds).encode()))
        await self._send({"type": "websocket.http.response.start", "status": refusal.status, "headers": headers})
        body = encode_json(problem_members(refusal.status, code=refusal.code, detail=refusal.detail))
        await self._send({"type": "websocket.http.response.body", "body": body, "more_body": False})
        await self._until_gone()

    async def _until_gone(self) -> None:
        """Wait for the client to go: uvicorn logs a refused handshake as incomplete if we return before.

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
            connection.leave("peer closed", code=code)
            return
        text = message.get("text")
        connection.receive(message.get("bytes") or b"" if text is None else text)
