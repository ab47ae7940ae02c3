"""An echo server on the product's own WebSocket, so that any conformance suite can be run against it.

    python -m tests.conformance.echo_server --port 9001

prints the address it serves (`--port 0`: a free port). The connection is the product's from its first byte: handshake
protocol, handshake, frame reader, closing handshake and compression. Two parts are replaced: the session by one that
sends back what it receives, and the limits by ones that admit megabytes.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from functools import partial

import structlog
import uvloop
from uvicorn.server import ServerState

from app.live.hub.admission_limits import AdmissionLimits, ConnectionLimiter
from app.live.hub.hub import Hub
from app.live.native.handshake import AcceptContext
from app.live.native.server_protocol import make_protocol
from app.live.native.websocket import NativeWebSocket
from app.live.protocol.frames import Opcode
from app.live.protocol.subscribe_requests import SubscribeRequest
from app.live.session.clocks import ClockReading
from app.live.session.session import Session
from app.live.story.limits import LiveLimits
from app.live.story.live_story import LiveStory
from app.live.story.packets import Form, Framing, Message
from app.server.uvicorn_config import server_config
from tests.live.app import routes
from tests.live.hubs import hub_over
from tests.live.model import ModelLog

A_DAY_SECONDS = 86_400.0
MESSAGE_BYTES = 1 << 26
PATH = "/v1/live"


class Echo(Message):
    """A received message, to be sent back as it came: compressed where the product would compress it."""

    __slots__ = ("_opcode",)

    def __init__(self, data: str | bytes) -> None:
        is_text = isinstance(data, str)
        super().__init__(data.encode() if isinstance(data, str) else data, type="echo")
        self._opcode = Opcode.TEXT if is_text else Opcode.BINARY

    def bytes_in(self, framing: Framing) -> bytes:
        """The product's own frame, which is always text, with the opcode of what was received."""
        frame = super().bytes_in(framing)
        return bytes([frame[0] & 0xF0 | self._opcode]) + frame[1:]


class EchoSession(Session):
    """A session without stories that sends nothing of its own."""

    __slots__ = ()

    def receive(self, data: str | bytes, now: ClockReading) -> None:
        """Send it back."""
        self._outbox.append(Echo(data))


class EchoSocket(NativeWebSocket):
    """A reader's WebSocket with an echo for a session, and no limit that a conformance suite reaches."""

    __slots__ = ()

    limit_fragments = 1 << 20
    control_frames_per_second = 1e9

    def __init__(self, hub: Hub, transport: asyncio.Transport, *, form: Form, sole: bool) -> None:
        super().__init__(hub, transport, form=form, sole=sole)
        now = hub.read_clocks()
        self.session = EchoSession(
            variant=form.variant,
            heartbeat_seconds=hub.heartbeat_seconds,
            limits=hub.limits,
            sole=sole,
            metrics=hub.metrics,
            wake=self.wake,
            hello=hub.hello(now),
            now=now,
        )
        self.session.pull(now)  # drops the hello: an echo does not speak first

    def begin(self, requests: Sequence[SubscribeRequest], *, story: LiveStory | None, head: bytes) -> None:
        """Answer the handshake by itself: there is no first message to send it with."""
        self.transport.write(head)
        super().begin(requests, story=story, head=b"")


async def serve(port: int) -> None:
    """Serve on a port of 127.0.0.1 until cancelled."""
    hub = hub_over(
        ModelLog(),
        limits=LiveLimits(message_bytes=MESSAGE_BYTES),
        heartbeat_seconds=A_DAY_SECONDS,
        reconcile_seconds=A_DAY_SECONDS,
    )
    await hub.start()
    accept_context = AcceptContext(
        hub,
        ConnectionLimiter(AdmissionLimits(total=0, per_second=0, per_address=0), now=time.monotonic()),
        common_headers=lambda _: [],
        is_readable=lambda _: True,
        make_socket=EchoSocket,
    )
    config = server_config(routes(hub), trusted_proxies=())
    factory = partial(make_protocol, lambda: accept_context, server_state=ServerState(), config=config, app_state={})
    server = await asyncio.get_running_loop().create_server(factory, "127.0.0.1", port)
    sys.stdout.write(f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}{PATH}\n")
    sys.stdout.flush()
    await server.serve_forever()


def main(arguments: Sequence[str]) -> None:
    """Serve until the process is ended."""
    parser = argparse.ArgumentParser(prog="python -m tests.conformance.echo_server")
    parser.add_argument("--port", type=int, default=9001)
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    with suppress(KeyboardInterrupt):
        uvloop.run(serve(parser.parse_args(arguments).port))


if __name__ == "__main__":
    main(sys.argv[1:])
