"""Files that are broken on purpose: each is refused with its reason, and the next upload is as good as ever."""

from __future__ import annotations

import struct
import time
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from app.domain.errors import LiveblogError, MediaRefused, TooLarge, UnsupportedMedia
from app.media.decoder import Decoder
from app.media.limits import MediaLimits
from tests.media.conftest import Convert
from tests.media.pictures import (
    encoded,
    gif_of_tiny_frames,
    noisy,
    png,
    png_chunk,
    quartered,
    write_sound,
    write_video,
    zeros,
)

pytestmark = pytest.mark.anyio

JPEG_WITH_A_PICTURE = encoded(quartered((64, 48)), "JPEG")


async def _refused(convert: Convert, data: bytes) -> LiveblogError:
    with pytest.raises((MediaRefused, UnsupportedMedia)) as refused:
        await convert(data)
    assert isinstance(refused.value, LiveblogError)
    return refused.value


def _jpeg_with_segments(*segments: bytes) -> bytes:
    return JPEG_WITH_A_PICTURE[:2] + b"".join(segments) + JPEG_WITH_A_PICTURE[2:]


def _segment(marker: int, data: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data


def _jpeg_of(width: int, height: int) -> bytes:
    """A JPEG that says it is of another size than it is."""
    at = JPEG_WITH_A_PICTURE.index(b"\xff\xc0") + 5
    return JPEG_WITH_A_PICTURE[:at] + struct.pack(">HH", height, width) + JPEG_WITH_A_PICTURE[at + 4 :]


def _webp_of(width: int, height: int) -> bytes:
    """A lossless WebP that says it is of another size than it is."""
    data = encoded(quartered((64, 48)), "WEBP", lossless=True)
    bits = (width - 1) | (height - 1) << 14
    at = data.index(b"VP8L") + 9
    return data[:at] + struct.pack("<I", bits | 1 << 28) + data[at + 4 :]


def _gif_of(width: int, height: int) -> bytes:
    data = encoded(quartered((64, 48)), "GIF")
    return data[:6] + struct.pack("<HH", width, height) + data[10:]


BOMBS: dict[str, Callable[[], bytes]] = {
    "a PNG of 20,000 × 20,000": lambda: png(20_000, 20_000, pixels=zeros(400 * 2**20)),
    "a PNG of the largest numbers there are": lambda: png(2**31 - 1, 2**31 - 1, pixels=b""),
    "a JPEG of 20,000 × 20,000": lambda: _jpeg_of(20_000, 20_000),
    "a JPEG of 65,500 × 65,500": lambda: _jpeg_of(65_500, 65_500),
    "a WebP of 16,384 × 16,384": lambda: _webp_of(16_384, 16_384),
    "a GIF of 65,535 × 65,535": lambda: _gif_of(65_535, 65_535),
    "a GIF of 10,000 frames": lambda: gif_of_tiny_frames(10_000),
    "a GIF of a million frames": lambda: gif_of_tiny_frames(1_000_000),
    "a GIF of 400 large frames": lambda: gif_of_tiny_frames(400, (1_000, 800)),
    "an animated PNG of 10,000 frames": lambda: png(
        1, 1, [png_chunk(b"acTL", struct.pack(">II", 10_000, 0)), *[png_chunk(b"fcTL", bytes(26))] * 10_000]
    ),
    "a PNG of 100,000 chunks": lambda: png(1, 1, [png_chunk(b"tEXt", b"a\0b")] * 100_000),
    "a JPEG of 100,000 segments": lambda: _jpeg_with_segments(*[_segment(0xE1, b"Exif\0\0")] * 100_000),
    "a JPEG of 100,000 comments": lambda: _jpeg_with_segments(*[_segment(0xFE, b"x")] * 100_000),
    "an AVIF of 10,000 boxes": lambda: encoded(quartered((64, 48)), "AVIF") + (b"\0\0\0\x08free" * 10_000),
}


@pytest.mark.parametrize("name", list(BOMBS))
async def test_a_bomb_is_refused_by_its_size_before_it_goes_off(convert: Convert, decoder: Decoder, name: str) -> None:
    refused = await _refused(convert, BOMBS[name]())
    assert refused.code == "media_over_limits", refused
    assert decoder.metrics.crashed == 0
    # Refused by its header: what starting a process takes, and no more. A second would be the start of decoding.
    assert decoder.metrics.cpu_seconds < 1.5


PNG_BOMBS = {
    b"zTXt": b"comment\0\0",
    b"iTXt": b"comment\0\1\0\0\0",
    b"iCCP": b"icc\0\0",
}
"""What stands before the compressed data, by kind of chunk."""


@pytest.mark.parametrize("kind", list(PNG_BOMBS))
async def test_a_compressed_chunk_that_grows_without_end_is_refused_at_its_first_megabyte(
    convert: Convert, decoder: Decoder, kind: bytes
) -> None:
    bomb = png_chunk(kind, PNG_BOMBS[kind] + zeros(256 * 2**20))
    assert (await _refused(convert, png(64, 48, [bomb]))).code == "media_unreadable"
    assert decoder.metrics.crashed == 0
    assert decoder.metrics.cpu_seconds < 1.5


def _cut(data: bytes, share: float) -> bytes:
    return data[: int(len(data) * share)]


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9, 0.99])
@pytest.mark.parametrize("format", ["JPEG", "PNG", "GIF", "WEBP", "AVIF"])
async def test_a_picture_that_was_cut_off_is_refused_as_that(convert: Convert, format: str, share: float) -> None:
    refused = await _refused(convert, _cut(encoded(noisy((300, 200)), format), share))
    assert refused.code == "media_truncated"
    assert "too early" in refused.detail


@pytest.mark.parametrize("format", ["mp4", "mov", "webm"])
async def test_a_video_that_was_cut_off_is_refused(convert: Convert, tmp_path: Path, format: str) -> None:
    codecs = ("libvpx", "libopus") if format == "webm" else ("libx264", "aac")
    write_video(tmp_path / "video", format, codecs)
    refused = await _refused(convert, _cut((tmp_path / "video").read_bytes(), 0.7))
    assert refused.code == "media_truncated"


@pytest.mark.parametrize("format", ["JPEG", "PNG", "GIF", "WEBP", "AVIF"])
async def test_damaged_pictures_are_taken_or_refused_and_nothing_else_happens(
    convert: Convert, decoder: Decoder, format: str
) -> None:
    data = encoded(noisy((120, 90)), format)
    for at in range(24, min(len(data), 4_000), max(40, len(data) // 12)):
        broken = data[:at] + bytes([data[at] ^ 0xFF, 0xFF, 0x00]) + data[at + 3 :]
        try:
            done = await convert(broken)
        except (MediaRefused, UnsupportedMedia):
            continue
        assert done.media.renditions
    assert decoder.metrics.crashed == 0


POLYGLOTS: dict[str, Callable[[bytes], bytes]] = {
    "a page behind it": lambda data: data + b"<html><script>alert('canary-of-polyglots')</script>",
    "an archive behind it": lambda data: data + b"PK\x03\x04" + b"canary-of-polyglots" + b"PK\x05\x06" + bytes(18),
}


@pytest.mark.parametrize("name", list(POLYGLOTS))
@pytest.mark.parametrize("format", ["JPEG", "PNG", "GIF", "WEBP"])
async def test_nothing_of_a_file_that_is_two_at_once_is_in_its_renditions(
    convert: Convert, name: str, format: str
) -> None:
    done = await convert(POLYGLOTS[name](encoded(quartered((200, 150)), format)))
    for each in done.media.renditions:
        content = (done.folder / each.file).read_bytes()
        assert b"canary" not in content
        assert b"script" not in content
        assert b"PK\x03\x04" not in content


async def test_a_gif_that_is_also_a_script_becomes_pictures_alone(convert: Convert) -> None:
    """`GIF89a/*…*/=1;alert(…)`: its width is the start of a comment, its own comment the end of it."""
    data = encoded(quartered((200, 150)), "GIF", comment=b"*/=1;alert('canary-of-polyglots');/*")
    done = await convert(data)
    assert all(b"canary" not in (done.folder / each.file).read_bytes() for each in done.media.renditions)


async def test_a_page_that_calls_itself_a_picture_is_refused_by_its_name(tmp_path: Path, decoder: Decoder) -> None:
    for text, name in ((b"<html><script>alert(1)</script>", "web page"), (b"<svg onload='alert(1)'/>", "an SVG")):
        (tmp_path / "holiday.jpg").write_bytes(text)
        with pytest.raises(UnsupportedMedia, match=name):
            await decoder.convert(tmp_path / "holiday.jpg", tmp_path, declared="image/jpeg")


async def test_a_file_that_is_declared_as_another_is_refused(tmp_path: Path, decoder: Decoder) -> None:
    (tmp_path / "upload").write_bytes(encoded(quartered((64, 48)), "PNG"))
    with pytest.raises(UnsupportedMedia, match="is a PNG file") as refused:
        await decoder.convert(tmp_path / "upload", tmp_path, declared="image/jpeg")
    assert refused.value.code == "media_type_differs"


async def test_a_file_with_too_many_bytes_is_refused_with_how_many_it_may_have(tmp_path: Path) -> None:
    decoder = Decoder(MediaLimits(image_bytes=2**20))
    (tmp_path / "upload").write_bytes(JPEG_WITH_A_PICTURE + bytes(2**20))
    with pytest.raises(TooLarge, match="JPEG may have 1 MB"):
        await decoder.convert(tmp_path / "upload", tmp_path)
    await decoder.close()


async def test_a_picture_that_only_begins_as_one_is_refused(convert: Convert) -> None:
    for head in (
        b"\xff\xd8\xff\xe0",
        b"\x89PNG\r\n\x1a\n",
        b"GIF89a",
        b"RIFF\x10\0\0\0WEBPVP8 ",
        b"\0\0\0\x18ftypavif",
    ):
        refused = await _refused(convert, head + b"<script>" + bytes(100))
        assert refused.code in {"media_unreadable", "media_truncated"}


async def test_a_sound_that_only_begins_as_one_is_refused(convert: Convert) -> None:
    for data in (b"ID3\x04\0\0\0\0\x0f\x7f" + bytes(4_000), b"ID3" + bytes(3), b"\xff\xfb\x90\x00" + bytes(300)):
        assert (await _refused(convert, data)).code == "media_unreadable"


async def test_a_sound_with_a_page_in_the_middle_is_refused(convert: Convert, tmp_path: Path) -> None:
    write_sound(tmp_path / "sound", seconds=2)
    data = (tmp_path / "sound").read_bytes()
    assert (await _refused(convert, data[:9_000] + b"<html>" * 20_000 + data[9_000:])).code == "media_unreadable"


async def test_a_profile_inside_a_profile_is_never_more_than_bytes(convert: Convert) -> None:
    deep = zlib.compress(zlib.compress(bytes(2**20)))
    done = await convert(encoded(quartered((64, 48)), "PNG", icc_profile=deep))
    assert done.media.width == 64


async def test_a_picture_that_takes_too_long_is_ended_by_its_time(tmp_path: Path) -> None:
    (tmp_path / "upload").write_bytes(encoded(noisy((3_000, 3_000)), "PNG"))
    decoder = Decoder(MediaLimits(decoder_cpu_seconds=1))
    began = time.process_time()
    with pytest.raises(MediaRefused, match="more time or memory"):
        await decoder.convert(tmp_path / "upload", tmp_path)
    assert decoder.metrics.crashed == 1
    assert time.process_time() - began < 1  # this process only waited
    await decoder.close()


async def test_a_picture_that_needs_too_much_memory_is_refused_as_that(tmp_path: Path) -> None:
    (tmp_path / "upload").write_bytes(encoded(Image.new("RGB", (7_000, 7_000)), "PNG"))
    decoder = Decoder(MediaLimits(decoder_memory_bytes=200 * 2**20))
    with pytest.raises(MediaRefused, match="more time or memory"):
        await decoder.convert(tmp_path / "upload", tmp_path)
    await decoder.close()
