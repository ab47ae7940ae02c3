"""A reader's WebSocket on its transport: our frames, the peer's frames, and the closing handshake (RFC 6455 §7)."""

from __future__ import annotations

import asyncio

from app.live.hub.hub import Hub
from app.live.native.connection import NativeConnection
from app.live.protocol.frames import (
    FRAGMENTS_LIMIT,
    BadFrame,
    FrameReader,
    Opcode,
    Received,
    close_code_of,
    encode_close,
    encode_frame,
)
from app.live.session.effects import Close
from app.live.session.rate_limit import RateLimit
from app.live.story.packets import Form, Framing
from app.wire.close_codes import NORMAL, PROTOCOL_ERROR, CloseCode

CONTROL_FRAMES_PER_SECOND = 20.0
"""Pings are answered, so that a flood of them would make us write; no client's keep-alive needs more."""

_NO_CODE = 1005


class NativeWebSocket(NativeConnection):
    """One reader's WebSocket. A subclass for peers that are no readers may permit more messages."""

    __slots__ = ("_control", "_drops_input", "_reader")

    kind = "websocket"
    limit_fragments = FRAGMENTS_LIMIT
    control_frames_per_second = CONTROL_FRAMES_PER_SECOND

    def __init__(self, hub: Hub, transport: asyncio.Transport, *, form: Form, sole: bool) -> None:
        super().__init__(hub, transport, form=form, sole=sole)
        self._reader: FrameReader | None = None
        self._control: RateLimit | None = None
        self._drops_input = False

    def data_received(self, data: bytes) -> None:
        """Apply the peer's bytes; a violation of the protocol closes with its code."""
        if self._drops_input:
            return  # read and dropped: closing with unread bytes would reset the connection under our last bytes
        reader = self._reader or self._make_reader()
        try:
            for received in reader.feed(data):
                self._apply(received)
        except BadFrame as error:
            self._fail(CloseCode(error.code, False, error.reason))
        self._reader = None if reader.is_between or self._drops_input else reader

    def finish(self, close: Close) -> None:
        """Write the close frame; the transport closes when the peer has answered it, or its time is out."""
        self.transport.write(encode_close(close.code.code, close.reason))

    def _make_reader(self) -> FrameReader:
        deflate = self._form.framing is Framing.DEFLATED_FRAME
        limit_bytes = self._hub.limits.message_bytes
        return FrameReader(deflate=deflate, limit_bytes=limit_bytes, limit_fragments=self.limit_fragments)

    def _apply(self, received: Received) -> None:
        if received.opcode is Opcode.CLOSE:
            self._apply_close(received)
        elif self._left is not None:
            return
        elif received.opcode is Opcode.TEXT:
            self._receive(received.data.decode())
        elif received.opcode is Opcode.BINARY:
            self._receive(received.data)
        elif not self._may_control():
            self._fail(PROTOCOL_ERROR)
        elif received.opcode is Opcode.PING:
            self.transport.write(encode_frame(Opcode.PONG, received.data))

    def _receive(self, data: str | bytes) -> None:
        self.session.unready(self._form)
        self.session.receive(data, self._hub.read_clocks())
        self.wake()

    def _apply_close(self, received: Received) -> None:
        if self._left is None:
            code = close_code_of(received.data)
            self.transport.write(encode_close(NORMAL.code if code == _NO_CODE else code, ""))
            self.leave("peer closed", CloseCode(code, False, "peer closed"))
            self._half_close()
        else:
            self.transport.close()

    def _may_control(self) -> bool:
        now = self._hub.read_clocks().seconds
        if self._control is None:
            self._control = RateLimit(per_second=self.control_frames_per_second, now=now)
        return self._control.spend(now)

    def _fail(self, code: CloseCode) -> None:
        if self._left is None:
            self.transport.write(encode_close(code.code, code.meaning))
            self.leave(code.meaning, code)
        self._half_close()

    def _half_close(self) -> None:
        """Close our side alone; the peer closes its own once it has read everything, or is cut."""
        self._drops_input = True
        if self.transport.can_write_eof():
            self.transport.write_eof()
        else:
            self.transport.close()
