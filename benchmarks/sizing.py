"""The constants of docs/sizing.md: what a reader, an event and a poll cost a node, and nginx with TLS in front."""

from __future__ import annotations

import asyncio
import os
import shutil
import ssl
from dataclasses import dataclass
from pathlib import Path

import uvloop

from benchmarks.connections import await_connections
from benchmarks.figures import Figure, Table
from benchmarks.http_client import drive
from benchmarks.machine import cpu_seconds, memory_bytes, server_core
from benchmarks.publishing import Publisher
from benchmarks.readers import Audience, Reader
from benchmarks.requests import live_path, post_entry
from benchmarks.servers import Running, free_port, liveblog
from tests.deploy.front import HOST, make_certificate, run_nginx, run_nginx_site

EVENTS = 10
HEARTBEATS = 5
POLLS = 2_000
AT_ONCE = 20
FIRST_FEW = 10
HEARTBEAT_SECONDS = 1


class CountingReader(Reader):
    """A WebSocket that counts the bytes it is sent, without those of TCP and IP."""

    received_bytes = 0

    def data_received(self, data: bytes) -> None:
        type(self).received_bytes += len(data)
        super().data_received(data)


class TlsReader(CountingReader):
    """The same over TLS, without a session to resume, as after an outage."""

    context: ssl.SSLContext

    async def connect(self, port: int) -> None:
        """Open the connection to an nginx on this machine."""
        loop = asyncio.get_running_loop()
        await loop.create_connection(
            lambda: self, "127.0.0.1", port, ssl=self.context, server_hostname=HOST, ssl_handshake_timeout=30
        )


@dataclass(frozen=True, slots=True)
class Nginx:
    """A running nginx: its master and its workers."""

    pids: tuple[int, ...]

    @classmethod
    def of(cls, folder: Path) -> Nginx:
        """Return the one whose pid file is in the folder, on the servers' core."""
        master = int((folder / "pid").read_text())
        workers = Path(f"/proc/{master}/task/{master}/children").read_text().split()
        found = cls((master, *map(int, workers)))
        for pid in found.pids:
            os.sched_setaffinity(pid, {server_core()})
        return found

    @property
    def cpu_seconds(self) -> float:
        """Return the CPU time it has used so far."""
        return sum(cpu_seconds(pid) for pid in self.pids)

    @property
    def memory_bytes(self) -> int:
        """Return the memory it uses."""
        return sum(memory_bytes(pid) for pid in self.pids)


@dataclass(frozen=True, slots=True)
class _Costs:
    """What a reader cost whoever was asked: CPU seconds and bytes."""

    handshake_cpu: float
    handshake_bytes: float
    memory: float
    heartbeat_cpu: float
    delivery_cpu: float
    delivery_bytes: float


def measure_sizing(folder: Path, *, long: bool) -> Table:
    """Measure what docs/sizing.md reckons with."""
    readers = 5_000 if long else 1_000
    folder = folder.resolve()  # nginx looks for files in a folder of its own
    with liveblog(folder, settings={"HEARTBEAT_SECONDS": str(HEARTBEAT_SECONDS)}) as server:
        story = server.ask("POST", "/v1/stories", {"title": "Election night"})["id"]
        costs = uvloop.run(_measure(server, server, story, server.port, CountingReader, readers))
        polled = uvloop.run(_poll(server, server, story, server.port))
        figures = _figures("a node", costs, polled)
        if shutil.which("nginx", path="/usr/sbin:/usr/bin") is None:
            return Table("What a reader costs", (*figures, Figure("nginx", "nginx is not installed here")))
        figures += _figures("nginx with TLS", *_through_nginx(folder, server, story, readers))
    return Table(
        "What a reader costs",
        tuple(figures),
        (
            f"{readers:,} WebSockets, {AT_ONCE} at once, at nginx each with a TLS 1.3 handshake of its own and a P-256 "
            f"certificate; {HEARTBEATS} heartbeats, then {EVENTS} entries. CPU is that of the node's process or of "
            "nginx's, each alone. Bytes are those of HTTP and WebSocket, uncompressed. A poll is `changes?after=` at "
            "the head on kept-alive connections; nginx's come from its cache, without TLS.",
        ),
    )


def _through_nginx(folder: Path, server: Running, story: str, readers: int) -> tuple[_Costs, float]:
    certificate, port = make_certificate(folder), free_port()
    with run_nginx(folder, port, certificate, nodes=(server.port, server.port), connections=4 * readers):
        TlsReader.context = certificate.context()
        costs = uvloop.run(_measure(Nginx.of(folder), server, story, port, TlsReader, readers))
    changes = {f"{name}:8000": f"127.0.0.1:{server.port}" for name in ("node-1", "node-2")}
    with run_nginx_site("compose.conf", {"listen 8080": f"listen 127.0.0.1:{port}", **changes}, folder, port):
        return costs, uvloop.run(_poll(Nginx.of(folder), server, story, port))


async def _measure(
    asked: Running | Nginx, server: Running, story: str, port: int, kind: type[CountingReader], readers: int
) -> _Costs:
    few = Audience(port, live_path(story), kind=kind)
    await few.join(FIRST_FEW, at_once=AT_ONCE)
    kind.received_bytes, cpu, memory = 0, asked.cpu_seconds, asked.memory_bytes
    audience = Audience(port, live_path(story), kind=kind)
    await audience.join(readers, at_once=AT_ONCE)
    handshake_cpu, memory = asked.cpu_seconds - cpu, asked.memory_bytes - memory
    handshake_bytes = kind.received_bytes
    cpu = asked.cpu_seconds
    await asyncio.sleep(HEARTBEATS * HEARTBEAT_SECONDS)
    heartbeat_cpu = asked.cpu_seconds - cpu
    publisher = await Publisher.open(server, lambda number: post_entry(story, number))
    delivery_cpu, delivery_bytes = await _deliver(asked, publisher, audience, kind)
    audience.leave()
    few.leave()
    await await_connections(server, 0)
    alone, _ = await _deliver(asked, publisher, audience, kind)
    publisher.close()
    each = EVENTS * readers
    return _Costs(
        handshake_cpu / readers,
        handshake_bytes / readers,
        memory / readers,
        heartbeat_cpu / readers / HEARTBEATS,
        (delivery_cpu - alone) / each,
        delivery_bytes / each,
    )


async def _deliver(
    asked: Running | Nginx, publisher: Publisher, audience: Audience, kind: type[CountingReader]
) -> tuple[float, float]:
    kind.received_bytes, cpu = 0, asked.cpu_seconds
    for _ in range(EVENTS):
        await publisher.publish(audience)
    return asked.cpu_seconds - cpu, kind.received_bytes


async def _poll(asked: Running | Nginx, server: Running, story: str, port: int) -> float:
    """Return the CPU of one poll at the head."""
    head = server.ask("GET", f"/v1/stories/{story}/changes")["head"]
    path = f"/v1/stories/{story}/changes?after={head}&wait=0"
    request = f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\nAccept-Encoding: gzip\r\n\r\n".encode()
    await drive(port, lambda _: request, connections=16, requests=16, expect=200)
    cpu = asked.cpu_seconds
    await drive(port, lambda _: request, connections=16, requests=POLLS, expect=200)
    return (asked.cpu_seconds - cpu) / POLLS


def _figures(of: str, costs: _Costs, poll_cpu: float) -> list[Figure]:
    return [
        Figure(f"{of}: a handshake", f"{costs.handshake_cpu * 1e6:.0f} µs CPU", f"{costs.handshake_bytes:.0f} bytes"),
        Figure(f"{of}: an idle reader", f"{costs.memory / 1024:.1f} KB of memory"),
        Figure(f"{of}: a heartbeat", f"{costs.heartbeat_cpu * 1e6:.1f} µs CPU"),
        Figure(f"{of}: a delivery", f"{costs.delivery_cpu * 1e6:.1f} µs CPU", f"{costs.delivery_bytes:.0f} bytes"),
        Figure(f"{of}: a poll at the head", f"{poll_cpu * 1e6:.0f} µs CPU"),
    ]
