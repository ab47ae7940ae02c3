"""Behaviour of PostgreSQL alone."""

from __future__ import annotations

import psycopg

from app.storage.database.postgres import PostgresDatabase


def test_a_connection_in_use_while_the_database_is_closed_is_closed_when_it_comes_back(postgres_url: str) -> None:
    database = PostgresDatabase(postgres_url)
    used: list[object] = []
    with database.snapshot() as tx:
        used.append(tx.connection.connection.driver_connection)
        database.close()
    with database.transaction() as write:
        used.append(write.connection.connection.driver_connection)
    assert [connection.closed for connection in used if isinstance(connection, psycopg.Connection)] == [True, True]
