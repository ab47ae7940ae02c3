"""Photographs as cameras and agencies make them: turned, with words in them, as large as asked."""

from __future__ import annotations

import io
import struct


def photograph(width: int, height: int, *, orientation: int = 1, caption: str = "", credit: str = "") -> bytes:
    """Make a JPEG whose rows are red first and blue then; `orientation` says how it is to be turned."""
    from PIL import Image  # noqa: PLC0415 - a test without it is skipped

    noise = Image.effect_noise((width, height), 60).convert("RGB")
    halves = Image.new("RGB", (width, height), (200, 30, 30))
    halves.paste((30, 30, 200), (0, height // 2, width, height))
    picture = Image.blend(halves, noise, 0.2)
    exif = Image.Exif()
    exif[0x0112] = orientation
    made = io.BytesIO()
    picture.save(made, "JPEG", quality=92, exif=exif)
    return _with_words(made.getvalue(), caption, credit)


def _with_words(jpeg: bytes, caption: str, credit: str) -> bytes:
    fields = [(120, caption), (110, credit)]
    data = b"".join(
        struct.pack(">BBBH", 0x1C, 2, number, len(words.encode())) + words.encode() for number, words in fields if words
    )
    if not data:
        return jpeg
    utf8 = b"\x1c\x01\x5a\x00\x03\x1b%G"
    data = utf8 + data
    block = b"Photoshop 3.0\x008BIM\x04\x04\x00\x00" + struct.pack(">I", len(data)) + data + b"\0" * (len(data) % 2)
    return jpeg[:2] + b"\xff\xed" + struct.pack(">H", len(block) + 2) + block + jpeg[2:]
