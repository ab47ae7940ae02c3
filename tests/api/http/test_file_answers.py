"""Ranges of a file: what is sent of it, what is ignored, and what there is not."""

from __future__ import annotations

import pytest

from app.api.http.file_answers import UnsatisfiableRange, read_range


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("bytes=0-0", (0, 1)),
        ("bytes=0-", (0, 100)),
        ("bytes=10-19", (10, 20)),
        ("bytes=90-200", (90, 100)),
        ("bytes=-1", (99, 100)),
        ("bytes=-500", (0, 100)),
        (" bytes=5-6 ", (5, 7)),
        ("bytes=20-10", None),
        ("bytes=0-1,3-4", None),
        ("bytes=-", None),
        ("bytes=a-b", None),
        ("items=0-1", None),
        ("bytes=0-1-2", None),
        ("bytes=" + "9" * 20 + "-", None),
        ("", None),
    ],
)
def test_a_range_is_read(asked: str, found: tuple[int, int] | None) -> None:
    assert read_range(asked, 100) == found


@pytest.mark.parametrize("asked", ["bytes=100-", "bytes=100-200", "bytes=-0"])
def test_a_range_behind_the_end_is_none_there_is(asked: str) -> None:
    with pytest.raises(UnsatisfiableRange):
        read_range(asked, 100)
