"""A worker's end of its link: what it answers, and that it ends with its supervisor."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.server.workers.supervisor_link import SupervisorLink
from tests.needs import require
from tests.server.workers.machine import is_running
from tests.waiting import await_true, until

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).parents[3]


@pytest.fixture
async def supervisor() -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter, list[str]]]:
    """The supervisor's end of a link that works, and what the worker was told."""
    ours, theirs = socket.socketpair()
    told: list[str] = []
    link = SupervisorLink(theirs)

    async def greet() -> None:
        told.append(f"greet {dict(link.counted)}")

    link.start(retire=lambda: told.append("retire"), count_connections=lambda: 7)
    link.say_ready(greet, stop_seconds=36.5)
    reader, writer = await asyncio.open_unix_connection(sock=ours)
    yield reader, writer, told
    asyncio.get_running_loop().remove_reader(theirs)
    theirs.close()
    writer.close()


async def test_a_worker_says_when_it_is_ready_and_answers_each_heartbeat(
    supervisor: tuple[asyncio.StreamReader, asyncio.StreamWriter, list[str]],
) -> None:
    reader, writer, told = supervisor
    assert await asyncio.wait_for(reader.readline(), 30) == b"ready 36.5\n"
    writer.write(b'ping {}\nping {"died":')  # a line may come in two pieces
    assert await asyncio.wait_for(reader.readline(), 30) == b"pong 7\n"
    writer.write(b"2}\n")
    assert await asyncio.wait_for(reader.readline(), 30) == b"pong 7\n"
    writer.write(b"greet\nretire\nwhat a later release says\n")
    await until(lambda: len(told) == 2)
    assert sorted(told) == ["greet {'died': 2}", "retire"]


PROGRAM = """
import asyncio, socket, sys
from app.server.workers.parent_death import end_with_parent
from app.server.workers.supervisor_link import SupervisorLink

async def serve():
    link.start(retire=lambda: None, count_connections=lambda: 0)
    print("serving", flush=True)
    await asyncio.sleep(600)  # until its supervisor goes, or for ever too long

end_with_parent()
link = SupervisorLink(socket.socket(fileno=int(sys.argv[1])))
link.wait_for_go()
asyncio.run(serve())
"""


def test_a_worker_ends_when_its_link_is_closed() -> None:
    ours, theirs = socket.socketpair()
    command = [sys.executable, "-c", PROGRAM, str(theirs.fileno())]
    with subprocess.Popen(command, cwd=ROOT, pass_fds=[theirs.fileno()], stdout=subprocess.PIPE) as worker:
        theirs.close()
        ours.sendall(b"go\n")
        assert worker.stdout is not None
        assert worker.stdout.readline() == b"serving\n"
        ours.close()
        assert worker.wait(30) == 1


def test_a_worker_that_hangs_ends_with_its_supervisor_too() -> None:
    require("Linux", found=sys.platform == "linux", reason="elsewhere no kernel ends a process with its parent")
    starting = (
        "import socket, subprocess, sys\n"
        "ours, theirs = socket.socketpair()\n"
        "ours.sendall(b'go\\n')\n"
        "print(subprocess.Popen([sys.executable, '-c', sys.argv[1], str(theirs.fileno())],"
        " pass_fds=[theirs.fileno()]).pid, flush=True)\n"
        "sys.stdin.read()\n"
    )
    command = [sys.executable, "-c", starting, PROGRAM]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        worker = int(parent.stdout.readline())
        assert parent.stdout.readline() == b"serving\n"
        os.kill(worker, signal.SIGSTOP)
        parent.kill()
    await_true(lambda: not is_running(worker), seconds=30)
