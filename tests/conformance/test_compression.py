"""permessage-deflate (RFC 7692), after the groups 12 and 13 of the Autobahn test suite.

What is agreed to: compression without context takeover in either direction, with any window of the client's and with a
server's window of 15 bits. What is declined (13.3, 13.5: a smaller window of the server's) leaves the connection as it
is, uncompressed. 12 and 13.1 to 13.7: messages of every size, text and binary, whole and in fragments, are echoed. Here
are 50 messages of a size where the suite has 1,000, made of this repository's own documents. Beside its cases: the
examples of RFC 7692 §7.2.3, and streams that are none.
"""

from __future__ import annotations

import random
import zlib
from pathlib import Path

import pytest

from tests.conformance.peer import BINARY, CONTINUATION, PING, PONG, TEXT, Echo, Outcome, Said, closing
from tests.live.protocol.test_frames import masked

OK, PROTOCOL_ERROR, NOT_DEFLATED = 1000, 1002, 1007
RSV1 = 0x40
AGREED = "permessage-deflate; server_no_context_takeover; client_no_context_takeover"
WORDS = (Path(__file__).parents[2] / "docs" / "protocol.md").read_text().encode("ascii", errors="ignore")
NOISE = random.Random(12).randbytes(1 << 17)
DATA = {TEXT: WORDS * (1 + (1 << 17) // len(WORDS)), BINARY: NOISE}
SIZES = [16, 64, 256, 1024, 4096, 8192, 16384, 32768, 65536, 131072]
MESSAGES = 50

OFFERS = {
    "13.1": ("permessage-deflate", AGREED),
    "13.2": ("permessage-deflate; server_no_context_takeover; client_max_window_bits", AGREED),
    "13.3": ("permessage-deflate; server_max_window_bits=9; client_max_window_bits", ""),
    "13.4": ("permessage-deflate; server_max_window_bits=15", AGREED + "; server_max_window_bits=15"),
    "13.5": ("permessage-deflate; server_no_context_takeover; server_max_window_bits=9", ""),
    "13.6": (
        "permessage-deflate; server_no_context_takeover; server_max_window_bits=15",
        AGREED + "; server_max_window_bits=15",
    ),
    "13.7": ("permessage-deflate; server_max_window_bits=9, permessage-deflate; client_max_window_bits", AGREED),
    "a parameter that is not defined": ("permessage-deflate; level=9", ""),
    "another extension": ("x-webkit-deflate-frame", ""),
}
AGREED_OFFERS = [number for number, (_, agreed) in OFFERS.items() if agreed]


def deflated(data: bytes, *, level: int = 6, window_bits: int = 15, strategy: int = zlib.Z_DEFAULT_STRATEGY) -> bytes:
    compressor = zlib.compressobj(level=level, wbits=-window_bits, strategy=strategy)
    return (compressor.compress(data) + compressor.flush(zlib.Z_SYNC_FLUSH)).removesuffix(b"\x00\x00\xff\xff")


def in_frames(opcode: int, payload: bytes, fragment: int) -> bytes:
    parts = [payload[at : at + fragment] for at in range(0, len(payload), fragment)]
    frames = [masked(opcode, parts[0], final=len(parts) == 1, bits=RSV1)]
    frames += [masked(CONTINUATION, part, final=at == len(parts)) for at, part in enumerate(parts[1:], start=2)]
    return b"".join(frames)


@pytest.mark.parametrize("number", OFFERS)
def test_an_offer_is_answered_by_what_we_do(echo: Echo, number: str) -> None:
    offer, agreed = OFFERS[number]
    with echo.connect(offer=offer) as peer:
        assert peer.extensions == agreed


@pytest.mark.parametrize("number", [number for number, (_, agreed) in OFFERS.items() if not agreed])
def test_without_an_agreement_nothing_is_compressed(echo: Echo, number: str) -> None:
    offer, _ = OFFERS[number]
    data = DATA[TEXT][:4096]
    assert echo.converse(masked(TEXT, data), offer=offer) == Outcome([Said(TEXT, data)], OK)
    assert echo.converse(masked(TEXT, deflated(data), bits=RSV1), offer=offer) == Outcome([], PROTOCOL_ERROR)


@pytest.mark.parametrize("opcode", [TEXT, BINARY], ids=["text", "binary"])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("number", AGREED_OFFERS)
def test_compressed_messages_are_echoed(echo: Echo, number: str, opcode: int, size: int) -> None:
    data = DATA[opcode]
    starts = [size * at % (len(data) - size + 1) for at in range(MESSAGES)]
    sent = [data[start : start + size] for start in starts]
    with echo.connect(offer=OFFERS[number][0]) as peer:
        for message in sent:
            peer.send(masked(opcode, deflated(message), bits=RSV1))
            assert peer.frame() == Said(opcode, message)
        peer.send(closing(1000))
        assert peer.rest() == Outcome([], OK)


@pytest.mark.parametrize("fragment", [1, 64, 1024, 65536])
@pytest.mark.parametrize("opcode", [TEXT, BINARY], ids=["text", "binary"])
def test_a_compressed_message_in_fragments_is_echoed(echo: Echo, opcode: int, fragment: int) -> None:
    """12.1.11 to 12.1.18 and their like in each group"""
    data = DATA[opcode][:131072]
    frames = in_frames(opcode, deflated(data), fragment)
    assert echo.converse(frames, offer=AGREED) == Outcome([Said(opcode, data)], OK)


@pytest.mark.parametrize("level", [0, 1, 9])
@pytest.mark.parametrize("window_bits", [9, 12, 15])
@pytest.mark.parametrize("strategy", [zlib.Z_DEFAULT_STRATEGY, zlib.Z_HUFFMAN_ONLY, zlib.Z_FIXED])
def test_a_client_may_compress_as_it_likes(echo: Echo, level: int, window_bits: int, strategy: int) -> None:
    data = DATA[TEXT][:40_000]
    payload = deflated(data, level=level, window_bits=window_bits, strategy=strategy)
    assert echo.converse(masked(TEXT, payload, bits=RSV1), offer=AGREED) == Outcome([Said(TEXT, data)], OK)


@pytest.mark.parametrize(
    ("frames", "data"),
    [
        pytest.param(masked(TEXT, bytes.fromhex("f248cdc9c90700"), bits=RSV1), b"Hello", id="7.2.3.1 one block"),
        pytest.param(in_frames(TEXT, bytes.fromhex("f248cdc9c90700"), 3), b"Hello", id="7.2.3.1 in fragments"),
        pytest.param(
            masked(TEXT, bytes.fromhex("000500faff48656c6c6f00"), bits=RSV1), b"Hello", id="7.2.3.3 not compressed"
        ),
        pytest.param(
            masked(TEXT, bytes.fromhex("f348cdc9c9070000"), bits=RSV1), b"Hello", id="7.2.3.4 marked as the last block"
        ),
        pytest.param(
            masked(TEXT, bytes.fromhex("f248050000 00ffffcac9c90700"), bits=RSV1), b"Hello", id="7.2.3.5 two blocks"
        ),
        pytest.param(masked(TEXT, b"\x00", bits=RSV1), b"", id="7.2.3.6 empty"),
        pytest.param(masked(TEXT, b"Hello"), b"Hello", id="a message that is left uncompressed"),
    ],
)
def test_the_standards_own_examples_are_understood(echo: Echo, frames: bytes, data: bytes) -> None:
    assert echo.converse(frames + masked(PING), offer=AGREED) == Outcome([Said(TEXT, data), Said(PONG, b"")], OK)


@pytest.mark.parametrize(
    ("frames", "code"),
    [
        pytest.param(masked(TEXT, b"\xff" * 8, bits=RSV1), NOT_DEFLATED, id="not a stream"),
        pytest.param(masked(BINARY, b"\xff" * 8, bits=RSV1), NOT_DEFLATED, id="not a stream, binary"),
        pytest.param(
            masked(TEXT, b"\x00", bits=RSV1, final=False) + masked(CONTINUATION, b"\x00", bits=RSV1),
            PROTOCOL_ERROR,
            id="a continuation marked as compressed",
        ),
        pytest.param(masked(PING, b"\x00", bits=RSV1), PROTOCOL_ERROR, id="a ping marked as compressed"),
    ],
)
def test_what_is_not_compressed_as_agreed_ends_the_connection(echo: Echo, frames: bytes, code: int) -> None:
    assert echo.converse(frames, offer=AGREED) == Outcome([], code)
