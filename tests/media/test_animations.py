"""Animations become animated WebP; their first frame is the picture where nothing moves."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from app.media.decoder import Decoder
from app.media.limits import MediaLimits
from tests.media.conftest import Convert, Converted
from tests.media.pictures import animated_gif, encoded, gif_of_tiny_frames

pytestmark = pytest.mark.anyio


def _length(done: Converted, file: str) -> int:
    """How long an animation lasts, in milliseconds."""
    with Image.open(done.folder / file) as image:
        length = 0
        for number in range(getattr(image, "n_frames", 1)):
            image.seek(number)
            image.load()
            length += int(image.info["duration"])
        return length


def _frames(done: Converted, file: str) -> int:
    with Image.open(done.folder / file) as image:
        return int(getattr(image, "n_frames", 1))


async def test_an_animated_gif_becomes_animated_webp_with_its_frames_and_its_length(convert: Convert) -> None:
    done = await convert(animated_gif((800, 400), frames=12))
    assert done.media.animated
    assert done.media.duration_ms == 12 * 80
    assert [each.file for each in done.media.renditions] == ["640.webp", "320.jpg", "640.jpg", "800.jpg"]
    assert _frames(done, "640.webp") == 12
    assert _length(done, "640.webp") == 12 * 80
    assert done.image("640.webp").size == (640, 320)
    assert (done.media.width, done.media.height) == (800, 400)


@pytest.mark.parametrize("format", ["PNG", "WEBP", "AVIF"])
async def test_other_animations_are_animations_too(convert: Convert, format: str) -> None:
    drawn = [Image.new("RGB", (100, 80), (number * 20, 0, 255 - number * 20)) for number in range(10)]
    done = await convert(encoded(drawn[0], format, save_all=True, append_images=drawn[1:], duration=50))
    assert done.media.animated
    assert _frames(done, "100.webp") == 10
    assert done.media.duration_ms == 500
    assert _length(done, "100.webp") == 500


async def test_frames_without_a_length_are_shown_as_browsers_show_them(convert: Convert) -> None:
    done = await convert(gif_of_tiny_frames(30))
    assert done.media.duration_ms == 30 * 100


async def test_a_long_animation_is_made_so_small_that_its_frames_fit_into_memory(tmp_path: Path) -> None:
    (tmp_path / "upload").write_bytes(animated_gif((400, 300), frames=30))
    decoder = Decoder(MediaLimits(kept_frame_pixels=1_000_000))
    moving = (await decoder.convert(tmp_path / "upload", tmp_path)).renditions[0]
    await decoder.close()
    assert moving.content_type == "image/webp"
    assert 900_000 < 30 * (moving.width or 0) * (moving.height or 0) <= 1_000_000
