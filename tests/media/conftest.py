"""Fixtures of the media tests: a decoder, and a converter of bytes."""

from __future__ import annotations

import itertools
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image

from app.media.converted import ConvertedMedia
from app.media.decoder import Decoder
from tests.media.decoder_processes import LIMITS, Told


@dataclass(frozen=True, slots=True)
class Converted:
    """What became of some bytes, and the folder with the files."""

    media: ConvertedMedia
    folder: Path

    def image(self, file: str) -> Image.Image:
        """One of the renditions, decoded."""
        with Image.open(self.folder / file) as image:
            image.load()
            return image

    def pixel(self, file: str, x: float, y: float) -> tuple[int, ...]:
        """The colour at a place, in shares of width and height."""
        image = self.image(file)
        found = image.getpixel((int(x * image.width), int(y * image.height)))
        assert isinstance(found, tuple)
        return found


Convert = Callable[[bytes], Awaitable[Converted]]


@pytest.fixture
async def decoder() -> AsyncIterator[Decoder]:
    """A decoder with its usual limits."""
    decoder = Decoder()
    yield decoder
    await decoder.close()


@pytest.fixture
def convert(decoder: Decoder, tmp_path: Path) -> Convert:
    """Converts bytes with that decoder."""
    numbers = itertools.count()

    async def convert(what: bytes) -> Converted:
        folder = tmp_path / f"converted-{next(numbers)}"
        folder.mkdir()
        source = tmp_path / f"{folder.name}.upload"
        source.write_bytes(what)
        return Converted(await decoder.convert(source, folder), folder)

    return convert


@pytest.fixture
async def misled() -> AsyncIterator[Decoder]:
    """A decoder whose programs do what the file says."""
    decoder = Decoder(LIMITS, programs="tests.media.misbehaving")
    yield decoder
    await decoder.close()


@pytest.fixture
def told(misled: Decoder, tmp_path: Path) -> Told:
    """Converts a file that tells the program what to do."""

    async def tell(word: str) -> ConvertedMedia:
        folder = tmp_path / f"{word.replace(' ', '-')}-{time.monotonic_ns()}"
        folder.mkdir()
        (tmp_path / "secret").write_bytes(b"of the server")
        source = folder.with_suffix(".upload")
        source.write_bytes(b"\xff\xd8\xff" + word.encode())
        return await misled.convert(source, folder)

    return tell
