"""Everything a database keeps, as bytes: SQLite's files to the last free page, or PostgreSQL's own dump."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from app.storage.database import schema
from tests.postgres import find_programs


def read_all_bytes(database_url: str) -> dict[str, bytes]:
    """Return all there is of the database by the name of its file, or of its table and dump."""
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite":
        path = Path(url.database or "")
        return {file.name: file.read_bytes() for file in path.parent.iterdir() if file.name.startswith(path.name)}
    found = _rows(database_url)
    programs = find_programs()
    if programs is not None and (programs / "pg_dump").is_file():
        plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
        found["dump"] = subprocess.run(
            [programs / "pg_dump", "--dbname", plain], check=True, capture_output=True
        ).stdout
    return found


def find_in(data: dict[str, bytes], texts: Sequence[str]) -> dict[str, list[str]]:
    """Return where each of the texts still is, whatever its case."""
    found = {
        name: [each for each in texts if each.lower().encode() in content.lower()] for name, content in data.items()
    }
    return {name: texts for name, texts in found.items() if texts}


def _rows(database_url: str) -> dict[str, bytes]:
    engine = create_engine(database_url)
    with engine.connect() as connection:
        found = {
            name: b"\n".join(
                _bytes_of(value)
                for row in connection.execute(text(f'SELECT * FROM "{name}"'))  # noqa: S608 - our own tables' names
                for value in row
            )
            for name in (*schema.metadata.tables, *schema.derived.tables)
        }
    engine.dispose()
    return found


def _bytes_of(value: object) -> bytes:
    if isinstance(value, bytes | memoryview):
        return bytes(value)
    return (json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)).encode()
