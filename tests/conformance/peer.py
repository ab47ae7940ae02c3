"""A WebSocket client of bytes: it sends whatever it is given, in whatever pieces, and reads what comes back."""

from __future__ import annotations

import base64
import socket
import zlib
from contextlib import suppress
from types import TracebackType
from typing import NamedTuple, Self

from tests.live.protocol.test_frames import masked

SOON_SECONDS = 30.0
DEFLATE_TAIL = b"\x00\x00\xff\xff"
CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10


class Said(NamedTuple):
    """One frame of the server's, inflated."""

    opcode: int
    data: bytes


class Outcome(NamedTuple):
    """The messages that the server sent before it closed, and its close code; None if it closed without one."""

    said: list[Said]
    code: int | None


class RawPeer:
    """One connection, shaken hands with. `extensions` is what the server agreed to."""

    def __init__(self, address: tuple[str, int], *, path: str, offer: str = "") -> None:
        self._socket = socket.create_connection(address, timeout=SOON_SECONDS)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._buffer = bytearray()
        key = base64.b64encode(bytes(16)).decode()
        lines = [
            f"GET {path} HTTP/1.1", "Host: x", "Upgrade: websocket", "Connection: Upgrade",
            f"Sec-WebSocket-Key: {key}", "Sec-WebSocket-Version: 13",
        ]  # fmt: skip
        if offer:
            lines.append(f"Sec-WebSocket-Extensions: {offer}")
        self._socket.sendall("\r\n".join([*lines, "", ""]).encode())
        status, *headers = self._read_head().split("\r\n")
        assert status == "HTTP/1.1 101 Switching Protocols"
        fields = dict(line.split(": ", 1) for line in headers)
        self.extensions = fields.get("Sec-WebSocket-Extensions", "")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close()

    def send(self, data: bytes, *, chop: int | None = None) -> None:
        """Send bytes, in one write or in writes of `chop` octets."""
        if chop is None:
            self._socket.sendall(data)
            return
        for at in range(0, len(data), chop):
            self._socket.sendall(data[at : at + chop])

    def frame(self) -> Said:
        """The server's next frame. It is never masked, never in pieces, and compressed only where that was agreed."""
        first, second = self._take(2)
        assert first & 0xB0 == 0x80
        assert second < 0x80
        size = int.from_bytes(self._take({126: 2, 127: 8}[second]), "big") if second >= 126 else second
        payload = self._take(size)
        if first & 0x40:
            assert self.extensions
            payload = zlib.decompressobj(wbits=-15).decompress(payload + DEFLATE_TAIL)
        return Said(first & 0x0F, payload)

    def rest(self) -> Outcome:
        """Everything up to the end of the connection."""
        said: list[Said] = []
        while not said or said[-1].opcode != CLOSE:
            try:
                said.append(self.frame())
            except (EOFError, ConnectionResetError):
                return Outcome(said, None)
        with suppress(ConnectionResetError):
            assert not self._buffer
            assert self._socket.recv(1) == b"", "nothing may follow a close frame"
        return Outcome(said[:-1], int.from_bytes(said[-1].data[:2], "big"))

    def _read_head(self) -> str:
        while (at := self._buffer.find(b"\r\n\r\n")) < 0:
            self._receive()
        return self._take(at + 4)[:-4].decode()

    def _take(self, size: int) -> bytes:
        while len(self._buffer) < size:
            self._receive()
        taken = bytes(self._buffer[:size])
        del self._buffer[:size]
        return taken

    def _receive(self) -> None:
        data = self._socket.recv(1 << 20)
        if not data:
            raise EOFError
        self._buffer += data


class Echo:
    """A running echo server."""

    def __init__(self, address: tuple[str, int], *, path: str) -> None:
        self._address = address
        self._path = path

    def connect(self, *, offer: str = "") -> RawPeer:
        """A new connection; `offer` is the header of its extensions. Close it."""
        return RawPeer(self._address, path=self._path, offer=offer)

    def converse(self, *pieces: bytes, chop: int | None = None, offer: str = "") -> Outcome:
        """Send each of the pieces in a write of its own, or all in writes of `chop` octets; then close with 1000.

        A server that has closed already takes no more, which is as good.
        """
        with self.connect(offer=offer) as peer:
            with suppress(BrokenPipeError, ConnectionResetError):
                for piece in (*pieces, closing(1000)):
                    peer.send(piece, chop=chop)
            return peer.rest()


def closing(code: int, reason: bytes = b"") -> bytes:
    """A close frame of a client's."""
    return masked(CLOSE, code.to_bytes(2, "big") + reason)
