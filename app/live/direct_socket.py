"""A reader's WebSocket on its transport: our frames, the peer's frames, and the closing handshake (RFC 6455 §7)."""

from __future__ import annotations

import asyncio

from app.live.allowance import Allowance
from app.live.direct import DirectConnection
from app.live.effects import Close
from app.live.frames import BadFrame, FrameReader, Opcode, Received, close_code_of, encode_close, encode_frame
from app.live.hub import Hub
from app.live.packets import Form, Framing
from app.live.session import INBOUND_LIMIT_BYTES
from app.wire.close_codes import ABNORMAL, NORMAL, PROTOCOL_ERROR, CloseCode

CONTROL_FRAMES_PER_SECOND = 20.0
"""Pings are answered, so that a flood of them would make us write; nobody's keep-alive needs more."""


class DirectSocket(DirectConnection):
    """One reader's WebSocket."""

    __slots__ = ("_control", "_reader")

    kind = "websocket"

    def __init__(self, hub: Hub, transport: asyncio.Transport, *, form: Form, sole: bool) -> None:
        super().__init__(hub, transport, form=form, sole=sole)
        self._reader: FrameReader | None = None
        self._control: Allowance | None = None

    def data_received(self, data: bytes) -> None:
        """Take the peer's bytes; whatever breaks the protocol ends with the code that says so."""
        reader = self._reader or FrameReader(
            deflate=self._form.framing is Framing.DEFLATED_FRAME, limit_bytes=INBOUND_LIMIT_BYTES
        )
        try:
            for received in reader.feed(data):
                self._take(received)
        except BadFrame as error:
            self._close(error.code, error.reason)
            return
        self._reader = None if reader.is_between else reader

    def eof_received(self) -> bool:
        """A peer that has only stopped sending has still gone: WebSockets know no half-closed reader."""
        return False

    def finish(self, close: Close) -> None:
        """Write the close frame; the transport closes when the peer has answered it."""
        self.transport.write(encode_close(close.code.code, close.reason))

    def _take(self, received: Received) -> None:
        if self._left is not None:
            if received.opcode is Opcode.CLOSE:
                self.transport.close()
            return
        if received.opcode is Opcode.TEXT:
            self._receive(received.data.decode())
        elif received.opcode is Opcode.BINARY:
            self._receive(received.data)
        else:
            self._take_control(received)

    def _receive(self, data: str | bytes) -> None:
        self.session.receive(data, self._hub.moment())
        self.wake()

    def _take_control(self, received: Received) -> None:
        now = self._hub.moment().seconds
        if self._control is None:
            self._control = Allowance(per_second=CONTROL_FRAMES_PER_SECOND, now=now)
        if received.opcode is Opcode.CLOSE:
            code = close_code_of(received.data)
            self.transport.write(encode_close(NORMAL.code if code == 1005 else code, ""))
            self.leave("peer closed", NORMAL if code in {1000, 1001, 1005} else ABNORMAL)
            self.transport.close()
        elif not self._control.spend(now):
            self._close(PROTOCOL_ERROR.code, "too many control frames")
        elif received.opcode is Opcode.PING:
            self.transport.write(encode_frame(Opcode.PONG, received.data))

    def _close(self, code: int, reason: str) -> None:
        if self._left is None:
            self.transport.write(encode_close(code, reason))
        self.leave(reason, CloseCode(code, False, reason))
        self.transport.close()
