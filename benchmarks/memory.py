"""The memory of an idle reader, and whether a second wave of readers needs more than the first."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import uvloop

from benchmarks.connections import await_connections
from benchmarks.figures import Figure, Table
from benchmarks.machine import forget_peak, peak_memory_bytes
from benchmarks.other_readers import EventStreamReader
from benchmarks.readers import Audience, Reader
from benchmarks.servers import Running, liveblog

BYTES_BAR = 3 * 1024
SECOND_WAVE_BAR = 1.05
FIRST_FEW = 10
"""They come before the rest, so that what is made once is not counted to the others."""


@dataclass(frozen=True, slots=True)
class _Wave:
    """One wave of readers: memory for each of them, and the most the process used."""

    bytes_each: float
    peak_bytes: int


def measure_memory(folder: Path, *, long: bool) -> Table:
    """Measure the memory of an idle reader, in two waves, on WebSockets and on event streams."""
    readers = 10_000 if long else 1_000
    figures: list[Figure] = []
    kinds: tuple[tuple[str, str, type[Reader]], ...] = (
        ("WebSocket", "/v1/stories/{}/live", Reader),
        ("event stream", "/v1/stories/{}/events", EventStreamReader),
    )
    for name, path, kind in kinds:
        own = folder / name.replace(" ", "-")
        own.mkdir()
        with liveblog(own) as server:
            story = server.ask("POST", "/v1/stories", {"title": "Election night"})["id"]
            waves = uvloop.run(_two_waves(server, path.format(story), kind, readers))
        figures += _figures(name, *waves)
    return Table(
        f"Memory of {readers:,} readers who only listen",
        tuple(figures),
        (
            "Resident memory of the process; the kernel's socket buffers are not in it. The second wave comes when the "
            "server says that the first has left; the peak is the kernel's, begun anew for each wave.",
        ),
    )


async def _two_waves(server: Running, path: str, kind: type[Reader], readers: int) -> tuple[_Wave, _Wave]:
    few = Audience(server.port, path, kind=kind)
    await few.join(FIRST_FEW)
    first = await _wave(server, path, kind, readers)
    await await_connections(server, FIRST_FEW)
    second = await _wave(server, path, kind, readers)
    few.leave()
    return first, second


async def _wave(server: Running, path: str, kind: type[Reader], readers: int) -> _Wave:
    forget_peak(server.pid)
    before = server.memory_bytes
    audience = Audience(server.port, path, kind=kind)
    await audience.join(readers)
    found = _Wave((server.memory_bytes - before) / readers, peak_memory_bytes(server.pid))
    audience.leave()
    return found


def _figures(name: str, first: _Wave, second: _Wave) -> tuple[Figure, Figure]:
    ratio = second.peak_bytes / first.peak_bytes
    return (
        Figure(
            f"{name}: memory for each",
            f"{first.bytes_each / 1024:.2f} KB",
            f"the whole process {first.peak_bytes / 2**20:.0f} MB",
            f"≤ {BYTES_BAR / 1024:.0f} KB",
            first.bytes_each <= BYTES_BAR,
        ),
        Figure(
            f"{name}: peak of a second wave",
            f"{second.peak_bytes / 2**20:.1f} MB",
            f"first {first.peak_bytes / 2**20:.1f} MB; {ratio:.3f} ×; {second.bytes_each / 1024:.2f} KB more for each",
            f"≤ {SECOND_WAVE_BAR} ×",
            ratio <= SECOND_WAVE_BAR,
        ),
    )
