"""The system's figures of this process: processor time, memory, open files, garbage collections."""

from __future__ import annotations

import gc
import os
import platform
import resource
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

_PROC = Path("/proc/self")


class ProcessFigures(NamedTuple):
    """The figures of a process now. `open_files` and `resident_bytes` are None where the system does not tell them."""

    cpu_seconds: float
    resident_bytes: int | None
    open_files: int | None
    open_files_limit: int
    started_at_seconds: float
    """When this module was loaded, at the beginning of the process, in seconds since 1970."""
    threads: int
    collections: tuple[int, ...]
    """Garbage collections, for each generation."""


_STARTED_AT_SECONDS = time.time()


def read_process_figures() -> ProcessFigures:
    """Read the figures of this process; none of it waits for a disk or a network."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return ProcessFigures(
        cpu_seconds=used.ru_utime + used.ru_stime,
        resident_bytes=_resident_bytes(),
        open_files=_count_open_files(),
        open_files_limit=limit if limit != resource.RLIM_INFINITY else sys.maxsize,
        started_at_seconds=_STARTED_AT_SECONDS,
        threads=threading.active_count(),
        collections=tuple(each["collections"] for each in gc.get_stats()),
    )


def describe_python() -> str:
    """Return the interpreter's name and version, such as `CPython 3.12.4`."""
    return f"{platform.python_implementation()} {platform.python_version()}"


def _resident_bytes() -> int | None:
    try:
        return int((_PROC / "statm").read_text().split()[1]) * resource.getpagesize()
    except (OSError, ValueError, IndexError):  # no Linux
        return None


def _count_open_files() -> int | None:
    try:
        return sum(1 for _ in _scan(_PROC / "fd")) - 1  # without the folder itself
    except OSError:  # no Linux
        return None


def _scan(folder: Path) -> Iterator[str]:
    with os.scandir(folder) as found:
        for each in found:
            yield each.name
