"""Uploads through the decoder: megapixels a second, the decoder's memory, and what the event loop notices of it.

Here nothing is sent and nobody reads: what uploads cost those who follow a story is measured where they are served.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pillow_heif
import uvloop
from PIL import Image

from app.media.decoder import Decoder
from app.media.limits import MIB, MediaLimits
from benchmarks.figures import Figure, Table, median
from benchmarks.machine import peak_memory_bytes

STALL_BAR_SECONDS = 0.1
AT_ONCE = 50
LOOK_SECONDS = 0.002


@dataclass(frozen=True, slots=True)
class _Upload:
    """One kind of picture: its size, and how it is written."""

    name: str
    size: tuple[int, int]
    save: Callable[[Image.Image, Path], Any]


UPLOADS = (
    _Upload("JPEG of a telephone, 12 megapixels", (4_000, 3_000), lambda image, path: image.save(path, "JPEG")),
    _Upload("JPEG of a camera, 45 megapixels", (8_192, 5_464), lambda image, path: image.save(path, "JPEG")),
    _Upload(
        "progressive JPEG, 45 megapixels",
        (8_192, 5_464),
        lambda image, path: image.save(path, "JPEG", progressive=True),
    ),
    _Upload("PNG, 12 megapixels", (4_000, 3_000), lambda image, path: image.save(path, "PNG", compress_level=1)),
    _Upload("WebP, 12 megapixels", (4_000, 3_000), lambda image, path: image.save(path, "WEBP", method=1)),
    _Upload("AVIF, 12 megapixels", (4_000, 3_000), lambda image, path: image.save(path, "AVIF", speed=10)),
    _Upload("HEIC, 12 megapixels", (4_000, 3_000), lambda image, path: pillow_heif.from_pillow(image).save(path)),
)


def measure_decoding(folder: Path, *, long: bool) -> Table:
    """Measure one upload of each kind by itself, then fifty at once."""
    rounds = 9 if long else 3
    small = folder / "small"
    picture((16, 16)).save(small, "PNG")
    started, _ = uvloop.run(_convert(small, folder, rounds))
    figures = [Figure("starting a process, and a picture of 16 × 16", f"{median(started) * 1000:.0f} ms")]
    for upload in UPLOADS:
        source = folder / "upload"
        upload.save(picture(upload.size), source)
        seconds, peak = uvloop.run(_convert(source, folder, rounds))
        megapixels = upload.size[0] * upload.size[1] / 1e6
        figures.append(
            Figure(
                upload.name,
                f"{megapixels / median(seconds):.0f} megapixels/s",
                f"{median(seconds):.2f} s; peak memory {peak / MIB:.0f} MB",
                f"≤ {MediaLimits().decoder_memory_bytes / MIB:.0f} MB",
                peak <= MediaLimits().decoder_memory_bytes,
            )
        )
    source = folder / "upload"
    UPLOADS[0].save(picture((1_600, 1_200)), source)
    stall, took = uvloop.run(_at_once(source, folder))
    idle = uvloop.run(_idle(took))
    figures.append(
        Figure(
            f"{AT_ONCE} uploads at once: the event loop's longest stall",
            f"{stall * 1000:.1f} ms",
            f"{idle * 1000:.1f} ms without; {AT_ONCE / took:.1f} uploads/s of 2 megapixels",
            f"≤ {STALL_BAR_SECONDS * 1000:.0f} ms",
            stall <= STALL_BAR_SECONDS,
        )
    )
    return Table(
        "Uploads through the decoder",
        tuple(figures),
        (
            "Each with all its renditions, by a process of its own at the lowest priority, whose memory this is. "
            "Benchmarks run on one core, and so does the decoder here.",
        ),
    )


def picture(size: tuple[int, int]) -> Image.Image:
    """Make a picture that compresses about like a photograph."""
    coarse = Image.effect_noise((max(2, size[0] // 6), max(2, size[1] // 6)), 90)
    bands = [coarse.resize(size, Image.Resampling.BICUBIC)] * 2
    return Image.merge("RGB", (*bands, Image.linear_gradient("L").resize(size)))


async def _convert(source: Path, folder: Path, rounds: int) -> tuple[list[float], int]:
    """Convert a file some times; return how long each took, and the most memory of its process."""
    decoder = Decoder()
    seconds = []
    with _PeakOfChildren() as peak:
        for number in range(rounds):
            into = folder / f"into-{number}"
            into.mkdir(exist_ok=True)
            began = time.perf_counter()
            await decoder.convert(source, into)
            seconds.append(time.perf_counter() - began)
    await decoder.close()
    return seconds, peak.most


async def _at_once(source: Path, folder: Path) -> tuple[float, float]:
    decoder = Decoder(MediaLimits(waiting=AT_ONCE))
    stalls: list[float] = []
    folders = [folder / f"at-once-{number}" for number in range(AT_ONCE)]
    for each in folders:
        each.mkdir()
    ticking = asyncio.ensure_future(_tick(stalls))
    began = time.perf_counter()
    await asyncio.gather(*(decoder.convert(source, each) for each in folders))
    took = time.perf_counter() - began
    ticking.cancel()
    await decoder.close()
    return max(stalls), took


async def _idle(seconds: float) -> float:
    """Return the longest stall of a loop that has nothing to do: that of this machine."""
    stalls: list[float] = []
    ticking = asyncio.ensure_future(_tick(stalls))
    await asyncio.sleep(seconds)
    ticking.cancel()
    return max(stalls)


async def _tick(stalls: list[float]) -> None:
    while True:
        before = time.perf_counter()
        await asyncio.sleep(0.001)
        stalls.append(time.perf_counter() - before - 0.001)


class _PeakOfChildren:
    """Looks at the memory of this process's children, in a thread, for the length of a block."""

    def __init__(self) -> None:
        self.most = 0
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def __enter__(self) -> _PeakOfChildren:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._is_over.wait(LOOK_SECONDS):
            for task in Path("/proc/self/task").iterdir():
                with suppress(OSError, RuntimeError):  # it ended in between
                    for pid in (task / "children").read_text().split():
                        if _is_decoder(pid):
                            self.most = max(self.most, peak_memory_bytes(int(pid)))


def _is_decoder(pid: str) -> bool:
    """Return whether a child has been executed: until then it is in this process's own memory."""
    return b"app.media.conversion" in Path(f"/proc/{pid}/cmdline").read_bytes()
