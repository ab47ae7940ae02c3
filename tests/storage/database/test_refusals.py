"""Errors of a database that refuses a write."""

from __future__ import annotations

import traceback

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.domain.errors import Unavailable
from app.storage.database.transactions import Database

SECRET = "the mayor resigns"


@pytest.mark.parametrize("statement", ["INSERT INTO nowhere VALUES (:words)", "SELECT :words FROM nowhere"])
def test_an_error_does_not_quote_what_was_to_be_written_or_looked_for(database: Database, statement: str) -> None:
    with pytest.raises((DBAPIError, Unavailable)) as refused, database.transaction() as tx:
        tx.connection.execute(text(statement), {"words": SECRET})
    with pytest.raises((DBAPIError, Unavailable)) as refused_reader, database.snapshot() as reading:
        reading.connection.execute(text("SELECT :words FROM nowhere"), {"words": SECRET})
    for each in (refused, refused_reader):
        told = "".join(traceback.format_exception(each.value))
        assert "nowhere" in told
        assert SECRET not in told
