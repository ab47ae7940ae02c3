"""Converts a HEIC picture; executed as a program. Apart from `image`, because its decoder is an extra."""

from __future__ import annotations

from pillow_heif import register_heif_opener

from app.media.conversion.image import convert_image
from app.media.conversion.program import run_program

if __name__ == "__main__":
    register_heif_opener(thumbnails=False, decode_threads=2)
    run_program(convert_image)
