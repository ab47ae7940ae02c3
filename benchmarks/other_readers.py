"""Readers of other kinds: with compression, of servers that send no `caught_up`, and on event streams."""

from __future__ import annotations

import zlib

from benchmarks.readers import Reader

_DEFLATE_TAIL = b"\x00\x00\xff\xff"


class CompressedReader(Reader):
    """Offers permessage-deflate as browsers do, and insists on it: every message is inflated."""

    headers = b"Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"

    def opened(self, head: bytes) -> None:
        super().opened(head)
        assert b"server_no_context_takeover" in head, head

    def take(self, data: bytes, start: int, length: int) -> None:
        if data[start] == ord("{"):  # small messages are not worth packing, and come as they are
            super().take(data, start, length)
        else:
            packed = data[start : start + length] + _DEFLATE_TAIL
            text = zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed)
            super().take(text, 0, len(text))


class UntoldReader(Reader):
    """A reader of a server that sends nothing after the handshake: it is up to date when it is connected."""

    def opened(self, head: bytes) -> None:
        super().opened(head)
        self.caught_up.set_result(None)


class EventStreamReader(Reader):
    """One event stream that only listens."""

    def request(self) -> bytes:
        head = b"GET %b HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n\r\n"
        return head % self._audience.path.encode()

    def opened(self, head: bytes) -> None:
        assert head.startswith(b"HTTP/1.1 200"), head[:80]

    def _take_frames(self, data: bytes) -> bytes:
        *whole, rest = data.split(b"\n\n")
        for each in whole:
            start = each.find(b"data: ") + len(b"data: ")
            self.take(each, start, len(each) - start)
        return rest
