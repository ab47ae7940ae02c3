"""The cost of readers that never read: their memory, and the latency of the readers that do."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import uvloop

from benchmarks.connections import await_connections
from benchmarks.figures import Figure, Table, percentile
from benchmarks.machine import socket_memory_bytes
from benchmarks.readers import Audience, Reader
from benchmarks.requests import live_path, post_entry
from benchmarks.servers import Running, liveblog
from benchmarks.steady import TimedAudience, deliver_steadily

NORMAL = 200
SLOW = 1_000
PER_SECOND = 100.0
PROCESS_BAR = 64 * 2**20
TOTAL_BAR = 256 * 2**20
LATENCY_BAR = 2.0
LOOK_SECONDS = 0.25
RECEIVE_BUFFER_BYTES = 4096
"""A slow reader's own kernel is elsewhere: as little as possible of its memory is to be counted here."""


class StalledReader(Reader):
    """A reader whose socket is never read: a paused transport would have read the data that arrived at once."""

    async def connect(self, port: int) -> None:
        loop = asyncio.get_running_loop()
        self._socket = socket.socket()
        self._socket.setblocking(False)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
        await loop.sock_connect(self._socket, ("127.0.0.1", port))
        await loop.sock_sendall(self._socket, self.request())
        self.caught_up.set_result(None)  # it will never know

    def close(self) -> None:
        self._socket.close()


class _Held:
    """The most memory seen, in the process and in the kernel's sockets, above the memory before."""

    def __init__(self, server: Running) -> None:
        self._server = server
        self._process_before, self._kernel_before = server.memory_bytes, socket_memory_bytes()
        self.process = self.kernel = self.total = 0
        self.waiting = self.cut = 0.0

    async def watch(self) -> None:
        while True:
            process = self._server.memory_bytes - self._process_before
            kernel = socket_memory_bytes() - self._kernel_before
            self.process, self.kernel = max(self.process, process), max(self.kernel, kernel)
            self.total = max(self.total, process + kernel)
            await asyncio.sleep(LOOK_SECONDS)

    def count(self) -> None:
        """Count the readers that are stalled now, and those that were cut for it."""
        self.waiting = self._server.count("live_connections_slow")
        self.cut = self._server.count("live_connections_stalled_total")


def measure_slow_readers(folder: Path, *, long: bool) -> Table:
    """Measure 1,000 readers that never read beside 200 normal ones, at 100 events a second."""
    alone, beside = (20.0, 60.0) if long else (4.0, 8.0)
    with liveblog(folder) as server:
        story = server.ask("POST", "/v1/stories", {"title": "Election night"})["id"]
        quiet, with_stalled, held = uvloop.run(_measure(server, story, alone, beside))
    return Table(
        f"{SLOW:,} readers who never read beside {NORMAL} normal ones",
        (*_memory_figures(held), _latency_figure(quiet, with_stalled)),
        (
            f"{PER_SECOND:.0f} events of about 1 KB a second, {beside:.0f} s with the slow ones after {alone:.0f} s "
            f"without; memory looked at every {LOOK_SECONDS} s, the most of it above what there was before the slow "
            "ones came. The kernel's memory is that of all TCP sockets of this machine, both ends; the slow ones' "
            f"receive buffers are {RECEIVE_BUFFER_BYTES // 1024} KB.",
        ),
    )


def _memory_figures(held: _Held) -> tuple[Figure, ...]:
    process, total = held.process <= PROCESS_BAR, held.total <= TOTAL_BAR
    return (
        Figure("the process's memory grew by", _megabytes(held.process), "", f"≤ {_megabytes(PROCESS_BAR)}", process),
        Figure("the kernel's socket memory grew by", _megabytes(held.kernel)),
        Figure("both together", _megabytes(held.total), "", f"≤ {_megabytes(TOTAL_BAR)}", total),
        Figure(
            "slow ones at the end",
            f"{held.waiting:.0f} waiting",
            f"{held.cut:.0f} cut: 30 s without a byte taken",
        ),
    )


def _latency_figure(quiet: list[float], with_stalled: list[float]) -> Figure:
    before, after = percentile(quiet, 99), percentile(with_stalled, 99)
    return Figure(
        "POST → a normal reader",
        f"p50 {percentile(with_stalled, 50) * 1e3:.1f} ms, p99 {after * 1e3:.1f} ms",
        f"without the slow ones p50 {percentile(quiet, 50) * 1e3:.1f} ms, p99 {before * 1e3:.1f} ms; "
        f"{after / before:.2f} ×",
        f"p99 ≤ {LATENCY_BAR:.0f} ×",
        after <= LATENCY_BAR * before,
    )


def _megabytes(count: int) -> str:
    return f"{count / 2**20:.1f} MB"


async def _measure(server: Running, story: str, alone: float, beside: float) -> tuple[list[float], list[float], _Held]:
    def make(number: int) -> bytes:
        return post_entry(story, number)

    normal = TimedAudience(server.port, live_path(story))
    await normal.join(NORMAL)
    quiet = await deliver_steadily(normal, make, per_second=PER_SECOND, seconds=alone)
    normal.leave()
    await await_connections(server, 0)
    normal = TimedAudience(server.port, live_path(story))
    await normal.join(NORMAL)
    held = _Held(server)
    slow = Audience(server.port, live_path(story), kind=StalledReader)
    await slow.join(SLOW)
    await await_connections(server, NORMAL + SLOW)
    watching = asyncio.create_task(held.watch())
    with_stalled = await deliver_steadily(normal, make, per_second=PER_SECOND, seconds=beside)
    watching.cancel()
    held.count()
    normal.leave()
    slow.leave()
    return quiet, with_stalled, held
