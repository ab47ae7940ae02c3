"""Frames between the process that commits and those of its machine that read, over a Unix socket: bytes alone."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

VERSION = 1
"""The version of these frames, which both sides say first: processes of two releases leave each other alone."""

FRAME_LIMIT_BYTES = 1024 * 1024
"""The largest frame. A larger announcement goes as its number, and its events are read from the tables."""

_HEAD = struct.Struct("!BIQd")
"""Kind, size of the content, number, monotonic time in seconds."""

_MAGIC = b"liveblog commits %d" % VERSION


class Kind(IntEnum):
    """The kinds of frames. A kind that is not known is skipped."""

    HELLO = 1
    """First from either side: the content names protocol and version; the number is the writer's last one."""
    COMMIT = 2
    """An announcement as bytes, and when it was published."""
    HEAD = 3
    """The story and the cursor of a commit that is too large to be sent."""
    OUTDATED = 4
    """What else a commit made outdated."""
    MISSED = 5
    """Frames up to this number were left out, because the receiver took none."""
    KNOWN = 6
    """From a reader: everything up to this number has been applied."""
    PING = 7
    PONG = 8


class MalformedFrame(ValueError):
    """Bytes that are no frame of this version."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame as it arrived."""

    kind: int
    number: int
    at_seconds: float
    content: bytes


@dataclass(frozen=True, slots=True)
class Outdated:
    """The things that a commit made outdated beside its stories: lists of comments, sites, and text that was purged."""

    comments: bool = False
    sites: bool = False
    texts: bool = False

    def __bool__(self) -> bool:
        return self.comments or self.sites or self.texts

    def to_bytes(self) -> bytes:
        """Encode as one byte."""
        return bytes([self.comments | self.sites << 1 | self.texts << 2])

    @staticmethod
    def from_bytes(data: bytes) -> Outdated:
        """Decode; bits that are not known are left out. Raises MalformedFrame."""
        if len(data) != 1:
            raise MalformedFrame("not one byte")
        return Outdated(comments=bool(data[0] & 1), sites=bool(data[0] & 2), texts=bool(data[0] & 4))


def encode_frame(kind: Kind, *, number: int = 0, at_seconds: float = 0.0, content: bytes = b"") -> bytes:
    """Encode a frame."""
    return _HEAD.pack(kind, len(content), number, at_seconds) + content


def encode_hello(number: int = 0) -> bytes:
    """Encode the first frame of either side."""
    return encode_frame(Kind.HELLO, number=number, content=_MAGIC)


def require_hello(frame: Frame) -> None:
    """Raise MalformedFrame unless this is the first frame of a process that speaks our version."""
    if frame.kind != Kind.HELLO or frame.content != _MAGIC:
        raise MalformedFrame(f"no greeting of version {VERSION}")


class FrameReader:
    """Cuts a stream of bytes into frames; keeps one frame's bytes at most."""

    def __init__(self, *, limit_bytes: int = FRAME_LIMIT_BYTES) -> None:
        self._limit_bytes = limit_bytes
        self._kept = bytearray()

    def feed(self, data: bytes) -> Iterator[Frame]:
        """Yield the frames that are complete now. Raises MalformedFrame for one that is too large."""
        self._kept += data
        start = 0
        try:
            while len(self._kept) - start >= _HEAD.size:
                kind, size, number, at_seconds = _HEAD.unpack_from(self._kept, start)
                if size > self._limit_bytes:
                    raise MalformedFrame("a frame over the limit")
                end = start + _HEAD.size + size
                if len(self._kept) < end:
                    return
                content = bytes(self._kept[start + _HEAD.size : end])
                start = end
                yield Frame(kind, number, at_seconds, content)
        finally:
            del self._kept[:start]
