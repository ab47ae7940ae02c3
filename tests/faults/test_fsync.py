"""Acknowledged means on disk: what the kernel was asked to do, in what order, seen from outside by strace."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.server import make_story, serving
from tests.figures import Figures
from tests.needs import require
from tests.waiting import await_true

CALLS = "pwrite64,pwritev,pwritev2,fsync,fdatasync,write,writev,sendto,sendmsg"
_LINE = re.compile(r"(?P<thread>\d+)\s+(?P<rest>.*)")
_UNFINISHED = re.compile(r"(?P<start>.*)<unfinished \.\.\.>$")
_RESUMED = re.compile(r"<\.\.\. (?P<name>\w+) resumed>(?P<end>.*)")
_CALL = re.compile(r"(?P<name>\w+)\((?P<arguments>.*)\)\s+= (?P<result>-?\d+)")
_WAL = re.compile(r"\d+<[^>]*liveblog\.db-wal>")


@dataclass(frozen=True, slots=True)
class _Call:
    """One system call that returned. `began` and `ended` are line numbers of the trace."""

    name: str
    arguments: str
    result: int
    began: int
    ended: int

    @property
    def is_on_wal(self) -> bool:
        return _WAL.match(self.arguments) is not None

    @property
    def is_sync(self) -> bool:
        return self.name in {"fsync", "fdatasync"} and self.result == 0

    @property
    def is_created(self) -> bool:
        return "HTTP/1.1 201" in self.arguments


def test_the_log_is_on_disk_before_each_201_is_on_the_wire(sqlite_url: str, tmp_path: Path, figures: Figures) -> None:
    require("strace", found=shutil.which("strace") is not None, reason="install the strace package")
    count = figures.choose(suite=100, prove=1000)
    trace = tmp_path / "trace"
    # -D keeps the server our own child, so that it is stopped like any other; -y names the files.
    wrapper = ["strace", "-D", "-f", "-y", "-s", "40", "-e", f"trace={CALLS}", "-e", "signal=none", "-o", str(trace)]
    with serving(sqlite_url, tmp_path, name="traced", wrapper=wrapper) as server:
        story = make_story(server)
        with server.signed_in() as admin:
            for number in range(count):
                answer = admin.post(f"/v1/stories/{story}/entries", json={"text": f"Number {number}"})
                assert answer.status_code == 201, answer.text
        assert server.stop() == 0, server.log
    await_true(lambda: "+++ exited with 0 +++" in _end_of(trace), seconds=20, or_say=lambda: _end_of(trace))
    calls = _read(trace.read_text(errors="replace"))
    answers = [call for call in calls if call.is_created]
    assert len(answers) == count + 1  # the story's own is one of them
    previous = 0
    for number, answer_call in enumerate(answers):
        since = [call for call in calls if call.began >= previous and call.ended <= answer_call.began]
        written = [call.ended for call in since if call.is_on_wal and call.name.startswith("pwrite")]
        assert written, f"answer {number} came without a write to the log"
        synced = [call for call in since if call.is_on_wal and call.is_sync and call.began > max(written)]
        assert synced, f"answer {number} was sent before its write to the log was on disk"
        previous = answer_call.ended


def _read(trace: str) -> list[_Call]:
    """The calls of a trace that returned, with those joined again that other threads interrupted."""
    begun: dict[str, tuple[int, str]] = {}
    calls: list[_Call] = []
    for number, line in enumerate(trace.splitlines()):
        match = _LINE.fullmatch(line)
        if match is None:
            continue
        thread, rest = match["thread"], match["rest"]
        if unfinished := _UNFINISHED.fullmatch(rest):
            begun[thread] = (number, unfinished["start"])
            continue
        began = number
        if resumed := _RESUMED.fullmatch(rest):
            began, start = begun.pop(thread)
            rest = start + resumed["end"]
        if call := _CALL.match(rest):
            calls.append(_Call(call["name"], call["arguments"], int(call["result"]), began, number))
    return calls


def _end_of(trace: Path) -> str:
    return trace.read_text(errors="replace")[-400:]
