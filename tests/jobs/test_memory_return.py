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

pieces = [b"x" * 40_000 for _ in range(6_000)]
del pieces[::2]
before = resident_bytes()
asyncio.run(memory_return_job(find_trim()).run())
print(before - resident_bytes())
"""
"""Every second piece is freed, so that each has one in use on either side, wherever the heap had room for them.

In a process of its own: what else this one has allocated may lie between them."""


def test_what_was_freed_between_what_is_in_use_is_returned() -> None:
    require("glibc", found=find_trim() is not None, reason="other C libraries return memory by themselves, or never")
    done = subprocess.run([sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, check=True)
    assert int(done.stdout) > FREED_BYTES / 2
