"""The lines of an export: what was written is read back, and what was changed is found in its line."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import pytest

from app.wire.export_lines import MAX_LINE_BYTES, BadLine, LineReader, LineWriter


def written(*values: int) -> list[bytes]:
    writer = LineWriter()
    lines = [writer.line({"kind": "event", "value": value, "text": "Zürich \u2028 🙂"}) for value in values]
    assert writer.lines == len(values)
    return lines


def read(lines: Sequence[bytes]) -> list[int]:
    reader = LineReader()
    return [reader.read(line)["value"] for line in lines]


def test_lines_are_read_back() -> None:
    assert read(written(1, 2, 3)) == [1, 2, 3]
    reader = LineReader()
    assert reader.check == ""
    for line in written(1, 2):
        reader.read(line)
    assert f',"sum":"{reader.check}"}}\n'.encode() in written(1, 2)[1]


def test_a_line_is_one_line_whatever_is_in_it() -> None:
    assert all(line.count(b"\n") == 1 and line.endswith(b"\n") for line in written(1, 2))


@pytest.mark.parametrize(
    ("change", "number"),
    [
        (lambda lines: [lines[0], lines[1].replace(b"2", b"4", 1), lines[2]], 2),
        (lambda lines: [lines[0], lines[2]], 2),
        (lambda lines: [lines[0], lines[0]], 2),
        (lambda lines: [lines[1], lines[0]], 1),
        (lambda lines: [lines[0], lines[1][:-5]], 2),
        (lambda lines: [b"{}\n"], 1),
        (lambda lines: [b"\n"], 1),
        (lambda lines: [b"x" * (MAX_LINE_BYTES + 1)], 1),
    ],
)
def test_a_change_is_found_in_its_line(change: object, number: int) -> None:
    assert callable(change)
    with pytest.raises(BadLine) as refused:
        read(change(written(1, 2, 3)))
    assert refused.value.number == number
    assert str(refused.value).startswith(f"Line {number}: ")


@pytest.mark.parametrize("payload", [b"[1]", b"{nonsense}"])
def test_what_fits_its_sum_is_read_as_carefully(payload: bytes) -> None:
    whole = payload[:-1] + b"}"
    digest = hashlib.sha256(whole).hexdigest()[:16].encode()
    with pytest.raises(BadLine):
        LineReader().read(b'%b,"sum":"%b"}\n' % (payload[:-1], digest))
