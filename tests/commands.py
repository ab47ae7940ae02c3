"""Starts the real `liveblog` command as a process: in a fork of one that has loaded it, or executed."""

from __future__ import annotations

import atexit
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
EXECUTED = ("env",)
"""A wrapper that runs a command as it is: it is executed, by itself."""
MOST_DESCRIPTORS = 16
"""That a forked command is given, with its standard streams."""
OUT_OF_THE_WAY = 500
"""Above the numbers that they have in it."""
STARTS_EACH_ANEW = "LIVEBLOG_TEST_EXEC"
"""Set where times and memory count: each command is then started as anybody starts it."""


def command_environment(**settings: str) -> dict[str, str]:
    """Return this process's environment without settings of Liveblog but the given ones.

    Compiled modules are kept: without them a command takes half as long again to start as it does for anybody else.
    """
    dropped = ("LIVEBLOG_", "PYTHONDONTWRITEBYTECODE")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
    return {**kept, "PYTHONPATH": os.pathsep.join([str(ROOT), *filter(None, [kept.get("PYTHONPATH")])]), **settings}


def start_command(
    arguments: Sequence[str | Path], *, env: Mapping[str, str], wrapper: Sequence[str] = (), **options: Any
) -> subprocess.Popen[Any]:
    """Start `liveblog` with these arguments; `options` are those of `Popen` that `_ForkedCommand` takes.

    With a `wrapper`, which is put before its command line, it is executed anew, as it is where STARTS_EACH_ANEW is set,
    and where there is no pidfd, by which the fork server waits.
    """
    words = [str(each) for each in arguments]
    options = {"cwd": ROOT, "stdin": subprocess.DEVNULL, **options}
    if wrapper or os.environ.get(STARTS_EACH_ANEW) or not hasattr(os, "pidfd_open"):
        return subprocess.Popen([*wrapper, sys.executable, "-m", "app.cli", *words], env=env, **options)
    return _ForkedCommand(words, env=env, **options)


def run_command(
    arguments: Sequence[str | Path],
    *,
    env: Mapping[str, str],
    timeout: float,
    wrapper: Sequence[str] = (),
    **options: Any,
) -> subprocess.CompletedProcess[Any]:
    """Run `liveblog` to its end and return what it printed. Raises TimeoutExpired, and ends it then."""
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
    with start_command(arguments, env=env, wrapper=wrapper, **options) as process:
        try:
            printed, said = process.communicate(timeout=timeout)
        except BaseException:
            process.kill()
            raise
    return subprocess.CompletedProcess(process.args, process.returncode, printed, said)


class _ForkedCommand(subprocess.Popen[Any]):
    """A command in a fork: what `Popen` is for a child of this process, for one of the fork server's.

    The fork server writes its id into a pipe, and its status when it has ended.
    """

    _status: int

    def __init__(
        self,
        args: list[str],
        *,
        env: Mapping[str, str],
        cwd: Path,
        stdin: Any = None,
        stdout: Any = None,
        stderr: Any = None,
        pass_fds: Sequence[int] = (),
        text: bool = False,
    ) -> None:
        self._reading = threading.Lock()
        super().__init__(
            args, env=env, cwd=cwd, stdin=stdin, stdout=stdout, stderr=stderr, pass_fds=pass_fds, text=text
        )

    def _execute_child(self, args: Any, _executable: Any, _before: Any, _close: Any, pass_fds: Any, cwd: Any, env: Any,
                       _info: Any, _flags: Any, _shell: Any, p2cread: int, p2cwrite: int, c2pread: int, c2pwrite: int,
                       errread: int, errwrite: int, *_others: Any) -> None:  # fmt: skip
        standard = [each if each != -1 else number for number, each in enumerate((p2cread, c2pwrite, errwrite))]
        numbers = [0, 1, 2, *pass_fds]
        assert max(numbers) < OUT_OF_THE_WAY
        assert len(numbers) < MOST_DESCRIPTORS
        request = {
            "arguments": args,
            "environment": dict(env),
            "folder": str(cwd),
            "numbers": numbers,
        }
        self._status, theirs = os.pipe()
        try:
            socket.send_fds(_fork_server(), [json.dumps(request).encode()], [theirs, *standard, *pass_fds])
        finally:
            os.close(theirs)
            self._close_pipe_fds(p2cread, p2cwrite, c2pread, c2pwrite, errread, errwrite)  # type: ignore[attr-defined]
        pid = self._read_number()
        assert pid is not None, "the fork server has ended"
        self.pid = pid
        self._child_created = True

    def _internal_poll(self, _deadstate: int | None = None) -> int | None:
        with self._reading:
            if self.returncode is None and self._has_ended(0):
                self._end()
            return self.returncode

    def _wait(self, timeout: float | None) -> int:
        if self.poll() is None and self._has_ended(timeout):
            self.poll()
        if self.returncode is None:
            raise subprocess.TimeoutExpired(self.args, timeout or 0)
        return self.returncode

    def _has_ended(self, timeout: float | None) -> bool:
        waiting = select.poll()
        waiting.register(self._status, select.POLLIN)
        return bool(waiting.poll(None if timeout is None else max(timeout, 0) * 1000))

    def _end(self) -> None:
        """Take in how it has ended; where the fork server has ended before it, end it."""
        status = self._read_number()
        if status is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
        self.returncode = -signal.SIGKILL if status is None else os.waitstatus_to_exitcode(status)
        os.close(self._status)

    def __del__(self, *_: Any) -> None:
        if getattr(self, "returncode", 0) is None:
            self.returncode = -signal.SIGKILL  # which nobody waits for
            os.close(self._status)

    def _read_number(self) -> int | None:
        """Return the next number that the fork server says; None if it is gone."""
        line = b""
        while not line.endswith(b"\n"):
            line += (byte := os.read(self._status, 1))
            if not byte:
                return None
        return int(line)


@cache
def _fork_server() -> socket.socket:
    """Start this session's fork server; it ends with this process."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        number = theirs.fileno()
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.fork_server", str(number)],
            env=command_environment(), cwd=ROOT, stdin=subprocess.DEVNULL, pass_fds=[number],
        )  # fmt: skip

    def end() -> None:
        ours.close()
        process.wait(timeout=10)

    atexit.register(end)
    return ours
