"""Prepared statements do what SQLAlchemy's own execution does, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    LargeBinary,
    MetaData,
    Table,
    Text,
    bindparam,
    func,
    insert,
    select,
    text,
    update,
)

from app.domain.errors import Unavailable
from app.storage.database.opening import open_database
from app.storage.database.prepared import PreparedQuery, PreparedWrite
from app.storage.database.transactions import Database, WriteTransaction

THINGS = Table(
    "things",
    MetaData(),
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("name", Text),
    Column("is_on", Boolean),
    Column("told", JSON),
    Column("parts", LargeBinary),
)
OF_THING = THINGS.c.id == bindparam("of_thing")
FULL = {"name": "100 % “sure”: it's :so", "is_on": True, "told": {"a": [1, None, "ü"]}, "parts": b"\x00\xff"}
EMPTY = {"name": None, "is_on": None, "told": None, "parts": None}


@pytest.fixture
def tx(database: Database) -> Iterator[WriteTransaction]:
    """Open a transaction with an empty table of things."""
    with database.transaction() as tx:
        THINGS.create(tx.connection)
        yield tx


def stored(tx: WriteTransaction, ident: int) -> tuple[Any, ...]:
    """Return the row, with its JSON as stored: NULL and null are not the same."""
    asked = "SELECT name, is_on, CAST(told AS TEXT), parts FROM things WHERE id = :id"
    name, is_on, told, parts = tx.connection.execute(text(asked), {"id": ident}).one()
    return name, is_on, told, None if parts is None else bytes(parts)


@pytest.mark.parametrize("values", [FULL, EMPTY], ids=["full", "empty"])
def test_a_prepared_insert_writes_what_execute_writes(tx: WriteTransaction, values: dict[str, Any]) -> None:
    prepared = PreparedWrite(insert(THINGS))
    tx.connection.execute(insert(THINGS), {"id": 1, **values})
    prepared.run(tx, {"id": 2, **EMPTY})
    prepared.run(tx, {"id": 3, **values})
    assert stored(tx, 3) == stored(tx, 1)


def test_a_prepared_update_changes_its_row_alone(tx: WriteTransaction) -> None:
    for ident in (1, 2):
        tx.connection.execute(insert(THINGS), {"id": ident, **FULL})
    tx.connection.execute(insert(THINGS), {"id": 3, **EMPTY})
    PreparedWrite(update(THINGS).where(OF_THING)).run(tx, {"of_thing": 2, **EMPTY})
    assert stored(tx, 2) == stored(tx, 3)
    assert stored(tx, 1)[0] == FULL["name"]


def test_a_prepared_text_takes_its_names(tx: WriteTransaction) -> None:
    PreparedWrite(text("INSERT INTO things (id, name) VALUES (:id, :name)")).run(tx, {"name": "one", "id": 1})
    assert stored(tx, 1) == ("one", None, None, None)


@pytest.mark.parametrize("values", [FULL, EMPTY], ids=["full", "empty"])
def test_a_prepared_query_reads_what_execute_reads(tx: WriteTransaction, values: dict[str, Any]) -> None:
    query = select(THINGS, select(func.max(THINGS.c.name)).scalar_subquery().label("first")).where(OF_THING)
    tx.connection.execute(insert(THINGS), {"id": 1, **values})
    prepared = PreparedQuery(query)
    row = prepared.one_or_none(tx, {"of_thing": 1})
    assert tuple(row) == tuple(tx.connection.execute(query, {"of_thing": 1}).one())
    assert (row.told, row.is_on, row.first) == (values["told"], values["is_on"], values["name"])
    assert prepared.one_or_none(tx, {"of_thing": 2}) is None


def test_a_value_that_lacks_is_an_error_and_writes_nothing(tx: WriteTransaction) -> None:
    prepared = PreparedWrite(insert(THINGS))
    prepared.run(tx, {"id": 1, **FULL})
    with pytest.raises(KeyError):
        prepared.run(tx, {"id": 2, "name": "two"})
    assert tx.connection.execute(select(THINGS.c.id)).scalars().all() == [1]


def test_what_sqlite_refuses_undoes_the_transaction_and_is_told_as_its_trouble(sqlite_url: str) -> None:
    database = open_database(sqlite_url)
    with database.transaction() as tx:
        THINGS.create(tx.connection)
    with pytest.raises(Unavailable):
        write_where_nothing_is(database)
    with database.snapshot() as reading:
        assert reading.connection.execute(select(THINGS.c.id)).all() == []
    database.close()


def write_where_nothing_is(database: Database) -> None:
    with database.transaction() as tx:
        PreparedWrite(insert(THINGS)).run(tx, {"id": 1, **FULL})
        PreparedWrite(text("INSERT INTO nowhere (id) VALUES (:id)")).run(tx, {"id": 1})
