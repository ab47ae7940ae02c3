"""The portable SSE shell: `/v1/stories/{story}/events` on any ASGI server.

An EventSource gives up for good on any status but 200, so refusals are events on a 200 stream; the final one has the
id `end`, and a browser that comes back with it gets a 204: stay away.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence

from app.domain.errors import MalformedInput
from app.live.hub.hub import Hub
from app.live.portable.asgi import Receive, Scope, Send
from app.live.portable.connection import PortableConnection
from app.live.protocol.addresses import ConnectRequest, LiveAddress
from app.live.protocol.event_stream_text import (
    RETRY_WINDOW_MS,
    STREAM_HEADERS,
    last_event_id_of,
    resumed,
    retry_line,
)
from app.live.protocol.subscribe_requests import SubscribeRequest
from app.live.session.admission import Refuse, decide_admission, encode_stream_refusal, read_request
from app.live.session.effects import Close
from app.live.story.packets import FINAL_SSE_ID, Framing, Message
from app.wire.encoding import BodyVariant

_NOTHING_READABLE = ConnectRequest((), BodyVariant.HTML)


class EventStreamRoute:
    """ASGI application for GET and HEAD; the router sets `scope["path_params"]["story"]`. `jitter` is in [0, 1)."""

    def __init__(self, hub: Hub, *, jitter: Callable[[], float] = random.random) -> None:
        self._hub = hub
        self._jitter = jitter

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        address = LiveAddress("events", scope["path_params"]["story"])
        request = read_request(address, scope["query_string"], limit_stories=1)
        asked = request if isinstance(request, ConnectRequest) else _NOTHING_READABLE
        last_event_id = last_event_id_of(scope["headers"], asked)
        if last_event_id == FINAL_SSE_ID:
            await _respond(send, 204, [(b"cache-control", b"no-store")])
        elif scope["method"] == "HEAD":
            await _respond(send, 200, STREAM_HEADERS)
        else:
            await send({"type": "http.response.start", "status": 200, "headers": STREAM_HEADERS})
            await self._stream(request, last_event_id, receive, send)

    async def _stream(
        self, request: ConnectRequest | MalformedInput, last_event_id: str | None, receive: Receive, send: Send
    ) -> None:
        decision = decide_admission(
            turned_away=self._hub.turns_away,
            upgrade=None,
            request=request,
            is_within_limits=lambda: True,
        )
        if isinstance(decision, Refuse):
            self._hub.metrics.refusals[decision.status] += 1
            window_ms = RETRY_WINDOW_MS if decision.goodbye is None else decision.goodbye.window_ms
            retry = retry_line(self._jitter, window_ms=window_ms)
            await _send_body(send, retry + encode_stream_refusal(decision, None), more=False)
            return
        await _send_body(send, retry_line(self._jitter))
        admitted = decision.request
        (subscribe,) = admitted.requests
        await self._serve(resumed(subscribe, last_event_id), admitted.variant, receive, send, named=admitted.named)

    async def _serve(
        self, request: SubscribeRequest, variant: BodyVariant, receive: Receive, send: Send, *, named: bool
    ) -> None:
        framing = Framing.NAMED_CHUNK if named else Framing.CHUNK

        async def write(messages: Sequence[Message]) -> None:
            # One by one: an ASGI server may keep what it was sent last as long as the peer reads nothing.
            for message in messages:
                await _send_body(send, message.bytes_in(framing))

        async def finish(_: Close) -> None:
            await _send_body(send, b"", more=False)

        with PortableConnection(
            self._hub, transport="sse", variant=variant, sole=True, stories=[request.ref]
        ) as connection:
            connection.session.subscribe(request)
            reader = asyncio.create_task(_read(connection, receive))
            try:
                await connection.run(write, finish)
            finally:
                reader.cancel()


async def _read(connection: PortableConnection, receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    connection.leave("peer closed")


async def _respond(send: Send, status: int, headers: list[tuple[bytes, bytes]]) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await _send_body(send, b"", more=False)


async def _send_body(send: Send, body: bytes, *, more: bool = True) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": more})
