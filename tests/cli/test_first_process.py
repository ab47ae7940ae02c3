"""The first process of a container, which the kernel protects from signals that it does not handle, can be stopped."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import pytest

from tests.needs import require
from tests.processes import COMMAND_SECONDS, Installation
from tests.waiting import await_true

CONTAINER = ("unshare", "--user", "--map-root-user", "--pid", "--fork", "--kill-child")
"""Runs a command as the first process, as a container's runtime does."""


def _require_container() -> None:
    program = shutil.which(CONTAINER[0])
    works = (
        program is not None and subprocess.run([*CONTAINER, "true"], capture_output=True, check=False).returncode == 0
    )
    require("a namespace of processes", found=works, reason="allow user namespaces (unshare --user --pid)")


def _stop(outside: subprocess.Popen[str]) -> bool:
    """Send SIGTERM to the first process in the container; return whether it has ended."""
    with suppress(OSError):  # it has not begun, or has ended
        children = Path(f"/proc/{outside.pid}/task/{outside.pid}/children").read_text().split()
        for child in children:
            os.kill(int(child), signal.SIGTERM)
    return outside.poll() is not None


@pytest.mark.parametrize("command", [("serve",), ("serve", "--workers", "2"), ("migrate",)])
def test_a_container_that_is_stopped_while_it_starts_ends(
    installation: Installation, free_port: int, command: Sequence[str]
) -> None:
    _require_container()
    settings = {**installation.settings, "LIVEBLOG_PORT": str(free_port)}
    before = set(installation.data_dir.iterdir())
    with Installation(installation.data_dir, settings, CONTAINER).running(*command) as process:
        await_true(lambda: _stop(process), seconds=COMMAND_SECONDS)
        assert process.stderr is not None
        assert (process.returncode, process.stderr.read()) == (128 + signal.SIGTERM, "")
    assert set(installation.data_dir.iterdir()) == before, "it had only begun to load"
