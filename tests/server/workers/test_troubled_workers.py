"""A worker that hangs, or whose descriptors leak, is replaced in time; the readers of the other notice nothing.

The rules are proven with small processes in test_slot.py; here are the real times and the real server.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from tests.e2e.server import make_story, serving
from tests.postgres import ReusedDatabases
from tests.server.workers.machine import Machine, audience_of, is_running, writing
from tests.server.workers.test_workers import LAST, PATIENT, is_over, post
from tests.waiting import await_true, until

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

LEAK = """
import os, resource, sys, threading, time

def leak():
    while not os.path.exists({flag!r} + str(os.getpid())):
        time.sleep(0.05)  # between two looks
    kept.extend(os.open(os.devnull, os.O_RDONLY) for _ in range(400))

kept = []
if "serve-worker" in sys.orig_argv:
    resource.setrlimit(resource.RLIMIT_NOFILE, (1024, 1024))
    threading.Thread(target=leak, daemon=True).start()
"""
"""What every process of the server runs first: once there is a file with its id, it leaks descriptors."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the server's data is, and the files that make its processes leak."""
    return tmp_path_factory.mktemp("m")


@pytest.fixture(scope="module")
def machine(reused_databases: ReusedDatabases, folder: Path) -> Iterator[Machine]:
    """A server with two workers that may be made to leak."""
    (folder / "sitecustomize.py").write_text(LEAK.format(flag=str(folder / "leak-")))
    path = os.pathsep.join([str(folder), *filter(None, [os.environ.get("PYTHONPATH")])])
    with (
        reused_databases.lend() as name,
        serving(
            reused_databases.server.url(name),
            folder,
            wrapper=("env", f"PYTHONPATH={path}"),
            options=("--workers", "2"),
            DRAIN_SECONDS="0",
        ) as server,
    ):
        yield Machine(server)


@asynccontextmanager
async def undisturbed(machine: Machine) -> AsyncIterator[int]:
    """Read and write while the block troubles the first worker, whose id it is given, until that is replaced."""
    story = make_story(machine.server)
    async with audience_of(machine, story, is_over) as audience:
        before = machine.readers()
        async with writing(machine, story) as written:
            await written.go_on()
            troubled = machine.processes()["worker-1"]
            yield troubled
            await asyncio.to_thread(machine.await_ready, without=[troubled])
            await until(lambda: not is_running(troubled), **PATIENT)
        await asyncio.to_thread(post, machine, story, LAST)
    await audience.agree()
    assert audience.on_one_connection() == before["worker-2"]
    assert written.refused == []


async def test_a_worker_that_hangs_is_named_and_replaced(machine: Machine) -> None:
    async with undisturbed(machine) as troubled:
        os.kill(troubled, signal.SIGSTOP)
        await asyncio.to_thread(
            await_true, lambda: "worker-1 does not answer" in _reasons(machine), seconds=PATIENT["seconds"]
        )
    await until(lambda: _replaced(machine, "hung") == 1, **PATIENT)


async def test_a_worker_that_leaks_descriptors_is_replaced_before_it_has_none_left(
    machine: Machine, folder: Path
) -> None:
    async with undisturbed(machine) as troubled:
        (folder / f"leak-{troubled}").touch()
    await until(lambda: _replaced(machine, "leaked") == 1, **PATIENT)


def _reasons(machine: Machine) -> list[str]:
    """Return what the worker that answers says of the machine; the hung one has got some of the requests."""

    def ask(_: int) -> list[str]:
        try:
            with machine.server.reader() as reader:
                reasons: list[str] = reader.get("/readyz", timeout=2).json()["reasons"]
        except httpx.TransportError:
            return []
        return reasons

    with ThreadPoolExecutor(8) as askers:
        return [reason for reasons in askers.map(ask, range(8)) for reason in reasons]


def _replaced(machine: Machine, cause: str) -> int:
    with machine.server.reader() as reader:
        lines = reader.get("/metrics").text.splitlines()
    counted = f'liveblog_processes_replaced_total{{cause="{cause}"}} '
    return sum(int(line.removeprefix(counted)) for line in lines if line.startswith(counted))
