"""The reader of plain handshakes and the parser agree: what the one accepts, the other reads in the same way."""

from __future__ import annotations

import random
from contextlib import suppress

import httptools
import pytest

from app.live.native.handshake_protocol import read_plain_handshake
from app.live.protocol.request_heads import HEADERS_LIMIT, BadRequestHead, Headers, check_head
from tests.live.native.raw_peers import handshake

PIECES = [
    b"\r\n", b"\n", b"\r", b"\0", b" ", b"\t", b":", b";", b"#", b"?", b"/", b"//", b"%00", b"\xff", b"\x7f", b"\x01",
    b"Host: y\r\n", b"Host:\r\n", b"Host: a@b\r\n", b"Content-Length: 0\r\n", b"Content-Length: 1\r\n",
    b"Transfer-Encoding: chunked\r\n", b"Upgrade: h2c\r\n", b"Connection: close\r\n", b"X: y\r\n", b"X : y\r\n",
    b" X: y\r\n",
    b"HTTP/1.1", b"HTTP/1.0", b"GET ", b"http://y", b'"', b"(", b"{", b"\x80",
]  # fmt: skip


class _Parsed:
    """What the server's parser makes of a request."""

    def __init__(self, data: bytes) -> None:
        self.target = b""
        self.headers: Headers = []
        self.is_whole = False
        self._parser = httptools.HttpRequestParser(self)
        with suppress(httptools.HttpParserUpgrade):
            self._parser.feed_data(data)
        self.method = self._parser.get_method()
        self.has_body = check_head(self.method, self.target, self._parser.get_http_version(), self.headers)

    def on_url(self, url: bytes) -> None:
        self.target += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers.append((name.lower(), value))

    def on_message_complete(self) -> None:
        self.is_whole = True


def _mutated(plain: bytes, choose: random.Random) -> bytes:
    data = plain
    for _ in range(choose.randint(1, 3)):
        at = choose.randrange(len(data))
        until = at + choose.choice([0, 0, 1, 4])
        data = data[:at] + choose.choice(PIECES) + data[until:]
    return data


@pytest.mark.parametrize("seed", range(20))
def test_a_handshake_that_is_read_without_the_parser_is_what_the_parser_reads(seed: int) -> None:
    choose = random.Random(seed)
    plain = handshake("/v1/stories/one/live?after=0")
    accepted = 0
    for _ in range(1_000):
        data = _mutated(plain, choose)
        read = read_plain_handshake(data)
        if read is None:
            continue
        accepted += 1
        try:
            parsed = _Parsed(data)
        except (httptools.HttpParserError, BadRequestHead) as error:
            raise AssertionError(f"{data!r} is refused by the parser: {error}") from error
        _, query_string, headers = read
        assert parsed.is_whole, data
        assert (parsed.method, parsed.has_body) == (b"GET", False), data
        assert parsed.target.partition(b"?")[2] == query_string, data
        assert [(name, value.strip()) for name, value in parsed.headers] == headers, data
    assert accepted > 20, "the mutations are too wild to show anything"


def test_a_handshake_has_as_many_headers_as_any_request_may_have() -> None:
    few = handshake()
    room = HEADERS_LIMIT - few.count(b"\r\n") + 2
    for number, is_plain in ((room, True), (room + 1, False)):
        data = few[:-2] + b"a:b\r\n" * number + b"\r\n"
        assert (read_plain_handshake(data) is not None) is is_plain
