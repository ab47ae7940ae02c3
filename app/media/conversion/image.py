"""Converts a picture of any format but HEIC; executed as a program."""

from __future__ import annotations

import mmap
import struct
import warnings
import zlib
from typing import Any

from PIL import AvifImagePlugin, Image, MpoImagePlugin, UnidentifiedImageError, WebPImagePlugin

from app.media.conversion.animation import is_animated, write_animation
from app.media.conversion.pixels import average_colour, orientation_of, prepare, turned
from app.media.conversion.program import Task, reason_of, run_program
from app.media.conversion.renditions import ladder, write_ladder
from app.media.conversion.structure import check_structure
from app.media.conversion.words import read_offered_words
from app.media.refusals import Refused

_READERS = {"JPEG": ["JPEG"], "PNG": ["PNG"], "GIF": ["GIF"], "WebP": ["WEBP"], "AVIF": ["AVIF"], "HEIC": ["HEIF"]}
_UNREADABLE = (
    UnidentifiedImageError, OSError, ValueError, TypeError, SyntaxError, EOFError, KeyError, IndexError, OverflowError,
    RuntimeError, AttributeError, AssertionError, ZeroDivisionError, struct.error, zlib.error,
)  # fmt: skip
"""Pillow's readers raise all of these on damaged files."""
_TRUNCATED = ("truncated", "unexpected end", "incomplete")

# Named here because they register themselves with Pillow when they are imported; it would look for all others too.
PLUGINS = (AvifImagePlugin, MpoImagePlugin, WebPImagePlugin)


def convert_image(task: Task) -> dict[str, Any]:
    """Convert a picture into its renditions. Raises Refused."""
    Image.MAX_IMAGE_PIXELS = None  # the limits are the task's, and no warning
    warnings.simplefilter("ignore")
    with mmap.mmap(task.source.fileno(), 0, access=mmap.ACCESS_READ) as data:
        check_structure(task.format, data, frames=task.limits.frames, pixels=task.limits.pixels)
    try:
        with Image.open(task.source, formats=_READERS[task.format]) as image:
            return _convert(image, task)
    except _UNREADABLE as error:
        is_cut = any(word in str(error).lower() for word in _TRUNCATED)
        raise Refused("truncated" if is_cut else reason_of(error)) from error


def _convert(image: Image.Image, task: Task) -> dict[str, Any]:
    if image.width * image.height > (task.limits.jpeg_pixels if task.format == "JPEG" else task.limits.pixels):
        raise Refused("pixels")
    # The further pictures of a telephone's JPEG or HEIC are depths and takes, no frames.
    animated = task.format not in {"JPEG", "HEIC"} and is_animated(image, task.limits)
    exif = _exif_of(image)
    orientation = 1 if animated else orientation_of(exif)
    words = read_offered_words(image.info, exif)
    size = turned(image.size, orientation)
    largest = ladder(size)[-1]
    if task.format == "JPEG":
        image.draft(None, turned(largest, orientation))
    still = prepare(image, largest, orientation)
    files, duration = [], None
    if animated:
        moving, duration = write_animation(image, task.folder, task.limits)
        files.append(moving)
    files += write_ladder(still, task.folder, formats=("jpg",) if animated else ("webp", "jpg"))
    return {
        "width": size[0], "height": size[1], "animated": animated, "duration_ms": duration,
        "placeholder": average_colour(still), "renditions": files, "offered": words,
    }  # fmt: skip


def _exif_of(image: Image.Image) -> dict[int, Any]:
    """Return the first directory of a picture's EXIF; a damaged one says nothing, and the picture is none the worse."""
    try:
        return dict(image.getexif())
    except _UNREADABLE:
        return {}


if __name__ == "__main__":
    run_program(convert_image)
