"""Counting what a purge would take from each place, and taking it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from sqlalchemy import Row, and_, delete, func, select, text, tuple_, update

from app.domain.clock import Micros
from app.storage.database.transactions import ReadTransaction, WriteTransaction
from app.storage.erasure.places import TEXT_PLACES, TextPlace, Values
from app.storage.erasure.targets import Target
from app.storage.newsroom.site_control import update_purge_count


def count_text(tx: ReadTransaction, target: Target) -> dict[str, int]:
    """Count the rows that hold text of the target, by place; places without any are left out."""
    counts = {place.name: _count(tx, place, target) for place in TEXT_PLACES}
    return {name: count for name, count in counts.items() if count}


def delete_text(tx: WriteTransaction, target: Target, *, at: Micros) -> None:
    """Delete the target's text from every place. The caller has published what of it readers had."""
    for place in TEXT_PLACES:
        _erase(tx, place, target, at, None)
    _finish(tx)


def delete_rows(tx: WriteTransaction, target: Target, *, at: Micros, limit: int, emptied: int) -> int | None:
    """Delete the target's text from at most `limit` rows, as `delete_text` does from all.

    `emptied` places, counted from the first, are empty already. Returns how many are now; None when all are.
    """
    for number, place in enumerate(TEXT_PLACES[emptied:], start=emptied):
        limit -= _erase(tx, place, target, at, limit)
        if limit <= 0:
            return number
    _finish(tx)
    return None


def _finish(tx: WriteTransaction) -> None:
    """Leave nothing in the search's index either, and have every process told to drop its caches."""
    if tx.connection.dialect.name == "sqlite":
        # What was deleted is only marked so in the index until its parts are merged: 0.1 s of 50,000 entries.
        tx.connection.execute(text("INSERT INTO search_index (search_index) VALUES ('optimize')"))
    update_purge_count(tx)
    tx.is_purge = True


def _count(tx: ReadTransaction, place: TextPlace, target: Target) -> int:
    if place.rewrite is not None:
        return sum(1 for _ in _rewritten(tx, place, target))
    rows = place.rows_of(target)
    if rows is None:
        return 0
    found: int = tx.connection.execute(select(func.count()).select_from(place.table).where(rows)).scalar_one()
    return found


def _erase(tx: WriteTransaction, place: TextPlace, target: Target, at: Micros, limit: int | None) -> int:
    """Erase the text in at most `limit` rows of a place; return in how many."""
    rows, keys = place.rows_of(target), place.table.primary_key.columns
    if rows is None or place.is_counted_alone:
        return 0
    if place.rewrite is not None:
        found = list(islice(_rewritten(tx, place, target), limit))
        for row, rewritten in found:
            same = (column == row._mapping[column] for column in keys)
            tx.connection.execute(update(place.table).where(and_(*same)).values(**rewritten))
        return len(found)
    if limit is not None:
        rows = tuple_(*keys).in_(select(*keys).where(rows).limit(limit))
    values = None if place.blank is None else place.blank(target, at)
    statement = delete(place.table) if values is None else update(place.table).values(**values)
    return tx.connection.execute(statement.where(rows)).rowcount


def _rewritten(tx: ReadTransaction, place: TextPlace, target: Target) -> Iterator[tuple[Row[Any], Values]]:
    rows = place.rows_of(target)
    if rows is None or place.rewrite is None:
        return
    for row in tx.connection.execute(select(place.table).where(rows)):
        values = place.rewrite(row, target)
        if values is not None:
            yield row, values
