"""Large and many messages, after group 9 of the Autobahn test suite, whose numbers are given with each case; all
of it. Each message is echoed as it was sent, whatever the pieces and however many wait.
"""

from __future__ import annotations

import random

import pytest

from tests.conformance.peer import BINARY, CONTINUATION, TEXT, Echo, Outcome, Said, closing
from tests.live.protocol.test_frames import masked

MB = 1 << 20
OK = 1000
MASK = b"\x37\xfa\x21\x3d"


def payload_of(opcode: int, size: int) -> bytes:
    return b"*" * size if opcode == TEXT else random.Random(size).randbytes(size)


both = pytest.mark.parametrize("opcode", [TEXT, BINARY], ids=["text", "binary"])


@both
@pytest.mark.parametrize("size", [64 << 10, 256 << 10, MB, 4 * MB, 8 * MB, 16 * MB], ids=lambda size: f"{size >> 10}k")
def test_a_large_message_is_echoed(echo: Echo, opcode: int, size: int) -> None:
    """9.1, 9.2"""
    data = payload_of(opcode, size)
    assert echo.converse(masked(opcode, data, mask=MASK)) == Outcome([Said(opcode, data)], OK)


@both
@pytest.mark.parametrize("fragment", [64, 256, 1 << 10, 4 << 10, 16 << 10, 64 << 10, 256 << 10, MB, 4 * MB])
def test_a_large_message_in_fragments_is_echoed(echo: Echo, opcode: int, fragment: int) -> None:
    """9.3, 9.4"""
    data = payload_of(opcode, 4 * MB)
    parts = [data[at : at + fragment] for at in range(0, len(data), fragment)]
    frames = [masked(CONTINUATION if at else opcode, part, final=False, mask=MASK) for at, part in enumerate(parts)]
    assert echo.converse(b"".join(frames) + masked(CONTINUATION)) == Outcome([Said(opcode, data)], OK)


@both
@pytest.mark.parametrize("chop", [64, 128, 256, 512, 1024, 2048])
def test_a_large_message_in_small_writes_is_echoed(echo: Echo, opcode: int, chop: int) -> None:
    """9.5, 9.6"""
    data = payload_of(opcode, MB)
    assert echo.converse(masked(opcode, data, mask=MASK), chop=chop) == Outcome([Said(opcode, data)], OK)


@both
@pytest.mark.parametrize("size", [0, 16, 64, 256, 1024, 4096])
def test_a_thousand_messages_are_echoed_in_order(echo: Echo, opcode: int, size: int) -> None:
    """9.7, 9.8"""
    data = payload_of(opcode, size)
    with echo.connect() as peer:
        for _ in range(1000):
            peer.send(masked(opcode, data))
            assert peer.frame() == Said(opcode, data)
        peer.send(closing(1000))
        assert peer.rest() == Outcome([], OK)


@both
def test_messages_that_wait_for_their_reader_are_all_echoed(echo: Echo, opcode: int) -> None:
    sent = [payload_of(opcode, size) for size in range(0, 8000, 4)]
    with echo.connect() as peer:
        peer.send(b"".join(masked(opcode, data) for data in sent))
        assert [peer.frame().data for _ in sent] == sent
