"""Memory that is free between what is still in use goes back to the system."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from app.jobs.memory_return import find_trim, memory_return_job
from tests.needs import require

pytestmark = pytest.mark.anyio

PIECES = 3_000
PIECE_BYTES = 40_000


def _resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


async def test_what_was_freed_between_what_is_in_use_is_returned() -> None:
    trim = find_trim()
    require("glibc", found=trim is not None, reason="other C libraries return memory by themselves, or never")
    assert trim is not None
    in_use = []
    pieces = []
    for _ in range(PIECES):
        pieces.append(bytes(PIECE_BYTES))
        in_use.append(bytes(1_000))
    pieces.clear()
    before = _resident_bytes()
    await memory_return_job(trim).run()
    assert before - _resident_bytes() > PIECES * PIECE_BYTES / 2
    assert len(in_use) == PIECES
