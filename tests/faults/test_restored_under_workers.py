"""A backup that is restored while nobody writes: processes that have read all the time read the restored file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from websockets.sync.client import connect

from tests.commands import command_environment, run_command
from tests.e2e.server import make_story
from tests.faults.machine import Machine, MachineProcess, running_machine
from tests.processes import COMMAND_SECONDS
from tests.waiting import await_true

SAY_SECONDS = 20


def _run(machine: Machine, *arguments: str) -> None:
    names = {"LIVEBLOG_DATA_DIR": str(machine.writer.data_dir), "LIVEBLOG_DATABASE_URL": machine.writer.database_url}
    done = run_command(arguments, env=command_environment(**names), text=True, timeout=COMMAND_SECONDS)
    assert done.returncode == 0, done.stdout + done.stderr


def _head(server: MachineProcess, story: str) -> str:
    with server.reader() as client:
        head: str = client.get(f"/v1/stories/{story}").json()["head"]
    return head


@pytest.mark.slow
def test_workers_read_the_restored_file_and_open_pages_begin_again(module_sqlite_url: str, tmp_path: Path) -> None:
    with running_machine(module_sqlite_url, tmp_path) as machine:
        one, other = machine.readers
        story = make_story(one)
        assert one.post(story, "kept").status_code == 201
        _run(machine, "backup", str(tmp_path / "backup.tar"))
        assert one.post(story, "lost with the restore").status_code == 201
        where = f"{other.url.replace('http', 'ws', 1)}/v1/stories/{story}/live?after={_head(other, story)}"
        with connect(where, proxy=None, compression=None) as page:
            assert other.texts(story) == ["lost with the restore", "kept"]
            machine.writer.kill()
            _run(machine, "restore", str(tmp_path / "backup.tar"), "--yes")
            machine.writer.start()
            for reader in machine.readers:
                await_true(lambda reader=reader: reader.texts(story) == ["kept"], or_say=lambda: one.log)  # type: ignore[misc]
            told = ""
            while told != "snapshot":
                told = json.loads(page.recv(timeout=SAY_SECONDS))["type"]
        assert other.post(story, "after").status_code == 201
        # A worker that has not found the new writer yet is not waited for, and looks four times a second.
        await_true(lambda: one.texts(story) == ["after", "kept"], or_say=lambda: one.log)
