"""The public log of corrections, line by line: written by `publish_changes`, read by readers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import bindparam, delete, insert, select, tuple_

from app.domain.clock import Micros
from app.domain.identifiers import EntryId, StoryId
from app.storage.database import schema
from app.storage.database.transactions import ReadTransaction, WriteTransaction

_lines = schema.public_corrections

# Built once: building a statement takes SQLAlchemy eight times as long as running it.
_INSERT = insert(_lines)
_DELETE = delete(_lines).where(_lines.c.story_id == bindparam("of_story"), _lines.c.entry_id == bindparam("of_entry"))


class CorrectionPosition(NamedTuple):
    """A line's position in its story's log: its time, its entry, and its number among that entry's lines."""

    at: Micros
    entry: EntryId
    number: int


class CorrectionLine(NamedTuple):
    """One line of the log; `item` is its JSON without the entry's address."""

    position: CorrectionPosition
    item: bytes


def update_corrections(tx: WriteTransaction, story: StoryId, entry: EntryId, lines: Sequence[CorrectionLine]) -> None:
    """Replace the entry's lines. Only app/newsroom/publication/publication.py calls this."""
    tx.connection.execute(_DELETE, {"of_story": story, "of_entry": entry})
    rows = [
        {"story_id": story, "entry_id": entry, "number": position.number, "at": position.at, "item": item}
        for position, item in lines
    ]
    if rows:
        tx.connection.execute(_INSERT, rows)


def list_corrections(
    tx: ReadTransaction, story: StoryId, *, beyond: CorrectionPosition | None, newer: bool, limit: int
) -> list[CorrectionLine]:
    """List lines of a story's log, nearest first, going older (or `newer`) from a line, or from the newest one."""
    position = tuple_(_lines.c.at, _lines.c.entry_id, _lines.c.number)
    query = select(_lines).where(_lines.c.story_id == story)
    if beyond is not None:
        here = tuple_(*beyond)
        query = query.where(position > here if newer else position < here)
    columns = (_lines.c.at, _lines.c.entry_id, _lines.c.number)
    query = query.order_by(*(column.asc() if newer else column.desc() for column in columns)).limit(limit)
    return [
        CorrectionLine(CorrectionPosition(Micros(row.at), EntryId(row.entry_id), row.number), row.item)
        for row in tx.connection.execute(query)
    ]
