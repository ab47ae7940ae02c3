"""Conditions in SQL: a column of JSON that has one of some texts, whatever kind of column it is."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, LargeBinary, Text, bindparam, cast, or_
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import FunctionElement
from sqlalchemy.types import Integer


class _Position(FunctionElement[int]):
    """The position of the second argument in the first, from 1; 0 if it is not in it."""

    inherit_cache = True
    type = Integer()


@compiles(_Position, "sqlite")
def _in_sqlite(element: _Position, compiler: SQLCompiler, **options: Any) -> str:
    return f"instr({compiler.process(element.clauses, **options)})"


@compiles(_Position, "postgresql")
def _in_postgres(element: _Position, compiler: SQLCompiler, **options: Any) -> str:
    haystack, needle = (compiler.process(each, **options) for each in element.clauses)
    return f"position({needle} in {haystack})"


def has_any_string(column: ColumnElement[Any], texts: Iterable[str]) -> ColumnElement[bool]:
    """Return whether JSON in the column, as it is stored, has one of `texts` as a whole string."""
    is_bytes = isinstance(column.type, LargeBinary)
    haystack = column if is_bytes else cast(column, Text)
    kind: Any = LargeBinary if is_bytes else Text
    found = [
        _Position(haystack, bindparam(None, spelt.encode() if is_bytes else spelt, type_=kind)) > 0
        for spelt in sorted({spelling for each in texts for spelling in _spellings(each)})
    ]
    return or_(*found)


def has_part(column: ColumnElement[Any], part: str) -> ColumnElement[bool]:
    """Return whether JSON in the column has these letters, which JSON spells in one way alone, in any string."""
    return _Position(cast(column, Text), bindparam(None, part, type_=Text)) > 0


def _spellings(text: str) -> Iterable[str]:
    """Spell a text as JSON does: with letters of every script as they are, and escaped."""
    return {json.dumps(text, ensure_ascii=escapes) for escapes in (False, True)}
