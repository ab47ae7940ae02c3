"""Pictures, animations, videos and sounds made for a test: plain ones, and hostile ones byte by byte."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import av
import pillow_heif
from av.audio.frame import AudioFrame
from av.video.frame import VideoFrame
from PIL import Image

RED, GREEN, BLUE, WHITE = (220, 40, 30), (30, 200, 60), (20, 60, 210), (255, 255, 255)


def quartered(size: tuple[int, int], mode: str = "RGB") -> Image.Image:
    """A picture whose quarters are red, green, blue and white, from the upper left as one reads."""
    image = Image.new("RGB", size, WHITE)
    half = (size[0] // 2, size[1] // 2)
    image.paste(RED, (0, 0, *half))
    image.paste(GREEN, (half[0], 0, size[0], half[1]))
    image.paste(BLUE, (0, half[1], half[0], size[1]))
    return image.convert(mode)


def noisy(size: tuple[int, int]) -> Image.Image:
    """A picture that compresses badly."""
    return Image.effect_noise(size, 80).convert("RGB")


def encoded(image: Image.Image, format: str, **options: Any) -> bytes:
    """The bytes of a picture in a format of Pillow's."""
    output = io.BytesIO()
    if format == "HEIF":
        pillow_heif.from_pillow(image).save(output, **options)
    else:
        image.save(output, format, **options)
    return output.getvalue()


def animated_gif(size: tuple[int, int], frames: int) -> bytes:
    """A GIF whose frames differ, each shown for 80 ms."""
    drawn = [Image.new("P", size, number * 37 % 250) for number in range(frames)]
    for number, each in enumerate(drawn):
        each.putpalette([value for index in range(256) for value in (index, 255 - index, number * 97 % 256)])
    return encoded(drawn[0], "GIF", save_all=True, append_images=drawn[1:], duration=80, loop=0)


def gif_of_tiny_frames(frames: int, size: tuple[int, int] = (1, 1)) -> bytes:
    """A GIF of any size and as many frames as wanted, each of one pixel, made without an encoder."""
    head = b"GIF89a" + struct.pack("<HHBBB", *size, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    frame = b"," + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x44\x01\x00"
    return head + frame * frames + b";"


def png_chunk(kind: bytes, data: bytes) -> bytes:
    """One chunk of a PNG, with its checksum."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, chunks: Sequence[bytes] = (), *, pixels: bytes | None = None) -> bytes:
    """A grey PNG of a size that is only told, with further chunks before its pixels."""
    header = png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    data = zlib.compress(b"".join(b"\0" + bytes(width) for _ in range(height))) if pixels is None else pixels
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(chunks) + png_chunk(b"IDAT", data) + png_chunk(b"IEND", b"")


def zeros(count: int) -> bytes:
    """So many zeros, compressed: a bomb of a thousandth of its size."""
    packer = zlib.compressobj(9)
    piece = bytes(2**20)
    return b"".join(packer.compress(piece) for _ in range(count // 2**20)) + packer.flush()


def wide_gamut_profile() -> bytes:
    """A small ICC profile of Display P3's primaries with a gamma of 2.2 (ICC.1:2001-04)."""

    def xyz(*values: float) -> bytes:
        return b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(value * 65_536) for value in values))

    text = b"P3\0"
    tags = {
        b"desc": b"desc\0\0\0\0" + struct.pack(">I", len(text)) + text + bytes(78),
        b"wtpt": xyz(0.9642, 1.0, 0.8249),
        b"rXYZ": xyz(0.5151, 0.2412, -0.0011),
        b"gXYZ": xyz(0.2920, 0.6922, 0.0419),
        b"bXYZ": xyz(0.1571, 0.0666, 0.7841),
        **{name: b"curv\0\0\0\0" + struct.pack(">IH", 1, 0x0233) + b"\0\0" for name in (b"rTRC", b"gTRC", b"bTRC")},
    }
    tags[b"cprt"] = b"text\0\0\0\0none\0"
    table, body, at = b"", b"", 128 + 4 + 12 * len(tags)
    for name, data in tags.items():
        data += bytes(-len(data) % 4)
        table += name + struct.pack(">II", at + len(body), len(data))
        body += data
    size = at + len(body)
    head = struct.pack(">I4sI4s4s4s", size, b"lcms", 0x02400000, b"mntr", b"RGB ", b"XYZ ") + bytes(12)
    head += b"acspAPPL" + bytes(24) + struct.pack(">3i", 63_190, 65_536, 54_061) + bytes(48)
    return head + struct.pack(">I", len(tags)) + table + body


def write_video(path: Path, format: str, codecs: tuple[str, str | None], *, rotation: int = 0, words: str = "") -> None:
    """Two seconds of video, 320 × 240, with sound unless its codec is None; `words` are put into its metadata."""
    with av.open(str(path), "w", format=format) as output:
        for name in ("title", "comment", "location", "make", "artist"):
            output.metadata[name] = words
        video: Any = output.add_stream(codecs[0], rate=25)
        video.width, video.height, video.pix_fmt = 320, 240, "yuv420p"
        video.metadata["handler_name"] = words
        if rotation:
            video.set_display_rotation(rotation)
        sound: Any = output.add_stream(codecs[1], rate=48_000) if codecs[1] else None
        image = quartered((320, 240))
        for _ in range(50):
            output.mux(video.encode(VideoFrame.from_image(image)))  # type: ignore[no-untyped-call] # av leaves it untyped
        if sound is not None:
            for frame in silence(sound, 48_000, seconds=2):
                output.mux(sound.encode(frame))
            output.mux(sound.encode(None))
        output.mux(video.encode(None))


def write_sound(path: Path, *, seconds: int = 3, words: str = "") -> None:
    """An MP3 of silence, with tags."""
    with av.open(str(path), "w", format="mp3") as output:
        for name in ("title", "artist", "comment"):
            output.metadata[name] = words
        sound: Any = output.add_stream("libmp3lame", rate=44_100)
        for frame in silence(sound, 44_100, seconds=seconds):
            output.mux(sound.encode(frame))
        output.mux(sound.encode(None))


def silence(stream: Any, rate: int, *, seconds: int) -> list[AudioFrame]:
    """Frames of silence as an encoder's stream takes them."""
    samples = stream.codec_context.frame_size or 1_024
    name = stream.codec_context.format.name if stream.codec_context.format else "fltp"
    frames = []
    for number in range(rate * seconds // samples):
        frame = AudioFrame(format=name, layout="stereo", samples=samples)
        frame.sample_rate, frame.pts = rate, number * samples
        for plane in frame.planes:
            plane.update(bytes(plane.buffer_size))
        frames.append(frame)
    return frames
