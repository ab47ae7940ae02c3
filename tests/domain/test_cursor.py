"""Cursors as they are written and read."""

from __future__ import annotations

import pytest

from app.domain.cursor import MAX_SEQ, Cursor, MalformedCursor, parse_cursor


def test_a_cursor_is_read_as_it_was_written() -> None:
    cursor = Cursor(epoch="lEfkSfBD", seq=15, check="C1MC3m")
    assert str(cursor) == "lEfkSfBD.15.C1MC3m"
    assert parse_cursor(str(cursor)) == cursor
    assert parse_cursor(f"a.{MAX_SEQ}.b").seq == MAX_SEQ


@pytest.mark.parametrize("text", ["", "0", "a.1", "a.01.b", "a.-1.b", f"a.{MAX_SEQ + 1}.b", "a.1.b ", "a.١.b", "ä.1.b"])
def test_what_no_cursor_is_written_like_is_refused(text: str) -> None:
    with pytest.raises(MalformedCursor):
        parse_cursor(text)
