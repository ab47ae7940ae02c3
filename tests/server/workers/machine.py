"""A real `liveblog serve --workers`: its processes by name, and readers and writers that come back as clients do."""

from __future__ import annotations

import asyncio
import random
import re
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from liveblog_client.apply import State
from tests.e2e.readers import Follower, Habit, Transport, differences, reading_client
from tests.e2e.server import ADMIN_TOKEN, Server, serving
from tests.loopback import NO_CERTIFICATES
from tests.needs import require
from tests.waiting import await_true, until

WORKERS = 2
_CONNECTIONS = r'^liveblog_live_connections{worker="([^"]+)"[^}]*} (\d+)$'
_COUNTS = ("liveblog_processes", "liveblog_processes_answering")
PATIENCE_SECONDS = 60.0


@dataclass
class Machine:
    """The processes of one supervisor."""

    server: Server

    def processes(self) -> dict[str, int]:
        """Return the ids of the processes that run now, by name; one that is being replaced counts as its successor."""
        assert self.server.process is not None
        return children_of(self.server.process.pid)

    def metrics(self) -> str:
        """Return the metrics of all processes: whoever is asked waits for the others for a moment alone."""
        with self.server.reader() as reader:
            told: list[str] = []

            def is_complete() -> bool:
                told.append(reader.get("/metrics").text)
                counts = [re.search(rf"^{name} (\d+)$", told[-1], re.MULTILINE) for name in _COUNTS]
                return None not in counts and len({count[1] for count in counts if count}) == 1

            await_true(is_complete, seconds=PATIENCE_SECONDS, or_say=lambda: told[-1])
        return told[-1]

    def figures(self, name: str) -> dict[str, float]:
        """Return a metric without labels of its own, for each process."""
        text = self.metrics()
        found = re.findall(rf'^{name}{{worker="([^"]+)"}} (\S+)$', text, re.MULTILINE)
        return {worker: float(number) for worker, number in found}

    def readers(self) -> dict[str, int]:
        """Return how many live connections each process has."""
        counted: dict[str, int] = {}
        for worker, number in re.findall(_CONNECTIONS, self.metrics(), re.MULTILINE):
            counted[worker] = counted.get(worker, 0) + int(number)
        return counted

    def readiness(self) -> dict[str, Any]:
        """Return what `/readyz` says."""
        with self.server.reader() as reader:
            found: dict[str, Any] = reader.get("/readyz").json()
        return found

    def await_ready(self, *, without: Sequence[int] = ()) -> None:
        """Wait until every process answers, none of those among them."""
        await_true(
            lambda: not set(without) & set(self.processes().values()) and self.readiness()["status"] == "ready",
            seconds=PATIENCE_SECONDS,
            or_say=lambda: f"{self.readiness()} {self.processes()} {self.server.log}",
        )


def children_of(pid: int) -> dict[str, int]:
    """Return the processes that a supervisor has started, by name; the newest of each."""
    listed = Path(f"/proc/{pid}/task/{pid}/children")
    require("/proc", found=listed.exists(), reason="this is read from Linux's /proc")
    found = {}
    for child in sorted(map(int, listed.read_text().split())):
        try:
            command = Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0")
        except (FileNotFoundError, ProcessLookupError):  # it has ended since it was listed
            continue
        if b"serve-worker" in command:
            number = int(command[command.index(b"--number") + 1])
            found[f"worker-{number}" if number else "writer"] = child
    return found


def is_running(pid: int) -> bool:
    """Return whether a process runs; one that has ended and is not waited for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):  # also between opening it and reading
        return False


@contextmanager
def machine_of(url: str, folder: Path, **settings: str) -> Iterator[Machine]:
    """Serve with two workers, all of them ready; whoever they have left behind in the end fails the test."""
    with serving(url, folder, options=("--workers", str(WORKERS)), DRAIN_SECONDS="0", **settings) as server:
        yield Machine(server)


@dataclass
class Audience:
    """Readers of one story on every transport, who were told of each event once."""

    machine: Machine
    story: str
    followers: list[Follower]
    heard: list[list[int]] = field(default_factory=list)

    async def agree(self) -> None:
        """Require that nobody lacks an event, has one twice, or holds anything else than a reader who comes now."""
        async with reading_client(self.machine.server.url) as client:
            found = [await differences(follower, client) for follower in self.followers]
        assert found == [[]] * len(found)
        for follower, seqs in zip(self.followers, self.heard, strict=True):
            assert seqs == sorted(set(seqs)), (seqs, follower.log)

    def on_one_connection(self) -> int:
        """Count the readers who have never had to come back."""
        return sum(each.connections == 1 for each in self.followers if each.habit.transport is not Transport.POLL)


@asynccontextmanager
async def audience_of(machine: Machine, story: str, until: Callable[[State], bool]) -> AsyncIterator[Audience]:
    """Let readers follow the story until it is as `until` says; they are all there once the block begins."""
    habits = [Habit(each) for each in (*[Transport.WEBSOCKET] * 12, *[Transport.EVENTS] * 6, *[Transport.POLL] * 2)]
    async with reading_client(machine.server.url) as client:
        followers = [Follower(client, story, habit, random.Random(seed)) for seed, habit in enumerate(habits)]
        audience = Audience(machine, story, followers)
        for follower in followers:
            seqs: list[int] = []
            audience.heard.append(seqs)
            follower.hear = _listener(seqs)
            await follower.begin()
        async with asyncio.timeout(3 * PATIENCE_SECONDS), asyncio.TaskGroup() as tasks:
            for follower in followers:
                tasks.create_task(follower.follow(until))
            live = sum(habit.transport is not Transport.POLL for habit in habits)
            await asyncio.to_thread(
                await_true, lambda: sum(machine.readers().values()) >= live, seconds=PATIENCE_SECONDS
            )
            yield audience


def _listener(seqs: list[int]) -> Callable[[dict[str, Any]], None]:
    def hear(message: dict[str, Any]) -> None:
        told = message.get("events", [message])
        seqs.extend(each["seq"] for each in told if each.get("type", "").startswith("entry."))

    return hear


@dataclass
class Writing:
    """Writers who post until told to stop, each with one request at a time, and say again what was not answered."""

    machine: Machine
    story: str
    posted: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    """Connections that nobody accepted."""
    codes: set[str] = field(default_factory=set)
    """Why a request was not taken, which was said again then."""
    repeated: int = 0
    is_over: bool = False

    async def go_on(self) -> None:
        """Wait until some more has been posted."""
        enough = len(self.posted) + 5
        await until(lambda: len(self.posted) > enough, seconds=PATIENCE_SECONDS, pause_seconds=0.05)

    async def write(self, number: int) -> None:
        """Post one entry after the other, each over a connection of its own or one that is kept."""
        async with self._client() as kept:
            count = 0
            while not self.is_over:
                count += 1
                key = f"{number}-{count}"
                entry = await self._post(kept if count % 2 else None, key)
                self.posted.append(entry)

    async def _post(self, client: httpx.AsyncClient | None, key: str) -> str:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                if client is None:
                    async with self._client() as fresh:
                        answer = await self._send(fresh, key)
                else:
                    answer = await self._send(client, key)
                if answer.status_code == 201:
                    return str(answer.json()["id"])
                assert answer.status_code in {429, 503}, answer.text
                self.codes.add(answer.json()["code"])
            except httpx.ConnectError as error:
                self.refused.append(repr(error))
            except (
                httpx.TransportError
            ):  # a connection that ended under the request: the key says what was asked before
                self.repeated += 1
            assert time.monotonic() < deadline, f"{key} was not taken"
            await asyncio.sleep(0.1)  # a client waits before it tries again

    async def _send(self, client: httpx.AsyncClient, key: str) -> httpx.Response:
        path = f"/v1/stories/{self.story}/entries"
        return await client.post(
            path, json={"text": f"Entry {key}."}, headers={"Idempotency-Key": f"{self.story}-{key}"}
        )

    def _client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            base_url=self.machine.server.url,
            headers={"Authorization": f"Bearer {ADMIN_TOKEN}"},
            trust_env=False,
            verify=NO_CERTIFICATES,
            timeout=30,
        )


@asynccontextmanager
async def writing(machine: Machine, story: str, writers: int = 2) -> AsyncIterator[Writing]:
    """Write during the block, then once more and no more; what was posted is known after it."""
    done = Writing(machine, story)
    async with asyncio.TaskGroup() as tasks:
        for number in range(writers):
            tasks.create_task(done.write(number))
        try:
            yield done
        finally:
            done.is_over = True
