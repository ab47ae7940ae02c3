"""Runs one program to its end, bounded in every way: its time, what it may say, and what it is given.

It is executed and never forked from this process's memory: `subprocess` starts it by vfork, with no function of ours
between that and exec. It inherits no descriptor but its standard three.
"""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

MAX_ANSWER_BYTES = 64 * 1024
MAX_COMPLAINT_BYTES = 4 * 1024
"""Kept of standard error, the end of it, for the log."""

KILL_SECONDS = 0.05
"""Starting and ending a program takes less, unless its disk hangs."""

OUT_OF_TIME = "ran out of time"

_ROOT = Path(__file__).parents[2]
_START = "import runpy, sys; sys.path.insert(0, sys.argv[1]); runpy.run_module(sys.argv[2], run_name='__main__')"
"""Isolated (`-I`) Python looks for modules neither in the working folder nor where the environment says."""
_ENVIRONMENT = {
    "LC_ALL": "C.UTF-8",
    # One arena: each further one reserves 128 MB of addresses, and addresses are what is limited.
    "MALLOC_ARENA_MAX": "1",
}


@dataclass(frozen=True, slots=True)
class Finished:
    """The end of a program: its exit code (negative: the signal), its answer, and the last of its complaints."""

    code: int
    answer: bytes
    complaint: str
    verdict: str = ""
    """The reason for which it was ended by us, if it was."""
    cpu_seconds: float = 0


class ChildProcess:
    """One program with one file as its input. `run` belongs in a thread; `kill` may be called from any other."""

    def __init__(self, module: str, argument: str, *, source: Path, folder: Path, seconds: float) -> None:
        self._command = [sys.executable, "-I", "-c", _START, str(_ROOT), module, argument]
        self._source = source
        self._folder = folder
        self._seconds = seconds
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._killed = threading.Event()

    def run(self) -> Finished:
        """Run the program to its end or to its time's; it is gone when this returns. Raises OSError."""
        deadline = time.monotonic() + self._seconds
        source = os.open(self._source, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
        try:
            with self._lock:
                if self._killed.is_set():
                    return Finished(-signal.SIGKILL, b"", "")
                self._process = subprocess.Popen(  # noqa: S603 - our own interpreter, program and arguments
                    self._command, stdin=source, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=self._folder,
                    env=_ENVIRONMENT, start_new_session=True, bufsize=0,
                )  # fmt: skip
        finally:
            os.close(source)
        if self._killed.is_set():  # while it was started
            self.kill()
        with self._process as process:
            try:
                answer, complaint, verdict = _listen(process, deadline)
            finally:
                # It has answered and ends, or has closed its pipes to go on by itself: neither has more to do.
                self.kill()
                with self._lock:
                    _, status, usage = os.wait4(process.pid, 0)
                    process.returncode = os.waitstatus_to_exitcode(status)
        return Finished(
            process.returncode,
            answer,
            complaint.decode("utf-8", "replace").strip(),
            verdict=verdict,
            cpu_seconds=usage.ru_utime + usage.ru_stime,
        )

    def kill(self) -> None:
        """Kill the program and all that it started, or keep it from starting. Waits for nothing: what a kernel does not
        let start or end now was killed before, or is once it has started.
        """
        self._killed.set()
        if not self._lock.acquire(timeout=KILL_SECONDS):
            return
        try:
            if self._process is not None and self._process.returncode is None:
                with suppress(ProcessLookupError):
                    os.killpg(self._process.pid, signal.SIGKILL)
        finally:
            self._lock.release()


def _listen(process: subprocess.Popen[bytes], deadline: float) -> tuple[bytes, bytes, str]:
    """Read what a program says until it is silent for good, or has no time left, or says too much."""
    said = {"answer": b"", "complaint": b""}
    with selectors.DefaultSelector() as selector:
        for stream, name in ((process.stdout, "answer"), (process.stderr, "complaint")):
            if stream is not None:
                selector.register(stream, selectors.EVENT_READ, name)
        while selector.get_map():
            left = deadline - time.monotonic()
            if left <= 0 or not (ready := selector.select(left)):
                return b"", said["complaint"], OUT_OF_TIME
            for key, _ in ready:
                piece = os.read(key.fd, 4096)
                if not piece:
                    selector.unregister(key.fileobj)
                said[key.data] += piece
            said["complaint"] = said["complaint"][-MAX_COMPLAINT_BYTES:]
            if len(said["answer"]) > MAX_ANSWER_BYTES:
                return b"", said["complaint"], "said too much"
    return said["answer"], said["complaint"], ""
