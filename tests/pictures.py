"""Pictures for uploads, made without a library, and what reads their renditions again."""

from __future__ import annotations

import random
import struct
import zlib
from importlib.util import find_spec

from tests.needs import require


def require_decoder() -> None:
    """Stop the test where pictures cannot be decoded."""
    require("Pillow", found=find_spec("PIL") is not None, reason="install the extra images")


def png(width: int = 640, height: int = 480, *, colour: tuple[int, int, int] = (40, 90, 160)) -> bytes:
    """Make a PNG of one colour; another colour is another file."""
    return _png(width, height, (b"\0" + bytes(colour) * width) * height)


def noise(width: int, height: int, *, seed: int = 0) -> bytes:
    """Make a PNG that no compression makes smaller: about three bytes a pixel."""
    chance = random.Random(seed)
    return _png(width, height, b"".join(b"\0" + chance.randbytes(3 * width) for _ in range(height)))


def _png(width: int, height: int, rows: bytes) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )


def form(file: bytes, *, boundary: str = "b0undary", file_type: str = "image/png", **fields: str) -> bytes:
    """Make a multipart body of fields and a file."""
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="../../x.php"\r\n'
    parts.append(f"{head}Content-Type: {file_type}\r\n\r\n".encode() + file + b"\r\n")
    return b"".join(parts) + f"--{boundary}--\r\n".encode()
