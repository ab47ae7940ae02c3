"""The width and height of a theme's logo, by its file's head alone."""

from __future__ import annotations

import re

_ROOT = re.compile(r"<svg\b[^>]*>", re.IGNORECASE)
_BOX = re.compile(r"""\sviewBox\s*=\s*["']\s*[-+.\d]+[\s,]+[-+.\d]+[\s,]+([.\d]+)[\s,]+([.\d]+)\s*["']""")
_SIDE = r"""\s%s\s*=\s*["']\s*([.\d]+)(?:px)?\s*["']"""


def read_logo_size(content: bytes, suffix: str) -> tuple[int, int] | None:
    """Read the width and height of an SVG, PNG or WebP; None for what is none, or does not say."""
    try:
        width, height = {".svg": _svg, ".png": _png, ".webp": _webp}[suffix](content)
    except ValueError:
        return None
    return (width, height) if 0 < width <= 10_000 and 0 < height <= 10_000 else None


def _svg(content: bytes) -> tuple[int, int]:
    root = _ROOT.search(content.decode())
    if root is None:
        raise ValueError("no root")
    sides = [re.search(_SIDE % name, root[0]) for name in ("width", "height")]
    given = [float(side[1]) for side in sides if side]
    box = _BOX.search(root[0])
    if len(given) != 2 and box:
        given = [float(box[1]), float(box[2])]
    if len(given) != 2:
        raise ValueError("no size")
    return max(1, round(given[0])), max(1, round(given[1]))


def _png(content: bytes) -> tuple[int, int]:
    if content[:8] != b"\x89PNG\r\n\x1a\n" or content[12:16] != b"IHDR":
        raise ValueError("no PNG")
    return int.from_bytes(content[16:20], "big"), int.from_bytes(content[20:24], "big")


def _webp(content: bytes) -> tuple[int, int]:
    kind, head = content[12:16], content[20:30]
    if content[:4] != b"RIFF" or content[8:12] != b"WEBP" or len(head) < 10:
        raise ValueError("no WebP")
    if kind == b"VP8X":
        return int.from_bytes(head[4:7], "little") + 1, int.from_bytes(head[7:10], "little") + 1
    if kind == b"VP8L":
        bits = int.from_bytes(head[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    return int.from_bytes(head[6:8], "little") & 0x3FFF, int.from_bytes(head[8:10], "little") & 0x3FFF
