"""The machine of a run: the cores of server and client, and the description printed with the figures."""

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
    """Return the core that every server is pinned to."""
    return min(_cores())


def client_core() -> int:
    """Return the core of the client; on a machine with one core it is the server's."""
    return max(_cores())


def move_to(core: int) -> None:
    """Pin this process to a core."""
    os.sched_setaffinity(0, {core})


def cpu_seconds(pid: int) -> float:
    """Return the CPU time a process has used so far, user and system, to the nanosecond (Linux only)."""
    return time.clock_gettime((~pid << 3) | _PROCESS_CPU_CLOCK)


def memory_bytes(pid: int) -> int:
    """Return the memory a process uses now: its resident pages."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def peak_memory_bytes(pid: int) -> int:
    """Return the most memory a process has used since `forget_peak`."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError("this kernel does not tell a process's peak")


def forget_peak(pid: int) -> None:
    """Reset the peak to the memory in use now."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")


def open_descriptors(pid: int) -> Counter[str]:
    """Count a process's open descriptors: files by their name, sockets and all else by their kind."""
    held = Counter[str]()
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):  # closed meanwhile
            held[descriptor.readlink().name.partition(":")[0]] += 1
    return held


def socket_memory_bytes() -> int:
    """Return the kernel's memory in the buffers of all TCP sockets of this machine, in both directions."""
    for line in Path("/proc/net/sockstat").read_text().splitlines():
        if line.startswith("TCP:"):
            return int(line.split()[-1]) * os.sysconf("SC_PAGE_SIZE")
    raise RuntimeError("this kernel does not tell what its sockets hold")


def describe() -> list[str]:
    """Describe the machine in a few lines."""
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
