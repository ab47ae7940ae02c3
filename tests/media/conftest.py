"""Fixtures of the media tests: a decoder, and a converter of bytes."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image

from app.media.converted import ConvertedMedia
from app.media.decoder import Decoder


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
