"""Pixels as browsers show them: upright, in sRGB, eight bits a channel, and without anything beside them."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

from PIL import Image, ImageCms

MAX_PROFILE_BYTES = 4 * 2**20
"""The largest profiles of printers have about 3 MB."""

_TRANSPOSITIONS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""By the values of EXIF's orientation (EXIF 2.32, 4.6.4 A)."""
_ORIENTATION = 0x0112
_DIRECT = frozenset({"L", "RGB", "RGBA", "CMYK"})
"""The modes that are made smaller as they are; all others are converted first."""


def orientation_of(exif: Mapping[int, Any]) -> int:
    """Return the orientation that a picture's EXIF tells, 1 (upright) to 8."""
    found = exif.get(_ORIENTATION, 1)
    return found if isinstance(found, int) and found in _TRANSPOSITIONS else 1


def turned(size: tuple[int, int], orientation: int) -> tuple[int, int]:
    """Return the size of a picture once it is upright, or of an upright one as it is stored."""
    return (size[1], size[0]) if orientation >= 5 else size


def prepare(image: Image.Image, size: tuple[int, int], orientation: int) -> Image.Image:
    """Return a new picture as it is shown, at most of `size`: "RGB", or "RGBA" where something is transparent.

    Made smaller first and converted after: a colour profile costs ten times as much a pixel.
    """
    profile = image.info.get("icc_profile")
    image = _direct(image)
    stored = turned(size, orientation)
    if image.width > stored[0] or image.height > stored[1]:
        image = image.resize(stored, Image.Resampling.LANCZOS, reducing_gap=3.0)
    image = _in_srgb(image, profile)
    if orientation in _TRANSPOSITIONS:
        image = image.transpose(_TRANSPOSITIONS[orientation])
    if image.mode == "RGBA" and image.getchannel("A").getextrema()[0] == 255:
        image = image.convert("RGB")
    bare = Image.new(image.mode, image.size)
    bare.paste(image)
    return bare


def on_white(image: Image.Image) -> Image.Image:
    """Return a picture without transparency, as it looks on a white page."""
    if image.mode != "RGBA":
        return image
    white = Image.new("RGB", image.size, (255, 255, 255))
    white.paste(image, mask=image.getchannel("A"))
    return white


def average_colour(image: Image.Image) -> str:
    """Return the average of a picture's pixels as `#rrggbb`."""
    return "#" + on_white(image).resize((1, 1), Image.Resampling.BOX).tobytes().hex()


def _direct(image: Image.Image) -> Image.Image:
    """Convert what cannot be scaled or has more than eight bits a channel."""
    if image.mode in _DIRECT and "transparency" not in image.info:
        return image
    if image.mode.startswith("I"):
        # Sixteen bits of grey: their upper half, where convert() would cut all that is above 255.
        return image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def _in_srgb(image: Image.Image, profile: object) -> Image.Image:
    mode = "RGBA" if image.mode == "RGBA" else "RGB"
    if isinstance(profile, bytes) and 128 < len(profile) <= MAX_PROFILE_BYTES:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(
                image, source, ImageCms.createProfile("sRGB"), outputMode=mode,
                renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC, flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
            )  # fmt: skip
            if converted is not None:
                return converted
        except (ImageCms.PyCMSError, OSError, ValueError):
            pass  # a profile that is broken, or of another kind of picture, counts as none
    return image.convert(mode)
