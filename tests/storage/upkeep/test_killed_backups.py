"""A backup or a restore that is killed leaves the database as it was, and no file for good."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from app.storage.database.opening import open_database
from app.storage.upkeep.migrations import migrate
from app.storage.upkeep.scratch_files import (
    RESTORE_PREFIX,
    new_scratch_file,
    remove_leftovers,
    remove_restore_leftovers,
)
from tests.commands import ROOT
from tests.storage.upkeep.archives import contents_of, epoch_of, make_backup, make_filled

KILLED = """
import os, signal, sys
from pathlib import Path
from app.domain.identifiers import SystemRandomSource
from app.storage.upkeep.backup import AddressesKept, back_up, restore
def kill(table, done, total):
    if table == "events":
        os.kill(os.getpid(), signal.SIGKILL)
if sys.argv[1] == "restore":
    everything = AddressesKept(0, 0)
    source, random = Path(sys.argv[3]), SystemRandomSource()
    restore(sys.argv[2], source, replace=True, random=random, progress=kill, kept=everything)
else:
    back_up(sys.argv[2], Path(sys.argv[3]), progress=kill)
"""


def _run_until_killed(what: str, url: str, file: Path, scratch: Path) -> None:
    environment = {**os.environ, "TMPDIR": str(scratch)}
    done = subprocess.run(
        [sys.executable, "-c", KILLED, what, url, file], env=environment, cwd=ROOT, timeout=60, check=False
    )
    assert done.returncode == -signal.SIGKILL


def test_a_restore_that_is_killed_leaves_the_database_as_it_was_and_no_file_for_good(
    filled_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    older = f"sqlite:///{tmp_path / 'older' / 'liveblog.db'}"
    make_filled(older)
    migrate(older, revision="0007")
    old = tmp_path / "old.backup"
    make_backup(older, old)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    before = contents_of(filled_url)
    _run_until_killed("restore", filled_url, old, scratch)
    assert [path.name.startswith("liveblog-restore-") for path in scratch.iterdir()] == [True], "nothing to clean up"
    open_database(filled_url).close()
    assert contents_of(filled_url) == before
    assert epoch_of(filled_url) == "OldEpoch"

    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    assert remove_restore_leftovers() == 1
    assert list(scratch.iterdir()) == []


def test_a_backup_that_is_killed_leaves_no_file_for_good(filled_url: str, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    _run_until_killed("back up", filled_url, folder / "monday.backup", tmp_path)
    assert len(list(folder.iterdir())) == 1
    make_backup(filled_url, folder / "tuesday.backup")
    assert [path.name for path in folder.iterdir()] == ["tuesday.backup"]


def test_a_file_that_another_process_works_on_is_no_leftover(tmp_path: Path) -> None:
    with new_scratch_file(tmp_path, RESTORE_PREFIX) as working:
        assert remove_leftovers(tmp_path, RESTORE_PREFIX) == 0
        assert working.exists()
    assert list(tmp_path.iterdir()) == []
