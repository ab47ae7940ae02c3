"""Two workers are one server to everybody outside, also while one of them dies or all are replaced."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import stat
from collections.abc import Iterator

import pytest

from app.server.workers.restarting import CAUSES
from liveblog_client.apply import State
from tests.conftest import copy_of
from tests.e2e.server import make_story
from tests.postgres import ReusedDatabases
from tests.server.workers.machine import Machine, audience_of, is_running, machine_of, writing
from tests.waiting import await_true, until

pytestmark = pytest.mark.anyio

LAST = "That was all."
PATIENT = {"seconds": 60.0, "pause_seconds": 0.05}


@pytest.fixture(scope="module", params=["postgres", pytest.param("sqlite", marks=pytest.mark.slow)])
def machine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """One server with two workers for the whole file, on each database."""
    folder = tmp_path_factory.mktemp("m")
    if request.param == "sqlite":
        with machine_of(copy_of(request.getfixturevalue("migrated_sqlite"), folder), folder) as one:
            yield one
        return
    databases: ReusedDatabases = request.getfixturevalue("reused_databases")
    with databases.lend() as name, machine_of(databases.server.url(name), folder) as one:
        yield one


def is_over(state: State) -> bool:
    """Return whether a reader has the last entry."""
    items = state["timeline"]["items"]
    return bool(items) and LAST in str(items[0])


def post(machine: Machine, story: str, text: str) -> str:
    """Post one entry; its id."""
    with machine.server.signed_in() as admin:
        answer = admin.post(f"/v1/stories/{story}/entries", json={"text": text})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def readers_in_receipt(machine: Machine, story: str, entry: str) -> int:
    """Return to how many readers the entry is said to have been sent."""
    with machine.server.signed_in() as admin:
        answer = admin.get(f"/v1/newsroom/stories/{story}/entries/{entry}/delivery")
    return int(answer.json()["readers"]) if answer.status_code == 200 else 0


def replaced(machine: Machine) -> dict[str, int]:
    """Return how many processes have been replaced, by cause."""
    with machine.server.reader() as reader:
        text = reader.get("/metrics").text
    counted = re.findall(r'^liveblog_processes_replaced_total\{cause="(\w+)"\} (\d+)$', text, re.MULTILINE)
    return {cause: int(number) for cause, number in counted}


async def test_readers_on_both_have_every_entry_and_whoever_is_asked_tells_of_all(machine: Machine) -> None:
    story = make_story(machine.server)
    async with audience_of(machine, story, is_over) as audience:
        readers = machine.readers()
        assert {"worker-1", "worker-2"} == {name for name, count in readers.items() if count}
        assert sum(readers.values()) == 18
        for number in range(5):
            await asyncio.to_thread(post, machine, story, f"Number {number}.")
        entry = await asyncio.to_thread(post, machine, story, LAST)
        await until(lambda: readers_in_receipt(machine, story, entry) >= sum(readers.values()), **PATIENT)
    await audience.agree()
    text = machine.metrics()
    processes = len(machine.processes())
    assert f"\nliveblog_processes {processes}\nliveblog_processes_answering {processes}\n" in _without_comments(text)
    assert text.count("# TYPE liveblog_requests_total ") == 1
    await until(lambda: replaced(machine) == dict.fromkeys(CAUSES, 0), **PATIENT)  # with the first heartbeat


async def test_no_command_is_to_be_had_at_the_port_and_the_sockets_are_this_accounts_alone(machine: Machine) -> None:
    with machine.server.signed_in() as admin:
        for method, path in (("DELETE", "/control/demo"), ("POST", "/control/imports"), ("GET", "/control/exports/x")):
            for _ in range(4):  # either worker
                assert admin.request(method, path, headers={"Connection": "close"}).status_code == 404
        proxied = {"X-Forwarded-For": "203.0.113.9", "Authorization": "Bearer nobody", "Connection": "close"}
        assert admin.get("/metrics", headers=proxied).status_code == 404
    folder = machine.server.data_dir / "workers" / str(machine.server.port)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    sockets = [each for each in folder.iterdir() if each.is_socket()]
    assert {each.stem for each in sockets} >= set(machine.processes())
    assert {stat.S_IMODE(each.stat().st_mode) for each in sockets} == {0o600}


async def test_a_process_that_is_killed_is_replaced_and_the_others_readers_notice_nothing(machine: Machine) -> None:
    for name in {"worker-1", "writer"} & set(machine.processes()):
        story = make_story(machine.server)
        async with audience_of(machine, story, is_over) as audience:
            before = machine.readers()
            async with writing(machine, story) as written:
                await written.go_on()
                killed = machine.processes()[name]
                os.kill(killed, signal.SIGKILL)
                await asyncio.to_thread(machine.await_ready, without=[killed])
                await written.go_on()
            await asyncio.to_thread(post, machine, story, LAST)
        await audience.agree()
        assert audience.on_one_connection() == sum(count for each, count in before.items() if each != name)
        assert written.refused == []
        await has_each_once(machine, story, written.posted)


@pytest.mark.slow
async def test_all_are_replaced_on_sighup_and_nothing_is_lost_doubled_or_refused(machine: Machine) -> None:
    story = make_story(machine.server)
    before = machine.processes()
    async with audience_of(machine, story, is_over) as audience:
        async with writing(machine, story) as written:
            await written.go_on()
            assert machine.server.process is not None
            machine.server.process.send_signal(signal.SIGHUP)
            await asyncio.to_thread(machine.await_ready, without=list(before.values()))
            await written.go_on()
        await asyncio.to_thread(post, machine, story, LAST)
    await audience.agree()
    assert written.refused == []
    await until(lambda: not any(map(is_running, before.values())), **PATIENT)
    await has_each_once(machine, story, written.posted)


@pytest.mark.slow
async def test_the_supervisors_own_death_ends_its_processes_and_a_stop_ends_all_in_order(machine: Machine) -> None:
    """Last in this file, since it ends the server of the others."""
    processes = machine.processes()
    machine.server.kill()
    await_true(lambda: not any(map(is_running, processes.values())), seconds=30)
    machine.server.start()
    processes = machine.processes()
    assert machine.server.stop() == 0
    assert not any(map(is_running, processes.values()))
    folder = machine.server.data_dir / "workers" / str(machine.server.port)
    assert [each.name for each in folder.iterdir() if each.is_socket()] == []


async def has_each_once(machine: Machine, story: str, posted: list[str]) -> None:
    """Require that what was posted is there, once, and nothing else beside the last entry."""
    ids: list[str] = []
    following: str | None = f"/v1/stories/{story}/entries?limit=100"
    with machine.server.reader() as reader:
        while following is not None:
            page = reader.get(following).json()
            ids += [item["id"] for item in page["items"]]
            following = page["next"]
    assert sorted(ids[1:]) == sorted(posted)


def _without_comments(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if not line.startswith("#")) + "\n"
