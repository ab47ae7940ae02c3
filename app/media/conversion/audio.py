"""Rewrites an MP3 from its frames alone; executed as a program. Tags, covers and padding are left behind."""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from app.media.conversion.program import Task, run_program
from app.media.formats import is_mp3_frame
from app.media.refusals import Refused

FILE = "audio.mp3"
MAX_JUNK_BYTES = 2**16
"""Between frames, in all. Recorders leave some; more is another format."""
LEAST_FRAMES = 3
_TAGS_BEHIND = (b"TAG", b"APETAGEX", b"LYRICSBEGIN", b"ID3", b"3DI")

_BIT_RATES_1 = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_BIT_RATES_2 = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
_RATES = (44_100, 48_000, 32_000)


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame of layer III (ISO/IEC 11172-3, 2.4.2): its place, its length, and what it plays."""

    start: int
    length: int
    samples: int
    rate: int
    side_bytes: int
    """Where the header of a variable bit rate would stand, in the first frame."""


def convert_audio(task: Task) -> dict[str, Any]:
    """Write the frames of an MP3, and nothing else of it. Raises Refused."""
    with (
        mmap.mmap(task.source.fileno(), 0, access=mmap.ACCESS_READ) as data,
        (task.folder / FILE).open("wb") as output,
    ):
        seconds = _write_frames(data, output, task.limits.seconds)
    return {
        "width": None, "height": None, "animated": False, "duration_ms": round(seconds * 1000), "placeholder": None,
        "renditions": [{"file": FILE, "width": None, "height": None}],
        "offered": {"caption": "", "credit": "", "rights": ""},
    }  # fmt: skip


def _write_frames(data: mmap.mmap, output: BinaryIO, longest: int) -> float:
    seconds, count = 0.0, 0
    for frame in _frames(data):
        content = data[frame.start : frame.start + frame.length]
        if count == 0:
            content = _without_encoder(content, frame)
        output.write(content)
        count += 1
        seconds += frame.samples / frame.rate
        if seconds > longest:
            raise Refused("seconds")
    if count < LEAST_FRAMES:
        raise Refused("unreadable")
    return seconds


def _frames(data: mmap.mmap) -> Iterator[Frame]:
    """List the frames of a file, passing over tags. Raises Refused where other things stand between them."""
    at, junk, end = _behind_tags(data), 0, len(data)
    while at < end:
        frame = _frame_at(data, at)
        if frame is not None:
            if at + frame.length > end:
                return  # a last frame that was cut off when a recording was: players leave it out too
            yield frame
            at += frame.length
        elif any(data[at : at + len(tag)] == tag for tag in _TAGS_BEHIND):
            return
        else:
            following = data.find(b"\xff", at + 1, at + MAX_JUNK_BYTES)
            following = end if following == -1 else following
            junk += following - at
            if junk > MAX_JUNK_BYTES:
                raise Refused("unreadable")
            at = following


def _behind_tags(data: mmap.mmap) -> int:
    """Return where the sound begins, behind any ID3v2 tags (id3.org/id3v2.4.0-structure, 3.1)."""
    at = 0
    for _ in range(8):
        head = data[at : at + 10]
        if head[:3] != b"ID3" or len(head) < 10:
            break
        length = head[6] << 21 | head[7] << 14 | head[8] << 7 | head[9]
        at += 10 + length + (10 if head[5] & 0x10 else 0)
    while at < len(data) and data[at : at + 1] == b"\0":
        following = data[at : at + 4096]
        at += len(following) - len(following.lstrip(b"\0"))
    return at


def _frame_at(data: mmap.mmap, at: int) -> Frame | None:
    head = data[at : at + 4]
    if not is_mp3_frame(head):
        return None
    is_first_version = head[1] & 0x18 == 0x18
    shift = 0 if is_first_version else 1 if head[1] & 0x18 == 0x10 else 2
    rate = _RATES[head[2] >> 2 & 3] >> shift
    kilobits = (_BIT_RATES_1 if is_first_version else _BIT_RATES_2)[head[2] >> 4]
    samples = 1152 if is_first_version else 576
    length = samples // 8 * kilobits * 1000 // rate + (head[2] >> 1 & 1)
    is_mono = head[3] & 0xC0 == 0xC0
    side_bytes = (17 if is_mono else 32) if is_first_version else (9 if is_mono else 17)
    checksum = 0 if head[1] & 1 else 2
    return Frame(at, length, samples, rate, 4 + checksum + side_bytes)


def _without_encoder(content: bytes, frame: Frame) -> bytes:
    """Return the first frame without what an encoder tells of itself in it; how to seek in the file stays."""
    at = frame.side_bytes
    if content[at : at + 4] in {b"Xing", b"Info"}:
        flags = int.from_bytes(content[at + 4 : at + 8], "big")
        kept = at + 8 + sum(size for flag, size in ((1, 4), (2, 4), (4, 100), (8, 4)) if flags & flag)
        return content[:kept] + bytes(max(0, len(content) - kept))
    return content


if __name__ == "__main__":
    run_program(convert_audio)
