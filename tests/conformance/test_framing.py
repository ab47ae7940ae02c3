"""Frames, after the groups 1 to 5 and 10 of the Autobahn test suite, whose numbers are given with each case.

All of 1: payloads of every encoding of a length are echoed, also in pieces. All of 2: a ping is answered with its
payload, one over 125 octets ends the connection with 1002, an unsolicited pong is ignored. All of 3 and 4: reserved
bits and opcodes end it with 1002, after what was sent before them was echoed. All of 5: fragments are joined around
control frames; fragments of control frames, and continuations of nothing, end it with 1002. All of 10: a message in
many frames is echoed.
"""

from __future__ import annotations

import os

import pytest

from tests.conformance.peer import BINARY, CONTINUATION, PING, PONG, TEXT, Echo, Outcome, Said, closing
from tests.live.protocol.test_frames import masked

HELLO = Said(TEXT, b"Hello, world!")
PONG_FOR_PING = Said(PONG, b"ping")
OK = 1000
PROTOCOL_ERROR = 1002

hello = masked(TEXT, HELLO.data)
ping = masked(PING, b"ping")
begin = masked(TEXT, b"fragment1", final=False)
end = masked(CONTINUATION, b"fragment2")
JOINED = Said(TEXT, b"fragment1fragment2")

ways = pytest.mark.parametrize("chop", [None, 1], ids=["in frames", "in octets"])


@pytest.mark.parametrize("opcode", [TEXT, BINARY], ids=["1.1 text", "1.2 binary"])
@pytest.mark.parametrize("size", [0, 125, 126, 127, 128, 65535, 65536])
@pytest.mark.parametrize("chop", [None, 1, 997], ids=["whole", "in octets", "in pieces of 997"])
def test_a_message_of_any_length_is_echoed(echo: Echo, opcode: int, size: int, chop: int | None) -> None:
    data = b"*" * size if opcode == TEXT else os.urandom(size)
    message = masked(opcode, data, mask=os.urandom(4))
    assert echo.converse(message, chop=chop) == Outcome([Said(opcode, data)], OK)


@ways
@pytest.mark.parametrize(
    "payload",
    [
        pytest.param(b"", id="2.1"),
        pytest.param(b"Hello", id="2.2"),
        pytest.param(b"\x00\xff\xfe\xfd\xfc\xfb\x00\xff", id="2.3"),
        pytest.param(b"\xfe" * 125, id="2.4 2.6"),
    ],
)
def test_a_ping_is_answered_with_its_payload(echo: Echo, payload: bytes, chop: int | None) -> None:
    assert echo.converse(masked(PING, payload), chop=chop) == Outcome([Said(PONG, payload)], OK)


def test_a_ping_of_126_octets_is_a_protocol_error(echo: Echo) -> None:
    """2.5"""
    assert echo.converse(masked(PING, b"\xfe" * 126)) == Outcome([], PROTOCOL_ERROR)


@pytest.mark.parametrize("payload", [b"", b"unsolicited"], ids=["2.7", "2.8"])
def test_an_unsolicited_pong_is_ignored(echo: Echo, payload: bytes) -> None:
    assert echo.converse(masked(PONG, payload)) == Outcome([], OK)


def test_a_ping_is_answered_also_behind_an_unsolicited_pong(echo: Echo) -> None:
    """2.9"""
    assert echo.converse(masked(PONG, b"unsolicited"), ping) == Outcome([PONG_FOR_PING], OK)


@ways
def test_ten_pings_are_answered_in_order(echo: Echo, chop: int | None) -> None:
    """2.10, 2.11"""
    payloads = [b"payload-%d" % number for number in range(10)]
    sent = b"".join(masked(PING, payload) for payload in payloads)
    assert echo.converse(sent, chop=chop) == Outcome([Said(PONG, payload) for payload in payloads], OK)


@ways
@pytest.mark.parametrize(
    ("before", "bad"),
    [
        pytest.param(b"", masked(TEXT, b"x", bits=0x10), id="3.1"),
        pytest.param(hello, masked(TEXT, b"x", bits=0x20), id="3.2"),
        pytest.param(hello, masked(TEXT, b"x", bits=0x30), id="3.3"),
        pytest.param(hello, masked(TEXT, b"x", bits=0x40), id="3.4"),
        pytest.param(b"", masked(BINARY, b"x", bits=0x50), id="3.5"),
        pytest.param(b"", masked(PING, b"x", bits=0x60), id="3.6"),
        pytest.param(b"", closing(1000)[:1].replace(b"\x88", b"\xf8") + closing(1000)[1:], id="3.7"),
        pytest.param(b"", masked(3), id="4.1.1"),
        pytest.param(b"", masked(4, b"x"), id="4.1.2"),
        pytest.param(hello, masked(5), id="4.1.3"),
        pytest.param(hello, masked(6, b"x"), id="4.1.4"),
        pytest.param(hello, masked(7, b"x"), id="4.1.5"),
        pytest.param(b"", masked(11), id="4.2.1"),
        pytest.param(b"", masked(12, b"x"), id="4.2.2"),
        pytest.param(hello, masked(13), id="4.2.3"),
        pytest.param(hello, masked(14, b"x"), id="4.2.4"),
        pytest.param(hello, masked(15, b"x"), id="4.2.5"),
        pytest.param(b"", masked(PING, b"x", final=False) + masked(CONTINUATION, b"y"), id="5.1"),
        pytest.param(b"", masked(PONG, b"x", final=False) + masked(CONTINUATION, b"y"), id="5.2"),
        pytest.param(b"", masked(CONTINUATION, b"x") + hello, id="5.9 5.10 5.11"),
        pytest.param(b"", masked(CONTINUATION, b"x", final=False) + hello, id="5.12 5.13 5.14"),
        pytest.param(begin + end, masked(CONTINUATION, b"x", final=False) + hello, id="5.15"),
        pytest.param(b"", masked(CONTINUATION, b"x", final=False) + begin + end, id="5.16"),
        pytest.param(b"", masked(CONTINUATION, b"x") + begin + end, id="5.17"),
        pytest.param(b"", begin + masked(TEXT, b"fragment2"), id="5.18"),
        pytest.param(b"", hello[:1] + bytes([len(HELLO.data)]) + HELLO.data, id="not masked"),
    ],
)
def test_what_breaks_the_protocol_ends_it_after_what_came_before(
    echo: Echo, before: bytes, bad: bytes, chop: int | None
) -> None:
    said = {b"": [], hello: [HELLO], begin + end: [JOINED]}[before]
    assert echo.converse(before + bad, ping, chop=chop) == Outcome(said, PROTOCOL_ERROR)


@pytest.mark.parametrize(
    "pieces", [[begin + end], [begin, end]], ids=["5.3 in one write", "5.4 in a write for each frame"]
)
def test_fragments_are_joined(echo: Echo, pieces: list[bytes]) -> None:
    assert echo.converse(*pieces) == Outcome([JOINED], OK)


def test_fragments_are_joined_from_single_octets(echo: Echo) -> None:
    """5.5"""
    assert echo.converse(begin + end, chop=1) == Outcome([JOINED], OK)


@ways
def test_a_ping_between_fragments_is_answered_before_the_message(echo: Echo, chop: int | None) -> None:
    """5.6, 5.7, 5.8"""
    assert echo.converse(begin, ping, end, chop=chop) == Outcome([PONG_FOR_PING, JOINED], OK)


@pytest.mark.parametrize("apart", [False, True], ids=["5.19", "5.20"])
def test_pings_between_many_fragments_are_answered_while_more_is_to_come(echo: Echo, apart: bool) -> None:
    parts = [b"fragment%d" % number for number in range(5)]
    frames = [masked(TEXT if not at else CONTINUATION, part, final=at == 4) for at, part in enumerate(parts)]
    with echo.connect() as peer:
        for group in ([*frames[:2], ping], [*frames[2:4], ping]):
            for piece in group if apart else [b"".join(group)]:
                peer.send(piece)
            assert peer.frame() == PONG_FOR_PING
        peer.send(frames[4] + closing(1000))
        assert peer.rest() == Outcome([Said(TEXT, b"".join(parts))], OK)


def test_a_long_message_in_many_frames_is_echoed(echo: Echo) -> None:
    """10.1.1"""
    data = b"*" * 65536
    parts = [data[at : at + 1300] for at in range(0, len(data), 1300)]
    frames = [masked(CONTINUATION if at else TEXT, part, final=False) for at, part in enumerate(parts)]
    assert echo.converse(*frames, masked(CONTINUATION)) == Outcome([Said(TEXT, data)], OK)
