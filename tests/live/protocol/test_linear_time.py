"""What a reader sends is read in time that grows with its length, whatever is in it."""

from __future__ import annotations

import contextlib

import pytest

from app.domain.cursor import MalformedCursor, parse_cursor
from app.domain.slugs import story_ref
from app.live.protocol.addresses import live_address
from app.live.protocol.frames import BadFrame, FrameReader, Opcode
from app.live.protocol.subscribe_requests import NotAMessage, parse_message, parse_query
from app.live.protocol.upgrade import BadUpgrade, read_upgrade
from tests.growth import ANYWHERE, Work, faults, single_pieces

PIECES = (
    *(piece for piece in ANYWHERE if piece.isascii()),
    *(
        "a=",
        "a=b&",
        "&",
        "%",
        "%4",
        "%41",
        "+",
        "[",
        "{",
        '{"a":',
        "-",
        "a-",
        "0",
        "e",
        ".",
        "0.",
        "permessage-deflate;",
        ",",
        ";",
    ),
)
KEY = (b"sec-websocket-key", b"dGhlIHNhbXBsZSBub25jZQ==")


def _message(text: str) -> None:
    for data in (
        text,
        f'{{"type":"subscribe","story":"{text}"}}',
        f'{{"type":"subscribe","story":"a","after":{text}}}',
    ):
        with contextlib.suppress(NotAMessage):
            parse_message(data)


def _upgrade(text: str) -> None:
    for extensions in (text, f"permessage-deflate;{text}", f"permessage-deflate; client_max_window_bits={text}"):
        fields = [(b"sec-websocket-version", b"13"), KEY, (b"sec-websocket-protocol", text.encode())]
        with contextlib.suppress(BadUpgrade):
            read_upgrade([*fields, (b"sec-websocket-extensions", extensions.encode())], may_deflate=True)


def _names(text: str) -> None:
    for ask in (story_ref, live_address.__wrapped__):
        ask(text)
        ask(f"/v1/stories/{text}/live")
    with contextlib.suppress(MalformedCursor):
        parse_cursor(text)


def _frames(text: str) -> None:
    """Read one frame that comes byte by byte."""
    payload = text.encode()
    frame = bytes([0x80 | Opcode.TEXT, 0x80 | 127]) + len(payload).to_bytes(8, "big") + bytes(4) + payload
    reader = FrameReader(deflate=False, limit_bytes=len(payload))
    with contextlib.suppress(BadFrame):
        for start in range(0, len(frame), 16):
            list(reader.feed(frame[start : start + 16]))


READERS: dict[str, Work] = {
    "query": lambda text: parse_query(text.encode()),
    "message": _message,
    "handshake": _upgrade,
    "names": _names,
    "frames": _frames,
}


@pytest.mark.parametrize("name", READERS)
def test_what_a_reader_sends_is_read_in_time_that_grows_with_it(name: str) -> None:
    assert faults(READERS[name], single_pieces(PIECES)) == []
