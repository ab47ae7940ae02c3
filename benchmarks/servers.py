"""Starts servers for a measurement, each in a process of its own on the servers' core."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.request import Request, urlopen

from benchmarks.machine import client_core, cpu_seconds, memory_bytes, server_core

ROOT = Path(__file__).parent.parent
TOKEN = "benchmark-operator-token-0123456789-abcdefghij"  # noqa: S105 - opens nothing but the server of one run
WRITER_NICENESS = 10
"""Of the process that writes where it shares the client's core."""
READY_SECONDS = 60.0
STOP_SECONDS = 10.0
PROBE_SECONDS = 0.002


@dataclass(frozen=True, slots=True)
class Running:
    """A running server that answers."""

    pid: int
    port: int

    @property
    def cpu_seconds(self) -> float:
        """Return the CPU time it has used so far."""
        return cpu_seconds(self.pid)

    @property
    def memory_bytes(self) -> int:
        """Return the memory it uses."""
        return memory_bytes(self.pid)

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """Send one call with the operator's rights, not measured; return the answer's JSON."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
        request = Request(f"http://127.0.0.1:{self.port}{path}", data, headers, method=method)
        with urlopen(request, timeout=READY_SECONDS) as response:  # noqa: S310 - as above
            return json.loads(response.read())

    def count(self, name: str) -> float:
        """Return one of our server's counters or gauges, named without its prefix: the sum over its labels."""
        with urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=READY_SECONDS) as response:
            lines = response.read().decode().splitlines()
        found = [line for line in lines if line.partition(" ")[0].partition("{")[0] == f"liveblog_{name}"]
        assert found, f"the server does not count {name}"
        return sum(float(line.rpartition(" ")[2]) for line in found)


def set_writer_apart(server: Running) -> int:
    """Move the process that writes to the client's core, and return the worker, which has the servers' to itself.

    The client's turn comes first there: it is the clock, and stands for the machines of readers.
    """
    children = map(int, Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split())
    commands = {pid: Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0") for pid in children}
    writer, worker = (next(pid for pid, words in commands.items() if role in words) for role in (b"writer", b"reader"))
    for thread in map(int, os.listdir(f"/proc/{writer}/task")):  # those that it begins later follow
        os.sched_setaffinity(thread, {client_core()})
        os.setpriority(os.PRIO_PROCESS, thread, WRITER_NICENESS)
    return worker


def environment(folder: Path, port: int, settings: Mapping[str, str] = MappingProxyType({})) -> dict[str, str]:
    """Return the environment of our commands: the defaults but for `settings`, on data of their own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LIVEBLOG_")}
    return {
        **kept,
        "LIVEBLOG_DATA_DIR": str(folder),
        "LIVEBLOG_PORT": str(port),
        "LIVEBLOG_ADMIN_TOKEN": TOKEN,
        **{f"LIVEBLOG_{name}": value for name, value in settings.items()},
    }


def migrate(folder: Path, settings: Mapping[str, str] = MappingProxyType({})) -> None:
    """Create the empty database of a run."""
    command = [sys.executable, "-m", "app.cli", "migrate"]
    subprocess.run(command, env=environment(folder, 1, settings), cwd=ROOT, check=True, capture_output=True)


@contextmanager
def liveblog(
    folder: Path, *options: str, settings: Mapping[str, str] = MappingProxyType({}), cores: str | None = None
) -> Iterator[Running]:
    """Run our server as an operator does, with every request logged (to a file in `folder`), until the block ends.

    It has the servers' core, unless `cores` names others, as `taskset` does.
    """
    migrate(folder, settings)
    port = free_port()
    command = [sys.executable, "-m", "app.cli", "serve", *options]
    with running(command, folder=folder, port=port, settings=settings, cores=cores) as pid:
        await_answer(port, "/readyz")
        yield Running(pid, port)


@contextmanager
def bare_routes(folder: Path, answers: Path) -> Iterator[Running]:
    """Run a bare Starlette application that serves the answers in a file, on the same uvicorn settings."""
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.bare_routes", str(port), str(answers)]
    with running(command, folder=folder, port=port) as pid:
        await_answer(port, "/identity")
        yield Running(pid, port)


@contextmanager
def running(
    command: Sequence[str],
    *,
    folder: Path,
    port: int,
    settings: Mapping[str, str] = MappingProxyType({}),
    cores: str | None = None,
) -> Iterator[int]:
    """Run any command on the servers' core until the block ends; yield its process id. It ends with this process."""
    command = ["taskset", "-c", cores or str(server_core()), "setpriv", "--pdeathsig", "KILL", *command]
    with (folder / f"server-{port}.log").open("wb") as log:
        process = subprocess.Popen(command, env=environment(folder, port, settings), cwd=ROOT, stdout=log, stderr=log)
        try:
            yield process.pid
        finally:
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def await_answer(port: int, path: str) -> None:
    """Ask until the server answers 200. TimeoutError after a minute."""
    asked = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode()
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=READY_SECONDS) as connection:
                connection.sendall(asked)
                if connection.recv(12) == b"HTTP/1.1 200":
                    return
        except OSError:
            pass
        time.sleep(PROBE_SECONDS)
    raise TimeoutError(f"no answer on port {port}")


def free_port() -> int:
    """Return a free port."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port
