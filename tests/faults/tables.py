"""Reading the tables of a server that has ended, without any of our own code."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
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
    found = {name: found_in(markers, data) for name, data in bytes_of_tables(database_url, names).items()}
    return {name: there for name, there in found.items() if there}


def bytes_of_tables(database_url: str, names: Iterable[str]) -> dict[str, bytes]:
    """Every value of every row of each table."""
    engine = create_engine(database_url)
    with engine.connect() as connection:
        found = {
            name: b"\n".join(
                _bytes_of(value)
                for row in connection.execute(text(f'SELECT * FROM "{name}"'))  # noqa: S608 - our own tables' names
                for value in row
            )
            for name in names
        }
    engine.dispose()
    return found


def _bytes_of(value: object) -> bytes:
    if isinstance(value, bytes | memoryview):
        return bytes(value)
    return (json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)).encode()
