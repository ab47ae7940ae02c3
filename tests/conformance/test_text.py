"""UTF-8, after group 6 of the Autobahn test suite, whose numbers are given with each case; all of it.

Valid text is echoed, in one frame, in frames of one octet and compressed; invalid text ends the connection with 1007,
and at once when it cannot become valid any more (6.4, in its strict reading). The sequences are those of Markus Kuhn's
stress test: the ends of each length, surrogates, overlong forms, noncharacters, octets that are never in UTF-8.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator

import pytest

from tests.conformance.peer import CONTINUATION, TEXT, Echo, Outcome, Said
from tests.live.protocol.test_frames import masked

Encode = Callable[[bytes], bytes]

OK = 1000
NOT_UTF8 = 1007
GREEK = "κ\u1f79σμε".encode()
HELLO = "Hello-µ@ßöäüàá-UTF-8!!".encode()
SURROGATES = [0xD800, 0xDB7F, 0xDB80, 0xDBFF, 0xDC00, 0xDF80, 0xDFFF]
PAIRS = [(high, low) for high in (0xD800, 0xDB7F, 0xDB80, 0xDBFF) for low in (0xDC00, 0xDFFF)]


def stretched(code_point: int, length: int) -> bytes:
    """The code point in so many octets, by the scheme of UTF-8 but without its limits."""
    if length == 1:
        return bytes([code_point])
    tail = [0x80 | (code_point >> 6 * at) & 0x3F for at in reversed(range(length - 1))]
    return bytes([(0xFF00 >> length) & 0xFF | code_point >> 6 * (length - 1), *tail])


def spaced(first: int, last: int) -> bytes:
    return b"".join(bytes([octet, 0x20]) for octet in range(first, last + 1))


def numbered(group: str, texts: list[bytes]) -> Iterator[tuple[str, bytes]]:
    return ((f"{group}.{number}", text) for number, text in enumerate(texts, start=1))


def valid() -> Iterator[tuple[str, bytes]]:
    yield "6.1.1", b""
    yield "6.2.1", HELLO
    yield from numbered(
        "6.5", [b"hello$world", "hello¢world".encode(), "hello€world".encode(), "hello𤭢world".encode()]
    )
    yield "6.5.5", GREEK
    yield from ((f"6.6.{size}", GREEK[:size]) for size in (2, 5, 7, 9, 11))
    yield from numbered("6.7", [stretched(first, at) for at, first in enumerate([0, 0x80, 0x800, 0x10000], start=1)])
    yield from numbered(
        "6.9", [stretched(last, at) for at, last in enumerate([0x7F, 0x7FF, 0xFFFF, 0x10FFFF], start=1)]
    )
    yield from numbered("6.11", [chr(point).encode() for point in (0xD7FF, 0xE000, 0xFFFD, 0x10FFFF)])
    yield from numbered("6.22", [chr(plane << 16 | end).encode() for plane in range(17) for end in (0xFFFE, 0xFFFF)])
    yield from numbered("6.23", [chr(point).encode() for point in range(0xFFF9, 0x10000)])


def invalid() -> Iterator[tuple[str, bytes]]:
    yield "6.3.1", GREEK + stretched(0xD800, 3) + b"edited"
    yield from ((f"6.6.{size}", GREEK[:size]) for size in (1, 3, 4, 6, 8, 10))
    yield from numbered("6.8", [stretched(0x200000, 5), stretched(0x4000000, 6)])
    yield from numbered("6.10", [stretched(0x1FFFFF, 4), stretched(0x3FFFFFF, 5), stretched(0x7FFFFFFF, 6)])
    yield "6.11.5", stretched(0x110000, 4)
    yield from numbered("6.12", [b"\x80", b"\xbf", *((b"\x80\xbf" * 4)[:size] for size in range(2, 7))])
    yield "6.12.8", bytes(range(0x80, 0xC0))
    starts = [(0xC0, 0xDF), (0xE0, 0xEF), (0xF0, 0xF7), (0xF8, 0xFB), (0xFC, 0xFD)]
    yield from numbered("6.13", [spaced(first, last) for first, last in starts])
    cut = [stretched(0, length)[:-1] for length in range(2, 7)]
    cut += [stretched((1 << bits) - 1, length)[:-1] for length, bits in enumerate([11, 16, 21, 26, 31], start=2)]
    yield from numbered("6.14", cut)
    yield "6.15.1", b"".join(cut)
    yield from numbered("6.16", [b"\xfe", b"\xff", b"\xfe\xfe\xff\xff"])
    yield from numbered("6.17", [stretched(ord("/"), length) for length in range(2, 7)])
    lasts = [0x7F, 0x7FF, 0xFFFF, 0x1FFFFF, 0x3FFFFFF]
    yield from numbered("6.18", [stretched(last, length) for length, last in enumerate(lasts, start=2)])
    yield from numbered("6.19", [stretched(0, length) for length in range(2, 7)])
    yield from numbered("6.20", [stretched(surrogate, 3) for surrogate in SURROGATES])
    yield from numbered("6.21", [stretched(high, 3) + stretched(low, 3) for high, low in PAIRS])


def whole(text: bytes) -> bytes:
    return masked(TEXT, text)


def by_octet(text: bytes) -> bytes:
    frames = [masked(CONTINUATION if at else TEXT, text[at : at + 1], final=False) for at in range(len(text) or 1)]
    return b"".join(frames) + masked(CONTINUATION)


def compressed(text: bytes) -> bytes:
    compressor = zlib.compressobj(wbits=-15)
    payload = compressor.compress(text) + compressor.flush(zlib.Z_SYNC_FLUSH)
    return masked(TEXT, payload.removesuffix(b"\x00\x00\xff\xff"), bits=0x40)


in_each_way = pytest.mark.parametrize("encode", [whole, by_octet, compressed])


@in_each_way
@pytest.mark.parametrize("text", [pytest.param(text, id=number) for number, text in valid()])
def test_valid_text_is_echoed(echo: Echo, text: bytes, encode: Encode) -> None:
    assert echo.converse(encode(text), offer="permessage-deflate") == Outcome([Said(TEXT, text)], OK)


@in_each_way
@pytest.mark.parametrize("text", [pytest.param(text, id=number) for number, text in invalid()])
def test_invalid_text_ends_the_connection(echo: Echo, text: bytes, encode: Encode) -> None:
    assert echo.converse(encode(text), offer="permessage-deflate") == Outcome([], NOT_UTF8)


@pytest.mark.parametrize(
    "parts",
    [
        pytest.param([b"", b"", b""], id="6.1.2"),
        pytest.param([b"", b"middle frame payload", b""], id="6.1.3"),
        pytest.param([HELLO[:15], HELLO[15:]], id="6.2.2"),
    ],
)
def test_text_in_fragments_is_echoed(echo: Echo, parts: list[bytes]) -> None:
    frames = [masked(CONTINUATION if at else TEXT, part, final=False) for at, part in enumerate(parts[:-1])]
    assert echo.converse(*frames, masked(CONTINUATION, parts[-1])) == Outcome([Said(TEXT, b"".join(parts))], OK)


@pytest.mark.parametrize(
    ("sound", "bad"),
    [
        pytest.param(GREEK, b"\xf4\x90\x80\x80", id="6.4.1 6.4.3"),
        pytest.param(GREEK + b"\xf4", b"\x90", id="6.4.2 6.4.4"),
    ],
)
@pytest.mark.parametrize("in_one_frame", [False, True], ids=["in frames", "in pieces of one frame"])
def test_text_that_cannot_become_valid_any_more_ends_the_connection_before_its_end(
    echo: Echo, sound: bytes, bad: bytes, in_one_frame: bool
) -> None:
    frame = masked(TEXT, sound + bad + b"edited")
    pieces = [frame[: -len(bad + b"edited")], frame[-len(bad + b"edited") : -len(b"edited")]]
    if not in_one_frame:
        pieces = [masked(TEXT, sound, final=False), masked(CONTINUATION, bad, final=False)]
    with echo.connect() as peer:
        for piece in pieces:
            peer.send(piece)
        assert peer.rest() == Outcome([], NOT_UTF8)
