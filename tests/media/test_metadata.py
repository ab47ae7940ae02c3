"""All metadata is gone, says exiftool, which is none of ours; what people are to see was offered before."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from app.media.converted import OfferedWords
from tests.media.conftest import Convert
from tests.media.pictures import encoded, quartered, wide_gamut_profile, write_sound, write_video
from tests.needs import require

pytestmark = pytest.mark.anyio

CANARY = "CanaryOfMetadata"
PICTURES = {"ExifTool", "System", "File", "JFIF", "RIFF", "Composite"}
"""Where exiftool finds what every picture has: its size, its date as a file, its encoding."""
PLAIN = {
    "FileType", "FileTypeExtension", "MIMEType", "ImageWidth", "ImageHeight", "EncodingProcess", "BitsPerSample",
    "ColorComponents", "YCbCrSubSampling", "JFIFVersion", "ResolutionUnit", "XResolution", "YResolution",
    "ThumbnailWidth", "ThumbnailHeight", "VP8Version", "HorizontalScale", "VerticalScale", "WebP_Flags", "ImageSize",
    "Megapixels", "ExifToolVersion", "BackgroundColor", "AnimationLoopCount", "FrameCount", "Duration", "AlphaIsUsed",
    "AlphaPreprocessing", "AlphaFiltering", "AlphaCompression",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _exiftool() -> None:
    require("exiftool", found=shutil.which("exiftool") is not None, reason="install libimage-exiftool-perl")


def _exiftool_of(*arguments: str | Path) -> str:
    done = subprocess.run(["exiftool", "-m", *map(str, arguments)], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.decode("utf-8", "replace")


def _read(path: Path) -> dict[str, Any]:
    """What exiftool finds, unknown and hidden things too, as `group:name`."""
    found: dict[str, Any] = json.loads(_exiftool_of("-j", "-a", "-G1", "-u", "-U", "-ee", path))[0]
    return found


def _as_a_camera_writes(path: Path) -> bytes:
    """Put into a picture what cameras, telephones, agencies and editors put into theirs."""
    thumbnail = path.with_name("thumbnail.jpg")
    thumbnail.write_bytes(encoded(quartered((160, 120)), "JPEG", comment=CANARY.encode()))
    words = {
        "EXIF:Make": CANARY, "EXIF:Model": CANARY, "EXIF:SerialNumber": CANARY, "EXIF:LensSerialNumber": CANARY,
        "EXIF:OwnerName": CANARY, "EXIF:Artist": CANARY, "EXIF:UserComment": CANARY, "EXIF:Software": CANARY,
        "EXIF:DateTimeOriginal": "2026:11:03 20:00:00", "EXIF:GPSLatitude": "48.8584", "EXIF:GPSLatitudeRef": "N",
        "EXIF:GPSLongitude": "2.2945", "EXIF:GPSLongitudeRef": "E", "EXIF:GPSAltitude": "35",
        "XMP-dc:Description": f"{CANARY} of XMP", "XMP-photoshop:Credit": CANARY, "XMP-xmpMM:DocumentID": CANARY,
        "XMP-exif:GPSLatitude": "48.8584", "XMP-crs:RawFileName": CANARY, "XMP-dc:Rights": CANARY,
    }  # fmt: skip
    if path.suffix == ".jpg":
        words |= {
            "IPTC:Caption-Abstract": CANARY, "IPTC:Credit": CANARY, "IPTC:By-line": CANARY, "IPTC:City": CANARY,
            "Photoshop:URL": f"https://example.org/{CANARY}", "JFIF:XResolution": "300", "File:Comment": CANARY,
        }  # fmt: skip
    arguments = [f"-{name}={value}" for name, value in words.items()]
    if path.suffix != ".webp":
        arguments.append(f"-ThumbnailImage<={thumbnail}")
    _exiftool_of("-overwrite_original", "-n", *arguments, path)
    return path.read_bytes()


def _maker_notes() -> Image.Exif:
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x927C] = b"Nikon\0\2\0\0\0" + CANARY.encode() + bytes(40)
    return exif


@pytest.mark.parametrize(
    ("suffix", "format"), [(".jpg", "JPEG"), (".png", "PNG"), (".webp", "WEBP"), (".avif", "AVIF"), (".heic", "HEIF")]
)
async def test_no_metadata_of_a_real_cameras_file_is_in_any_rendition(
    convert: Convert, tmp_path: Path, suffix: str, format: str
) -> None:
    path = tmp_path / f"camera{suffix}"
    options: dict[str, Any] = {"exif": _maker_notes(), "icc_profile": wide_gamut_profile()}
    path.write_bytes(encoded(quartered((700, 500)), format, **options))
    data = _as_a_camera_writes(path)
    before = _read(path)
    assert sum(CANARY in str(value) for value in before.values()) > 8
    assert any("GPS" in name for name in before)
    done = await convert(data)
    assert len(done.media.renditions) == 6
    for each in done.media.renditions:
        after = _read(done.folder / each.file)
        groups = {name.partition(":")[0] for name in after if ":" in name}
        assert groups <= PICTURES, each.file
        names = {name.partition(":")[2] for name in after if name.partition(":")[0] not in {"System", ""}}
        assert names - {""} <= PLAIN, each.file
        content = (done.folder / each.file).read_bytes()
        assert CANARY.encode() not in content
        assert b"Exif" not in content
        assert b"ICC_PROFILE" not in content
        assert b"xmp" not in content.lower()


async def test_the_words_of_a_file_are_offered_before_they_are_gone(convert: Convert, tmp_path: Path) -> None:
    path = tmp_path / "agency.jpg"
    path.write_bytes(encoded(quartered((400, 300)), "JPEG"))
    rights = "Copy" + "rightNotice"
    _exiftool_of(
        "-overwrite_original", "-charset", "iptc=UTF8", "-codedcharacterset=UTF8",
        "-IPTC:Caption-Abstract=Wahlabend in Zürich – “erste Zahlen”", "-IPTC:Credit=Keystone/AP",
        f"-IPTC:{rights}=© AP", path,
    )  # fmt: skip
    done = await convert(path.read_bytes())
    assert done.media.offered == OfferedWords("Wahlabend in Zürich – “erste Zahlen”", "Keystone/AP", "© AP")


async def test_the_words_of_xmp_are_offered_too(convert: Convert, tmp_path: Path) -> None:
    for suffix, format in ((".jpg", "JPEG"), (".png", "PNG"), (".webp", "WEBP")):
        path = tmp_path / f"agency{suffix}"
        path.write_bytes(encoded(quartered((400, 300)), format))
        _exiftool_of("-overwrite_original", "-XMP-dc:Description=Ein Bild", "-XMP-photoshop:Credit=AFP", path)
        done = await convert(path.read_bytes())
        assert done.media.offered == OfferedWords("Ein Bild", "AFP", ""), suffix


async def test_an_animations_comments_are_gone(convert: Convert) -> None:
    drawn = [Image.new("P", (60, 40), number * 20) for number in range(5)]
    data = encoded(drawn[0], "GIF", save_all=True, append_images=drawn[1:], duration=80, comment=CANARY.encode())
    done = await convert(data)
    for each in done.media.renditions:
        assert CANARY.encode() not in (done.folder / each.file).read_bytes()
        after = _read(done.folder / each.file)
        assert {name.partition(":")[0] for name in after if ":" in name} <= PICTURES


@pytest.mark.parametrize("format", ["mp4", "mov", "webm"])
async def test_no_metadata_of_a_video_is_in_what_it_becomes(convert: Convert, tmp_path: Path, format: str) -> None:
    path = tmp_path / f"video.{format}"
    codecs = ("libvpx-vp9", "libopus") if format == "webm" else ("libx264", "aac")
    write_video(path, format, codecs, words=CANARY)
    if format != "webm":
        _exiftool_of(
            "-overwrite_original", "-n", "-Keys:GPSCoordinates=48.8584 2.2945 35", f"-UserData:Make={CANARY}",
            f"-XMP-dc:Description={CANARY}", "-QuickTime:CreateDate=2026:11:03 20:00:00", path,
        )  # fmt: skip
    before = path.read_bytes()
    assert before.count(CANARY.encode()) > 1
    done = await convert(before)
    for each in done.media.renditions:
        content = (done.folder / each.file).read_bytes()
        assert CANARY.encode() not in content
        assert b"x264" not in content  # an encoder's account of itself, between the pictures
        after = _read(done.folder / each.file)
        assert not [
            name for name in after if any(word in name for word in ("GPS", "XMP", "Keys", "ItemList", "UserData"))
        ]
        dates = {str(value) for name, value in after.items() if "Date" in name and not name.startswith("System")}
        assert dates <= {"0000:00:00 00:00:00"}


async def test_no_tag_and_no_cover_of_a_sound_is_in_what_it_becomes(convert: Convert, tmp_path: Path) -> None:
    path = tmp_path / "sound.mp3"
    write_sound(path, words=CANARY)
    cover = encoded(quartered((100, 100)), "JPEG", comment=CANARY.encode())
    frame = b"APIC" + (len(cover) + 14).to_bytes(4, "big") + bytes(2) + b"\0image/jpeg\0\3\0" + cover
    size = len(frame).to_bytes(4, "big")
    syncsafe = bytes((int.from_bytes(size, "big") >> shift) & 0x7F for shift in (21, 14, 7, 0))
    behind = b"TAG" + CANARY.encode().ljust(125, b"\0")
    data = b"ID3\4\0\0" + syncsafe + frame + path.read_bytes() + b"APETAGEX" + CANARY.encode() + behind
    done = await convert(data)
    content = (done.folder / "audio.mp3").read_bytes()
    assert content.startswith(b"\xff\xfb")
    for word in (CANARY.encode(), b"ID3", b"APIC", b"TAG"):
        assert word not in content, word
    first = content[: content.index(b"\xff\xfb", 4)]
    assert b"Lav" not in first  # what encoders tell of themselves
    assert b"LAME" not in first
    assert {name.partition(":")[0] for name in _read(done.folder / "audio.mp3") if ":" in name} <= {
        "ExifTool", "System", "File", "MPEG", "Composite",
    }  # fmt: skip
