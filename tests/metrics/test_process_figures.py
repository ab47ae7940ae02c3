"""The figures of a process are those of this one, and follow what it does."""

from __future__ import annotations

import gc
import subprocess
import sys
import threading
from pathlib import Path

from app.metrics.process_figures import read_process_figures
from tests.commands import ROOT


def test_open_files_threads_and_collections_are_counted(tmp_path: Path) -> None:
    before = read_process_figures()
    released = threading.Event()
    thread = threading.Thread(target=released.wait, args=(20,))
    thread.start()
    with (tmp_path / "file").open("wb"):
        during = read_process_figures()
    released.set()
    thread.join()
    gc.collect()
    after = read_process_figures()
    assert before.open_files is not None
    assert during.open_files is not None
    assert during.open_files >= before.open_files + 1
    assert during.threads >= before.threads + 1
    assert after.collections[-1] == during.collections[-1] + 1
    assert before.started_at_seconds == after.started_at_seconds


PROGRAM = """
from app.metrics.process_figures import read_process_figures

before = read_process_figures()
kept = bytearray(64 * 2**20)
for start in range(0, len(kept), 4096):  # written to: each page of it is in memory
    kept[start] = 1
after = read_process_figures()
print(after.resident_bytes - before.resident_bytes, after.cpu_seconds - before.cpu_seconds, before.cpu_seconds)
"""
"""In a process of its own: this one may have as much memory that is free already."""


def test_memory_and_processor_time_are_those_of_the_process() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, check=True)
    grown_bytes, used_seconds, seconds_before = map(float, done.stdout.split())
    assert grown_bytes > 32 * 2**20
    assert used_seconds > 0
    assert seconds_before > 0
