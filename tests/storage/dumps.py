"""Everything a database keeps, as bytes: SQLite's files to the last free page, or PostgreSQL's own dump."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy.engine import make_url

from app.storage.database import schema
from tests.faults.tables import bytes_of_tables, found_in
from tests.postgres import find_programs


def read_all_bytes(database_url: str) -> dict[str, bytes]:
    """Return all there is of the database by the name of its file, or of its table and dump."""
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite":
        path = Path(url.database or "")
        return {file.name: file.read_bytes() for file in path.parent.iterdir() if file.name.startswith(path.name)}
    found = bytes_of_tables(database_url, (*schema.metadata.tables, *schema.derived.tables))
    programs = find_programs()
    if programs is not None and (programs / "pg_dump").is_file():
        plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
        found["dump"] = subprocess.run(
            [programs / "pg_dump", "--dbname", plain], check=True, capture_output=True
        ).stdout
    return found


def find_in(data: dict[str, bytes], texts: Sequence[str]) -> dict[str, list[str]]:
    """Return where each of the texts still is, whatever its case."""
    found = {name: found_in(texts, content) for name, content in data.items()}
    return {name: there for name, there in found.items() if there}
