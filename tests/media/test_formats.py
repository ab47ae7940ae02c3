"""What a file is, by its first bytes."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from app.domain.errors import UnsupportedMedia
from app.media.formats import (
    AVIF,
    GIF,
    HEIC,
    JPEG,
    MOV,
    MP4,
    PNG,
    WEBP,
    MediaFormat,
    check_declared_type,
    identify_format,
)
from tests.media.pictures import encoded, quartered, write_sound, write_video


def _boxed(*brands: bytes) -> bytes:
    return (16 + 4 * (len(brands) - 1)).to_bytes(4, "big") + b"ftyp" + brands[0] + bytes(4) + b"".join(brands[1:])


def _refusal(head: bytes) -> str:
    with pytest.raises(UnsupportedMedia) as refused:
        identify_format(head)
    assert refused.value.code == "media_not_taken"
    return refused.value.detail


@pytest.mark.parametrize("format", [JPEG, PNG, WEBP, GIF, AVIF], ids=lambda format: format.name)
def test_pictures_are_what_pillow_wrote(format: MediaFormat) -> None:
    assert identify_format(encoded(quartered((40, 30)), format.name.upper())) is format


@pytest.mark.parametrize(
    ("brands", "format"),
    [
        ((b"avif", b"mif1", b"miaf"), AVIF),
        ((b"avis", b"msf1"), AVIF),
        ((b"mif1", b"avif"), AVIF),
        ((b"heic", b"mif1"), HEIC),
        ((b"mif1", b"heic"), HEIC),
        ((b"heix",), HEIC),
        ((b"isom", b"iso2", b"avc1", b"mp41"), MP4),
        ((b"mp42", b"isom"), MP4),
        ((b"iso5", b"dash"), MP4),
        ((b"M4V ", b"mp42"), MP4),
        ((b"3gp4",), MP4),
        ((b"qt  ",), MOV),
    ],
)
def test_iso_media_files_are_told_apart_by_their_brands(brands: tuple[bytes, ...], format: MediaFormat) -> None:
    assert identify_format(_boxed(*brands)) is format


def test_videos_and_sounds_are_what_ffmpeg_wrote(tmp_path: Path) -> None:
    write_video(tmp_path / "a.mp4", "mp4", ("libx264", "aac"))
    write_video(tmp_path / "a.mov", "mov", ("libx264", "aac"))
    write_video(tmp_path / "a.webm", "webm", ("libvpx", None))
    write_sound(tmp_path / "a.mp3", seconds=1)
    found = {path.suffix: identify_format(path.read_bytes()[:4096]).name for path in tmp_path.iterdir()}
    assert found == {".mp4": "MP4", ".mov": "MOV", ".webm": "WebM", ".mp3": "MP3"}


@pytest.mark.parametrize(
    ("head", "words"),
    [
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "an SVG"),
        (b'<?xml version="1.0"?>\n<!-- made by hand -->\n<svg:svg xmlns:svg="x">', "an SVG"),
        (b"\xef\xbb\xbf  \n<SVG onload=alert(1)>", "an SVG"),
        (b"<!DOCTYPE html><html><script>alert(1)</script>", "a web page"),
        (b"<html><body>", "a web page"),
        (b"<?xml version='1.0'?><rss/>", "an XML file"),
        (b"BM\x36\x00\x00\x00", "a BMP picture"),
        (b"II*\x00\x08\x00\x00\x00", "a TIFF or raw picture"),
        (b"\x00\x00\x00\x0cJXL \r\n\x87\n", "a JPEG XL picture"),
        (b"%PDF-1.7", "a PDF"),
        (b"PK\x03\x04\x14", "a ZIP archive"),
        (b"RIFF\x24\x00\x00\x00WAVEfmt ", "a WAV sound"),
        (b"RIFF\x24\x00\x00\x00AVI LIST", "an AVI video"),
        (b"OggS\x00", "an Ogg file"),
        (b"\x1aE\xdf\xa3\x93\x42\x82\x88matroska", "a Matroska video"),
        (_boxed(b"M4A ", b"isom"), "an M4A sound"),
        (_boxed(b"crx ", b"isom"), "a raw picture"),
        (b"", "an empty file"),
        (b"#!/bin/sh\n", "a script"),
        (b"\x7fELF\x02", "a program"),
    ],
)
def test_all_else_is_refused_by_its_name(head: bytes, words: str) -> None:
    said = _refusal(head)
    assert said.startswith(f"This is {words}")
    assert "Send a picture as JPEG" in said


@pytest.mark.parametrize(
    "head",
    [b"hello", b"\x00" * 64, b"GIF88a", b"\x89PNG\r\n", b"\xff\xd8", b"\xff\xfb", b"\xff\xff\xff\xff", b"\x1aE\xdf\xa3",
     b"RIFF\x00\x00\x00\x00WEBX", _boxed(b"what"), b"\x00\x00\x00\x10ftyp", b"\xff\xfb\xf0\x00", b"\xff\xe9\x90\x00"],
)  # fmt: skip
def test_nothing_is_guessed_of_what_is_not_known(head: bytes) -> None:
    assert _refusal(head)


@pytest.mark.parametrize(
    "declared", [None, "", "image/jpeg", "IMAGE/JPEG; q=1", "image/jpg", "application/octet-stream"]
)
def test_a_declared_type_may_be_missing_or_right(declared: str | None) -> None:
    check_declared_type(declared, JPEG)


@pytest.mark.parametrize("declared", ["image/png", "text/html", "image/svg+xml", "image/webp", "<b>", "video/mp4"])
def test_a_file_that_lies_about_its_type_is_refused_with_the_reason(declared: str) -> None:
    with pytest.raises(UnsupportedMedia) as refused:
        check_declared_type(declared, JPEG)
    assert refused.value.code == "media_type_differs"
    assert "is a JPEG file" in refused.value.detail
    assert "<" not in refused.value.detail


def test_the_two_names_of_a_telephones_video_are_both_right() -> None:
    check_declared_type("video/quicktime", MP4)


def test_a_picture_with_a_page_behind_its_first_bytes_is_the_picture() -> None:
    image = Image.new("RGB", (8, 8))
    assert identify_format(encoded(image, "GIF", comment=b"<script>alert(1)</script>")).name == "GIF"
