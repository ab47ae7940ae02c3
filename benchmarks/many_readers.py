"""As many readers as one machine takes, at workers of which one is killed: who has what, how soon, and the memory."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from benchmarks.figures import Figure, Table
from benchmarks.requests import entry_text, live_path
from benchmarks.servers import READY_SECONDS, ROOT, Running, liveblog

WORKERS = 8
CLIENTS = 8
"""Processes with readers, each with an address of its own: one has 28,000 ports, and its process 20,000 descriptors."""
LIMIT_SECONDS = 300.0
"""No step takes longer: what has not come by then does not come."""


_CONNECTIONS = r'^liveblog_live_connections{worker="(\S+?)",transport="websocket"} (\d+)$'
_EVERY_CORE = f"0-{(os.cpu_count() or 1) - 1}"


class _Client:
    """One process with readers who come back."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def ask(self, what: str) -> None:
        """Ask for something; `answer` waits for it."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{what}\n")
        self._process.stdin.flush()

    def answer(self) -> dict[str, Any]:
        """Return the answer to what was asked."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "a process with readers has ended"
        answer: dict[str, Any] = json.loads(line)
        return answer


def measure_many_readers(folder: Path, *, long: bool) -> Table:
    """Measure 100,000 readers with `long`, else 8,000: an entry to all, a worker killed, another entry."""
    count = 100_000 if long else 8_000
    settings = {"OVERLOAD_LAG_SECONDS": "0"}  # the client shares the cores: the lag is its, too
    with (
        liveblog(folder, "--workers", str(WORKERS), settings=settings, cores=_EVERY_CORE) as server,
        ExitStack() as stack,
    ):
        story = server.ask("POST", "/v1/stories", {"title": "Election night"})["id"]
        clients = [
            stack.enter_context(_client(server, story, f"127.0.1.{number + 1}", count // CLIENTS))
            for number in range(CLIENTS)
        ]
        empty = _memory(server)
        began = time.monotonic()
        _ask_all(clients, "join")
        joined = time.monotonic() - began
        full = _memory(server)
        before = _cpu(server)
        spread = _spread(server)
        first = _post(server, story, clients, 1)
        cpu = _cpu(server) - before
        killed_at = time.monotonic()
        killed = _kill_one(server)
        second = _post(server, story, clients, 2)
        back = _ask_all(clients, "back")
        all_back = time.monotonic() - killed_at
    came_back = sum(each["came_back"] for each in back)
    figures = (
        Figure("handshakes, up to caught_up", f"{joined:.0f} s", f"{count / joined:,.0f}/s, clients on the same cores"),
        Figure("readers of each worker", f"{min(spread):,} to {max(spread):,}"),
        Figure(
            "memory of the processes", f"{full / 1e6:,.0f} MB", f"{(full - empty) / count / 1e3:.2f} KB for each reader"
        ),
        Figure("POST → last reader", f"{first['seconds']:.2f} s", f"{cpu / count * 1e6:.1f} µs of CPU for each"),
        Figure("readers without it, and with two", f"0 and {first['doubled']}", "", "0 and 0", not first["doubled"]),
        Figure(
            "one worker killed: its readers back, and all with the next entry",
            f"{came_back:,} back, {all_back:.1f} s",
            f"{killed:,} were its own; the entry was posted at once",
            f"0 lost, 0 doubled, {killed:,} back",
            not second["doubled"] and came_back == killed,
        ),
    )
    notes = (
        f"{count:,} WebSockets from {CLIENTS} processes with an address each, at {WORKERS} workers and a writer on "
        "SQLite, all on the cores of this machine. Readers come back within two seconds, at random.",
    )
    return Table(f"{count:,} readers on one machine", figures, notes)


def _post(server: Running, story: str, clients: Sequence[_Client], number: int) -> dict[str, Any]:
    """Post an entry, and wait until every reader has so many; the seconds until the last had it, and who has more."""
    for client in clients:
        client.ask(f"events {number}")
    began = time.monotonic()
    server.ask("POST", f"/v1/stories/{story}/entries", {"text": entry_text(number)})
    answers = [client.answer() for client in clients]
    last_at = max(each["last_at"] for each in answers)
    return {"seconds": last_at - began, "doubled": sum(each["doubled"] for each in answers)}


def _ask_all(clients: Sequence[_Client], what: str) -> list[dict[str, Any]]:
    for client in clients:
        client.ask(what)
    return [client.answer() for client in clients]


def _kill_one(server: Running) -> int:
    """Kill the worker with the number 1; return how many readers it had."""
    had = _readers(server)["worker-1"]
    for pid in map(int, Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()):
        if b"--number\x001\x00" in Path(f"/proc/{pid}/cmdline").read_bytes():
            os.kill(pid, signal.SIGKILL)
            return had
    raise AssertionError("there is no worker with the number 1")


def _readers(server: Running) -> dict[str, int]:
    found = re.findall(_CONNECTIONS, _metrics(server), re.MULTILINE)
    return {name: int(number) for name, number in found}


def _spread(server: Running) -> list[int]:
    return [number for name, number in _readers(server).items() if name != "writer"]


def _memory(server: Running) -> float:
    return _sum(server, "process_resident_memory_bytes")


def _cpu(server: Running) -> float:
    return _sum(server, "process_cpu_seconds_total")


def _sum(server: Running, name: str) -> float:
    return sum(float(number) for number in re.findall(rf"^{name}{{.*}} (\S+)$", _metrics(server), re.MULTILINE))


def _metrics(server: Running) -> str:
    """Return the metrics of all processes; under load one may be late to tell its own."""
    deadline = time.monotonic() + LIMIT_SECONDS
    while True:
        with urlopen(f"http://127.0.0.1:{server.port}/metrics", timeout=READY_SECONDS) as answer:
            text: str = answer.read().decode()
        if f"\nliveblog_processes_answering {WORKERS + 1}\n" in text:
            return text
        assert time.monotonic() < deadline, "not every process answers"
        time.sleep(0.2)


@contextmanager
def _client(server: Running, story: str, source: str, count: int) -> Iterator[_Client]:
    arguments = [str(server.port), live_path(story), source, str(count)]
    command = ["taskset", "-c", _EVERY_CORE, sys.executable, "-m", "benchmarks.returning_readers", *arguments]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield _Client(process)
        finally:
            process.kill()
