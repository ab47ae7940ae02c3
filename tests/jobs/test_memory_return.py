"""Memory that is free between what is still in use goes back to the system."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from app.jobs.memory_return import find_trim
from tests.needs import require

ROOT = Path(__file__).parents[2]
FREED_BYTES = 120_000_000
PROGRAM = """
import asyncio, os
from app.jobs.memory_return import find_trim, memory_return_job

def resident_bytes():
    return int(open("/proc/self/statm").read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

pieces, in_use = [], []
for _ in range(3_000):
    pieces.append(b"x" * 40_000)
    in_use.append(b"x" * 1_000)
pieces.clear()
before = resident_bytes()
asyncio.run(memory_return_job(find_trim()).run())
print(before - resident_bytes())
"""
"""In a process of its own: in the heap of this one what is in use may come to lie beside what is freed, not between."""


def test_what_was_freed_between_what_is_in_use_is_returned() -> None:
    require("glibc", found=find_trim() is not None, reason="other C libraries return memory by themselves, or never")
    done = subprocess.run([sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, check=True)
    assert int(done.stdout) > FREED_BYTES / 2
