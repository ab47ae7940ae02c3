"""Checks how a picture's file is built before any decoder reads it: whole, and of no more parts than are sane.

Each walk is linear in the number of parts and ends at the first one too many: nothing is decompressed.
"""

from __future__ import annotations

import mmap
from collections.abc import Callable, Mapping

from app.media.refusals import Refused

MAX_SEGMENTS = 1_000
"""Of a JPEG before its first scan. A camera's has about 20, one with a large profile and previews 200."""
MAX_CHUNKS = 2_000
"""Of a PNG or WebP, but for those of pixels."""
MAX_PIXEL_CHUNKS = 100_000
MAX_BOXES = 200
"""Of an AVIF or HEIC, at its top."""

Bytes = bytes | mmap.mmap


def check_structure(name: str, data: Bytes, *, frames: int, pixels: int) -> None:
    """Refuse a picture (a MediaFormat's name) that is cut off, or has too many parts or frames. Raises Refused.

    Of a WebP its pixels are counted too: its reader takes memory for all of them when the file is opened.
    """
    check = _CHECKS.get(name)
    if check is not None:
        check(data, frames)
    if name == "WebP" and _pixels_of_webp(data) > pixels:
        raise Refused("pixels")


def _check_jpeg(data: Bytes, frames: int) -> None:
    """Walk the segments up to the first scan (ITU-T T.81, annex B), then look for an end behind it."""
    at = 2
    for _ in range(MAX_SEGMENTS):
        while data[at : at + 2] == b"\xff\xff":
            at += 1
        head = data[at : at + 4]
        if len(head) < 4:
            raise Refused("truncated")
        if head[0] != 0xFF or head[1] in {0x00, 0xD8, 0xD9}:
            raise Refused("unreadable")
        if head[1] == 0xDA:
            if data.find(b"\xff\xd9", at) == -1:
                raise Refused("truncated")
            return
        at += 2 if 0xD0 <= head[1] <= 0xD7 or head[1] == 0x01 else 2 + int.from_bytes(head[2:4], "big")
    raise Refused("parts")


def _check_png(data: Bytes, frames: int) -> None:
    """Walk the chunks to IEND (W3C PNG, 5.3)."""
    at, others, pixels, seen = 8, 0, 0, 0
    while True:
        head = data[at : at + 8]
        length, kind = int.from_bytes(head[:4], "big"), head[4:8]
        if len(head) < 8 or at + 12 + length > len(data):
            raise Refused("truncated")
        if kind == b"IEND":
            return
        seen += kind == b"fcTL"
        if kind in {b"IDAT", b"fdAT", b"fcTL"}:
            pixels += 1
        else:
            others += 1
        if seen > frames:
            raise Refused("frames")
        if others > MAX_CHUNKS or pixels > MAX_PIXEL_CHUNKS:
            raise Refused("parts")
        at += 12 + length


def _check_gif(data: Bytes, frames: int) -> None:
    """Walk the blocks to the trailer (GIF89a, appendix A), counting frames."""
    at = 13 + _colours(data, 10)
    seen = others = 0
    while True:
        kind = data[at : at + 1]
        if kind == b";":
            return
        if kind == b",":
            seen += 1
            at = _behind_blocks(data, at + 11 + _colours(data, at + 9))
        elif kind == b"!":
            others += 1
            at = _behind_blocks(data, at + 2)
        elif not kind:
            raise Refused("truncated")
        else:
            raise Refused("unreadable")
        if seen > frames:
            raise Refused("frames")
        if others > MAX_CHUNKS + frames:
            raise Refused("parts")


def _colours(data: Bytes, at: int) -> int:
    """Return the length of the colour table that the flags at `at` announce."""
    flags = data[at : at + 1]
    if not flags:
        raise Refused("truncated")
    return 3 << ((flags[0] & 7) + 1) if flags[0] & 0x80 else 0


def _behind_blocks(data: Bytes, at: int) -> int:
    """Return where a chain of sub-blocks ends."""
    end = len(data)
    while at < end:
        length = data[at]
        at += 1 + length
        if length == 0:
            return at
    raise Refused("truncated")


def _check_webp(data: Bytes, frames: int) -> None:
    """Walk the chunks of the RIFF container (RFC 9649, 2.3), counting frames."""
    end = 8 + int.from_bytes(data[4:8], "little")
    if end > len(data):
        raise Refused("truncated")
    at, chunks, seen = 12, 0, 0
    while at + 8 <= end:
        chunks += 1
        seen += data[at : at + 4] == b"ANMF"
        length = int.from_bytes(data[at + 4 : at + 8], "little")
        at += 8 + length + (length & 1)
        if seen > frames:
            raise Refused("frames")
        if chunks > MAX_CHUNKS + frames:
            raise Refused("parts")
    if at > end + 1:
        raise Refused("truncated")


def _pixels_of_webp(data: Bytes) -> int:
    """Return the pixels of a WebP by the header of its first chunk (RFC 9649, 2.5 to 2.7)."""
    kind, head = data[12:16], data[20:30]
    if len(head) < 10:
        raise Refused("truncated")
    if kind == b"VP8X":
        width, height = int.from_bytes(head[4:7], "little") + 1, int.from_bytes(head[7:10], "little") + 1
    elif kind == b"VP8L":
        bits = int.from_bytes(head[1:5], "little")
        width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    else:
        width, height = (int.from_bytes(head[at : at + 2], "little") & 0x3FFF for at in (6, 8))
    return width * height


def _check_heif(data: Bytes, frames: int) -> None:
    check_boxes(data, most=MAX_BOXES)


def check_boxes(data: Bytes, *, most: int) -> None:
    """Walk the boxes at the top of an ISO media file (ISO/IEC 14496-12, 4.2): each must end within the file."""
    at = boxes = 0
    while at < len(data):
        head = data[at : at + 16]
        if len(head) < 8:
            return  # a few bytes behind the last box, which all readers pass over
        length = int.from_bytes(head[:4], "big")
        if length == 1:
            length = int.from_bytes(head[8:16], "big")
        if length == 0:
            return  # to the end of the file
        if length < 8:
            raise Refused("unreadable")
        boxes += 1
        at += length
        if boxes > most:
            raise Refused("parts")
    if at > len(data):
        raise Refused("truncated")


def check_segment(data: Bytes) -> None:
    """Compare the length that a Matroska file tells of its segment (RFC 8794, 4; RFC 9559, 5.1) with the file."""
    at = 4
    length, width = _variable_number(data, at)
    at += width + (length or 0)
    if data[at : at + 4] != b"\x18\x53\x80\x67":
        raise Refused("unreadable")
    length, width = _variable_number(data, at + 4)
    if length is not None and at + 4 + width + length > len(data):
        raise Refused("truncated")


def _variable_number(data: Bytes, at: int) -> tuple[int | None, int]:
    """Return a number of EBML and how many bytes it takes; None for one that is not told, as of a live recording."""
    first = data[at : at + 1]
    if not first or first[0] == 0:
        raise Refused("unreadable")
    width = 9 - first[0].bit_length()
    value = int.from_bytes(data[at : at + width], "big") & ((1 << 7 * width) - 1)
    return (None if value == (1 << 7 * width) - 1 else value), width


_CHECKS: Mapping[str, Callable[[Bytes, int], None]] = {
    "JPEG": _check_jpeg,
    "PNG": _check_png,
    "GIF": _check_gif,
    "WebP": _check_webp,
    "AVIF": _check_heif,
    "HEIC": _check_heif,
}
