"""What becomes of pictures: their sizes, their place, their colours."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image

from app.media.decoder import Decoder
from app.media.limits import MIB, MediaLimits
from tests.media.conftest import Convert
from tests.media.pictures import BLUE, GREEN, RED, WHITE, encoded, noisy, png_chunk, quartered, wide_gamut_profile

pytestmark = pytest.mark.anyio

NEAR = 12


def _is_near(found: tuple[int, ...], wanted: tuple[int, ...], *, by: int = NEAR) -> bool:
    return all(abs(one - other) <= by for one, other in zip(found, wanted, strict=False))


@pytest.mark.parametrize(
    ("size", "widths"),
    [
        ((3000, 2000), [320, 640, 1280, 2048]),
        ((2048, 100), [320, 640, 1280, 2048]),
        ((1281, 600), [320, 640, 1280, 1281]),
        ((640, 480), [320, 640]),
        ((500, 400), [320, 500]),
        ((320, 10), [320]),
        ((7, 5), [7]),
    ],
)
async def test_a_picture_has_the_ladders_sizes_up_to_its_own(
    convert: Convert, size: tuple[int, int], widths: list[int]
) -> None:
    done = await convert(encoded(quartered(size), "JPEG"))
    assert [each.file for each in done.media.renditions] == [f"{w}.{kind}" for w in widths for kind in ("webp", "jpg")]
    assert (done.media.width, done.media.height) == size
    for each in done.media.renditions:
        image = done.image(each.file)
        assert (each.width, each.height) == image.size
        assert abs(image.height - size[1] * image.width / size[0]) <= 1
        assert image.format == {"image/webp": "WEBP", "image/jpeg": "JPEG"}[each.content_type]
        assert each.size == (done.folder / each.file).stat().st_size


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "AVIF", "GIF"])
async def test_every_format_shows_what_it_showed(convert: Convert, format: str) -> None:
    done = await convert(encoded(quartered((400, 300)), format))
    for file in ("400.webp", "400.jpg"):
        assert _is_near(done.pixel(file, 0.2, 0.2), RED)
        assert _is_near(done.pixel(file, 0.8, 0.2), GREEN)
        assert _is_near(done.pixel(file, 0.2, 0.8), BLUE)
        assert _is_near(done.pixel(file, 0.8, 0.8), WHITE)
    assert not done.media.animated
    assert done.media.duration_ms is None


async def test_heic_pictures_are_taken(convert: Convert) -> None:
    done = await convert(encoded(quartered((400, 300)), "HEIF", quality=90))
    assert done.media.content_type == "image/heic"
    assert _is_near(done.pixel("400.jpg", 0.2, 0.8), BLUE)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
async def test_a_picture_is_upright_whichever_way_it_was_held(convert: Convert, orientation: int, format: str) -> None:
    upright = quartered((360, 200))
    as_stored = {
        1: [], 2: [Image.Transpose.FLIP_LEFT_RIGHT], 3: [Image.Transpose.ROTATE_180],
        4: [Image.Transpose.FLIP_TOP_BOTTOM], 5: [Image.Transpose.TRANSPOSE], 6: [Image.Transpose.ROTATE_90],
        7: [Image.Transpose.TRANSVERSE], 8: [Image.Transpose.ROTATE_270],
    }[orientation]  # fmt: skip
    stored = upright
    for each in as_stored:
        stored = stored.transpose(each)
    exif = Image.Exif()
    exif[0x0112] = orientation
    done = await convert(encoded(stored, format, exif=exif))
    assert (done.media.width, done.media.height) == (360, 200)
    assert done.image("360.jpg").size == (360, 200)
    for place, colour in (((0.2, 0.2), RED), ((0.8, 0.2), GREEN), ((0.2, 0.8), BLUE), ((0.8, 0.8), WHITE)):
        assert _is_near(done.pixel("360.webp", *place), colour)


async def test_a_wide_gamut_picture_becomes_srgb_with_its_colours_kept(convert: Convert) -> None:
    image = Image.new("RGB", (400, 300), (200, 100, 100))
    image.paste((128, 128, 128), (0, 0, 200, 300))
    done = await convert(encoded(image, "JPEG", icc_profile=wide_gamut_profile(), quality=95))
    # The same colour in sRGB, whose red is nearer: 200, 100, 100 of P3 by the primaries of both.
    assert _is_near(done.pixel("400.jpg", 0.75, 0.5), (213, 95, 97), by=6)
    assert _is_near(done.pixel("400.jpg", 0.25, 0.5), (128, 128, 128), by=6)
    for each in done.media.renditions:
        assert "icc_profile" not in done.image(each.file).info


async def test_a_broken_profile_counts_as_none(convert: Convert) -> None:
    done = await convert(encoded(quartered((400, 300)), "JPEG", icc_profile=b"\0" * 5_000))
    assert _is_near(done.pixel("400.jpg", 0.2, 0.2), RED)


async def test_a_printers_four_colours_become_three(convert: Convert) -> None:
    done = await convert(encoded(quartered((400, 300), "CMYK"), "JPEG", quality=95))
    assert done.image("400.jpg").mode == "RGB"
    assert _is_near(done.pixel("400.jpg", 0.2, 0.2), RED, by=30)
    assert _is_near(done.pixel("400.jpg", 0.8, 0.8), WHITE)


async def test_sixteen_bits_of_grey_keep_their_brightness(convert: Convert) -> None:
    row = b"\0" + struct.pack(">400H", *(number * 163 for number in range(400)))
    data = b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", struct.pack(">IIBBBBB", 400, 100, 16, 0, 0, 0, 0))
    data += png_chunk(b"IDAT", zlib.compress(row * 100)) + png_chunk(b"IEND", b"")
    done = await convert(data)
    for place in (0.1, 0.5, 0.9):
        assert _is_near(done.pixel("400.jpg", place, 0.5), (round(place * 400 * 163 / 256),) * 3, by=5)


async def test_grey_and_black_and_white_are_taken(convert: Convert) -> None:
    for mode in ("L", "1", "LA", "P"):
        done = await convert(encoded(quartered((400, 300), mode), "PNG"))
        assert _is_near(done.pixel("400.jpg", 0.8, 0.8), WHITE), mode


@pytest.mark.parametrize("format", ["PNG", "WEBP", "AVIF"])
async def test_transparency_stays_in_webp_and_is_white_in_jpeg(convert: Convert, format: str) -> None:
    image = quartered((400, 300), "RGBA")
    image.paste((0, 0, 0, 0), (0, 0, 200, 150))
    done = await convert(encoded(image, format))
    assert done.image("400.webp").mode == "RGBA"
    assert done.pixel("400.webp", 0.2, 0.2)[3] == 0
    assert _is_near(done.pixel("400.webp", 0.8, 0.2), (*GREEN, 255))
    assert _is_near(done.pixel("400.jpg", 0.2, 0.2), WHITE)
    assert _is_near(done.pixel("400.jpg", 0.8, 0.2), GREEN)


async def test_a_palettes_transparent_colour_is_transparent(convert: Convert) -> None:
    image = quartered((400, 300)).quantize(8)
    index = image.getpixel((10, 10))
    done = await convert(encoded(image, "PNG", transparency=index))
    assert done.pixel("400.webp", 0.1, 0.1)[3] == 0
    assert done.pixel("400.webp", 0.9, 0.1)[3] == 255


async def test_a_picture_with_damaged_exif_is_taken_as_it_lies(convert: Convert) -> None:
    for exif in (
        b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + b"\x01\x12\0\3" * 50,
        b"Exif\0\0II*\0\xff\xff\xff\xff",
        b"Exif\0\0nonsense",
    ):
        done = await convert(encoded(quartered((400, 300)), "JPEG", exif=exif))
        assert (done.media.width, done.media.height) == (400, 300)


async def test_of_a_telephones_two_pictures_in_one_file_the_first_is_taken(convert: Convert) -> None:
    depth = Image.new("RGB", (100, 75))
    done = await convert(encoded(quartered((400, 300)), "MPO", save_all=True, append_images=[depth]))
    assert not done.media.animated
    assert _is_near(done.pixel("400.jpg", 0.2, 0.2), RED)


@pytest.mark.parametrize("size", [(1, 30_000), (30_000, 1)])
async def test_the_thinnest_pictures_are_taken(convert: Convert, size: tuple[int, int]) -> None:
    done = await convert(encoded(Image.new("RGB", size, RED), "PNG"))
    assert (done.media.width, done.media.height) == size


async def test_the_placeholder_is_the_average_colour(convert: Convert) -> None:
    assert (await convert(encoded(Image.new("RGB", (50, 50), (18, 52, 86)), "PNG"))).media.placeholder == "#123456"
    half = Image.new("RGBA", (50, 50), (0, 0, 0, 0))
    assert (await convert(encoded(half, "PNG"))).media.placeholder == "#ffffff"


async def test_a_tall_picture_is_offered_as_tall_as_browsers_can_show(convert: Convert) -> None:
    done = await convert(encoded(quartered((400, 16_000)), "PNG"))
    assert (done.media.width, done.media.height) == (400, 16_000)
    assert max(each.height or 0 for each in done.media.renditions) <= 8_200


async def test_a_large_jpeg_is_decoded_in_a_part_of_its_memory(tmp_path: Path) -> None:
    """54 megapixels, which Pillow keeps in 216 MB at their full size, beside all that the process is."""
    tile = noisy((900, 600)).resize((9_000, 6_000), Image.Resampling.NEAREST)
    (tmp_path / "upload").write_bytes(encoded(tile, "JPEG", quality=60))
    decoder = Decoder(MediaLimits(decoder_memory_bytes=256 * MIB))
    done = await decoder.convert(tmp_path / "upload", tmp_path)
    await decoder.close()
    assert (done.width, done.height) == (9_000, 6_000)
    assert done.renditions[-1].width == 2048
