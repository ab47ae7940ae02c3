"""Frames: what a client may send, what it may not, and that whole messages come out whatever the pieces."""

from __future__ import annotations

import os
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.extensions.permessage_deflate import PerMessageDeflate
from websockets.frames import Frame
from websockets.frames import Opcode as TheirOpcode
from websockets.utils import apply_mask

from app.live.protocol.frames import (
    BadFrame,
    FrameReader,
    Opcode,
    Received,
    close_code_of,
    deflated,
    encode_close,
    encode_frame,
)

LIMIT = 4096


def masked(
    opcode: int, payload: bytes = b"", *, final: bool = True, bits: int = 0, mask: bytes = b"\x01\x02\x03\x04"
) -> bytes:
    first = (0x80 if final else 0) | bits | opcode
    size = len(payload)
    if size < 126:
        head = struct.pack("!BB", first, 0x80 | size)
    elif size < 1 << 16:
        head = struct.pack("!BBH", first, 0x80 | 126, size)
    else:
        head = struct.pack("!BBQ", first, 0x80 | 127, size)
    return head + mask + apply_mask(payload, mask)


def reader(*, deflate: bool = False, limit_bytes: int = LIMIT) -> FrameReader:
    return FrameReader(deflate=deflate, limit_bytes=limit_bytes)


def read(data: bytes, *, deflate: bool = False) -> list[Received]:
    return list(reader(deflate=deflate).feed(data))


def closes_with(code: int, data: bytes, *, deflate: bool = False) -> None:
    with pytest.raises(BadFrame) as refused:
        read(data, deflate=deflate)
    assert refused.value.code == code


@given(
    messages=st.lists(st.tuples(st.sampled_from(["text", "binary"]), st.binary(max_size=600)), max_size=6),
    cuts=st.lists(st.integers(min_value=1, max_value=50), min_size=1),
    pieces=st.integers(min_value=1, max_value=8),
)
def test_messages_come_out_whole_however_they_are_split(
    messages: list[tuple[str, bytes]], cuts: list[int], pieces: int
) -> None:
    sent, expected = b"", []
    for kind, data in messages:
        data = data.decode(errors="replace").encode() if kind == "text" else data
        opcode = Opcode.TEXT if kind == "text" else Opcode.BINARY
        expected.append(Received(opcode, data))
        size = len(data) // pieces + 1
        parts = [data[at : at + size] for at in range(0, len(data), size)] or [b""]
        for number, part in enumerate(parts):
            last = number == len(parts) - 1
            sent += masked(opcode if number == 0 else 0, part, final=last, mask=os.urandom(4))
            if not last:
                sent += masked(Opcode.PING, b"?")
                expected.insert(len(expected) - 1, Received(Opcode.PING, b"?"))
    out: list[Received] = []
    at, turn, under_test = 0, 0, reader()
    while at < len(sent):
        out += under_test.feed(sent[at : at + cuts[turn % len(cuts)]])
        at += cuts[turn % len(cuts)]
        turn += 1
    assert out == expected
    assert under_test.is_between


@given(text=st.text(max_size=1000))
def test_what_another_library_compresses_is_read(text: str) -> None:
    theirs = PerMessageDeflate(True, True, 15, 15)
    frame = theirs.encode(Frame(TheirOpcode.TEXT, text.encode()))
    assert read(masked(1, bytes(frame.data), bits=0x40), deflate=True) == [Received(Opcode.TEXT, text.encode())]


@given(payload=st.binary(max_size=2000))
def test_what_we_compress_is_read_by_another_library(payload: bytes) -> None:
    theirs = PerMessageDeflate(True, True, 15, 15)
    for _ in range(2):
        frame = Frame(TheirOpcode.BINARY, deflated(payload), rsv1=True)
        assert bytes(theirs.decode(frame).data) == payload


@pytest.mark.parametrize("opcode", [3, 4, 5, 6, 7, 0xB, 0xC, 0xD, 0xE, 0xF])
def test_a_reserved_opcode_is_a_protocol_error(opcode: int) -> None:
    closes_with(1002, masked(opcode))


@pytest.mark.parametrize("bits", [0x10, 0x20, 0x40, 0x50, 0x70])
def test_reserved_bits_are_a_protocol_error(bits: int) -> None:
    closes_with(1002, masked(1, b"x", bits=bits))


def test_compression_stands_on_a_messages_first_frame_only() -> None:
    closes_with(1002, masked(1, b"x", bits=0x40, final=False) + masked(0, b"x", bits=0x40), deflate=True)
    closes_with(1002, masked(9, b"x", bits=0x40), deflate=True)
    closes_with(1002, masked(1, b"x", bits=0x20), deflate=True)


def test_an_unmasked_frame_is_a_protocol_error() -> None:
    closes_with(1002, encode_frame(Opcode.TEXT, b"hello"))


def test_control_frames_are_whole_and_small() -> None:
    closes_with(1002, masked(9, b"x" * 126))
    closes_with(1002, masked(9, b"x", final=False))
    assert read(masked(9, b"x" * 125)) == [Received(Opcode.PING, b"x" * 125)]


def test_frames_out_of_order_are_a_protocol_error() -> None:
    closes_with(1002, masked(0, b"x"))
    closes_with(1002, masked(1, b"x", final=False) + masked(1, b"y"))
    closes_with(1002, masked(1, b"x", final=False) + masked(2, b"y", final=False))


def test_a_message_over_the_limit_is_refused_before_it_is_read() -> None:
    assert read(masked(2, b"x" * LIMIT))[0].data == b"x" * LIMIT
    closes_with(1009, masked(2, b"x" * (LIMIT + 1))[:4])
    closes_with(1009, struct.pack("!BBQ", 0x82, 0xFF, 16 * 1024 * 1024))
    closes_with(1009, masked(2, b"x" * LIMIT, final=False) + masked(0, b"y"))
    closes_with(1002, struct.pack("!BBQ", 0x82, 0xFF, 1 << 63))


def test_a_bomb_is_not_unpacked() -> None:
    compressor = zlib.compressobj(wbits=-15)
    bomb = compressor.compress(b"\0" * 3_000_000) + compressor.flush(zlib.Z_SYNC_FLUSH)
    assert len(bomb) < LIMIT
    closes_with(1009, masked(2, bomb[:-4], bits=0x40), deflate=True)


def test_what_is_not_compressed_data_is_refused() -> None:
    closes_with(1007, masked(2, b"\xff\xff\xff\xff", bits=0x40), deflate=True)


def test_endless_pieces_are_refused() -> None:
    closes_with(1002, masked(1, b"", final=False) + masked(0, b"", final=False) * 64)


def test_text_is_utf_8() -> None:
    closes_with(1007, masked(1, b"\xed\xa0\x80"))
    closes_with(1007, masked(1, b"\xce", final=False) + masked(0, b"x"))
    assert read(masked(1, b"\xce", final=False) + masked(0, b"\xba")) == [Received(Opcode.TEXT, "κ".encode())]


def test_text_is_refused_as_soon_as_it_cannot_become_utf_8() -> None:
    closes_with(1007, masked(1, "κ".encode() + b"\xf4\x90", final=False))
    whole = masked(1, "κόσμε".encode() + b"\xf4\x90\x80\x80edited")
    enough = len(whole) - len(b"\x80\x80edited")
    under_test = reader()
    for at in range(enough - 1):
        assert list(under_test.feed(whole[at : at + 1])) == []
    with pytest.raises(BadFrame):
        list(under_test.feed(whole[enough - 1 : enough]))


def test_what_came_before_a_bad_frame_is_given_out() -> None:
    messages = reader().feed(masked(1, b"x") + masked(3))
    assert next(messages) == Received(Opcode.TEXT, b"x")
    with pytest.raises(BadFrame):
        next(messages)


@pytest.mark.parametrize("code", [0, 999, 1004, 1005, 1006, 1015, 1016, 2000, 2999, 5000, 65535])
def test_a_close_code_that_may_not_be_sent_is_a_protocol_error(code: int) -> None:
    closes_with(1002, masked(8, struct.pack("!H", code)))


def test_a_close_frame_is_empty_or_has_a_code_and_text() -> None:
    assert close_code_of(read(masked(8))[0].data) == 1005
    assert close_code_of(read(masked(8, struct.pack("!H", 4101) + "ü".encode()))[0].data) == 4101
    closes_with(1002, masked(8, b"\x03"))
    closes_with(1007, masked(8, struct.pack("!H", 1000) + b"\xff"))


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65535, 65536])
def test_our_frames_are_read_by_another_library(size: int) -> None:
    data = encode_frame(Opcode.TEXT, b"x" * size)
    assert data == Frame(TheirOpcode.TEXT, b"x" * size).serialize(mask=False)
    assert encode_frame(Opcode.TEXT, b"x", compressed=True)[0] == 0xC1


def test_a_long_close_reason_is_cut_at_a_character() -> None:
    frame = encode_close(1002, "ü" * 100)
    assert frame[1] == 2 + 122
    assert frame[4:].decode() == "ü" * 61


def test_a_reader_in_the_middle_is_not_between() -> None:
    under_test = reader()
    between = []
    for data in (masked(1, b"x", final=False), masked(0, b"y"), b"\x81"):
        list(under_test.feed(data))
        between.append(under_test.is_between)
    assert between == [False, True, False]


def test_what_follows_a_close_frame_is_not_read() -> None:
    reader = FrameReader(deflate=False, limit_bytes=4096)
    (received,) = reader.feed(masked(8, b"\x03\xe8") + b"\xff" * 20)
    assert (received.opcode, received.data) == (Opcode.CLOSE, b"\x03\xe8")
    assert reader.is_between
