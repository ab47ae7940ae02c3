"""The ladder of renditions: the sizes a picture is offered in, each as WebP and as JPEG, never larger than it was."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from PIL import Image

from app.media.conversion.pixels import on_white

WIDTHS = (320, 640, 1280, 2048)
MAX_HEIGHT = 8_192
"""Of a rendition. A screenshot of a whole page stays legible, and WebP ends at 16,383."""
WEBP_QUALITY = 80
JPEG_QUALITY = 82

File = dict[str, Any]


def ladder(size: tuple[int, int]) -> list[tuple[int, int]]:
    """Return the sizes of a picture's renditions, the smallest first: 500 × 400 is offered 320 and 500 wide."""
    width, height = size
    largest = min(width, WIDTHS[-1], max(1, width * MAX_HEIGHT // height))
    widths = [each for each in WIDTHS if each < largest] + [largest]
    return [(each, min(max(1, round(height * each / width)), MAX_HEIGHT)) for each in widths]


def write_ladder(image: Image.Image, folder: Path, *, formats: Iterable[str] = ("webp", "jpg")) -> list[File]:
    """Write a prepared picture in all its sizes; return what was written. `image` is of the largest size."""
    formats = tuple(formats)
    written: list[File] = []
    for size in ladder(image.size):
        smaller = image if size == image.size else image.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)
        for each in formats:
            file = f"{size[0]}.{each}"
            if each == "webp":
                smaller.save(folder / file, "WEBP", quality=WEBP_QUALITY, method=4)
            else:
                on_white(smaller).save(folder / file, "JPEG", quality=JPEG_QUALITY, progressive=True, optimize=True)
            written.append({"file": file, "width": size[0], "height": size[1]})
    return written
