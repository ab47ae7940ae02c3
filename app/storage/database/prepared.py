"""Statements compiled once for each kind of database, for the most frequent write.

Running one costs no more than the driver takes for it; SQLAlchemy's own `execute` takes four times as long, and longer
on a cold cache. On SQLite they run on the driver directly; on PostgreSQL, whose driver can lose its server, through
SQLAlchemy, which notices.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping
from typing import Any, cast

from sqlalchemy import ClauseElement, Delete, Dialect, Insert, Select, TextClause, Update
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

from app.storage.database.transactions import WriteTransaction

Values = Mapping[str, Any]
_Process = Callable[[Any], Any] | None


class PreparedWrite:
    """A statement that changes rows and returns none.

    The values of its first run name its parameters and columns; every later run must name the same.
    """

    __slots__ = ("_compiled", "_statement")

    def __init__(self, statement: Insert | Update | Delete | TextClause) -> None:
        self._statement = statement
        self._compiled: dict[str, _Compiled] = {}

    def run(self, tx: WriteTransaction, values: Values) -> None:
        """Run the statement with `values`. Raises the database's errors; on SQLite those of the driver itself."""
        dialect = tx.connection.dialect
        compiled = self._compiled.get(dialect.name)
        if compiled is None:
            keys = None if isinstance(self._statement, TextClause) else list(values)
            compiled = self._compiled[dialect.name] = _Compiled(self._statement, dialect, keys)
        if tx.driver is not None:
            tx.driver.execute(compiled.sql, compiled.in_order(values))
        elif compiled.is_positional:
            tx.connection.exec_driver_sql(compiled.sql, compiled.in_order(values))
        else:
            tx.connection.exec_driver_sql(compiled.sql, compiled.by_name(values))


class PreparedQuery:
    """A query for one row, returned as a named tuple of its columns."""

    __slots__ = ("_compiled", "_make_row", "_statement")

    def __init__(self, statement: Select[Any]) -> None:
        self._statement = statement
        row: Any = namedtuple("Row", statement.selected_columns.keys())  # type: ignore[misc]
        self._make_row: Callable[[Iterable[Any]], Any] = row._make
        self._compiled: dict[str, tuple[_Compiled, list[_Process]]] = {}

    def one_or_none(self, tx: WriteTransaction, values: Values) -> Any:
        """Return the row, or None; of several rows, any one. Raises the database's errors."""
        if tx.driver is None:
            return tx.connection.execute(self._statement, values).one_or_none()
        dialect = tx.connection.dialect
        known = self._compiled.get(dialect.name)
        if known is None:
            types = [column.type for column in self._statement.selected_columns]
            known = (_Compiled(self._statement, dialect, None), [_reading(each, dialect) for each in types])
            self._compiled[dialect.name] = known
        compiled, processes = known
        found = tx.driver.execute(compiled.sql, compiled.in_order(values)).fetchone()
        if found is None:
            return None
        return self._make_row(
            [value if process is None else process(value) for value, process in zip(found, processes, strict=True)]
        )


class _Compiled:
    """A statement's text and parameters, as the driver of a kind of database takes them. KeyError if one is missing."""

    __slots__ = ("_parameters", "is_positional", "sql")

    def __init__(self, statement: ClauseElement, dialect: Dialect, keys: list[str] | None) -> None:
        compiled = cast(SQLCompiler, statement.compile(dialect=dialect, column_keys=keys))
        self.sql = compiled.string
        self.is_positional = compiled.positional
        names: Iterable[str] = (compiled.positiontup or ()) if compiled.positional else compiled.binds
        self._parameters = [(name, _writing(compiled.binds[name].type, dialect)) for name in names]

    def in_order(self, values: Values) -> tuple[Any, ...]:
        return tuple([values[name] if process is None else process(values[name]) for name, process in self._parameters])

    def by_name(self, values: Values) -> dict[str, Any]:
        return {name: values[name] if process is None else process(values[name]) for name, process in self._parameters}


def _writing(kind: TypeEngine[Any], dialect: Dialect) -> _Process:
    return kind.dialect_impl(dialect).bind_processor(dialect)


def _reading(kind: TypeEngine[Any], dialect: Dialect) -> _Process:
    return kind.dialect_impl(dialect).result_processor(dialect, None)
