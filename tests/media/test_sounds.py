"""What becomes of sounds: the frames of an MP3, and nothing else."""

from __future__ import annotations

from pathlib import Path

import av
import pytest

from app.domain.errors import MediaRefused
from app.media.decoder import Decoder
from app.media.formats import MediaKind
from app.media.limits import MediaLimits
from tests.media.conftest import Convert
from tests.media.pictures import write_sound

pytestmark = pytest.mark.anyio


def _samples(path: Path) -> int:
    with av.open(str(path), format="mp3") as source:
        return sum(frame.samples for frame in source.decode(audio=0))


@pytest.fixture
def sound(tmp_path: Path) -> bytes:
    write_sound(tmp_path / "sound")
    return (tmp_path / "sound").read_bytes()


def _frames_of(sound: bytes) -> bytes:
    return sound[sound.index(b"\xff\xfb") :]


async def test_a_sound_keeps_its_frames_and_its_length(convert: Convert, sound: bytes, tmp_path: Path) -> None:
    done = await convert(sound)
    assert done.media.kind is MediaKind.AUDIO
    assert (done.media.width, done.media.height, done.media.placeholder) == (None, None, None)
    (only,) = done.media.renditions
    assert (only.file, only.content_type) == ("audio.mp3", "audio/mpeg")
    content = (done.folder / "audio.mp3").read_bytes()
    assert content[500:] == _frames_of(sound)[500:]
    assert abs((done.media.duration_ms or 0) - 3_000) < 120
    assert abs(_samples(done.folder / "audio.mp3") - _samples(tmp_path / "sound")) <= 2 * 1152


async def test_a_first_frame_keeps_how_to_seek_and_loses_who_encoded(convert: Convert, sound: bytes) -> None:
    """A header of a variable bit rate: flags for all four fields, then what LAME tells of itself."""
    frames = _frames_of(sound)
    length = frames.index(b"\xff\xfb", 4)
    header = b"Xing" + (15).to_bytes(4, "big") + (115).to_bytes(4, "big") + len(frames).to_bytes(4, "big")
    table = bytes(range(100)) + (50).to_bytes(4, "big")
    first = (frames[:4] + bytes(32) + header + table + b"LAME3.100CanaryOfTheEncoder").ljust(length, b"\xaa")[:length]
    content = ((await convert(first + frames[length:])).folder / "audio.mp3").read_bytes()
    assert content[36 : 36 + len(header + table)] == header + table
    assert content[36 + len(header + table) : length] == bytes(length - 36 - len(header + table))
    assert content[length:] == frames[length:]


@pytest.mark.parametrize(
    "between", [b"\0" * 3_000, b"noise" * 400, b"ID3\4\0\0\0\0\0\5hello"], ids=["zeros", "noise", "a tag"]
)
async def test_what_stands_before_the_first_frame_is_left_out(convert: Convert, sound: bytes, between: bytes) -> None:
    frames = _frames_of(sound)
    done = await convert(b"ID3\4\0\0\0\0\0\5hello" + between + frames)
    assert (done.folder / "audio.mp3").read_bytes()[500:] == frames[500:]


async def test_a_frame_that_was_cut_off_at_the_end_is_left_out(convert: Convert, sound: bytes) -> None:
    frames = _frames_of(sound)
    done = await convert(frames[:-50])
    assert (done.folder / "audio.mp3").stat().st_size < len(frames) - 50


async def test_a_sound_that_is_too_long_is_refused(tmp_path: Path, sound: bytes) -> None:
    (tmp_path / "upload").write_bytes(sound)
    decoder = Decoder(MediaLimits(seconds=2))
    with pytest.raises(MediaRefused, match="too long"):
        await decoder.convert(tmp_path / "upload", tmp_path)
    await decoder.close()
