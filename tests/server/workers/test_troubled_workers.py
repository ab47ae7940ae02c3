"""A worker or the writer that hangs, or leaks descriptors, is replaced in time; the others' readers notice nothing.

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

from tests.conftest import copy_of
from tests.e2e.server import make_story, serving
from tests.postgres import ReusedDatabases
from tests.server.workers.machine import Machine, audience_of, is_running, writing
from tests.server.workers.test_workers import LAST, PATIENT, has_each_once, is_over, post, replaced
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


CASES = [("postgres", "worker-1"), ("sqlite", "worker-1"), ("sqlite", "writer")]
"""Which process is in trouble, on which database. Each has a server of its own, so that what it counts is known."""


@pytest.fixture(scope="module", params=CASES, ids="-".join)
def case(request: pytest.FixtureRequest) -> tuple[str, str]:
    """Return the database and the process that is troubled."""
    chosen: tuple[str, str] = request.param
    return chosen


@pytest.fixture
def process(case: tuple[str, str]) -> str:
    """Return the name of the process that is troubled."""
    return case[1]


@pytest.fixture(scope="module")
def folder(case: tuple[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the server's data is, and the files that make its processes leak."""
    return tmp_path_factory.mktemp("m")


@pytest.fixture(scope="module")
def database(request: pytest.FixtureRequest, case: tuple[str, str], folder: Path) -> Iterator[str]:
    """Return the URL of the server's database."""
    if case[0] == "sqlite":
        yield copy_of(request.getfixturevalue("migrated_sqlite"), folder)
        return
    databases: ReusedDatabases = request.getfixturevalue("reused_databases")
    with databases.lend() as name:
        yield databases.server.url(name)


@pytest.fixture(scope="module")
def machine(database: str, folder: Path) -> Iterator[Machine]:
    """A server with two workers, whose processes may be made to leak."""
    (folder / "sitecustomize.py").write_text(LEAK.format(flag=str(folder / "leak-")))
    path = os.pathsep.join([str(folder), *filter(None, [os.environ.get("PYTHONPATH")])])
    with serving(
        database,
        folder,
        wrapper=("env", f"PYTHONPATH={path}"),
        options=("--workers", "2"),
        DRAIN_SECONDS="0",
    ) as server:
        yield Machine(server)


@asynccontextmanager
async def undisturbed(machine: Machine, process: str) -> AsyncIterator[int]:
    """Read and write while the block troubles a process, whose id it is given, until that is replaced.

    The readers of the others stay where they are, and each has all that was acknowledged. Who writes is refused for
    want of the writer alone, and taken when they say the same again.
    """
    story = make_story(machine.server)
    async with audience_of(machine, story, is_over) as audience:
        before = machine.readers()
        async with writing(machine, story) as written:
            await written.go_on()
            troubled = machine.processes()[process]
            yield troubled
            await asyncio.to_thread(machine.await_ready, without=[troubled])
            await until(lambda: not is_running(troubled), **PATIENT)
            await written.go_on()
        await asyncio.to_thread(post, machine, story, LAST)
    await audience.agree()
    assert audience.on_one_connection() == sum(count for name, count in before.items() if name != process)
    assert written.refused == []
    if process == "writer":
        assert "writer_away" in written.codes
    await has_each_once(machine, story, written.posted)


async def test_a_process_that_hangs_is_named_and_replaced(machine: Machine, process: str) -> None:
    async with undisturbed(machine, process) as troubled:
        os.kill(troubled, signal.SIGSTOP)
        await asyncio.to_thread(
            await_true, lambda: f"{process} does not answer" in _reasons(machine), seconds=PATIENT["seconds"]
        )
    await until(lambda: replaced(machine).get("hung") == 1, **PATIENT)


async def test_a_process_that_leaks_descriptors_is_replaced_before_it_has_none_left(
    machine: Machine, process: str, folder: Path
) -> None:
    async with undisturbed(machine, process) as troubled:
        (folder / f"leak-{troubled}").touch()
    await until(lambda: replaced(machine).get("leaked") == 1, **PATIENT)


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
