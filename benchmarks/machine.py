"""The machine a run is measured on: who has which core, and what a figure must be printed with."""

from __future__ import annotations

import os
import platform
import sqlite3
import time
from collections import Counter
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

SHOWN_VERSIONS = ("fastapi", "starlette", "pydantic", "uvicorn", "uvloop", "sqlalchemy", "websockets")

_PROCESS_CPU_CLOCK = 2
"""CPUCLOCK_SCHED of the kernel's clock ids: all threads of a process, those that have ended included."""


def server_core() -> int:
    """The core every server is pinned to."""
    return min(_cores())


def client_core() -> int:
    """The core of the client; on a machine with one core it is the server's."""
    return max(_cores())


def move_to(core: int) -> None:
    """Pin this process."""
    os.sched_setaffinity(0, {core})


def cpu_seconds(pid: int) -> float:
    """The CPU time a process has used so far, user and system, to the nanosecond (Linux only)."""
    return time.clock_gettime((~pid << 3) | _PROCESS_CPU_CLOCK)


def memory_bytes(pid: int) -> int:
    """The memory a process has in use now: its resident pages."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def peak_memory_bytes(pid: int) -> int:
    """The most memory a process has had in use since `forget_peak`."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError("this kernel does not tell a process's peak")


def forget_peak(pid: int) -> None:
    """Let the peak begin again at what is in use now."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")


def open_descriptors(pid: int) -> Counter[str]:
    """What a process holds open, and how often: files by their name, sockets and all else by their kind."""
    held = Counter[str]()
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):  # closed meanwhile
            held[descriptor.readlink().name.partition(":")[0]] += 1
    return held


def socket_memory_bytes() -> int:
    """What the kernel holds in the buffers of all TCP sockets of this machine, in both directions."""
    for line in Path("/proc/net/sockstat").read_text().splitlines():
        if line.startswith("TCP:"):
            return int(line.split()[-1]) * os.sysconf("SC_PAGE_SIZE")
    raise RuntimeError("this kernel does not tell what its sockets hold")


def describe() -> list[str]:
    """A few lines that say what was measured on."""
    packages = ", ".join(f"{name} {version(name)}" for name in SHOWN_VERSIONS)
    one_core = " (client and server share it: read the ratios only)" if server_core() == client_core() else ""
    return [
        f"machine: {_processor()}, {len(_ALLOWED)} cores{one_core}, {platform.system()} {platform.release()}",
        f"versions: Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {packages}",
        f"load at start: {', '.join(f'{load:.2f}' for load in os.getloadavg())}"
        " (1, 5, 15 minutes; above 0.3 somebody else is at work here, and times are upper bounds)",
    ]


_ALLOWED = frozenset(os.sched_getaffinity(0))


def _cores() -> frozenset[int]:
    return _ALLOWED


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()
