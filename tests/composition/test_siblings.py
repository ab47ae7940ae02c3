"""The siblings of a process, asked over their sockets: who is silent, and how often they are asked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from app.api.http.machine.sibling_answers import METRICS, READINESS
from app.composition.roles import Role, Worker
from app.composition.siblings import KEPT_SECONDS, UnixSiblings

pytestmark = pytest.mark.anyio


class Machine:
    """A worker with one sibling that answers with a number, and one that is away; its clock is the test's."""

    def __init__(self, folder: Path) -> None:
        self.seconds = 100.0
        self.asked: list[str] = []
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self.worker = Worker(Role.ALL, number=1, count=3, folder=folder)
        self.siblings = UnixSiblings(self.worker, dict, monotonic=lambda: self.seconds)

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        self.asked.append(head.split()[1].decode())
        number = b"%d" % len(self.asked)
        await self.may_answer.wait()
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%b" % (len(number), number))
        writer.close()


@asynccontextmanager
async def running(folder: Path) -> AsyncIterator[Machine]:
    machine = Machine(folder)
    async with await asyncio.start_unix_server(machine.answer, str(machine.worker.sibling_socket("worker-2"))):
        yield machine


async def test_one_question_of_readiness_is_answered_to_all_who_ask_within_a_moment(tmp_path: Path) -> None:
    async with running(tmp_path) as machine:
        machine.may_answer.clear()
        asking = [asyncio.create_task(machine.siblings.ask(READINESS)) for _ in range(20)]
        await asyncio.sleep(0)  # each has begun
        asking.pop().cancel()  # one that leaves takes the answer from nobody
        machine.may_answer.set()
        first = {"worker-2": b"1", "worker-3": None}
        assert await asyncio.gather(*asking) == [first] * 19
        machine.seconds += KEPT_SECONDS * 0.9
        assert await machine.siblings.ask(READINESS) == first
        machine.seconds += KEPT_SECONDS * 0.2
        assert await machine.siblings.ask(READINESS) == {"worker-2": b"2", "worker-3": None}
        assert machine.asked == [READINESS] * 2


async def test_everything_else_is_asked_each_time(tmp_path: Path) -> None:
    async with running(tmp_path) as machine:
        assert await machine.siblings.ask(METRICS) == {"worker-2": b"1", "worker-3": None}
        assert await machine.siblings.ask(METRICS) == {"worker-2": b"2", "worker-3": None}
