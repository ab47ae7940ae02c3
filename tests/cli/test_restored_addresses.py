"""A restore keeps to the days that addresses of readers are kept for, whenever its backup was made."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from tests.processes import Installation

DAY = 86_400 * 1_000_000
SENT_DAYS_AGO = {"new": 0, "of last week": 8, "of last month": 31}


def kept_addresses(installation: Installation) -> dict[str, tuple[bool, bool]]:
    """Return which comments have an e-mail address, and which that of a network, by their texts."""
    with closing(sqlite3.connect(installation.data_dir / "liveblog.db")) as database:
        rows = database.execute("SELECT text, email IS NOT NULL, address IS NOT NULL FROM comments").fetchall()
    return {text: (bool(email), bool(address)) for text, email, address in rows}


def test_a_restore_leaves_out_the_addresses_whose_days_are_over(
    installation: Installation, free_port: int, tmp_path: Path
) -> None:
    behind = replace(installation, settings={"LIVEBLOG_TRUSTED_PROXIES": "127.0.0.1"})
    with behind.serving(free_port) as server, server.client(installation.token) as admin:
        settings = {"comments": {"mode": "moderated"}}
        story = admin.post("/v1/stories", json={"title": "Flood", "settings": settings}).json()["id"]
        for text in SENT_DAYS_AGO:
            draft = {"name": "Ann", "email": "ann@mail.example", "text": text}
            reply = admin.post(f"/v1/stories/{story}/comments", json=draft, headers={"X-Forwarded-For": "192.0.2.7"})
            assert reply.status_code == 202, reply.text
    with closing(sqlite3.connect(installation.data_dir / "liveblog.db")) as database, database:
        for text, days in SENT_DAYS_AGO.items():  # as if it had been sent then, and backed up since
            sent_at = time.time_ns() // 1_000 - days * DAY
            database.execute("UPDATE comments SET created_at = ? WHERE text = ?", (sent_at, text))
    assert kept_addresses(installation) == dict.fromkeys(SENT_DAYS_AGO, (True, True))
    installation.check("backup", tmp_path / "the.backup")
    other = Installation(tmp_path / "elsewhere" / "data")
    other.check("restore", tmp_path / "the.backup")
    assert kept_addresses(other) == {
        "new": (True, True),
        "of last week": (True, False),
        "of last month": (False, False),
    }
