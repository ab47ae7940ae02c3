"""What becomes of videos: a new container with the same pictures, and a poster."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import av
import pytest
from av.audio.stream import AudioStream

from app.domain.errors import LiveblogError, MediaRefused, UnsupportedMedia
from app.media.decoder import Decoder
from app.media.formats import MediaKind
from app.media.limits import MediaLimits
from tests.media.conftest import Convert
from tests.media.pictures import BLUE, RED, write_video

pytestmark = pytest.mark.anyio

CODECS: dict[str, tuple[str, tuple[str, str | None]]] = {
    "H.264 and AAC": ("mp4", ("libx264", "aac")),
    "HEVC and AAC": ("mp4", ("libx265", "aac")),
    "H.264 without sound": ("mp4", ("libx264", None)),
    "H.264 and MP3": ("mp4", ("libx264", "libmp3lame")),
    "a MOV": ("mov", ("libx264", "aac")),
    "VP8 and Opus": ("webm", ("libvpx", "libopus")),
    "VP9 and Opus": ("webm", ("libvpx-vp9", "libopus")),
}


def _frames(path: Path) -> tuple[int, int, int]:
    """Decode a video: its pictures, its packets of sound, and how it is turned."""
    with av.open(str(path)) as source:
        rotation, pictures, sounds = 0, 0, 0
        for packet in source.demux():
            if isinstance(packet.stream, AudioStream):
                sounds += packet.size > 0
            else:
                for frame in packet.decode():
                    pictures += 1
                    rotation = int(getattr(frame, "rotation", 0))
        return pictures, sounds, rotation


async def _become(convert: Convert, path: Path) -> Any:
    return await convert(path.read_bytes())  # noqa: ASYNC240 - a few kilobytes


@pytest.mark.parametrize("name", list(CODECS))
async def test_a_video_keeps_all_its_pictures_and_all_its_sound(convert: Convert, tmp_path: Path, name: str) -> None:
    format, codecs = CODECS[name]
    write_video(tmp_path / "video", format, codecs)
    done = await _become(convert, tmp_path / "video")
    first = done.media.renditions[0]
    kind = "webm" if format == "webm" else "mp4"
    assert (first.file, first.content_type) == (f"video.{kind}", f"video/{kind}")
    assert (first.width, first.height) == (320, 240)
    assert done.media.kind is MediaKind.VIDEO
    assert abs((done.media.duration_ms or 0) - 2_000) < 60
    assert _frames(done.folder / first.file) == _frames(tmp_path / "video")


async def test_a_video_has_a_poster_in_the_sizes_of_a_picture(convert: Convert, tmp_path: Path) -> None:
    write_video(tmp_path / "video", "mp4", ("libx264", "aac"))
    done = await _become(convert, tmp_path / "video")
    assert [each.file for each in done.media.renditions[1:]] == ["320.webp", "320.jpg"]
    red, blue = done.pixel("320.jpg", 0.2, 0.2), done.pixel("320.jpg", 0.2, 0.8)
    assert all(abs(one - other) < 30 for one, other in zip(red, RED, strict=True))
    assert all(abs(one - other) < 30 for one, other in zip(blue, BLUE, strict=True))
    assert done.media.placeholder is not None


@pytest.mark.parametrize("format", ["mp4", "mov"])
@pytest.mark.parametrize("rotation", [90, -90, 180])
async def test_a_telephone_that_was_held_upright_has_an_upright_video(
    convert: Convert, tmp_path: Path, format: str, rotation: int
) -> None:
    write_video(tmp_path / "video", format, ("libx264", "aac"), rotation=rotation)
    done = await _become(convert, tmp_path / "video")
    upright = (320, 240) if rotation == 180 else (240, 320)
    assert (done.media.width, done.media.height) == upright
    assert done.image(done.media.renditions[-1].file).size == upright
    assert abs(_frames(done.folder / "video.mp4")[2]) == abs(rotation)


async def test_the_index_of_an_mp4_is_in_front_so_that_it_plays_at_once(convert: Convert, tmp_path: Path) -> None:
    write_video(tmp_path / "video", "mp4", ("libx264", "aac"))
    sent = (tmp_path / "video").read_bytes()
    assert sent.index(b"mdat") < sent.index(b"moov")
    done = await convert(sent)
    content = (done.folder / "video.mp4").read_bytes()
    assert content.index(b"moov") < content.index(b"mdat")


@pytest.mark.parametrize(
    ("format", "codecs"), [("mp4", ("mpeg4", "aac")), ("mov", ("mpeg4", None)), ("mov", ("libx264", "pcm_s16le"))]
)
async def test_what_browsers_cannot_play_is_refused_with_what_they_can(
    convert: Convert, tmp_path: Path, format: str, codecs: tuple[str, str | None]
) -> None:
    write_video(tmp_path / "video", format, codecs)
    with pytest.raises(UnsupportedMedia, match=r"H\.264 and AAC") as refused:
        await _become(convert, tmp_path / "video")
    assert refused.value.code == "media_codec_not_taken"


async def test_a_video_that_is_too_long_or_has_no_pictures_is_refused(tmp_path: Path, convert: Convert) -> None:
    write_video(tmp_path / "video", "mp4", ("libx264", "aac"))
    decoder = Decoder(MediaLimits(seconds=1))
    with pytest.raises(MediaRefused, match="too long"):
        await decoder.convert(tmp_path / "video", tmp_path)
    await decoder.close()
    sound = tmp_path / "sound"
    with av.open(str(sound), "w", format="mp4") as output:
        output.add_stream("aac", rate=48_000)
        output.start_encoding()
    with pytest.raises(LiveblogError) as refused:
        await _become(convert, sound)
    assert refused.value.code == "media_unreadable"


async def test_a_video_that_tells_of_more_pixels_than_are_taken_is_refused(tmp_path: Path) -> None:
    write_video(tmp_path / "video", "mp4", ("libx264", None))
    decoder = Decoder(MediaLimits(pixels=50_000))
    with pytest.raises(MediaRefused) as refused:
        await decoder.convert(tmp_path / "video", tmp_path)
    assert refused.value.code == "media_over_limits"
    await decoder.close()
