"""Animations: every frame drawn, made smaller, and written as one animated WebP."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from PIL import Image

from app.media.conversion.pixels import prepare
from app.media.conversion.renditions import WEBP_QUALITY, File
from app.media.limits import MediaLimits
from app.media.refusals import Refused

MAX_WIDTH = 640
SHORTEST_FRAME_MS = 20
"""Browsers show shorter ones, and those of no length, for this longer time."""
UNSPECIFIED_FRAME_MS = 100


def is_animated(image: Image.Image, limits: MediaLimits) -> bool:
    """Return whether a picture has more than one frame. Raises Refused if it has too many of them to be shown."""
    frames = int(getattr(image, "n_frames", 1))
    if frames > limits.frames or frames * image.width * image.height > limits.frame_pixels:
        raise Refused("frames")
    return frames > 1


def write_animation(image: Image.Image, folder: Path, limits: MediaLimits) -> tuple[File, int]:
    """Write an animation as one animated WebP; return the file, and how long it lasts in milliseconds."""
    frames = int(getattr(image, "n_frames", 1))
    width = min(image.width, MAX_WIDTH, int((limits.kept_frame_pixels / frames * image.width / image.height) ** 0.5))
    size = max(1, width), max(1, round(image.height * width / image.width))
    durations: list[int] = []
    drawn = list(_drawn(image, frames, size, durations))
    file = f"{size[0]}.webp"
    loop = image.info.get("loop", 1 if image.format == "GIF" else 0)
    drawn[0].save(
        folder / file, "WEBP", save_all=True, append_images=drawn[1:], duration=durations, quality=WEBP_QUALITY,
        loop=loop if isinstance(loop, int) and 0 <= loop <= 65_535 else 0, method=2, background=(0, 0, 0, 0),
    )  # fmt: skip
    return {"file": file, "width": size[0], "height": size[1]}, sum(durations)


def _drawn(image: Image.Image, frames: int, size: tuple[int, int], durations: list[int]) -> Iterator[Image.Image]:
    for number in range(frames):
        image.seek(number)
        drawn = prepare(image, size, 1)
        # Only now: of some formats a frame's length is known once it is decoded.
        told = image.info.get("duration", 0)
        length = round(told) if isinstance(told, int | float) and 0 < told < 600_000 else UNSPECIFIED_FRAME_MS
        durations.append(max(length, SHORTEST_FRAME_MS))
        yield drawn
