"""Reading the tables of a server that has ended, without any of our own code."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import create_engine, text

Rows = list[tuple[Any, ...]]


def select(database_url: str, statement: str, **values: Any) -> Rows:
    """The rows of one SELECT."""
    engine = create_engine(database_url)
    try:
        with engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(statement), values)]
    finally:
        engine.dispose()


def numbers_of(database_url: str, story: str) -> Sequence[int]:
    """The numbers of the story's events, in order."""
    return [
        row[0]
        for row in select(database_url, "SELECT seq FROM events WHERE story_id = :story ORDER BY seq", story=story)
    ]


def head_of(database_url: str, story: str) -> int:
    """The number the readers' row of the story says is its newest."""
    [(head,)] = select(database_url, "SELECT head_seq FROM public_stories WHERE story_id = :story", story=story)
    return int(head)


def visible_entries(database_url: str, story: str) -> dict[str, str]:
    """The text of each entry readers can see, by id."""
    rows = select(
        database_url, "SELECT id, body_text FROM public_entries WHERE story_id = :story AND visible", story=story
    )
    return {entry: bytes(body).decode() for entry, body in rows}


def found_in(markers: Sequence[str], data: bytes) -> list[str]:
    """The markers that are in some bytes, in any case."""
    lowered = data.lower()
    return [marker for marker in markers if marker.lower().encode() in lowered]


def markers_in_tables(database_url: str, names: list[str], *, markers: Sequence[str]) -> dict[str, list[str]]:
    """The markers in any column of each table that has some."""
    found: dict[str, list[str]] = {}
    engine = create_engine(database_url)
    with engine.connect() as connection:
        for name in names:
            rows = connection.execute(text(f'SELECT * FROM "{name}"')).all()  # noqa: S608 - our own tables' names
            data = b"\n".join(_bytes_of(value) for row in rows for value in row)
            if there := found_in(markers, data):
                found[name] = there
    engine.dispose()
    return found


def _bytes_of(value: object) -> bytes:
    if isinstance(value, bytes | memoryview):
        return bytes(value)
    return (json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)).encode()
