"""A story moves to another database while it is written and read: who reads resumes exactly, and nothing is lost."""

from __future__ import annotations

import asyncio
import random
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from liveblog_client.apply import State
from tests.e2e.readers import Follower, Habit, Json, Transport, differences, reading_client
from tests.e2e.server import ADMIN_TOKEN, Server, make_story, serving
from tests.faults.tables import numbers_of, select, visible_entries
from tests.figures import Figures
from tests.loopback import NO_CERTIFICATES
from tests.postgres import PostgresServer
from tests.processes import Installation
from tests.waiting import await_true, until

WRITERS = 3
PAUSE_SECONDS = (0.0, 0.05)
THE_END = "The end"
MIGRATING = 0x6C697665626C6F67
"""The advisory lock of whoever changes a PostgreSQL schema: a copy waits for it once its source is closed."""


@dataclass
class _Reader:
    """A follower, and every number it was told of, in that order."""

    follower: Follower
    numbers: list[int] = field(default_factory=list)
    resets: list[Json] = field(default_factory=list)

    def hear(self, message: Json) -> None:
        self.numbers += [event["seq"] for event in message.get("events", [message] if "seq" in message else [])]
        if message.get("type") in {"snapshot", "refused"}:
            self.resets.append(message)


@dataclass
class _Writer:
    """Posts one entry after the other; each again and again, with its own id, until it is acknowledged."""

    chance: random.Random
    stop: asyncio.Event
    acknowledged: list[str] = field(default_factory=list)
    refusals: set[str] = field(default_factory=set)

    async def write(self, admin: httpx.AsyncClient, story: str) -> None:
        while not self.stop.is_set():
            entry = str(uuid.UUID(int=self.chance.getrandbits(128), version=4))
            body = {"id": entry, "text": f"Number {len(self.acknowledged)}", "text_format": "plain"}
            while (refusal := await self._post(admin, story, body)) is not None:
                self.refusals.add(refusal)
                await asyncio.sleep(self.chance.uniform(0.02, 0.1))  # a client waits before it tries again
            self.acknowledged.append(entry)
            await asyncio.sleep(self.chance.uniform(*PAUSE_SECONDS))  # the pace of a reporter

    async def _post(self, admin: httpx.AsyncClient, story: str, body: dict[str, str]) -> str | None:
        """The reason for which it was not taken; None if it was."""
        try:
            headers = {"Idempotency-Key": body["id"]}
            answer = await admin.post(f"/v1/stories/{story}/entries", json=body, headers=headers)
        except httpx.TransportError:
            return "no answer"
        if answer.status_code == 201:
            return None
        assert answer.status_code == 503, answer.text
        assert int(answer.headers["retry-after"]) > 0
        code: str = answer.json()["code"]
        return code


@pytest.mark.slow
async def test_everybody_resumes_exactly_on_postgres_and_back_on_sqlite(
    anyio_backend: str, sqlite_url: str, shared_url: str, tmp_path: Path, figures: Figures
) -> None:
    readers = figures.choose(suite=200, prove=1000)
    await _move_there_and_back(sqlite_url, shared_url, tmp_path, readers=readers)


async def test_a_few_readers_resume_exactly_on_postgres(
    anyio_backend: str, sqlite_url: str, shared_url: str, tmp_path: Path
) -> None:
    await _move_there_and_back(sqlite_url, shared_url, tmp_path, readers=12, and_back=False)


@pytest.mark.slow
async def test_workers_move_as_one(anyio_backend: str, sqlite_url: str, shared_url: str, tmp_path: Path) -> None:
    await _move_there_and_back(sqlite_url, shared_url, tmp_path, readers=24, options=["--workers", "2"])


async def _move_there_and_back(
    here: str, there: str, folder: Path, *, readers: int, and_back: bool = True, options: Sequence[str] = ()
) -> None:
    stop = asyncio.Event()
    writers = [_Writer(random.Random(number), stop) for number in range(WRITERS)]
    headers = {"Authorization": f"Bearer {ADMIN_TOKEN}"}
    with serving(here, folder, options=options, DRAIN_SECONDS="0") as server:
        story = make_story(server)
        async with (
            httpx.AsyncClient(
                base_url=server.url, headers=headers, trust_env=False, verify=NO_CERTIFICATES, timeout=30
            ) as admin,
            reading_client(server.url) as client,
            asyncio.TaskGroup() as group,
        ):
            reading = [_reader(client, story, number) for number in range(readers)]
            following = [group.create_task(each.follower.follow(_has_ended)) for each in reading]
            writing = [group.create_task(writer.write(admin, story)) for writer in writers]
            await until(lambda: all(len(each.numbers) > 3 for each in reading), seconds=60, pause_seconds=0.05)
            for source, target in [(here, there), (there, here)][: 1 + and_back]:
                said = await asyncio.to_thread(_copy, server, target)
                assert "read back and compared" in said
                assert "Readers go on where they are" in said
                await _await_moved(admin, story)
                await until(lambda: any("database_moved" in writer.refusals for writer in writers), pause_seconds=0.05)
                assert await asyncio.to_thread(server.stop) == 0, server.log
                server.database_url = target
                await asyncio.to_thread(server.start)
                known = len(numbers_of(target, story))

                def go_on(known: int = known) -> bool:
                    return all(max(each.numbers) > known for each in reading)

                await until(go_on, seconds=60, pause_seconds=0.05)
                assert _unwritable(source)
            stop.set()
            await asyncio.gather(*writing)
            end = await admin.patch(f"/v1/stories/{story}", json={"title": THE_END}, headers={"If-Match": "*"})
            assert end.status_code == 200, end.text
            async with asyncio.timeout(60):
                await asyncio.gather(*following)
            found = [lines for each in reading[::10] if (lines := await differences(each.follower, client))]
        assert found == []
        assert server.stop() == 0, server.log
    _compare(target, story, reading, writers)


async def _await_moved(admin: httpx.AsyncClient, story: str) -> None:
    """No write is taken any more, and soon the server knows why: of PostgreSQL it hears within two seconds."""
    async with asyncio.timeout(30):
        while True:
            refused = await admin.post(f"/v1/stories/{story}/entries", json={"text": "Too late"})
            assert refused.status_code == 503, refused.text
            if refused.json()["code"] == "database_moved":
                return
            await asyncio.sleep(0.05)  # a client waits before it tries again


def _compare(url: str, story: str, reading: list[_Reader], writers: list[_Writer]) -> None:
    numbers = list(numbers_of(url, story))
    assert numbers == list(range(1, len(numbers) + 1))
    assert [each.resets for each in reading if each.resets] == []
    # From where each began to the end: every number once, in order.
    wrong = [each.numbers for each in reading if each.numbers != numbers[numbers.index(each.numbers[0]) :]]
    assert wrong == []
    acknowledged = [entry for writer in writers for entry in writer.acknowledged]
    assert sorted(visible_entries(url, story)) == sorted(acknowledged)
    assert set().union(*(writer.refusals for writer in writers)) >= {"database_moved"}


def _unwritable(url: str) -> bool:
    """Whether the database itself refuses, whoever asks."""
    with pytest.raises(Exception, match="copied to another"):
        select(url, "UPDATE stories SET version = 1")
    return True


def _reader(client: httpx.AsyncClient, story: str, number: int) -> _Reader:
    transport = [Transport.WEBSOCKET, Transport.WEBSOCKET, Transport.EVENTS, Transport.POLL][number % 4]
    # Without pages: what is asked beside the stream is no part of resuming.
    reader = _Reader(Follower(client, story, Habit(transport, page_size=None), random.Random(number)))
    reader.follower.hear = reader.hear
    return reader


def _has_ended(state: State) -> bool:
    return state.get("title") == THE_END


def _installation(server: Server) -> Installation:
    return Installation(server.data_dir, {"LIVEBLOG_DATABASE_URL": server.database_url})


def _copy(server: Server, target: str) -> str:
    done = _installation(server).run("copy", "--to", target, "--yes")
    assert done.returncode == 0, done.stderr
    return done.stderr


def _post(admin: httpx.Client, story: str) -> str:
    """Post an entry: 201, or the code of the refusal."""
    answer = admin.post(f"/v1/stories/{story}/entries", json={"text": "Is it taken?"})
    return "201" if answer.status_code == 201 else str(answer.json()["code"])


def _kill_a_copy_that_has_closed_its_source(
    server: Server, story: str, admin: httpx.Client, postgres_server: PostgresServer, target: str
) -> None:
    """The target's schema is kept locked, so that the copy waits with its source closed until it is killed."""
    with postgres_server.connect(_name_of(target)) as migrating:
        migrating.execute("SELECT pg_advisory_lock(%s)", [MIGRATING])
        with _installation(server).running("copy", "--to", target) as copy:
            await_true(lambda: _post(admin, story) == "being_copied", or_say=lambda: server.log)
            with server.reader() as reader:
                assert reader.get(f"/v1/stories/{story}").status_code == 200
                await_true(lambda: "copy" in reader.get("/readyz").json()["reasons"])
                assert "\nliveblog_database_writable 0\n" in reader.get("/metrics").text
            assert copy.poll() is None
            copy.kill()
            copy.wait()
            await_true(lambda: _post(admin, story) == "201", or_say=lambda: server.log)


def _name_of(url: str) -> str:
    return url.partition("@/")[2].partition("?")[0]


@pytest.mark.slow
def test_a_copy_of_a_file_that_is_killed_lets_its_server_take_writes_again_and_can_be_made_anew(
    sqlite_url: str, shared_url: str, postgres_server: PostgresServer, tmp_path: Path
) -> None:
    with serving(sqlite_url, tmp_path) as server, server.signed_in() as admin:
        story = make_story(server)
        _kill_a_copy_that_has_closed_its_source(server, story, admin, postgres_server, shared_url)
        assert numbers_of(shared_url, story) == []
        _copy(server, shared_url)
        assert _post(admin, story) == "database_moved"
        assert numbers_of(shared_url, story) == numbers_of(sqlite_url, story)
        taken_back = _installation(server).run("copy", "--reopen")
        assert taken_back.returncode == 0, taken_back.stderr
        assert _post(admin, story) == "201"
        assert _installation(server).run("copy", "--reopen").returncode == 1


@pytest.mark.slow
def test_a_copy_of_postgres_that_is_killed_lets_every_node_take_writes_again(
    shared_url: str, postgres_url: str, postgres_server: PostgresServer, tmp_path: Path
) -> None:
    with serving(shared_url, tmp_path) as server, server.signed_in() as admin:
        story = make_story(server)
        _kill_a_copy_that_has_closed_its_source(server, story, admin, postgres_server, postgres_url)
