"""The first process of a container, which the kernel protects from signals that it does not handle, can be stopped."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import pytest

from tests.processes import COMMAND_SECONDS, Installation
from tests.waiting import await_true

CONTAINER = ("unshare", "--user", "--map-root-user", "--pid", "--fork", "--kill-child")
"""Runs a command as the first process, as a container's runtime does."""

_PROGRAM = """
import os, runpy, signal, sys
signal.signal(signal.SIGTERM, signal.SIG_IGN)
os.getpid = lambda: 1
sys.argv[:] = sys.argv[3:]
runpy.run_module("app.cli", run_name="__main__", alter_sys=True)
"""
ALIKE = (sys.executable, "-c", _PROGRAM)
"""Runs our command as one that takes itself for the first, with the signal ignored as the kernel would."""


def _has_namespaces() -> bool:
    if shutil.which(CONTAINER[0]) is None:
        return False
    return subprocess.run([*CONTAINER, "true"], capture_output=True, check=False).returncode == 0


def _stop(outside: subprocess.Popen[str], *, is_contained: bool) -> bool:
    """Send SIGTERM to the first process, which has perhaps not begun; return whether it has ended."""
    with suppress(OSError):
        process = Path("/proc", str(outside.pid))
        if is_contained:
            for child in (process / "task" / str(outside.pid) / "children").read_text().split():
                os.kill(int(child), signal.SIGTERM)
        elif _is_no_end_to((process / "status").read_text()):
            os.kill(outside.pid, signal.SIGTERM)
    return outside.poll() is not None


def _is_no_end_to(status: str) -> bool:
    """Return whether SIGTERM is ignored or handled: before that it would end a process that is not the first."""
    masks = re.findall(r"^Sig(?:Ign|Cgt):\s*([0-9a-f]+)$", status, re.MULTILINE)
    return any(int(mask, 16) & 1 << (signal.SIGTERM - 1) for mask in masks)


@pytest.mark.parametrize("command", [("serve",), ("serve", "--workers", "2"), ("migrate",)])
def test_a_container_that_is_stopped_while_it_starts_ends(
    installation: Installation, free_port: int, command: Sequence[str]
) -> None:
    is_contained = _has_namespaces()
    settings = {**installation.settings, "LIVEBLOG_PORT": str(free_port)}
    before = set(installation.data_dir.iterdir())
    container = Installation(installation.data_dir, settings, CONTAINER if is_contained else ALIKE)
    with container.running(*command) as process:
        await_true(lambda: _stop(process, is_contained=is_contained), seconds=COMMAND_SECONDS)
        assert process.stderr is not None
        assert (process.returncode, process.stderr.read()) == (128 + signal.SIGTERM, "")
    assert set(installation.data_dir.iterdir()) == before, "it had only begun to load"
