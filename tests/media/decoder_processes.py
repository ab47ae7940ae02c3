"""A decoder whose programs do what a file says, and the processes it has started."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

from app.media.converted import ConvertedMedia
from app.media.limits import MIB, MediaLimits
from tests.waiting import until

LIMITS = MediaLimits(decoder_wall_seconds=50, decoder_cpu_seconds=1, decoder_memory_bytes=256 * MIB, waiting=60)
Told = Callable[[str], Awaitable[ConvertedMedia]]


def pid_written_in(folder: Path) -> int:
    (path,) = folder.glob("go-on-alone-*/pid")
    return int(path.read_text())


def child_processes() -> list[int]:
    """The processes that this one has started and not reaped."""
    found = []
    for task in Path("/proc/self/task").iterdir():
        try:
            found += [int(each) for each in (task / "children").read_text().split()]
        except OSError:
            continue
    return [pid for pid in found if is_decoder(pid)]


def is_decoder(pid: int) -> bool:
    try:
        return b"runpy" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


async def pid_of_a_child() -> int:
    await until(lambda: bool(child_processes()), pause_seconds=0.01)
    return child_processes()[0]
