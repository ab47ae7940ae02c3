"""JSON of any length: items one by one, places that are said, lies that are refused, and time in proportion."""

from __future__ import annotations

import io
import json
import random
from typing import Any

import pytest

from app.importers.foreign import FileBroken
from app.importers.json_items import CHUNK_BYTES, JsonItems, Path

LISTS: frozenset[Path] = frozenset({("data", "news"), ("items",), ()})


class _Dripping(io.BytesIO):
    """A file that gives fewer bytes than it is asked for, as a slow one may."""

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(min(size or 1, 7) if size != -1 else -1)


def _read(content: bytes | str, stream: type[io.BytesIO] = io.BytesIO) -> list[tuple[Path, Any]]:
    data = content.encode() if isinstance(content, str) else content
    return list(JsonItems(stream(data), where="a.json", lists=LISTS))


def test_items_of_the_named_lists_come_alone_and_all_else_whole() -> None:
    document = {"title": "é 🥅", "data": {"event": {"a": [1]}, "news": [{"n": 1}, 2.5, "x"]}, "items": [], "end": -12}
    expected = [
        (("title",), "é 🥅"),
        (("data", "event"), {"a": [1]}),
        (("data", "news"), {"n": 1}),
        (("data", "news"), 2.5),
        (("data", "news"), "x"),
        (("end",), -12),
    ]
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        assert _read(json.dumps(document, ensure_ascii=False).encode(encoding)) == expected
    assert _read(json.dumps(document, indent=3), _Dripping) == expected
    assert _read("[1, [2], 3]") == [((), 1), ((), [2]), ((), 3)]


def test_it_reads_what_the_standard_library_reads_wherever_a_chunk_ends() -> None:
    seeded = random.Random(3)

    def value(depth: int) -> Any:
        kind = seeded.randrange(7 if depth else 4)
        if kind < 4:
            return [seeded.randrange(-(10**9), 10**9), seeded.random(), None, 'ü\\"\n' * seeded.randrange(9)][kind]
        if kind == 4:
            return {str(n): value(depth - 1) for n in range(seeded.randrange(5))}
        return [value(depth - 1) for _ in range(seeded.randrange(5))]

    for _ in range(60):
        document = [value(4) for _ in range(seeded.randrange(12))]
        text = " " * seeded.randrange(3) + json.dumps(document, indent=seeded.choice([None, 1]))
        assert [item for _, item in _read(text, _Dripping)] == document


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "ends in the middle"),
        ("{", "ends in the middle"),
        ('{"items": [1, 2', "ends in the middle"),
        ('{"items": [{"a": 1}, {"a": ', "no JSON"),
        ('{"items": [1 2]}', "a comma belongs here"),
        ('{"items": [1,]}', "a value belongs here"),
        ('{"items" 1}', "a colon belong here"),
        ("{1: 2}", "a colon belong here"),
        ('{"items": []} {"items": []}', "More follows"),
        ('{"items": [NaN]}', "no JSON"),
        ("[" + "[" * 200_000, "nests deeper"),
        ('{"items": [' + '{"a":' * 200_000, "nests deeper"),
        ("[" + "9" * 5_000 + "]", "no JSON"),
        (b'["\xff"]', "no UTF-8"),
        (b'["' + b"a" * CHUNK_BYTES + b'\xc3"]', "no UTF-8"),
        ('["' + "a" * 9_000_000, "longer than 8 MB"),
    ],
)
def test_lies_are_refused_with_their_place(content: bytes | str, sentence: str) -> None:
    with pytest.raises(FileBroken, match=sentence) as raised:
        _read(content)
    assert raised.value.where.startswith("a.json, character")


def test_a_stream_is_read_no_further_than_its_items_are_taken() -> None:
    item = b'{"text": "' + b"x" * 1_000 + b'"},'
    stream = io.BytesIO(b'{"items": [' + item * 5_000 + b"1]}")
    items = iter(JsonItems(stream, where="a.json", lists=LISTS))
    next(items)
    assert stream.tell() <= 2 * CHUNK_BYTES
    assert sum(1 for _ in items) == 5_000
